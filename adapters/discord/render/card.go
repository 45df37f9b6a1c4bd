package render

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// states are the words for what became of a card.
var states = map[chat.CardState]string{
	chat.CardWorking:  "⏳ Working on it…",
	chat.CardDone:     "✅ Done.",
	chat.CardFailed:   "❌ Failed.",
	chat.CardUnknown:  "❓ It is not known whether this happened.",
	chat.CardDenied:   "🚫 Not sent.",
	chat.CardExpired:  "⌛ Expired, not sent.",
	chat.CardReplaced: "♻️ Replaced by a newer card.",
}

// card is the message of a card. Every value stands in code, so that nothing in it
// is read as markup. What does not fit is in the attached file, which always holds
// the whole; nothing is ever cut. While the card waits, ping is asked to look.
func card(c chat.Card, ping string) (Message, error) {
	s := sheet{{}}
	m := s.last()
	head := ""
	if c.State == chat.CardWaiting && ping != "" {
		head = "<@" + ping + "> "
		m.AllowedMentions.Users = []string{ping}
	}
	tail := ending(c)
	room := ContentLimit - units(head) - units(tail)
	text, whole := content(c, room)
	m.Content = head + text + tail
	if !whole {
		m.attach(chat.File{Name: requestFile, Text: request(c)})
	}
	if err := s.press(c.Buttons); err != nil {
		return Message{}, err
	}
	return s[0], nil
}

// requestFile is the name of the file that holds a card in full.
const requestFile = "request.txt"

// content is the sentence and the fields in at most room units, and whether that is
// the whole card. The longest fields leave first; then all values; then everything,
// and if need be most of the sentence.
func content(c chat.Card, room int) (text string, whole bool) {
	sentence := "**" + label(c.Sentence) + "**"
	values, details := fields(c.Values), fields(c.Details)
	if text = compose(sentence, values, details); units(text) <= room {
		return text, true
	}
	for f := bulkiest(values, details); f != nil; f = bulkiest(values, details) {
		f.text, f.away = f.label+" in the attached "+requestFile, true
		if text = compose(sentence, values, details); units(text) <= room {
			return text, false
		}
	}
	all := func(what string, n int) []shown {
		return []shown{{text: fmt.Sprintf("All %d %s are in the attached %s. Open it before you decide.", n, what, requestFile)}}
	}
	if text = compose(sentence, all("values", len(values)), details); units(text) <= room {
		return text, false
	}
	rest := all("values and details", len(values)+len(details))
	if text = compose(sentence, rest, nil); units(text) <= room {
		return text, false
	}
	return compose("**"+label(markdown.Line(c.Sentence, room/4))+"**", rest, nil), false
}

// shown is a field as it is written.
type shown struct {
	label, text string
	away        bool // it is in the file only
}

func fields(fs []chat.Field) []shown {
	out := make([]shown, len(fs))
	for i, f := range fs {
		out[i] = shown{label: "**" + label(f.Label) + ":**"}
		out[i].text = out[i].label + value(f.Value)
	}
	return out
}

// bulkiest is the longest field that would be shorter in the file; nil if there is
// none.
func bulkiest(groups ...[]shown) *shown {
	var out *shown
	for _, g := range groups {
		for i := range g {
			f := &g[i]
			if !f.away && len(f.text) > len(f.label)+64 && (out == nil || len(f.text) > len(out.text)) {
				out = f
			}
		}
	}
	return out
}

// compose puts sentence and fields under each other.
func compose(sentence string, groups ...[]shown) string {
	var b strings.Builder
	b.WriteString(sentence)
	for _, g := range groups {
		for i, f := range g {
			if i == 0 {
				b.WriteByte('\n')
			}
			b.WriteString("\n" + f.text)
		}
	}
	return b.String()
}

// ending is what became of a card, or until when it waits.
func ending(c chat.Card) string {
	var lines []string
	if words := states[c.State]; words != "" {
		lines = append(lines, words)
	}
	if c.Outcome != "" {
		lines = append(lines, escape("", markdown.Line(c.Outcome, outcomeLimit)))
	}
	if c.State == chat.CardWaiting && !c.Until.IsZero() {
		lines = append(lines, fmt.Sprintf("-# Expires at <t:%d:t>.", c.Until.Unix()))
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n\n" + strings.Join(lines, "\n")
}

// outcomeLimit is how many characters of an outcome are shown, which is meant to be
// a line or two.
const outcomeLimit = 400

// inlineLimit is how long a value may be to stand beside its label.
const inlineLimit = 200

// value is a value in full, as it stands behind its label.
func value(v string) string {
	v = exact(v)
	switch {
	case v == "":
		return " empty"
	case !strings.Contains(v, "\n") && len(v) <= inlineLimit:
		return " " + span(v)
	}
	return "\n" + text(fence("", v))
}

// exact shows every character of a value, also the line ends at its borders, which
// Discord takes off.
func exact(s string) string {
	s = markdown.Visible(s)
	body := strings.Trim(s, "\n")
	if body == s {
		return s
	}
	const end = "‹U+000A›"
	if body == "" {
		return strings.Repeat(end, len(s))
	}
	at := strings.Index(s, body)
	return strings.Repeat(end, at) + body + strings.Repeat(end, len(s)-at-len(body))
}

// label is a text of the card's own on one line, nothing in it hidden.
func label(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(markdown.Visible(s)), "\n", " ")
	if s == "" {
		return "…"
	}
	return escape("**", s)
}

// request is a card as a file. A value hangs behind its label, so that none can
// pass itself off as another.
func request(c chat.Card) string {
	var b strings.Builder
	b.WriteString(markdown.Visible(c.Sentence) + "\n")
	for _, f := range slices.Concat(c.Values, c.Details) {
		value := strings.ReplaceAll(exact(f.Value), "\n", "\n    ")
		b.WriteString("\n" + strings.ReplaceAll(markdown.Visible(f.Label), "\n", " ") + ":\n    " + value + "\n")
	}
	return b.String()
}
