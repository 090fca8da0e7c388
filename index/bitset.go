package index

import "math/bits"

// bitset is a set of ranks of which many may be there. It says where certifications stand.
type bitset []uint64

func (s bitset) add(rank uint32)      { s[rank/64] |= 1 << (rank % 64) }
func (s bitset) delete(rank uint32)   { s[rank/64] &^= 1 << (rank % 64) }
func (s bitset) has(rank uint32) bool { return s[rank/64]&(1<<(rank%64)) != 0 }

func (s bitset) intersect(other bitset) {
	for i, word := range other {
		s[i] &= word
	}
}

func (s bitset) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// all yields the ranks in order.
func (s bitset) all(yield func(uint32) bool) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if !yield(uint32(i*64 + bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}

// rankSet is a set of ranks that a search finds: mostly few, so that all work is in proportion to
// those there. A nil one is empty.
type rankSet struct {
	words bitset
	used  bitset // the words that are not zero
}

func newRankSet(size int) *rankSet {
	words := (size + 63) / 64
	return &rankSet{words: make(bitset, words), used: make(bitset, (words+63)/64)}
}

func (s *rankSet) add(rank uint32) {
	s.words.add(rank)
	s.used.add(rank / 64)
}

// set puts a word in place.
func (s *rankSet) set(i int, word uint64) {
	s.words[i] = word
	if word == 0 {
		s.used.delete(uint32(i))
	} else {
		s.used.add(uint32(i))
	}
}

// places yields the words that are not zero, by their place.
func (s *rankSet) places(yield func(i int, word uint64) bool) {
	if s == nil {
		return
	}
	for i, used := range s.used {
		for ; used != 0; used &= used - 1 {
			if at := i*64 + bits.TrailingZeros64(used); !yield(at, s.words[at]) {
				return
			}
		}
	}
}

// union adds the ranks of other, whose words may be fewer.
func (s *rankSet) union(other *rankSet) {
	if other == nil {
		return
	}
	for i, used := range other.used {
		s.used[i] |= used
		for ; used != 0; used &= used - 1 {
			at := i*64 + bits.TrailingZeros64(used)
			s.words[at] |= other.words[at]
		}
	}
}

// addBoth adds the ranks that are in both a and b.
func (s *rankSet) addBoth(a, b *rankSet) {
	for i := range a.used {
		for used := a.used[i] & b.used[i]; used != 0; used &= used - 1 {
			at := i*64 + bits.TrailingZeros64(used)
			if word := a.words[at] & b.words[at]; word != 0 {
				s.set(at, s.words[at]|word)
			}
		}
	}
}

// intersect keeps the ranks that are in the bitset.
func (s *rankSet) intersect(other bitset) {
	for i, word := range s.places {
		s.set(i, word&other[i])
	}
}

// remove takes the ranks of other, which may be of fewer words, out of the set.
func (s *rankSet) remove(other bitset) {
	if len(other) == 0 {
		return
	}
	for i, word := range s.places {
		if i < len(other) {
			s.set(i, word&^other[i])
		}
	}
}

// isFew reports whether the set has so many ranks or fewer.
func (s *rankSet) isFew(most int) bool {
	n := 0
	for _, word := range s.places {
		if n += bits.OnesCount64(word); n > most {
			return false
		}
	}
	return true
}

// countIn is how many ranks are in the bitset too.
func (s *rankSet) countIn(other bitset) int {
	n := 0
	if s == nil {
		return n
	}
	for i, used := range s.used {
		for ; used != 0; used &= used - 1 {
			at := i*64 + bits.TrailingZeros64(used)
			n += bits.OnesCount64(s.words[at] & other[at])
		}
	}
	return n
}

func (s *rankSet) isEmpty() bool {
	if s == nil {
		return true
	}
	for _, used := range s.used {
		if used != 0 {
			return false
		}
	}
	return true
}

func (s *rankSet) clear() {
	for i := range s.places {
		s.words[i] = 0
	}
	clear(s.used)
}

// all yields the ranks in order.
func (s *rankSet) all(yield func(uint32) bool) {
	for i, word := range s.places {
		for ; word != 0; word &= word - 1 {
			if !yield(uint32(i*64 + bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}
