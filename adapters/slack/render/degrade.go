package render

import "bytes"

// Degrade is what to send instead of a message that Slack refused (invalid_blocks,
// msg_blocks_too_long): at first the same without pictures and without what only
// some versions of Slack know, then with aligned text in place of tables, then in
// several smaller messages, then with its buttons below plain text, at last as plain
// text alone. Each of these can be given to Degrade again; false means that there is
// nothing simpler. Steps that would change nothing are left out.
//
// Every step says all that the message says. Only the last loses buttons.
func Degrade(m Message) ([]Message, bool) {
	for rung := m.rung + 1; rung <= lastRung; rung++ {
		out := rungs[rung-1](m)
		if len(out) == 0 || len(out) == 1 && bytes.Equal(out[0].Blocks, m.Blocks) {
			continue
		}
		for i := range out {
			out[i].Channel, out[i].Thread, out[i].rung = m.Channel, m.Thread, rung
		}
		out[len(out)-1].Files = m.Files
		return out, true
	}
	return nil, false
}

// lastRung is plain text.
const lastRung = 5

// rungs make a message simpler and simpler.
var rungs = [lastRung]func(Message) []Message{
	func(m Message) []Message { return pack(m.parts, whole, terms{bare: true}) },
	func(m Message) []Message { return pack(m.parts, whole, terms{bare: true, fenced: true}) },
	smaller,
	pressable,
	func(m Message) []Message {
		if m.Blocks == nil {
			return nil
		}
		return plainly(m.parts)
	},
}

// smaller is the message in smaller ones.
func smaller(m Message) []Message {
	t := terms{bare: true, fenced: true}
	var parts []part
	for _, p := range m.parts {
		if text, ok := p.(prose); ok {
			parts = append(parts, text.split(small, t)...)
		} else {
			parts = append(parts, p)
		}
	}
	return pack(parts, small, t)
}

// pressable is the message as plain text with its buttons; none if it has no buttons.
func pressable(m Message) []Message {
	var all press
	for _, p := range m.parts {
		all = append(all, p.presses()...)
	}
	if len(all) == 0 {
		return nil
	}
	var parts []part
	for _, text := range chop(plainText(m.parts), maxPlain) {
		parts = append(parts, words(text))
	}
	return pack(append(parts, all), whole, terms{})
}

// words are plain text.
type words string

func (w words) write(s *sheet) { s.section(string(w)) }
func (w words) text() string   { return string(w) }
func (w words) presses() press { return nil }

// plainly is parts as messages of plain text.
func plainly(parts []part) []Message {
	var out []Message
	for _, text := range chop(plainText(parts), maxText) {
		out = append(out, Message{Text: Escape(text), parts: parts, rung: lastRung})
	}
	return out
}
