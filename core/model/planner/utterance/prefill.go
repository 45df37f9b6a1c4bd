package utterance

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/model"
	"aidesk/core/model/search"
)

// minNamed is the shortest value of an enum, in characters, that is taken from a
// sentence: shorter ones are words like "a" and "in" too often.
const minNamed = 3

// Prefill gives the arguments of a tool that a message names beyond doubt, for a
// form that the member goes on to fill in; nil when there are none. These are the
// only date in it, the only value of a choice, a number before the argument's own
// name as in "2 nights", and the only words in quotes. They are never enough to
// call: what a message leaves open stays open.
func Prefill(message string, tool model.Tool, now time.Time) json.RawMessage {
	said, ok := listen(message)
	if !ok {
		return nil
	}
	f := filler{said: said.tokens, used: make([]bool, len(said.tokens)), now: now, values: map[string]json.RawMessage{}}
	s := readSignature(tool.Schema)
	f.moment(s.arguments)
	f.quoted(s.arguments)
	for _, a := range s.arguments {
		switch a.kind {
		case kindEnum:
			f.named(a, s.arguments)
		case kindInteger, kindNumber:
			f.number(a)
		case kindText, kindDate, kindTime, kindBool, kindList, kindJSON: // not found by their looks
		}
	}
	if len(f.values) == 0 {
		return nil
	}
	return s.build(f.values)
}

// filler collects the values of a message.
type filler struct {
	said   []token
	used   []bool // tokens that are a value already
	now    time.Time
	values map[string]json.RawMessage
}

// moment takes the date of a message that has one, for a tool that wants one.
func (f *filler) moment(arguments []argument) {
	var moments []argument
	for _, a := range arguments {
		if a.isMoment() {
			moments = append(moments, a)
		}
	}
	if len(moments) != 1 {
		return
	}
	var value json.RawMessage
	for i := 0; i < len(f.said); i++ {
		for end := min(len(f.said), i+maxMoment); end > i; end-- {
			words := strings.TrimRight(join(f.said[i:end]), ",;:")
			if end == i+1 && f.said[i].quoted {
				words = f.said[i].inner
			}
			v, ok := moments[0].read(words, f.now)
			if !ok {
				continue
			}
			if value != nil {
				return
			}
			value = v
			for k := i; k < end; k++ {
				f.used[k] = true
			}
			i = end - 1
			break
		}
	}
	if value != nil {
		f.values[moments[0].key()] = value
	}
}

// quoted takes the words in quotes, when they can only be meant for one argument:
// the only text that is required, or the only one at all.
func (f *filler) quoted(arguments []argument) {
	var texts, required []argument
	for _, a := range arguments {
		if a.kind == kindText {
			texts = append(texts, a)
			if a.required {
				required = append(required, a)
			}
		}
	}
	if len(required) != 1 {
		required = texts
	}
	isQuoted := func(t token) bool { return t.quoted }
	i := slices.IndexFunc(f.said, isQuoted)
	if len(required) != 1 || i < 0 || slices.ContainsFunc(f.said[i+1:], isQuoted) || f.used[i] {
		return
	}
	if v, ok := required[0].read(f.said[i].inner, f.now); ok && utf8.RuneCountInString(f.said[i].inner) <= maxText {
		f.values[required[0].key()], f.used[i] = v, true
	}
}

// named takes the value of a choice that stands in the message, when it is the
// only one and no other argument has it.
func (f *filler) named(a argument, arguments []argument) {
	var found []choice
	for _, c := range a.enum {
		if f.says(c) {
			found = append(found, c)
		}
	}
	// "price" stands in "price per night" too: the longer one was said.
	found = slices.DeleteFunc(found, func(c choice) bool {
		return slices.ContainsFunc(found, func(o choice) bool { return len(o.plain) > len(c.plain) && strings.Contains(o.plain, c.plain) })
	})
	if len(found) != 1 {
		return
	}
	for _, other := range arguments {
		if other.key() != a.key() && slices.ContainsFunc(other.enum, func(c choice) bool { return c.plain == found[0].plain }) {
			return
		}
	}
	f.values[a.key()] = found[0].value
}

// says reports whether the message has the words of a value.
func (f *filler) says(c choice) bool {
	words := strings.Fields(c.plain)
	if utf8.RuneCountInString(c.plain) < minNamed || len(words) == 0 || !isWord(c.plain) || numeral.MatchString(c.plain) {
		return false
	}
	for i := range len(f.said) - len(words) + 1 {
		if !f.used[i] && plainWords(join(f.said[i:i+len(words)])) == c.plain {
			return true
		}
	}
	return slices.ContainsFunc(f.said, func(t token) bool { return t.quoted && plainWords(t.inner) == c.plain })
}

// number takes the number that stands right before the argument's name, when there
// is one. Behind a name it may as well belong to the next: 2 nights 3 guests.
func (f *filler) number(a argument) {
	name := search.Terms(a.name())
	found := -1
	for i := range f.said {
		if f.used[i] || len(name) == 0 || !f.spells(name, i+1) {
			continue
		}
		if _, ok := a.read(f.said[i].text, f.now); !ok {
			continue
		}
		if found >= 0 {
			return
		}
		found = i
	}
	if found >= 0 {
		f.values[a.key()], _ = a.read(f.said[found].text, f.now)
		f.used[found] = true
	}
}

// spells reports whether the words of an argument's name stand at token i.
func (f *filler) spells(name []string, i int) bool {
	return i+len(name) <= len(f.said) && slices.Equal(search.Terms(join(f.said[i:i+len(name)])), name)
}
