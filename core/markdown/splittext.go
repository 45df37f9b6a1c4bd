package markdown

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// paragraph cuts running text after a sentence, else after a word, else anywhere.
func (c splitter) paragraph(b Block) (head, tail []Block, ok bool) {
	with := func(ins []Inline) []Block {
		b.Inlines = ins
		return []Block{b}
	}
	ins := trimStart(b.Inlines) // leading spaces are no place for a cut
	f := flatten(ins)
	n := largestFit(len(f.runes), 64, func(n int) bool {
		h, _ := cutInlines(ins, n)
		return c.fits(with(h))
	})
	if n > 0 && n == len(f.runes) {
		return with(ins), nil, true
	}
	for n > 0 {
		p := f.bestCut(n, c.hasContent)
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
	if c.hasAnything {
		return nil, nil, false
	}
	if plain, ok := withoutFirstLink(ins); ok {
		b.Inlines = withoutLinks(plain)
		return c.paragraph(b)
	}
	return nil, nil, false
}

// flatText is running text as characters, with the places that may not be cut.
type flatText struct {
	runes  []rune
	joined []bool // no cut before this character
	inCode []bool // no cut before this character, if there is another place
}

func flatten(ins []Inline) *flatText {
	f := &flatText{}
	f.add(ins)
	return f
}

func (f *flatText) add(ins []Inline) {
	for _, in := range ins {
		from := len(f.runes)
		switch in.Kind {
		case InlineText, InlineCode:
			f.runes = append(f.runes, []rune(in.Text)...)
		case InlineBreak:
			f.runes = append(f.runes, '\n')
		case InlineLink:
			f.runes = append(f.runes, []rune(linkLabel(in))...)
		default:
			f.add(in.Children)
			continue
		}
		for i := from; i < len(f.runes); i++ {
			f.joined = append(f.joined, i > from && in.Kind == InlineLink)
			f.inCode = append(f.inCode, i > from && in.Kind == InlineCode)
		}
	}
}

// linkLabel returns what a link shows, never empty, so that every link has a length.
func linkLabel(in Inline) string {
	if s := visibleText(in.Children); s != "" {
		return s
	}
	return "\ufffc"
}

// bestCut returns the best place for a cut in the first n characters: after the last
// sentence unless that leaves two thirds empty, else after the last word, else after the
// last character; 0: there is none. Strict allows ends of sentences only.
func (f *flatText) bestCut(n int, strict bool) int {
	n = min(n, len(f.runes)-1)
	word := 0
	for p := n; p > 0; p-- {
		if f.joined[p] || f.inCode[p] {
			continue
		}
		if f.endsSentence(p) {
			if p >= n/3 || strict {
				return p
			}
			break
		}
		if word == 0 && f.endsWord(p) {
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
	for _, soft := range []bool{false, true} { // a code span is cut only if nothing else can be
		last, at, text := 0, 0, string(f.runes[:n+1])
		from := 0
		for end := range graphemeEnds(text) {
			at += utf8.RuneCountInString(text[from:end])
			from = end
			if at > n {
				break
			}
			if !f.joined[at] && (soft || !f.inCode[at]) {
				last = at
			}
		}
		if last > 0 {
			return last
		}
	}
	return 0
}

// endsSentence reports whether a sentence or line ends before place p.
func (f *flatText) endsSentence(p int) bool {
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

// endsWord reports whether a word ends before place p.
func (f *flatText) endsWord(p int) bool {
	before, after := f.runes[p-1], f.runes[p]
	if unicode.IsSpace(before) || unicode.IsSpace(after) {
		return true
	}
	return isCJK(before) && isCJK(after) && !unicode.IsPunct(after) && !unicode.In(before, unicode.Ps, unicode.Hangul)
}

// maxCluster is how many code points of one grapheme cluster stay together.
const maxCluster = 32

// graphemeEnds yields where each visible character of s ends, in bytes.
func graphemeEnds(s string) iter.Seq[int] {
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

// cutInlines cuts before character n, or before the link that contains it.
func cutInlines(ins []Inline, n int) (head, tail []Inline) {
	for i, in := range ins {
		size := inlineLength(in)
		if n >= size {
			head, n = append(head, in), n-size
			continue
		}
		a, b := in, in
		switch in.Kind {
		case InlineText, InlineCode:
			at := runeOffset(in.Text, n)
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

// inlineLength returns how many characters an inline has in flatText.
func inlineLength(in Inline) int {
	switch in.Kind {
	case InlineText, InlineCode:
		return utf8.RuneCountInString(in.Text)
	case InlineBreak:
		return 1
	case InlineLink:
		return utf8.RuneCountInString(linkLabel(in))
	}
	n := 0
	for _, c := range in.Children {
		n += inlineLength(c)
	}
	return n
}

// runeOffset returns where character n of s begins, in bytes.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// trimEnd removes spaces and breaks at the end.
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

// trimStart removes spaces and breaks at the start.
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

// withoutFirstLink turns the first link of a text into text; false: there is none.
func withoutFirstLink(ins []Inline) ([]Inline, bool) {
	for i, in := range ins {
		switch {
		case in.Kind == InlineLink:
			return concat(ins[:i], linkPolicy(nil).resolveLink(in.Children, in.URL), ins[i+1:]), true
		case isEmphasis(in.Kind):
			if children, ok := withoutFirstLink(in.Children); ok {
				in.Children = children
				return slices.Concat(ins[:i], []Inline{in}, ins[i+1:]), true
			}
		}
	}
	return nil, false
}
