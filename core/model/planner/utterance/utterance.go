// Package utterance recognises what a member asks for in the words of an example.
//
// A plugin's document may give example utterances with slots, such as
// "add {title} to my list". Match finds the calls that a message asks for in the words
// of such an example, Near those that lack a value, and Typed reads a typed form:
// list.addItem title=milk. Nothing is guessed: an example fits as a whole or not at all.
//
// An example is compiled to a regular expression (pattern.go) whose slots take what the
// tool's schema says (schema.go); value.go and date.go read what a slot took.
package utterance

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"aidesk/core/model"
)

// Bounds on what is read; beyond them nothing is recognised.
const (
	maxMessage  = 500 // characters of a message
	maxExample  = 200 // characters of an example
	maxExamples = 20  // of one tool
	maxSlots    = 8   // of one example
	maxWords    = 12  // words of a text in the middle of a sentence, without quotes
	maxStray    = 20  // words that Near takes for a value that cannot be read
)

// Hit is a call that a message asks for in the words of an example.
type Hit struct {
	Tool    model.Tool
	Args    json.RawMessage // valid for the tool's schema as far as words can tell
	Example string          // whose words they are; empty for a typed form
	Words   int             // fixed words of the example that the message repeats
	Loose   int             // words that went into slots for text
}

// Hint is an example that a message nearly fits.
type Hint struct {
	Tool     model.Tool
	Example  string
	Unread   []Unread // values that are missing or could not be read
	Readings []Hit    // or else: the ways in which the message can be read
}

// Unread is a slot of an example for which a message gave no value.
type Unread struct {
	Name  string // of the argument
	Wants string // what it takes, in plain words
	Words string // what stood in its place; empty: nothing
}

// Match finds the calls that text asks for in the words of the tools' examples, the most
// specific first: more fixed words, then fewer words in slots for text. There is one hit
// for each tool; two of the same rank mean that the message can be read in two ways.
//
// The fixed words of an example must stand in the message as they are, whatever the case,
// blanks, kind of quotes and final mark, and each slot must hold a value of its
// argument's type. A text takes up to 12 words of one sentence, or anything in quotes; at
// the end of an example it takes the rest of the sentence, and after a colon there the
// rest of the message. An example that can be read in two ways does not fit, and one of
// fewer words gives way to a longer one of the same plugin that Near finds. now, in the
// member's zone, gives "today" its date.
func Match(text string, tools []model.Tool, now time.Time) []Hit {
	said, ok := message(text)
	if !ok {
		return nil
	}
	var hits []Hit
	nearly := map[string]int{} // by plugin: fixed words of an example that nearly fits
	for _, tool := range tools {
		var best []Hit
		for _, p := range patterns(tool, said) {
			switch readings := p.read(said, now); {
			case len(readings) == 1:
				best = append(best, readings[0])
			case p.fixed > nearly[tool.Plugin] && (len(readings) > 1 || p.unread(said, now) != nil):
				nearly[tool.Plugin] = p.fixed
			}
		}
		slices.SortStableFunc(best, byRank)
		for i, h := range best {
			same := slices.ContainsFunc(best[:i], func(o Hit) bool { return string(o.Args) == string(h.Args) })
			if h.Equal(best[0]) && !same {
				hits = append(hits, h)
			}
		}
	}
	// A slot for text would swallow what a longer example of the same plugin could not read.
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Words < nearly[h.Tool.Plugin] })
	slices.SortStableFunc(hits, byRank)
	return hits
}

// byRank puts the more specific hit first.
func byRank(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Words, a.Words), cmp.Compare(a.Loose, b.Loose))
}

// Equal reports whether only chance would prefer one hit to the other.
func (h Hit) Equal(o Hit) bool { return byRank(h, o) == 0 }

// Near finds the examples whose fixed words all stand in text, in their places, while a
// value between them is missing, cannot be read, or can be read in two ways: enough to
// ask, not enough to call. The closest come first, one for each tool. Messages that Match
// understands are not for Near.
func Near(text string, tools []model.Tool, now time.Time) []Hint {
	said, ok := message(text)
	if !ok {
		return nil
	}
	var hints []Hint
	fixed := map[string]int{} // by tool
	for _, tool := range tools {
		var best *Hint
		for _, p := range patterns(tool, said) {
			// One word in the middle of a sentence is no sign of anything.
			if p.fixed <= fixed[tool.Name] || p.fixed < 2 && p.parts[0].slot != nil {
				continue
			}
			hint := &Hint{Tool: tool, Example: p.example}
			switch readings := p.read(said, now); len(readings) {
			case 0:
				if hint.Unread = p.unread(said, now); hint.Unread == nil {
					continue
				}
			case 1:
				continue
			default:
				hint.Readings = readings
			}
			best, fixed[tool.Name] = hint, p.fixed
		}
		if best != nil {
			hints = append(hints, *best)
		}
	}
	slices.SortStableFunc(hints, func(a, b Hint) int { return fixed[b.Tool.Name] - fixed[a.Tool.Name] })
	return hints
}

// message prepares a message for comparison; ok is false for what no example can fit.
func message(text string) (said string, ok bool) {
	if len(text) > 8*maxMessage {
		return "", false // a character has at most four bytes
	}
	said, ok = line(text)
	return said, ok && said != "" && utf8.RuneCountInString(said) <= maxMessage
}

// line takes from a message or an example the blanks and quotes around it and the mark at
// its end; ok is false for more than one line, and for what is not plain text.
func line(s string) (text string, ok bool) {
	trim := func(s string) string {
		return strings.TrimRightFunc(strings.TrimSpace(s), func(r rune) bool { return isStop(r) || unicode.IsSpace(r) })
	}
	s = trim(strings.TrimLeft(strings.TrimSpace(s), "¿¡"))
	if quotation.MatchString(s) {
		s = trim(unquote(s))
	}
	return s, !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\t' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError)
	})
}

// stops are the characters that end a sentence.
const stops = ".?!…。？！"

func isStop(r rune) bool { return strings.ContainsRune(stops, r) }

// isWord reports whether there is a letter or digit in s.
func isWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// fold makes words comparable: lower case, and one form of quote and apostrophe.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(singleQuotes, r):
			return '\''
		case strings.ContainsRune(doubleQuotes, r):
			return '"'
		}
		return unicode.ToLower(r)
	}, s)
}
