package utterance

import (
	"slices"
	"time"

	"aidesk/core/model"
)

// Hint is an example that a message nearly fits.
type Hint struct {
	Tool     model.Tool
	Example  string
	Unread   []Unread // values that are missing or could not be read
	Readings []Hit    // or else: the ways in which the message can be read
}

// empty reports whether there is nothing to ask.
func (h Hint) empty() bool { return h.Unread == nil && h.Readings == nil }

// Unread is a slot of an example that a message gave no value for.
type Unread struct {
	Name  string // of the argument
	Wants string // what it takes, in plain words
	Words string // what stood in its place; empty: nothing
}

// Near finds the examples whose fixed words all stand in text, in their places,
// while a value between them is missing, cannot be read, or can be read in two
// ways: enough to ask, not enough to call. The closest come first, one for each
// tool. Messages that Match understands are not for Near.
func Near(text string, tools []model.Tool, now time.Time) []Hint {
	said, ok := listen(text)
	if !ok {
		return nil
	}
	type ranked struct {
		Hint
		fixed int
	}
	var list []ranked
	for _, tool := range tools {
		best := ranked{}
		tries := maxTries
		for _, p := range compile(tool, said.has) {
			// One word in the middle of a sentence is no sign of anything.
			if p.fixed < 2 && p.elements[0].word == "" {
				continue
			}
			hint := p.near(said.tokens, now, &tries)
			if !hint.empty() && p.fixed > best.fixed {
				best = ranked{Hint: hint, fixed: p.fixed}
			}
		}
		if best.fixed > 0 {
			list = append(list, best)
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return b.fixed - a.fixed })
	var hints []Hint
	for _, r := range list {
		hints = append(hints, r.Hint)
	}
	return hints
}

// near reads a message with values that are none, as few of them as possible.
func (p pattern) near(said []token, now time.Time, tries *int) Hint {
	hint := Hint{Tool: p.tool, Example: p.example}
	if readings := p.parse(said, now, tries); len(readings) > 0 {
		if len(readings) > 1 {
			hint.Readings = readings
		}
		return hint
	}
	w := walk{pattern: p, said: said, now: now, tries: tries, lenient: true, most: maxStrays, hopeless: map[[2]int]bool{}}
	w.step(0, 0)
	if *tries <= 0 {
		return hint
	}
	for _, spans := range w.found {
		var unread []Unread
		for _, s := range spans {
			if s.value == nil {
				unread = append(unread, Unread{Name: s.slot.name(), Wants: s.slot.wants(), Words: s.words})
			}
		}
		if hint.Unread == nil || len(unread) < len(hint.Unread) {
			hint.Unread = unread
		}
	}
	return hint
}
