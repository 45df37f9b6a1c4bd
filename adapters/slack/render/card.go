package render

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// states are the words for how a card stands.
var states = map[chat.CardState]string{
	chat.CardWorking:  "Working on it…",
	chat.CardDone:     "Done.",
	chat.CardFailed:   "Failed.",
	chat.CardUnknown:  "It is not known whether this happened.",
	chat.CardDenied:   "Not sent.",
	chat.CardExpired:  "Expired, not sent.",
	chat.CardReplaced: "Replaced by a newer card.",
}

// card is a question about one call: what a member approves. It is shown in plain and
// preformatted text; nothing in it is cut, and hidden characters are made visible.
type card struct {
	sentence string
	groups   [2][]field // values, then details
	outcome  string
	state    string // in words, with the time at which it expires
	buttons  press
}

// field is a labelled value.
type field struct {
	label, value string
	file         string // where the value stands instead, because it is too long
}

// card lays a card out, the number-th of its reply. What is too long for one message
// is attached, the longest values first.
func (l Look) card(c chat.Card, number int) (part, []chat.File, error) {
	out := card{
		sentence: markdown.Visible(c.Sentence),
		groups:   [2][]field{fields(c.Values), fields(c.Details)},
		outcome:  markdown.Visible(c.Outcome),
		state:    states[c.State],
		buttons:  c.Buttons,
	}
	if c.State == chat.CardWaiting && !c.Until.IsZero() {
		out.state = "Expires " + l.when(c.Until) + "."
	}
	file := chat.File{Name: fmt.Sprintf("call-%d.txt", number)}
	for !fitting(out, whole, terms{}) {
		f := out.longest()
		if f == nil {
			return nil, nil, fmt.Errorf("card %d is too long to be shown whole, even without its values", number)
		}
		file.Text += f.label + ":\n" + f.value + "\n\n"
		f.file = file.Name
	}
	if file.Text == "" {
		return out, nil, nil
	}
	return out, []chat.File{file}, nil
}

// when tells a time as the member's clock shows it.
func (l Look) when(t time.Time) string {
	return t.In(cmp.Or(l.Zone, time.UTC)).Format("on 2 Jan 2006 at 15:04 MST")
}

func fields(fs []chat.Field) []field {
	out := make([]field, len(fs))
	for i, f := range fs {
		out[i] = field{label: oneLine(markdown.Visible(f.Label)), value: markdown.Visible(f.Value)}
	}
	return out
}

// longest is the longest value that stands on the card itself; nil if none does.
func (c *card) longest() *field {
	var out *field
	for _, group := range c.groups {
		for i := range group {
			if f := &group[i]; f.file == "" && (out == nil || len(f.value) > len(out.value)) {
				out = f
			}
		}
	}
	return out
}

func (c card) write(s *sheet) {
	if s.blocks > 0 { // what stands before it is no part of the question
		s.block("divider")
		s.done()
	}
	if n := utf8.RuneCountInString(c.sentence); n > 0 && n <= maxHeader && !strings.Contains(c.sentence, "\n") {
		s.block("header")
		s.plain(c.sentence)
		s.done()
	} else {
		s.section(c.sentence)
	}
	for _, group := range c.groups {
		for _, f := range group {
			s.field(f)
		}
		s.close()
	}
	s.section(c.outcome)
	notes{c.state}.write(s)
	c.buttons.write(s)
}

// short is the length up to which a value stands beside its label.
const short = 80

// field writes a labelled value: in one line where it is short, else below its label.
// Its text is code, in which Slack reads nothing, and whose edges can be seen.
func (s *sheet) field(f field) {
	if s.open.kind == section {
		s.text("\n", 0)
	} else {
		s.enter(element{kind: section}, "")
	}
	look := bold
	if strings.ContainsAny(f.label, ":/.@") { // or Slack might see an address or an emoji in it
		look |= code
	}
	s.text(f.label, look)
	s.text(": ", 0)
	switch {
	case f.file != "":
		s.text("too long to be shown here, attached in full as "+f.file, italic)
	case f.value == "":
		s.text("empty", italic)
	case utf8.RuneCountInString(f.value) <= short && !strings.Contains(f.value, "\n"):
		s.text(f.value, code)
	default:
		s.enter(element{kind: preformatted}, "")
		s.text(f.value, 0)
	}
}

func (c card) text() string {
	var said []string
	for _, group := range c.groups {
		for _, f := range group {
			if f.file != "" {
				f.value = "attached in full as " + f.file
			}
			said = append(said, f.label+": "+f.value)
		}
	}
	return joined([]string{c.sentence, strings.Join(said, "\n"), c.outcome, c.state, c.buttons.text()}, "\n\n")
}

func (c card) presses() press { return c.buttons }
