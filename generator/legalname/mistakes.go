package legalname

// maxMistakenRunes is the longest word, in characters, of which Mistakes counts the mistakes.
const maxMistakenRunes = 24

// Mistakes is the number of typing mistakes (a character missing, added or changed, or two
// neighbours swapped) that tell two words apart; any number above most if there are more, and for words longer than
// maxMistakenRunes.
func Mistakes(a, b string, most int) int {
	var x, y [maxMistakenRunes]rune
	m, n := decode(a, x[:]), decode(b, y[:])
	if m < 0 || n < 0 || m-n > most || n-m > most {
		return most + 1
	}
	var rows [3][len(y) + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range n + 1 {
		last[j] = j
	}
	for i := 1; i <= m; i++ {
		row[0] = i
		least := i
		for j := 1; j <= n; j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > most {
			return least
		}
		before, last, row = last, row, before
	}
	return last[n]
}

// decode puts the characters of a word into the list, and gives how many there are: -1 if there are
// more than fit.
func decode(word string, list []rune) int {
	n := 0
	for _, r := range word {
		if n == len(list) {
			return -1
		}
		list[n] = r
		n++
	}
	return n
}
