package markdown

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// text cuts running text: behind a sentence, else behind a word, else anywhere.
func (c cutter) text(b Block) (head, tail []Block, ok bool) {
	with := func(ins []Inline) []Block {
		b.Inlines = ins
		return []Block{b}
	}
	ins := trimStart(b.Inlines) // a blank start is no place for a cut
	f := flatten(ins)
	n := most(len(f.runes), 64, func(n int) bool {
		h, _ := cutInlines(ins, n)
		return c.fits(with(h))
	})
	if n > 0 && n == len(f.runes) {
		return with(ins), nil, true
	}
	for n > 0 {
		p := f.best(n, c.shared)
		if p == 0 {
			break
		}
		h, t := cutInlines(ins, p)
		h, t = trimEnd(h), trimStart(t)
		if len(h) > 0 && c.fits(with(h)) {
			if len(t) == 0 {
				return with(h), nil, true
			}
			return with(h), with(t), true
		}
		n = p - 1
	}
	if c.led {
		return nil, nil, false
	}
	if plain, ok := unlink(ins); ok {
		b.Inlines = inert(plain)
		return c.text(b)
	}
	return nil, nil, false
}

// flat is running text as characters, with what may not be cut.
type flat struct {
	runes []rune
	whole []bool // this character belongs together with the one before it
	code  []bool // the same, if there is any other way
}

func flatten(ins []Inline) *flat {
	f := &flat{}
	f.add(ins)
	return f
}

func (f *flat) add(ins []Inline) {
	for _, in := range ins {
		from := len(f.runes)
		switch in.Kind {
		case InlineText, InlineCode:
			f.runes = append(f.runes, []rune(in.Text)...)
		case InlineBreak:
			f.runes = append(f.runes, '\n')
		case InlineLink:
			f.runes = append(f.runes, []rune(label(in))...)
		default:
			f.add(in.Children)
			continue
		}
		for i := from; i < len(f.runes); i++ {
			f.whole = append(f.whole, i > from && in.Kind == InlineLink)
			f.code = append(f.code, i > from && in.Kind == InlineCode)
		}
	}
}

// label is what a link shows; never empty, so that a link has a place in the text.
func label(in Inline) string {
	if s := content(in.Children); s != "" {
		return s
	}
	return "\ufffc"
}

// best is the best place for a cut in the first n characters: behind the last
// sentence unless that leaves two thirds empty, behind the last word, behind the last
// character. 0 is no place. Strict takes sentences only.
func (f *flat) best(n int, strict bool) int {
	n = min(n, len(f.runes)-1)
	word := 0
	for p := n; p > 0; p-- {
		if f.whole[p] || f.code[p] {
			continue
		}
		if f.sentence(p) {
			if p >= n/3 || strict {
				return p
			}
			break
		}
		if word == 0 && f.word(p) {
			word = p
			if p < n/3 && !strict {
				break
			}
		}
	}
	if strict {
		return 0
	}
	if word > 0 {
		return word
	}
	for _, soft := range []bool{false, true} { // a code span is cut before nothing is
		last, at, text := 0, 0, string(f.runes[:n+1])
		from := 0
		for end := range ends(text) {
			at += utf8.RuneCountInString(text[from:end])
			from = end
			if at > n {
				break
			}
			if !f.whole[at] && (soft || !f.code[at]) {
				last = at
			}
		}
		if last > 0 {
			return last
		}
	}
	return 0
}

// sentence reports whether a sentence or line ends before place p.
func (f *flat) sentence(p int) bool {
	switch f.runes[p-1] {
	case '\n', '。', '！', '？':
		return true
	case '.', '!', '?', '…':
		return unicode.IsSpace(f.runes[p])
	case ' ':
		return p > 1 && strings.ContainsRune(".!?…", f.runes[p-2])
	}
	return f.runes[p] == '\n'
}

// word reports whether a word ends before place p.
func (f *flat) word(p int) bool {
	before, after := f.runes[p-1], f.runes[p]
	if unicode.IsSpace(before) || unicode.IsSpace(after) {
		return true
	}
	return eastern(before) && eastern(after) && !unicode.IsPunct(after) && !unicode.In(before, unicode.Ps, unicode.Hangul)
}

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

// maxCluster is how many code points of one visible character stay together.
const maxCluster = 32

// ends yields where the visible characters of s end, in bytes.
func ends(s string) iter.Seq[int] {
	return func(yield func(int) bool) {
		at := 0
		for g := displaywidth.StringGraphemes(s); g.Next(); {
			v := g.Value()
			if len(v) > maxCluster && utf8.RuneCountInString(v) > maxCluster {
				for i, r := range v {
					if !yield(at + i + utf8.RuneLen(r)) {
						return
					}
				}
			} else if !yield(at + len(v)) {
				return
			}
			at += len(v)
		}
	}
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
