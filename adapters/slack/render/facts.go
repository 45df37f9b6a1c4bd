package render

import (
	"regexp"
	"slices"
	"strings"

	"aidesk/core/chat"
)

// linkable are a channel's id, and words before it in which Slack reads no markup.
var (
	linkable   = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)
	plainWords = regexp.MustCompile(`^[A-Za-z ,;]+$`)
)

// facts writes the parts of a line of small print behind each other as plain text. Only one
// that names a channel is markup: Slack shows the channel's present name.
func (w *blockWriter) facts(all []chat.Fact) {
	var elements [][]byte
	open := "" // plain text that is not yet an element
	flush := func() {
		for _, piece := range splitText(open, maxPlain) {
			elements = append(elements, appendObject(nil, "plain_text", piece))
		}
		open = ""
	}
	for i, f := range all {
		text := f.Text
		if i > 0 {
			text = strings.TrimLeft(textDot, " ") + text
		}
		if linkable.MatchString(f.Channel) && plainWords.MatchString(f.Text) {
			flush()
			elements = append(elements, appendObject(nil, "mrkdwn", text+" <#"+f.Channel+">"))
			continue
		}
		open = joined([]string{open, factText(chat.Fact{Text: text, Channel: f.Channel})}, " ")
	}
	flush()
	for some := range slices.Chunk(elements, maxContext) {
		w.block("context")
		w.out = append(w.out, `,"elements":[`...)
		for i, e := range some {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.out = append(w.out, e...)
		}
		w.out = append(w.out, ']')
		w.endBlock()
	}
}

// factText is a part of a line of small print as plain text, in which no channel has its name.
func factText(f chat.Fact) string {
	if f.Channel != "" {
		return f.Text + " " + textThisChannel
	}
	return f.Text
}
