package sample

import (
	"math/rand/v2"
	"strings"
)

// community is a way of naming people that is found in California, with its share of the sample.
type community struct {
	share   int
	given   []string
	family  []string
	compose func(r *rand.Rand, c *community) string
}

// anyName draws a community by its share, then a name.
func anyName(r *rand.Rand) string {
	n := r.IntN(totalShare)
	for i := range communities {
		if n -= communities[i].share; n < 0 {
			return communities[i].compose(r, &communities[i])
		}
	}
	panic("sample: the shares of the communities do not add up")
}

var totalShare = func() int {
	sum := 0
	for i := range communities {
		sum += communities[i].share
	}
	return sum
}()

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// oneIn is true once in n draws.
func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// western is given names and a family name, with the middle names, initials, double names and
// suffixes of everyday life.
func western(r *rand.Rand, c *community) string {
	var parts [6]string
	name := append(parts[:0], pick(r, c.given))
	switch n := r.IntN(100); {
	case n < 20:
		name = append(name, pick(r, c.given))
	case n < 35:
		name = append(name, string(rune('A'+r.IntN(26)))+".")
	case n < 38:
		name[0] += "-" + pick(r, c.given)
	}
	family := pick(r, c.family)
	switch n := r.IntN(100); {
	case n < 6:
		family += "-" + pick(r, c.family)
	case n < 8:
		family += " " + pick(r, c.family)
	}
	name = append(name, family)
	if oneIn(r, 40) {
		name = append(name, pick(r, suffixes))
	}
	return strings.Join(name, " ")
}

// spanish has one or two given names and one or two family names.
func spanish(r *rand.Rand, c *community) string {
	name := pick(r, c.given)
	if oneIn(r, 3) {
		name += " " + pick(r, c.given)
	}
	switch n := r.IntN(100); {
	case n < 45:
		return name + " " + pick(r, c.family)
	case n < 85:
		return name + " " + pick(r, c.family) + " " + pick(r, c.family)
	case n < 95:
		return name + " " + pick(r, c.family) + "-" + pick(r, c.family)
	default:
		return name + " " + pick(r, c.family) + " de " + pick(r, c.family)
	}
}

// mixed is a given name of the community or of the wider society, before a family name.
func mixed(r *rand.Rand, c *community) string {
	if oneIn(r, 2) {
		return pick(r, englishGiven) + " " + pick(r, c.family)
	}
	return pick(r, c.given) + " " + pick(r, c.family)
}

// vietnamese is family, middle and given name, or the order that American papers have.
func vietnamese(r *rand.Rand, c *community) string {
	if oneIn(r, 3) {
		return mixed(r, c)
	}
	return pick(r, c.family) + " " + pick(r, vietnameseMiddle) + " " + pick(r, c.given)
}

// familyFirst puts the family name first, a space between.
func familyFirst(r *rand.Rand, c *community) string {
	return pick(r, c.family) + " " + pick(r, c.given)
}

// joined puts the family name first with nothing between, as Chinese and Korean are written.
func joined(r *rand.Rand, c *community) string { return pick(r, c.family) + pick(r, c.given) }

// plain is a given name and a family name.
func plain(r *rand.Rand, c *community) string { return pick(r, c.given) + " " + pick(r, c.family) }

// alone is one name and no other.
func alone(r *rand.Rand, c *community) string { return pick(r, c.given) }
