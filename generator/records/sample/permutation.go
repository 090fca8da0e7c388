package sample

import "math/bits"

// permutation is a shuffling of 0 to size-1 that needs no table: a Feistel network over the
// smallest even number of bits that holds size, walked until the value falls below size.
type permutation struct {
	size uint64
	half uint // bits of each half
	keys [4]uint64
}

func newPermutation(size, seed uint64) permutation {
	p := permutation{size: size, half: uint(bits.Len64(size-1)+1) / 2}
	for i := range p.keys {
		p.keys[i] = mix(seed ^ mix(size+uint64(i)))
	}
	return p
}

// at is where x, below size, goes. No two go to the same place.
func (p permutation) at(x uint64) uint64 {
	mask := uint64(1)<<p.half - 1
	for {
		left, right := x>>p.half, x&mask
		for _, key := range p.keys {
			left, right = right, left^mix(right^key)&mask
		}
		x = left<<p.half | right
		if x < p.size {
			return x
		}
	}
}

// mix spreads every bit of x over the whole word (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
