package schedule

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// maxCut is how many words a time has that is not in quotation marks.
const maxCut = 20

// quotes are the marks around a time, as keyboards and phones write them.
var quotes = map[rune]string{'"': `"`, '\'': "'", '“': "”“\"", '„': "“”", '”': "”", '«': "»", '‘': "’", '`': "`"}

// goesOn are words that continue a time: where one of them comes next, a time was not read
// to its end.
var goesOn = []string{"at", "and", "or", "on", "of", "in", "until", "till", "from", "starting", "beginning", "between", "except", "every", "am", "pm", ","}

// Cut parts a line into a time and what follows. The time stands in quotation marks, or is
// the longest beginning that can be read as one. The error is a *Fault.
func Cut(line string, now time.Time) (words, rest string, err error) {
	line = strings.TrimSpace(line)
	for open, closing := range quotes {
		inner, ok := strings.CutPrefix(line, string(open))
		if !ok {
			continue
		}
		end := strings.IndexAny(inner, closing)
		if end < 0 {
			return "", "", fault(textNoClosing)
		}
		words = inner[:end]
		_, rest, _ = strings.Cut(inner[end:], string([]rune(inner[end:])[0]))
		return words, strings.TrimSpace(rest), nil
	}
	best := 0
	for n, end := range wordEnds(line) {
		if n >= maxCut || end > maxWords {
			break
		}
		if found, _ := read(ended(line[:end]), now); len(found) > 0 {
			best = end
		}
	}
	words, rest = ended(line[:best]), strings.TrimLeft(line[best:], " \t\n:,;–—-")
	next, _, _ := strings.Cut(strings.TrimSpace(line[best:]), " ")
	switch {
	case best == 0:
		first := line
		if ends := wordEnds(line); len(ends) > 5 {
			first = line[:ends[4]] + " …"
		}
		return "", "", fault(textUnread, first)
	case slices.Contains(goesOn, strings.ToLower(next)):
		return "", "", fault(textQuestion)
	}
	return words, rest, nil
}

// ended is a time without the mark that sets it off.
func ended(words string) string { return strings.TrimRight(words, ",:;–—- ") }

// wordEnds are where the words of a line end.
func wordEnds(line string) []int {
	var ends []int
	inside := false
	for i, r := range line {
		if unicode.IsSpace(r) && inside {
			ends = append(ends, i)
		}
		inside = !unicode.IsSpace(r)
	}
	if inside {
		ends = append(ends, len(line))
	}
	return ends
}
