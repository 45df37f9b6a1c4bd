package markdown

import (
	"iter"
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
