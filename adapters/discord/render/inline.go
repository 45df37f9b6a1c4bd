package render

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// style is a set of emphasis.
type style uint8

const (
	strong style = 1 << iota
	emphasis
	strike
)

// atom is a piece of running text in one style: plain text, or markup that is
// written already (a code span, a link).
type atom struct {
	text   string
	markup bool
	style  style
}

// blank atoms show no style.
func (a atom) blank() bool { return !a.markup && strings.TrimSpace(a.text) == "" }

// inlines writes running text, with s around all of it.
func inlines(ins []markdown.Inline, s style) string {
	var b strings.Builder
	write(&b, settle(flatten(nil, ins, s)), "", 0)
	return b.String()
}

// flatten makes atoms of a tree: where styles are nested within themselves, one is
// left; text of one style is in one piece.
func flatten(out []atom, ins []markdown.Inline, s style) []atom {
	for _, in := range ins {
		switch in.Kind {
		case markdown.InlineText:
			out = extend(out, in.Text, s)
		case markdown.InlineBreak:
			out = extend(out, "\n", s)
		case markdown.InlineCode:
			if in.Text != "" {
				out = append(out, atom{text: span(in.Text), markup: true, style: s})
			}
		case markdown.InlineStrong:
			out = flatten(out, in.Children, s|strong)
		case markdown.InlineEmphasis:
			out = flatten(out, in.Children, s|emphasis)
		case markdown.InlineStrike:
			out = flatten(out, in.Children, s|strike)
		case markdown.InlineLink:
			if !in.Allowed {
				out = flatten(out, in.Children, s)
				continue
			}
			out = link(out, in, s)
		}
	}
	return out
}

func extend(out []atom, text string, s style) []atom {
	if n := len(out); n > 0 && !out[n-1].markup && out[n-1].style == s {
		out[n-1].text += text
		return out
	}
	return append(out, atom{text: text, style: s})
}

// settle takes blanks out of the ends of emphasis, where they would keep it from
// being read.
func settle(atoms []atom) []atom {
	var out []atom
	for _, a := range atoms {
		body := strings.TrimFunc(a.text, unicode.IsSpace)
		if a.markup || a.style == 0 || body == "" || len(body) == len(a.text) {
			out = append(out, a)
			continue
		}
		at := strings.Index(a.text, body)
		for _, text := range []string{a.text[:at], body, a.text[at+len(body):]} {
			if text != "" {
				out = append(out, atom{text: text, style: a.style})
			}
		}
	}
	var before style // of the last atom that is not blank
	for i := range out {
		if !out[i].blank() {
			before = out[i].style
			continue
		}
		after := style(0)
		for _, a := range out[i+1:] {
			if !a.blank() {
				after = a.style
				break
			}
		}
		out[i].style &= before & after
	}
	prune(out, strong, func(a atom) bool { return a.markup && bare(a.text, "**") })
	prune(out, strike, func(a atom) bool { return strings.HasSuffix(a.text, "~") || a.markup && strings.Contains(a.text, "~~") })
	return out
}

// prune takes a style off every run of atoms with one that spoils it, so that it is
// known of what follows an atom that its marks will be written.
func prune(atoms []atom, s style, spoils func(atom) bool) {
	for i := 0; i < len(atoms); i++ {
		from, spoilt := i, false
		for ; i < len(atoms) && atoms[i].style&s != 0; i++ {
			spoilt = spoilt || spoils(atoms[i])
		}
		if spoilt {
			take(atoms[from:i], s)
		}
	}
}

// nearby is how much of a line is looked at to see whether it has begun.
const nearby = 32

// write writes atoms behind what stands on the line; next is the first character of
// what will follow them.
func write(b *strings.Builder, atoms []atom, line string, next rune) {
	from := b.Len()
	current := func() string {
		s := b.String()[from:]
		s = s[max(0, len(s)-nearby):]
		if i := strings.LastIndexByte(s, '\n'); i >= 0 {
			return s[i+1:]
		}
		if len(s) == nearby {
			return s
		}
		return line + s
	}
	for len(atoms) > 0 {
		a := atoms[0]
		if a.style == 0 || a.blank() { // emphasis cannot begin with a blank
			switch before := current(); {
			case !a.markup:
				b.WriteString(escape(before, a.text))
			case a.text[0] == '`' && strings.HasSuffix(before, "`"):
				b.WriteString(gap + a.text) // two spans would be one
			default:
				b.WriteString(a.text)
			}
			atoms = atoms[1:]
			continue
		}
		s, n := longest(atoms)
		for atoms[n-1].blank() { // nor end with one
			n--
		}
		inner := slices.Clone(atoms[:n])
		take(inner, s)
		follows := next
		if n < len(atoms) {
			follows = first(atoms[n:])
		}
		var content strings.Builder
		write(&content, inner, current(), 0)
		written := current()
		before, _ := utf8.DecodeLastRuneInString(written)
		if strings.HasSuffix(written, `\*`) {
			before = '\\' // an escaped mark is none
		}
		mark := fit(s, content.String(), before, follows)
		if mark == "" {
			take(atoms[:n], s)
			continue
		}
		b.WriteString(mark + content.String() + mark)
		atoms = atoms[n:]
	}
}

// take takes a style off all of atoms.
func take(atoms []atom, s style) {
	for i := range atoms {
		atoms[i].style &^= s
	}
}

// longest is the style of the first atom that lasts for the most atoms.
func longest(atoms []atom) (best style, most int) {
	for _, s := range []style{strike, strong, emphasis} {
		n := 0
		for n < len(atoms) && atoms[n].style&s != 0 {
			n++
		}
		if n > most {
			best, most = s, n
		}
	}
	return best, most
}

// first is the first character of what will be written for atoms; 0 where that
// depends on what stands before it.
func first(atoms []atom) rune {
	if atoms[0].style != 0 && !atoms[0].blank() {
		switch s, _ := longest(atoms); s {
		case strike:
			return '~'
		case strong:
			return '*'
		default:
			return 0
		}
	}
	r, _ := utf8.DecodeRuneInString(atoms[0].text)
	if !atoms[0].markup && r < utf8.RuneSelf && strings.ContainsRune(marks, r) {
		return '\\'
	}
	return r
}

// fit is the mark with which content can have a style between two characters;
// empty where Discord would read something else.
func fit(s style, content string, before, next rune) string {
	switch s {
	case strike:
		if !strings.Contains(content, "~~") && !strings.HasSuffix(content, "~") && next != '_' {
			return "~~"
		}
	case strong:
		if !bare(content, "**") && before != '*' && next != '*' {
			return "**"
		}
	default:
		if !bare(content, "_") && !word(before) && before != '~' && !word(next) {
			return "_"
		}
		if !bare(content, "*") && before != '*' && next != '*' {
			return "*"
		}
	}
	return ""
}

// bare reports whether a mark occurs that no backslash escapes. That code and
// addresses know no escapes makes no difference to Discord.
func bare(s, mark string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.HasPrefix(s[i:], mark) {
			return true
		}
	}
	return false
}

func word(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
