package index

import (
	"math"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// How many statuses and areas of specialization there are.
const (
	numStatuses = int(certification.Unavailable) + 1 // those that are never published included
	numAreas    = int(certification.JusticeInvolved) + 1
)

// standing is where every certification of a directory stands, so that a search counts them without
// asking for each. It is decided by certification.StatusAt, holds from one change of any record
// to the next, and never changes.
type standing struct {
	from, until time.Time // until is not included
	status      []certification.Status
	next        []int64 // by rank: the next change, in nanoseconds of the Unix epoch
	words       bitset  // of all the sets below
	issued      bitset
	byStatus    [numStatuses]bitset
	byArea      [numAreas]bitset
}

// never is the next change of what does not change; the times of sets end there.
const never = math.MaxInt64

// newStanding finds where the certifications of the directory stand at an instant. What earlier,
// which may be nil, knows of the same records is not asked again.
func newStanding(d *directory, at time.Time, earlier *Set) *standing {
	s := &standing{from: at, status: make([]certification.Status, len(d.records)), next: make([]int64, len(d.records))}
	size := (len(d.records) + 63) / 64
	s.words = make(bitset, size*(1+numStatuses+numAreas))
	s.divide(size)
	for i := range s.next {
		s.next[i] = never
	}
	known := make([]*certification.Record, d.start) // those whose standing is taken over
	if earlier != nil && earlier.names.names == d.names {
		if former := earlier.standing.Load(); former.holdsAt(at) {
			s.from = former.from
			s.takeOver(former, int(d.start))
			known = earlier.names.records[:d.start]
		}
	}
	for rank, r := range d.records {
		if rank < int(d.start) && known[rank] == r {
			continue
		}
		s.ask(uint32(rank), r, at)
	}
	s.findUntil()
	return s
}

// divide deals the words out to the sets, each of so many.
func (s *standing) divide(size int) {
	rest := s.words
	deal := func(set *bitset) { *set, rest = rest[:size:size], rest[size:] }
	deal(&s.issued)
	for i := range s.byStatus {
		deal(&s.byStatus[i])
	}
	for i := range s.byArea {
		deal(&s.byArea[i])
	}
}

// takeOver copies what former says of the first ranks, of which there are so many.
func (s *standing) takeOver(former *standing, ranks int) {
	copy(s.status, former.status[:ranks])
	copy(s.next, former.next[:ranks])
	copy(s.issued, former.issued[:ranks/64])
	for i := range s.byStatus {
		copy(s.byStatus[i], former.byStatus[i][:ranks/64])
	}
	for i := range s.byArea {
		copy(s.byArea[i], former.byArea[i][:ranks/64])
	}
}

// ask finds where the record at a rank, nil for none, stands.
func (s *standing) ask(rank uint32, r *certification.Record, at time.Time) {
	s.byStatus[s.status[rank]].delete(rank)
	s.issued.delete(rank)
	for i := range s.byArea {
		s.byArea[i].delete(rank)
	}
	s.status[rank], s.next[rank] = certification.NotIssued, never
	if r == nil {
		return
	}
	if change := certification.NextChange(r, at); !change.IsZero() && change.Before(time.Unix(0, never)) {
		s.next[rank] = change.UnixNano()
	}
	status := certification.StatusAt(r, at)
	s.status[rank] = status
	s.byStatus[status].add(rank)
	if status == certification.NotIssued {
		return
	}
	s.issued.add(rank)
	for i := range s.byArea {
		if r.Specializations().Has(certification.Specialization(i)) {
			s.byArea[i].add(rank)
		}
	}
}

func (s *standing) findUntil() {
	first := int64(never)
	for _, next := range s.next {
		first = min(first, next)
	}
	s.until = time.Unix(0, first)
}

func (s *standing) holdsAt(instant time.Time) bool {
	return !instant.Before(s.from) && instant.Before(s.until)
}

// following is where the certifications stand from the end of s on.
func (s *standing) following(d *directory) *standing {
	f := &standing{from: s.until, status: slices.Clone(s.status), next: slices.Clone(s.next), words: slices.Clone(s.words)}
	f.divide(len(s.issued))
	for rank, next := range s.next {
		if next <= f.from.UnixNano() {
			f.ask(uint32(rank), d.records[rank], f.from)
		}
	}
	f.findUntil()
	return f
}

// maxFollowing is how many changes are followed one by one.
const maxFollowing = 16

// standingAt is where the certifications stand at an instant.
func (s *Set) standingAt(now time.Time) *standing {
	current := s.standing.Load()
	if current.holdsAt(now) {
		return current
	}
	if now.Before(current.from) {
		return newStanding(&s.names, now, nil)
	}
	for range maxFollowing {
		if current = current.following(&s.names); current.holdsAt(now) {
			break
		}
	}
	if !current.holdsAt(now) {
		current = newStanding(&s.names, now, nil)
	}
	s.standing.Store(current) // of two at once either is right
	return current
}
