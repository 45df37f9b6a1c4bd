package chat

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest returns those of some names that come nearest to what somebody typed, at most
// most of them, the nearest first: a name that begins with it or contains it, then those
// that differ by the fewest letters.
func Nearest(typed string, names []string, most int) []string {
	typed = strings.ToLower(typed)
	type candidate struct {
		name string
		far  int
	}
	var all []candidate
	for _, name := range names {
		lower := strings.ToLower(name)
		far := letters(typed, lower)
		switch {
		case typed == "":
		case strings.HasPrefix(lower, typed):
			far = 0
		case strings.Contains(lower, typed):
			far = min(far, 1)
		}
		all = append(all, candidate{name, far})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.far, b.far) })
	var near []string
	for _, c := range all[:min(len(all), most)] {
		near = append(near, c.name)
	}
	return near
}

// nearestLength bounds what is compared, in bytes.
const nearestLength = 64

// letters counts the letters by which two words differ (Levenshtein's distance).
func letters(a, b string) int {
	x, y := []rune(a[:min(len(a), nearestLength)]), []rune(b[:min(len(b), nearestLength)])
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		before := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := before
			if r != s {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
