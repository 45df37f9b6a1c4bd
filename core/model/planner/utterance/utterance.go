// Package utterance recognises what a member asks for in the words of an example.
//
// A plugin's document may give example utterances with slots, such as
// "add {title} to my list". Match finds the calls that a message asks for in the words
// of such an example, Near those that lack a value, and Typed reads a typed form:
// list.addItem title=milk. Nothing is guessed: an example fits as a whole or not at all.
package utterance

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/model"
)

// Bounds on what is read; beyond them nothing is recognised.
const (
	maxMessage  = 500  // characters of a message
	maxExample  = 200  // characters of an example
	maxExamples = 20   // of one tool
	maxWords    = 12   // that a slot for text takes without quotes
	maxReadings = 4    // of one message by one example
	maxStray    = 20   // words that Near takes for a value it could not read
	maxStrays   = 16   // ways in which it looks for one
	maxTries    = 2000 // spans that are tried for the slots of one tool
)

// Hit is a call that a message asks for in the words of an example.
type Hit struct {
	Tool    model.Tool
	Args    json.RawMessage // valid for the tool's schema as far as words can tell
	Example string          // whose words they are; empty for a typed form
	Words   int             // fixed words of the example that the message repeats
	Loose   int             // words that went into slots for text
}

// Match finds the calls that text asks for in the words of the tools' examples,
// the most specific first: more fixed words, then fewer words in slots for text.
// There is one hit for each tool; two of the same rank stand for a message that
// can be read in two ways.
//
// Nothing is guessed. An example fits as a whole or not at all: its fixed words
// stand in the message as they are, whatever the case, blanks, kind of quotes
// and final mark, and each slot holds a value of its argument's type. A slot for
// text takes up to 12 words of one sentence, or anything in quotes; at the end of
// an example it takes the rest of the sentence, and after a colon there the rest of
// the message. What a date may be is said at day and readTime. An example
// that can be read in two ways does not fit, and one of fewer words gives way to
// a longer one of the same plugin that Near finds. now, in the member's zone, gives
// "today" its date.
func Match(text string, tools []model.Tool, now time.Time) []Hit {
	said, ok := listen(text)
	if !ok {
		return nil
	}
	var hits []Hit
	nearly := map[string]int{} // by plugin: fixed words of an example that nearly fits
	for _, tool := range tools {
		var best []Hit
		tries := maxTries
		for _, p := range compile(tool, said.has) {
			switch readings := p.parse(said.tokens, now, &tries); {
			case len(readings) == 1:
				best = append(best, readings[0])
			case p.fixed > nearly[tool.Plugin] && !p.near(said.tokens, now, &tries).empty():
				nearly[tool.Plugin] = p.fixed
			}
		}
		slices.SortStableFunc(best, byRank)
		for i, h := range best {
			same := slices.ContainsFunc(best[:i], func(o Hit) bool { return string(o.Args) == string(h.Args) })
			if byRank(h, best[0]) == 0 && !same {
				hits = append(hits, h)
			}
		}
	}
	// A slot for text would swallow what a longer example of the same plugin
	// could not read.
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Words < nearly[h.Tool.Plugin] })
	slices.SortStableFunc(hits, byRank)
	return hits
}

// byRank puts the more specific hit first.
func byRank(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Words, a.Words), cmp.Compare(a.Loose, b.Loose))
}

// Equal reports whether nothing but chance would prefer one hit to the other.
func (h Hit) Equal(o Hit) bool { return byRank(h, o) == 0 }

// speech is a message made ready for comparison.
type speech struct {
	tokens []token
	folds  map[string]bool
}

// has reports whether a fixed word stands in the message.
func (s speech) has(word string) bool { return s.folds[word] }

// listen prepares a message; ok is false for what no example can fit.
func listen(text string) (speech, bool) {
	// A character has at most four bytes: what is longer is not even trimmed.
	if len(text) > 8*maxMessage {
		return speech{}, false
	}
	said, ok := line(text)
	if !ok || said == "" || utf8.RuneCountInString(said) > maxMessage {
		return speech{}, false
	}
	s := speech{tokens: tokens(said), folds: map[string]bool{}}
	for _, t := range s.tokens {
		s.folds[t.fold] = true
	}
	return s, true
}

// pattern is an example compiled against its tool's schema.
type pattern struct {
	tool      model.Tool
	example   string
	signature signature
	elements  []element
	fixed     int // fixed words
}

// element is a fixed word or a slot of a pattern.
type element struct {
	word           string // folded; "" for a slot
	prefix, suffix string // folded; what is glued to the slot
	slot           argument
	rest           bool     // a slot for text at the end of the example
	open           bool     // and a colon stands before it
	after          []string // of a slot: the fixed words that follow it, up to the next slot
}

// slots finds the {names} of an example; quoted ones first, for the quotes
// around a value do not count.
var (
	slots       = regexp.MustCompile(`\{([^{}\s]+)\}`)
	quotedSlots = regexp.MustCompile(`["'“”„«»‘’‚](\{[^{}\s]+\})["'“”„«»‘’‚]`)
)

// compile reads those examples of a tool that can make a call: every fixed word
// is there, as has tells, every slot names an argument that words can give, and
// no required argument is without one.
func compile(tool model.Tool, has func(string) bool) []pattern {
	var list []pattern
	var s *signature
	for _, example := range tool.Examples[:min(len(tool.Examples), maxExamples)] {
		elements, ok := split(example)
		if !ok || slices.ContainsFunc(elements, func(e element) bool { return e.word != "" && !has(e.word) }) {
			continue
		}
		if s == nil {
			// Most messages fit no example of most tools: the schema is read late.
			read := readSignature(tool.Schema)
			s = &read
		}
		if p, ok := resolve(elements, *s); ok {
			p.tool, p.example = tool, example
			list = append(list, p)
		}
	}
	return list
}

// split cuts an example into fixed words and slots that have only their name.
func split(example string) ([]element, bool) {
	if utf8.RuneCountInString(example) > maxExample {
		return nil, false
	}
	said, ok := line(quotedSlots.ReplaceAllString(example, "$1"))
	if !ok {
		return nil, false
	}
	var list []element
	for _, t := range tokens(said) {
		found := slots.FindAllStringSubmatchIndex(t.text, -1)
		switch {
		case len(found) > 1:
			return nil, false
		case len(found) == 0:
			list = append(list, element{word: t.fold})
		default:
			at := found[0]
			list = append(list, element{
				prefix: fold(t.text[:at[0]]), suffix: fold(t.text[at[1]:]),
				slot: argument{path: []string{t.text[at[2]:at[3]]}},
			})
		}
	}
	return list, true
}

// resolve gives each slot its argument.
func resolve(elements []element, s signature) (pattern, bool) {
	p := pattern{signature: s, elements: slices.Clone(elements)}
	filled := map[string]json.RawMessage{}
	for i, e := range p.elements {
		if isWord(e.word) || isWord(e.prefix) || isWord(e.suffix) {
			p.fixed++
		}
		if e.word != "" {
			continue
		}
		slot, ok := s.find(e.slot.name())
		if _, twice := filled[slot.key()]; !ok || twice || slot.kind == kindJSON || slot.kind == kindList {
			return pattern{}, false
		}
		filled[slot.key()] = nil
		p.elements[i].slot = slot
		p.elements[i].rest = slot.kind == kindText && i == len(elements)-1
		p.elements[i].open = p.elements[i].rest && i > 0 && elements[i-1].word == ":"
		for _, next := range p.elements[i+1:] {
			if next.word == "" {
				break
			}
			p.elements[i].after = append(p.elements[i].after, next.word)
		}
	}
	return p, p.fixed > 0 && len(s.missing(filled)) == 0
}

// Usable lists the examples of a tool by which it can be called, in their order.
func Usable(tool model.Tool) []string {
	var list []string
	for _, p := range compile(tool, func(string) bool { return true }) {
		list = append(list, strings.TrimSpace(p.example))
	}
	return list
}
