package index

import "math/bits"

// bitset is a set of ranks.
type bitset []uint64

func (s bitset) add(rank uint32)      { s[rank/64] |= 1 << (rank % 64) }
func (s bitset) delete(rank uint32)   { s[rank/64] &^= 1 << (rank % 64) }
func (s bitset) has(rank uint32) bool { return s[rank/64]&(1<<(rank%64)) != 0 }

func (s bitset) union(other bitset) {
	for i, word := range other {
		s[i] |= word
	}
}

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

// countIn is how many ranks are in both sets.
func (s bitset) countIn(other bitset) int {
	n := 0
	for i := range min(len(s), len(other)) {
		n += bits.OnesCount64(s[i] & other[i])
	}
	return n
}

func (s bitset) isEmpty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
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

// remove takes the ranks of other, which may be of fewer words, out of the set.
func (s bitset) remove(other bitset) {
	for i, word := range other {
		s[i] &^= word
	}
}
