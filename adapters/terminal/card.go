package terminal

import (
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// cardStates are the colour of a card's bar and the words for its state.
var cardStates = map[chat.CardState]struct {
	color style
	words string
}{
	chat.CardWaiting:  {yellow, ""},
	chat.CardWorking:  {cyan, textWorking},
	chat.CardDone:     {green, "Done."},
	chat.CardFailed:   {red, "Failed."},
	chat.CardUnknown:  {red, textUnknown},
	chat.CardDenied:   {dim, textNotSent},
	chat.CardExpired:  {dim, textExpired},
	chat.CardReplaced: {dim, textReplaced},
}

// card lays out a whole card: the sentence, the values, the details of the request, its
// outcome and the buttons. Nothing is cut off and nothing stays hidden, because this is
// what a member approves.
func (l Renderer) card(c chat.Card) []line {
	width := l.Width - 2
	if text, decided := c.Short(l.hour(c.At), cardStates[c.State].words); decided {
		return withBar(append(wrap([]span{verbatim(text, 0)}, width), l.buttons(c.Buttons, width)...), cardStates[c.State].color)
	}
	sentence := wrap([]span{verbatim(c.Sentence, bold)}, width)
	end := append(l.facts(c, width), l.outcome(c, width)...)
	return withBar(spaced(
		sentence,
		fields(c.Values, width),
		fields(c.Details, width),
		append(end, l.buttons(c.Buttons, width)...),
	), cardStates[c.State].color)
}

// cardUpdate lays out the outcome of a card that was shown before: its sentence as a
// reminder, but not the request again.
func (l Renderer) cardUpdate(c chat.Card) []line {
	if _, decided := c.Short("", ""); decided {
		return l.card(c)
	}
	width := l.Width - 2
	lines := wrap([]span{verbatim(c.Sentence, bold)}, width)
	lines = append(lines, l.outcome(c, width)...)
	return withBar(append(lines, l.buttons(c.Buttons, width)...), cardStates[c.State].color)
}

// hour is the time of day in the member's zone; empty for the zero time.
func (l Renderer) hour(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(l.Zone).Format("15:04 MST")
}

// facts are a card's small print, with the time at which it expires.
func (l Renderer) facts(c chat.Card, width int) []line {
	var parts []string
	for _, f := range c.Facts {
		if f.Channel != "" {
			f.Text += " #" + f.Channel
		}
		parts = append(parts, strings.ReplaceAll(f.Text, "\n", " "))
	}
	if c.State == chat.CardWaiting && !c.Until.IsZero() {
		parts = append(parts, textUntil+l.when(c.Until))
	}
	if len(parts) == 0 {
		return nil
	}
	return wrap([]span{verbatim(strings.Join(parts, " · "), dim)}, width)
}

// outcome is the state in words and what aidesk says about it.
func (l Renderer) outcome(c chat.Card, width int) []line {
	var out []line
	if s := cardStates[c.State]; s.words != "" {
		out = wrap([]span{{text: s.words, style: s.color}}, width)
	}
	if c.Outcome != "" {
		out = append(out, wrap([]span{verbatim(c.Outcome, 0)}, width)...)
	}
	return out
}

// when formats a time in the member's zone.
func (l Renderer) when(t time.Time) string { return t.In(l.Zone).Format("2 Jan 15:04 MST") }

// fields lays out labelled values. Labels stand in a column of their own, but one
// that would leave too little to the values stands above its value. A value hangs
// behind its label, so none can pass itself off as another label.
func fields(fs []chat.Field, width int) []line {
	column := 0
	labels := make([]span, len(fs))
	for i, f := range fs {
		labels[i] = words(markdown.Visible(f.Label), dim)
		if w := markdown.Width(labels[i].text) + len(gap); w <= width/3 {
			column = max(column, w)
		}
	}
	var out []line
	for i, f := range fs {
		label, value := labels[i], verbatim(f.Value, 0)
		if f.Channel != "" {
			value = verbatim(f.Value+" #"+f.Channel, 0)
		}
		if markdown.Width(label.text)+len(gap) > column {
			out = append(out, wrap([]span{label}, width)...)
			out = append(out, hangingIndent(wrap([]span{value}, width-len(gap)), span{text: gap})...)
			continue
		}
		label.text += strings.Repeat(" ", column-markdown.Width(label.text))
		out = append(out, hangingIndent(wrap([]span{value}, width-column), label)...)
	}
	return out
}
