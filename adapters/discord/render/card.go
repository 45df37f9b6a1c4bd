package render

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// stateTexts say what became of a card.
var stateTexts = map[chat.CardState]string{
	chat.CardWorking:  textWorking,
	chat.CardDone:     textDone,
	chat.CardFailed:   textFailed,
	chat.CardUnknown:  textUnknown,
	chat.CardDenied:   textNotSent,
	chat.CardExpired:  textExpired,
	chat.CardReplaced: textReplaced,
}

// card writes the message of a card. Every value stands in code, so that nothing in it
// is markup. What does not fit is in an attached file, which always holds the whole
// card; nothing is ever cut. While the card waits, ping is mentioned.
func card(c chat.Card, ping string) (Message, error) {
	s := messageWriter{{}}
	m := s.last()
	head := ""
	if c.State == chat.CardWaiting && ping != "" {
		head = "<@" + ping + "> "
		m.AllowedMentions.Users = []string{ping}
	}
	if line := decidedLine(c); line != "" {
		m.Content = line
		if err := s.writeButtons(c.Buttons); err != nil {
			return Message{}, err
		}
		return s[0], nil
	}
	facts := smallFacts(c)
	long := utf16Len(facts) > maxFacts
	if long {
		facts = "-# " + fmt.Sprintf(textFactsAttached, requestFile)
	}
	tail := cardEnding(c, facts)
	room := MaxContent - utf16Len(head) - utf16Len(tail)
	text, whole := cardContent(c, room)
	m.Content = head + text + tail
	if !whole || long {
		m.attach(chat.File{Name: requestFile, Text: requestText(c)})
	}
	if err := s.writeButtons(c.Buttons); err != nil {
		return Message{}, err
	}
	return s[0], nil
}

// decidedLine is the line that a decided card is; empty for any other.
func decidedLine(c chat.Card) string {
	at := ""
	if !c.At.IsZero() {
		at = fmt.Sprintf("<t:%d:t>", c.At.Unix())
	}
	for _, text := range []*string{&c.Sentence, &c.Outcome, &c.By} {
		*text = escape("x", markdown.Line(markdown.Visible(*text), maxOutcome))
	}
	mark, words, _ := strings.Cut(stateTexts[c.State], " ")
	line, decided := c.Short(at, words)
	if !decided {
		return ""
	}
	return mark + " " + line
}

// requestFile is the name of the file that holds a whole card.
const requestFile = "request.txt"

// cardContent writes the sentence and the fields of a card in at most room UTF-16 units,
// and returns whether that is the whole card. The longest fields move to the file first,
// then all values, then everything but the sentence, which is shortened if necessary.
func cardContent(c chat.Card, room int) (text string, whole bool) {
	sentence := "**" + labelText(c.Sentence) + "**"
	values, details := fields(c.Values), fields(c.Details)
	if text = cardText(sentence, values, details); utf16Len(text) <= room {
		return text, true
	}
	long := longFields(values, details)
	attached := make([]string, len(long)) // what stands in place of each
	written := make([]string, len(long))
	for i, f := range long {
		written[i], attached[i] = f.text, f.label+" in the attached "+requestFile
	}
	move := func(n int) string { // of the longest fields n to the file
		for i, f := range long {
			if f.text = written[i]; i < n {
				f.text = attached[i]
			}
		}
		return cardText(sentence, values, details)
	}
	if n := sort.Search(len(long), func(n int) bool { return utf16Len(move(n)) <= room }); utf16Len(move(n)) <= room {
		return move(n), false
	}
	all := func(what string, n int) []shownField {
		return []shownField{{text: fmt.Sprintf(textAllAttached, n, what, requestFile)}}
	}
	if text = cardText(sentence, all("values", len(values)), details); utf16Len(text) <= room {
		return text, false
	}
	rest := all("values and details", len(values)+len(details))
	if text = cardText(sentence, rest, nil); utf16Len(text) <= room {
		return text, false
	}
	return cardText("**"+labelText(markdown.Line(c.Sentence, room/4))+"**", rest, nil), false
}

// shownField is a field as it is written in the message.
type shownField struct {
	label, text string
}

func fields(fs []chat.Field) []shownField {
	out := make([]shownField, len(fs))
	for i, f := range fs {
		out[i] = shownField{label: "**" + labelText(f.Label) + ":**"}
		if out[i].text = out[i].label + valueText(f.Value); f.Channel != "" {
			out[i].text = out[i].label + " " + escape("", f.Value) + " <#" + f.Channel + ">"
		}
	}
	return out
}

// longFields returns the fields that would be shorter as a reference to the file, the
// longest first.
func longFields(groups ...[]shownField) []*shownField {
	var out []*shownField
	for _, g := range groups {
		for i := range g {
			if f := &g[i]; len(f.text) > len(f.label)+64 {
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *shownField) int { return cmp.Compare(len(b.text), len(a.text)) })
	return out
}

// cardText writes the sentence and the fields below each other.
func cardText(sentence string, groups ...[]shownField) string {
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

// cardEnding is what stands below a card's fields: the line of small print, and what became of it.
func cardEnding(c chat.Card, facts string) string {
	var lines []string
	if facts != "" {
		lines = append(lines, facts)
	}
	if words := stateTexts[c.State]; words != "" {
		lines = append(lines, words)
	}
	if c.Outcome != "" {
		lines = append(lines, escape("", markdown.Line(c.Outcome, maxOutcome)))
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n\n" + strings.Join(lines, "\n")
}

// smallFacts is the line of small print below a card, with the time at which it expires.
func smallFacts(c chat.Card) string {
	line := "-# "
	add := func(text string) {
		if line != "-# " {
			line += " · "
		}
		line += text
	}
	for _, f := range c.Facts {
		text := strings.ReplaceAll(strings.TrimSpace(exactText(f.Text)), "\n", " ")
		switch {
		case text == "":
		case IsID(f.Channel):
			add(escape(line, text) + " <#" + f.Channel + ">")
		case f.Channel != "":
			add(escape(line, text+" "+textThisChannel))
		default:
			add(escape(line, text))
		}
	}
	if c.State == chat.CardWaiting && !c.Until.IsZero() {
		add(fmt.Sprintf("until <t:%d:t>", c.Until.Unix()))
	}
	if line == "-# " {
		return ""
	}
	return line
}

// maxFacts is how long the line of small print may be to stand in the message.
const maxFacts = 1000

// maxOutcome is how many characters of an outcome are shown; it should be a line or two.
const maxOutcome = 400

// maxInlineValue is how long a value may be to stand beside its label.
const maxInlineValue = 200

// valueText writes a whole value behind its label.
func valueText(v string) string {
	v = exactText(v)
	switch {
	case v == "":
		return " empty"
	case !strings.Contains(v, "\n") && len(v) <= maxInlineValue:
		return " " + codeSpan(v)
	}
	return "\n" + joinLines(codeBlock("", v))
}

// exactText makes every character of a value visible, also line ends at its beginning
// and end, which Discord removes.
func exactText(s string) string {
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

// labelText writes one of the card's own texts on one line, with every character
// visible.
func labelText(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(markdown.Visible(s)), "\n", " ")
	if s == "" {
		return "…"
	}
	return escape("**", s)
}

// requestText writes a card as a file. Values are indented below their labels, so that
// none can look like another label.
func requestText(c chat.Card) string {
	var b strings.Builder
	b.WriteString(markdown.Visible(c.Sentence) + "\n")
	for _, f := range slices.Concat(c.Values, c.Details) {
		value := strings.ReplaceAll(exactText(f.Value), "\n", "\n    ")
		if f.Channel != "" {
			value += " " + textThisChannel
		}
		b.WriteString("\n" + strings.ReplaceAll(markdown.Visible(f.Label), "\n", " ") + ":\n    " + value + "\n")
	}
	for _, f := range c.Facts {
		value := strings.ReplaceAll(exactText(f.Text), "\n", " ")
		if f.Channel != "" {
			value += " " + textThisChannel
		}
		b.WriteString("\n" + value + "\n")
	}
	return b.String()
}
