package markdown

import (
	"slices"
	"strings"
)

// settle decides about every link in a running text: first the written ones by their
// label and destination, then whatever in the text that is left looks like one, for a
// URL may hide in the seam of two nodes. Links that were allowed before stay.
func (j judge) settle(ins []Inline) []Inline {
	if quiet(ins) {
		return ins
	}
	ins = j.written(ins)
	if seam(ins) {
		ins = unwrap(ins)
	}
	return j.texts(ins)
}

// quiet reports whether there is nothing to decide, which is the common case.
func quiet(ins []Inline) bool {
	if !tidy(ins) {
		return false
	}
	s := content(ins)
	if strings.Contains(s, "://") {
		return false
	}
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '.')
		if i < 0 {
			return true
		}
		if from += i + 1; from > 1 && s[from-2]|0x20 == 'w' {
			return false
		}
	}
}

// tidy reports whether there is no link and no text that is empty or divided.
func tidy(ins []Inline) bool {
	for i, in := range ins {
		switch {
		case in.Kind == InlineLink,
			in.Kind == InlineText && (in.Text == "" || i > 0 && ins[i-1].Kind == InlineText),
			in.Kind == InlineCode && in.Text == "",
			styled(in.Kind) && (len(in.Children) == 0 || !tidy(in.Children)):
			return false
		}
	}
	return true
}

// written decides about the links that were written as such.
func (j judge) written(ins []Inline) []Inline {
	var out run
	for _, in := range ins {
		switch {
		case in.Kind == InlineLink && !in.Allowed:
			out.add(j.link(in.Children, in.URL)...)
		case styled(in.Kind):
			if in.Children = j.written(in.Children); len(in.Children) > 0 {
				out.add(in)
			}
		default:
			out.add(in)
		}
	}
	return out.done()
}

// texts decides about the URLs in plain text.
func (j judge) texts(ins []Inline) []Inline {
	var out run
	for _, in := range ins {
		switch {
		case in.Kind == InlineText:
			out.add(j.bare(in.Text)...)
		case styled(in.Kind):
			in.Children = j.texts(in.Children)
			out.add(in)
		default:
			out.add(in)
		}
	}
	return out.done()
}

// inert settles what a builder was given: nothing in its texts is allowed.
func inert(ins []Inline) []Inline { return judge(nil).settle(ins) }

// seam reports whether a URL spans the borders of emphasis, as in "https:**//e.com**":
// none of the nodes holds it, but their plain text would.
func seam(ins []Inline) bool {
	if !slices.ContainsFunc(ins, func(in Inline) bool { return styled(in.Kind) }) {
		return false
	}
	var all strings.Builder
	whole := map[int]bool{} // where URLs begin that lie in one node
	var walk func([]Inline)
	walk = func(ins []Inline) {
		for _, in := range ins {
			switch {
			case in.Kind == InlineText:
				for _, at := range starts(in.Text) {
					whole[all.Len()+at] = true
				}
				all.WriteString(in.Text)
			case styled(in.Kind):
				walk(in.Children)
			default:
				all.WriteByte('\n')
			}
		}
	}
	walk(ins)
	return slices.ContainsFunc(starts(all.String()), func(at int) bool { return !whole[at] })
}

func styled(k InlineKind) bool {
	return k == InlineStrong || k == InlineEmphasis || k == InlineStrike
}

// starts are the places in a text that make it a URL: of "://" behind a scheme, and
// of "www." before a name.
func starts(s string) []int {
	var out []int
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 {
			break
		}
		at := from + i
		if scheme(s[:at]) < at {
			out = append(out, at)
		}
		from = at + len("://")
	}
	for from := 0; ; {
		i := indexWWW(s, from)
		if i < 0 {
			return out
		}
		out = append(out, i)
		from = i + len("www.")
	}
}

// unwrap takes emphasis away and keeps what it held.
func unwrap(ins []Inline) []Inline {
	var out run
	for _, in := range ins {
		if styled(in.Kind) {
			out.add(unwrap(in.Children)...)
		} else {
			out.add(in)
		}
	}
	return out.done()
}
