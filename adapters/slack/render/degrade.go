package render

import "bytes"

// Degrade returns simpler messages to send instead of one whose layout Slack refused
// (invalid_blocks, msg_blocks_too_long). The steps are: without images, languages of
// code and ratings, which not every version of Slack knows; with aligned text instead of tables;
// split into smaller messages; plain text with buttons; plain text. Each result can be
// given to Degrade again; false means that there is nothing simpler. Steps that would
// change nothing are skipped.
//
// No step loses content. Only the last one loses buttons, ratings aside.
func Degrade(m Message) ([]Message, bool) {
	for step := m.simplified + 1; step <= plainTextStep; step++ {
		out := simplifications[step-1](m)
		if len(out) == 0 || len(out) == 1 && bytes.Equal(out[0].Blocks, m.Blocks) {
			continue
		}
		for i := range out {
			out[i].Channel, out[i].Thread, out[i].simplified = m.Channel, m.Thread, step
		}
		out[len(out)-1].Files = m.Files
		return out, true
	}
	return nil, false
}

// plainTextStep is the number of the last step: plain text.
const plainTextStep = 5

// simplifications are the steps of Degrade.
var simplifications = [plainTextStep]func(Message) []Message{
	func(m Message) []Message { return paginate(m.segments, fullMessage, renderOptions{noImages: true}) },
	func(m Message) []Message {
		return paginate(m.segments, fullMessage, renderOptions{noImages: true, noTables: true})
	},
	smallerMessages,
	plainWithButtons,
	func(m Message) []Message {
		if m.Blocks == nil {
			return nil
		}
		return plainMessages(m.segments)
	},
}

// smallerMessages splits a message into smaller ones.
func smallerMessages(m Message) []Message {
	t := renderOptions{noImages: true, noTables: true}
	var segments []segment
	for _, s := range m.segments {
		if text, ok := s.(prose); ok {
			segments = append(segments, text.split(smallMessage, t)...)
		} else {
			segments = append(segments, s)
		}
	}
	return paginate(segments, smallMessage, t)
}

// plainWithButtons is a message as plain text with its buttons; nil if it has none.
func plainWithButtons(m Message) []Message {
	var all buttonRow
	for _, s := range m.segments {
		all = append(all, s.allButtons()...)
	}
	if len(all) == 0 {
		return nil
	}
	var segments []segment
	for _, text := range splitText(plainText(m.segments), maxPlain) {
		segments = append(segments, plainSegment(text))
	}
	return paginate(append(segments, all), fullMessage, renderOptions{})
}

// plainSegment is plain text.
type plainSegment string

func (p plainSegment) write(w *blockWriter)  { w.section(string(p)) }
func (p plainSegment) text() string          { return string(p) }
func (p plainSegment) allButtons() buttonRow { return nil }

// plainMessages are segments as messages of plain text.
func plainMessages(segments []segment) []Message {
	var out []Message
	for _, text := range splitText(plainText(segments), maxText) {
		out = append(out, Message{Text: Escape(text), segments: segments, simplified: plainTextStep})
	}
	return out
}
