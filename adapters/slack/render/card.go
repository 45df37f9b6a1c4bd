package render

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// stateTexts say in words what the state of a card is.
var stateTexts = map[chat.CardState]string{
	chat.CardWorking:  textWorking,
	chat.CardDone:     textDone,
	chat.CardFailed:   textFailed,
	chat.CardUnknown:  textUnknown,
	chat.CardDenied:   textNotSent,
	chat.CardExpired:  textExpired,
	chat.CardReplaced: textReplaced,
}

// stateMarks stand before the line of a card that is decided.
var stateMarks = map[chat.CardState]string{
	chat.CardDone: "✅ ", chat.CardFailed: "❌ ", chat.CardDenied: "🚫 ", chat.CardExpired: "⌛ ", chat.CardReplaced: "♻️ ",
}

// card asks a member to approve one call. It is shown as plain and preformatted text;
// nothing in it is cut off, and hidden characters are made visible.
type card struct {
	sentence string
	groups   [2][]field // values, then details
	outcome  string
	state    string      // in words
	facts    []chat.Fact // with the time at which it expires
	buttons  buttonRow
}

// field is a labelled value.
type field struct {
	label, value string
	channel      string // id of the channel that is named after the value
	file         string // the attachment that has the value, because it is too long
}

// cardSegment lays out the number-th card of a reply. If it is too long for one message,
// values become an attachment, the longest first.
func (l Renderer) cardSegment(c chat.Card, number int) (segment, []chat.File, error) {
	out := card{
		sentence: markdown.Visible(c.Sentence),
		groups:   [2][]field{fields(c.Values), fields(c.Details)},
		outcome:  markdown.Visible(c.Outcome),
		state:    stateTexts[c.State],
		buttons:  c.Buttons,
	}
	for _, f := range c.Facts {
		out.facts = append(out.facts, chat.Fact{Text: oneLine(markdown.Visible(f.Text)), Channel: f.Channel})
	}
	if line, decided := c.Short(l.hour(c.At), out.state); decided {
		out.sentence, out.outcome, out.state = "", stateMarks[c.State]+markdown.Visible(line), ""
	}
	if c.State == chat.CardWaiting && !c.Until.IsZero() {
		out.facts = append(out.facts, chat.Fact{Text: textUntil + l.when(c.Until)})
	}
	file := chat.File{Name: fmt.Sprintf("call-%d.txt", number)}
	if fitsAlone(out, fullMessage, renderOptions{}) {
		return out, nil, nil
	}
	long := out.longFields()
	attach := func(n int) bool { // of the longest fields n
		for i, f := range long {
			if f.file = ""; i < n {
				f.file = file.Name
			}
		}
		return fitsAlone(out, fullMessage, renderOptions{})
	}
	n := sort.Search(len(long), attach)
	if !attach(n) {
		if file.Text = out.attachAll(file.Name); file.Text == "" {
			return nil, nil, fmt.Errorf("card %d is too long to be shown whole, even without its values", number)
		}
		return out, []chat.File{file}, nil
	}
	for _, f := range long[:n] {
		file.Text += entries([]field{*f})
	}
	return out, []chat.File{file}, nil
}

// attachAll attaches all values, and if need be all details, of a card that a message
// cannot hold without its long ones either. It returns what is attached; "" if even that
// is too much.
func (c *card) attachAll(file string) string {
	values := c.attachGroup(0, textAllValues, file)
	if fitsAlone(*c, fullMessage, renderOptions{}) {
		long := slices.DeleteFunc(slices.Clone(c.groups[1]), func(f field) bool { return f.file == "" })
		return values + entries(long)
	}
	all := values + c.attachGroup(1, textAllDetails, file)
	if !fitsAlone(*c, fullMessage, renderOptions{}) {
		return ""
	}
	return all
}

// attachGroup puts one field in place of all of a group but channels, which have to be
// named in the message, and returns what they said.
func (c *card) attachGroup(group int, label, file string) string {
	var all, stay []field
	for _, f := range c.groups[group] {
		if f.channel != "" {
			stay = append(stay, f)
		} else {
			all = append(all, f)
		}
	}
	text := entries(all)
	c.groups[group] = append([]field{{label: fmt.Sprintf(label, len(all)), value: text, file: file}}, stay...)
	return text
}

// entries are fields as they stand in a file.
func entries(fs []field) string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.label + ":\n" + f.value + "\n\n")
	}
	return b.String()
}

// when formats a time in the member's zone.
func (l Renderer) when(t time.Time) string {
	return t.In(cmp.Or(l.Zone, time.UTC)).Format("2 Jan 15:04 MST")
}

// hour is the time of day in the member's zone; empty for the zero time.
func (l Renderer) hour(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(cmp.Or(l.Zone, time.UTC)).Format("15:04 MST")
}

func fields(fs []chat.Field) []field {
	out := make([]field, len(fs))
	for i, f := range fs {
		out[i] = field{label: oneLine(markdown.Visible(f.Label)), value: markdown.Visible(f.Value), channel: f.Channel}
	}
	return out
}

// longFields are the values that are shorter when they are attached, the longest first.
func (c *card) longFields() []*field {
	var out []*field
	for _, group := range c.groups {
		for i := range group {
			if f := &group[i]; len(f.value) > inlineValue || f.channel == "" && (len(f.value) > len(textAttachedWhole) || strings.Contains(f.value, "\n")) {
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *field) int { return cmp.Compare(len(b.value), len(a.value)) })
	return out
}

func (c card) write(w *blockWriter) {
	if w.blocks > 0 && c.sentence != "" { // so that what comes before does not style like a part of the card
		w.block("divider")
		w.endBlock()
	}
	if n := utf8.RuneCountInString(c.sentence); n > 0 && n <= maxHeader && !strings.Contains(c.sentence, "\n") {
		w.block("header")
		w.plain(c.sentence)
		w.endBlock()
	} else {
		w.section(c.sentence)
	}
	for _, group := range c.groups {
		for _, f := range group {
			w.field(f)
		}
		w.closeRichText()
	}
	w.facts(c.facts)
	w.section(c.outcome)
	smallPrint{c.state}.write(w)
	c.buttons.write(w)
}

// inlineValue is the length up to which a value goes beside its label.
const inlineValue = 80

// field writes a labelled value: beside its label if it is short, else below. The value is
// formatted as code, in which Slack reads no markup and whose ends are visible.
func (w *blockWriter) field(f field) {
	if w.open.kind == section {
		w.text("\n", 0)
	} else {
		w.openElement(element{kind: section}, "")
	}
	w.text(f.label, bold|unread(f.label))
	w.text(": ", 0)
	switch {
	case f.file != "":
		w.text(textAttachedWhole+f.file, italic)
	case f.channel != "":
		w.text(f.value, unread(f.value))
		w.text(" ", 0)
		w.channel(f.channel)
	case f.value == "":
		w.text("empty", italic)
	case utf8.RuneCountInString(f.value) <= inlineValue && !strings.Contains(f.value, "\n"):
		w.text(f.value, code)
	default:
		w.openElement(element{kind: preformatted}, "")
		w.text(f.value, 0)
	}
}

// unread is the style of one of aidesk's own texts: code, if Slack might read an address
// or an emoji in it.
func unread(text string) style {
	if strings.ContainsAny(text, ":/.@") {
		return code
	}
	return 0
}

// channel names a channel by its id: Slack shows its present name, and links it for those
// who may see it.
func (w *blockWriter) channel(id string) {
	w.endText()
	w.out = append(appendKey(append(w.out, `,{"type":"channel"`...), "channel_id", id), '}')
}

func (c card) text() string {
	var said []string
	for _, group := range c.groups {
		for _, f := range group {
			if f.file != "" {
				f.value = textAttached + f.file
			} else if f.channel != "" {
				f.value += " " + textThisChannel
			}
			said = append(said, f.label+": "+f.value)
		}
	}
	var small []string
	for _, f := range c.facts {
		small = append(small, factText(f))
	}
	return joined([]string{c.sentence, strings.Join(said, "\n"), joined(small, textDot), c.outcome, c.state, c.buttons.text()}, "\n\n")
}

func (c card) allButtons() buttonRow { return c.buttons }
