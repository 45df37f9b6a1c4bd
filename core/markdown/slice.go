package markdown

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cutInlines cuts before character n, or before the link that n lies in.
func cutInlines(ins []Inline, n int) (head, tail []Inline) {
	for i, in := range ins {
		size := size(in)
		if n >= size {
			head, n = append(head, in), n-size
			continue
		}
		a, b := in, in
		switch in.Kind {
		case InlineText, InlineCode:
			at := offset(in.Text, n)
			a.Text, b.Text = in.Text[:at], in.Text[at:]
		case InlineStrong, InlineEmphasis, InlineStrike:
			a.Children, b.Children = cutInlines(in.Children, n)
		default:
			return head, append(tail, ins[i:]...)
		}
		if a.Text != "" || len(a.Children) > 0 {
			head = append(head, a)
		}
		return head, append(append(tail, b), ins[i+1:]...)
	}
	return head, nil
}

// size is how many characters an inline is in flat text.
func size(in Inline) int {
	switch in.Kind {
	case InlineText, InlineCode:
		return utf8.RuneCountInString(in.Text)
	case InlineBreak:
		return 1
	case InlineLink:
		return utf8.RuneCountInString(label(in))
	}
	n := 0
	for _, c := range in.Children {
		n += size(c)
	}
	return n
}

// offset is where character n of s begins.
func offset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// trimEnd takes blanks and breaks off the end.
func trimEnd(ins []Inline) []Inline {
	for len(ins) > 0 {
		last := ins[len(ins)-1]
		switch last.Kind {
		case InlineText:
			last.Text = strings.TrimRightFunc(last.Text, unicode.IsSpace)
		case InlineStrong, InlineEmphasis, InlineStrike:
			last.Children = trimEnd(last.Children)
		case InlineCode, InlineLink:
			return ins
		}
		if last.Text != "" || len(last.Children) > 0 {
			return append(ins[:len(ins)-1:len(ins)-1], last)
		}
		ins = ins[:len(ins)-1]
	}
	return nil
}

// trimStart takes blanks and breaks off the start.
func trimStart(ins []Inline) []Inline {
	for len(ins) > 0 {
		first := ins[0]
		switch first.Kind {
		case InlineText:
			first.Text = strings.TrimLeftFunc(first.Text, unicode.IsSpace)
		case InlineStrong, InlineEmphasis, InlineStrike:
			first.Children = trimStart(first.Children)
		case InlineCode, InlineLink:
			return ins
		}
		if first.Text != "" || len(first.Children) > 0 {
			return append([]Inline{first}, ins[1:]...)
		}
		ins = ins[1:]
	}
	return nil
}

// unlink turns the first link of a text into text; false when there is none.
func unlink(ins []Inline) ([]Inline, bool) {
	for i, in := range ins {
		switch {
		case in.Kind == InlineLink:
			return join(ins[:i], judge(nil).link(in.Children, in.URL), ins[i+1:]), true
		case styled(in.Kind):
			if children, ok := unlink(in.Children); ok {
				in.Children = children
				return slices.Concat(ins[:i], []Inline{in}, ins[i+1:]), true
			}
		}
	}
	return nil, false
}
