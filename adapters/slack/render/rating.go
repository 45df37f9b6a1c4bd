package render

import (
	"cmp"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// What Slack tells of a press on the buttons of a rating.
const (
	TypeRating = "feedback_buttons" // the type of the action
	ValueGood  = "good"             // its value
	ValueBad   = "bad"
)

// rating is the two thumbs below an answer. Slack draws them; what they say is for those who
// point at them, and for those who do not see them.
type rating chat.Rating

func (r rating) write(w *blockWriter) {
	if w.noImages || w.blocks == 0 { // they stand below something, or nowhere
		return
	}
	w.block("context_actions")
	w.out = append(w.out, `,"elements":[{"type":"`+TypeRating+`"`...)
	w.out = appendKey(w.out, "action_id", r.ID)
	w.thumb("positive_button", r.Good, ValueGood)
	w.thumb("negative_button", r.Bad, ValueBad)
	w.out = append(w.out, `}]`...)
	w.endBlock()
}

// thumb writes one of the two buttons.
func (w *blockWriter) thumb(key, label, value string) {
	label = cmp.Or(markdown.Line(label, maxLabel), "…")
	w.out = append(w.out, `,"`+key+`":{"text":`...)
	w.out = appendObject(w.out, "plain_text", label)
	w.out = appendKey(w.out, "value", value)
	w.out = append(appendKey(w.out, "accessibility_label", label), '}')
}

// text is empty: text cannot be pressed, and nobody misses the thumbs in a notification.
func (r rating) text() string          { return "" }
func (r rating) allButtons() buttonRow { return nil }
