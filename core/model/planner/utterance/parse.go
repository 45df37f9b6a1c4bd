package utterance

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// span is what a slot took of a message.
type span struct {
	slot  argument
	words string
	value json.RawMessage // nil: the words are no value of the argument
	loose int             // words in a slot for text
}

// walk tries the ways in which a pattern fits a message. What was found not to
// fit is remembered, and the tries are counted, so that neither a plugin's
// examples nor a member's words can keep it busy.
type walk struct {
	pattern  pattern
	said     []token
	now      time.Time
	lenient  bool // slots may be empty or hold what cannot be read
	most     int  // ways to find before it stops
	tries    *int // spans left to try; without one left nothing fits
	hopeless map[[2]int]bool
	path     []span
	found    [][]span
}

// parse gives the readings of a message, at most maxReadings.
func (p pattern) parse(said []token, now time.Time, tries *int) []Hit {
	w := walk{pattern: p, said: said, now: now, tries: tries, most: maxReadings, hopeless: map[[2]int]bool{}}
	w.step(0, 0)
	if *tries <= 0 {
		return nil
	}
	var hits []Hit
	for _, spans := range w.found {
		values := map[string]json.RawMessage{}
		loose := 0
		for _, s := range spans {
			values[s.slot.key()] = s.value
			loose += s.loose
		}
		hit := Hit{Tool: p.tool, Args: p.signature.build(values), Example: p.example, Words: p.fixed, Loose: loose}
		if !slices.ContainsFunc(hits, func(o Hit) bool { return string(o.Args) == string(hit.Args) }) {
			hits = append(hits, hit)
		}
	}
	return hits
}

// step fits element e at token i and what follows behind it.
func (w *walk) step(e, i int) bool {
	if e == len(w.pattern.elements) {
		if i == len(w.said) {
			w.found = append(w.found, slices.Clone(w.path))
		}
		return i == len(w.said)
	}
	if w.hopeless[[2]int{e, i}] {
		return false
	}
	el := w.pattern.elements[e]
	var fits bool
	if el.word != "" {
		fits = i < len(w.said) && w.said[i].fold == el.word && w.step(e+1, i+1)
	} else {
		fits = w.slot(el, e, i)
	}
	if !fits {
		w.hopeless[[2]int{e, i}] = true
	}
	return fits
}

// slot tries the spans that a slot may take from token i on, the shortest first.
func (w *walk) slot(el element, e, i int) bool {
	fits := false
	first, longest := i+1, 1
	switch {
	case w.lenient:
		first, longest = i, maxStray
	case el.rest:
		first, longest = max(first, len(w.said)), len(w.said)
	case el.slot.kind == kindText, el.slot.kind == kindEnum:
		longest = maxWords
	case el.slot.isMoment():
		longest = maxMoment
	}
	for end := first; end <= min(len(w.said), i+longest) && len(w.found) < w.most; end++ {
		if *w.tries--; *w.tries < 0 {
			return false
		}
		s, ok := w.take(el, i, end)
		if !ok || s.value != nil && w.grows(e, i, end) {
			continue
		}
		w.path = append(w.path, s)
		if w.step(e+1, end) {
			fits = true
		}
		w.path = w.path[:len(w.path)-1]
	}
	return fits
}

// grows reports whether a slot for text beside a date would take a part of it:
// who says "the day after tomorrow" does not say tomorrow.
func (w *walk) grows(e, i, end int) bool {
	el := w.pattern.elements[e]
	reads := func(i, end int) bool {
		if i < 0 || end > len(w.said) {
			return false
		}
		s, _ := w.take(el, i, end)
		return s.value != nil
	}
	for n := 1; n <= maxMoment && el.slot.isMoment(); n++ {
		if w.isText(e-1) && reads(i-n, end) || w.isText(e+1) && reads(i, end+n) {
			return true
		}
	}
	return false
}

// isText reports whether element e is a slot for text.
func (w *walk) isText(e int) bool {
	return e >= 0 && e < len(w.pattern.elements) && w.pattern.elements[e].slot.kind == kindText
}

// take reads the tokens from i to end as the value of a slot.
func (w *walk) take(el element, i, end int) (span, bool) {
	s := span{slot: el.slot}
	said := w.said[i:end]
	whole := len(said) == 1 && said[0].quoted
	words, ok := trimAffixes(join(said), el)
	if !ok {
		return s, false
	}
	switch {
	case whole && el.prefix == "" && el.suffix == "":
		words = said[0].inner
	case el.slot.kind != kindText: // a text keeps what was typed
		words = strings.TrimRight(words, ",;: ")
	}
	s.words = words
	if el.slot.kind == kindText {
		s.loose = len(said)
		if !whole && !w.holds(el, said, end) || utf8.RuneCountInString(words) > maxText {
			return s, w.lenient
		}
	}
	value, ok := el.slot.read(words, w.now)
	if ok {
		s.value = value
	}
	return s, ok || w.lenient
}

// holds reports whether words that are not in quotes can be one value: they are
// not too many, end no sentence while more follows, and do not repeat what the
// example says next, for then a second request would be swallowed.
func (w *walk) holds(el element, said []token, end int) bool {
	if len(said) > maxWords && !el.rest || strings.TrimFunc(join(said), isMark) == "" {
		return false
	}
	for k, t := range said {
		if !el.open && t.endsSentence() && (k < len(said)-1 || end < len(w.said)) {
			return false
		}
	}
	// One word may well stand in a name; whoever means something else is then
	// understood in two ways, which is no reading.
	if n := len(el.after); n > 1 {
		for k := range len(said) - n + 1 {
			same := true
			for j := range n {
				same = same && said[k+j].fold == el.after[j]
			}
			if same {
				return false
			}
		}
	}
	return true
}

// join writes tokens as they stood in the message, blanks collapsed.
func join(said []token) string {
	var b strings.Builder
	for i, t := range said {
		if i > 0 && t.at > said[i-1].at+len(said[i-1].text) {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// trimAffixes takes away what the example glues to its slot.
func trimAffixes(words string, el element) (string, bool) {
	if el.prefix == "" && el.suffix == "" {
		return words, true
	}
	n := utf8.RuneCountInString(el.prefix) + utf8.RuneCountInString(el.suffix)
	runes := []rune(words)
	if len(runes) <= n {
		return "", false
	}
	before, after := runes[:utf8.RuneCountInString(el.prefix)], runes[len(runes)-utf8.RuneCountInString(el.suffix):]
	if fold(string(before)) != el.prefix || fold(string(after)) != el.suffix {
		return "", false
	}
	return string(runes[len(before) : len(runes)-len(after)]), true
}
