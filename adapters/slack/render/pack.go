package render

import "slices"

// pack puts parts into as few messages as they fit into, in their order. A part that
// cannot be split has a message of its own if it is too long for the others; one that
// Slack would not take at all goes out as plain text.
func pack(parts []part, b budget, t terms) []Message {
	var out []Message
	var open []part
	s := sheet{terms: t}
	flush := func() {
		if len(open) > 0 {
			out = append(out, written(&s, open))
		}
		s, open = sheet{terms: t}, nil
	}
	for _, p := range parts {
		before := s
		if p.write(&s); b.fits(&s) {
			if s.blocks > before.blocks { // it shows something
				open = append(open, p)
			}
			continue
		}
		s = before
		flush()
		if m, ok := alone(p, b, t); ok {
			s, open = m, []part{p}
			continue
		}
		out = append(out, unfit(p)...)
	}
	flush()
	return out
}

// alone is a part on a sheet of its own, if it fits there: on the terms given, else
// with aligned tables, else on the largest sheet that Slack takes.
func alone(p part, b budget, t terms) (sheet, bool) {
	fenced := terms{bare: t.bare, fenced: true}
	for _, try := range []struct {
		budget
		terms
	}{{b, t}, {b, fenced}, {whole, fenced}} {
		s := sheet{terms: try.terms}
		if p.write(&s); try.fits(&s) {
			s.terms = t
			return s, true
		}
	}
	return sheet{}, false
}

// unfit is a part that is too long for any message.
func unfit(p part) []Message {
	m := Message{parts: []part{p}}
	if out := pressable(m); out != nil {
		return out
	}
	return plainly(m.parts)
}

// written is the message of what stands on a sheet.
func written(s *sheet, parts []part) Message {
	m := Message{Text: fallback(parts), parts: parts}
	if s.blocks > 0 {
		m.Blocks = slices.Clip(append(s.out, ']'))
	}
	return m
}
