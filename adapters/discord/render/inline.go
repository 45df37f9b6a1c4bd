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

// run is a piece of running text in one style: plain text, or markup that is
// written already (a code span, a link).
type run struct {
	text   string
	markup bool
	style  style
}

// blank atoms show no style.
func (a run) blank() bool { return !a.markup && strings.TrimSpace(a.text) == "" }

// inlines writes running text, with s around all of it.
func inlines(ins []markdown.Inline, s style) string {
	var b strings.Builder
	writeRuns(&b, normalizeRuns(toRuns(nil, ins, s)), "", 0)
	return b.String()
}

// toRuns makes atoms of a tree: where styles are nested within themselves, one is
// left; text of one style is in one piece.
func toRuns(out []run, ins []markdown.Inline, s style) []run {
	for _, in := range ins {
		switch in.Kind {
		case markdown.InlineText:
			out = appendText(out, in.Text, s)
		case markdown.InlineBreak:
			out = appendText(out, "\n", s)
		case markdown.InlineCode:
			if in.Text != "" {
				out = append(out, run{text: codeSpan(in.Text), markup: true, style: s})
			}
		case markdown.InlineStrong:
			out = toRuns(out, in.Children, s|strong)
		case markdown.InlineEmphasis:
			out = toRuns(out, in.Children, s|emphasis)
		case markdown.InlineStrike:
			out = toRuns(out, in.Children, s|strike)
		case markdown.InlineLink:
			if !in.Allowed {
				out = toRuns(out, in.Children, s)
				continue
			}
			out = link(out, in, s)
		}
	}
	return out
}

func appendText(out []run, text string, s style) []run {
	if n := len(out); n > 0 && !out[n-1].markup && out[n-1].style == s {
		out[n-1].text += text
		return out
	}
	return append(out, run{text: text, style: s})
}

// normalizeRuns takes blanks out of the ends of emphasis, where they would keep it from
// being read.
func normalizeRuns(atoms []run) []run {
	var out []run
	for _, a := range atoms {
		body := strings.TrimFunc(a.text, unicode.IsSpace)
		if a.markup || a.style == 0 || body == "" || len(body) == len(a.text) {
			out = append(out, a)
			continue
		}
		at := strings.Index(a.text, body)
		for _, text := range []string{a.text[:at], body, a.text[at+len(body):]} {
			if text != "" {
				out = append(out, run{text: text, style: a.style})
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
	dropStyle(out, strong, func(a run) bool { return a.markup && hasMarker(a.text, "**") })
	dropStyle(out, strike, func(a run) bool { return strings.HasSuffix(a.text, "~") || a.markup && strings.Contains(a.text, "~~") })
	return out
}

// dropStyle takes a style off every run of atoms with one that spoils it, so that it is
// known of what follows an atom that its marks will be written.
func dropStyle(atoms []run, s style, spoils func(run) bool) {
	for i := 0; i < len(atoms); i++ {
		from, spoilt := i, false
		for ; i < len(atoms) && atoms[i].style&s != 0; i++ {
			spoilt = spoilt || spoils(atoms[i])
		}
		if spoilt {
			removeStyle(atoms[from:i], s)
		}
	}
}

// lineContext is how much of a line is looked at to see whether it has begun.
const lineContext = 32

// writeRuns writes atoms behind what stands on the line; next is the first character of
// what will follow them.
func writeRuns(b *strings.Builder, atoms []run, line string, next rune) {
	from := b.Len()
	current := func() string {
		s := b.String()[from:]
		s = s[max(0, len(s)-lineContext):]
		if i := strings.LastIndexByte(s, '\n'); i >= 0 {
			return s[i+1:]
		}
		if len(s) == lineContext {
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
				b.WriteString(zeroWidthSpace + a.text) // two spans would be one
			default:
				b.WriteString(a.text)
			}
			atoms = atoms[1:]
			continue
		}
		s, n := longestStyle(atoms)
		for atoms[n-1].blank() { // nor end with one
			n--
		}
		inner := slices.Clone(atoms[:n])
		removeStyle(inner, s)
		follows := next
		if n < len(atoms) {
			follows = firstRune(atoms[n:])
		}
		var content strings.Builder
		writeRuns(&content, inner, current(), 0)
		written := current()
		before, _ := utf8.DecodeLastRuneInString(written)
		if strings.HasSuffix(written, `\*`) {
			before = '\\' // an escaped mark is none
		}
		mark := marker(s, content.String(), before, follows)
		if mark == "" {
			removeStyle(atoms[:n], s)
			continue
		}
		b.WriteString(mark + content.String() + mark)
		atoms = atoms[n:]
	}
}

// removeStyle takes a style off all of atoms.
func removeStyle(atoms []run, s style) {
	for i := range atoms {
		atoms[i].style &^= s
	}
}

// longestStyle is the style of the first atom that lasts for the most atoms.
func longestStyle(atoms []run) (best style, most int) {
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

// firstRune is the first character of what will be written for atoms; 0 where that
// depends on what stands before it.
func firstRune(atoms []run) rune {
	if atoms[0].style != 0 && !atoms[0].blank() {
		switch s, _ := longestStyle(atoms); s {
		case strike:
			return '~'
		case strong:
			return '*'
		default:
			return 0
		}
	}
	r, _ := utf8.DecodeRuneInString(atoms[0].text)
	if !atoms[0].markup && r < utf8.RuneSelf && strings.ContainsRune(specialChars, r) {
		return '\\'
	}
	return r
}

// marker is the mark with which content can have a style between two characters;
// empty where Discord would read something else.
func marker(s style, content string, before, next rune) string {
	switch s {
	case strike:
		if !strings.Contains(content, "~~") && !strings.HasSuffix(content, "~") && next != '_' {
			return "~~"
		}
	case strong:
		if !hasMarker(content, "**") && before != '*' && next != '*' {
			return "**"
		}
	default:
		if !hasMarker(content, "_") && !isWordRune(before) && before != '~' && !isWordRune(next) {
			return "_"
		}
		if !hasMarker(content, "*") && before != '*' && next != '*' {
			return "*"
		}
	}
	return ""
}

// hasMarker reports whether a mark occurs that no backslash escapes. That code and
// addresses know no escapes makes no difference to Discord.
func hasMarker(s, mark string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.HasPrefix(s[i:], mark) {
			return true
		}
	}
	return false
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// link adds a link that may be followed. The address always stands in angle
// brackets, so that Discord makes no preview of it.
func link(out []run, in markdown.Inline, s style) []run {
	label := normalizeRuns(toRuns(nil, in.Children, 0))
	for i, a := range label {
		if !a.markup {
			label[i].text = strings.ReplaceAll(a.text, "\n", " ")
		}
	}
	url := encodeBrackets(in.URL)
	address := run{text: "<" + url + ">", markup: true, style: s}
	said := plainText(in.Children)
	switch {
	case strings.TrimSpace(said) == "" || sameAsURL(said, in.URL):
		return append(out, address)
	case strings.Contains(said, "://") || strings.ContainsAny(said, "[]") || hasNestedParens(url):
		out = toRuns(out, in.Children, s)
		return append(appendText(out, " ", s), address)
	}
	var b strings.Builder
	writeRuns(&b, label, "[", ']')
	return append(out, run{text: "[" + b.String() + "](<" + url + ">)", markup: true, style: s})
}

// brackets are encoded in addresses, where a link before could end in them.
var brackets = strings.NewReplacer("[", "%5B", "]", "%5D")

// encodeBrackets is an address as Discord gets it. The brackets of a host stay.
func encodeBrackets(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	n := strings.IndexAny(rest, "/?#")
	if n < 0 {
		return url
	}
	return scheme + "://" + rest[:n] + brackets.Replace(rest[n:])
}

// plainText is what a label says.
func plainText(ins []markdown.Inline) string {
	var b strings.Builder
	for _, in := range ins {
		if in.Kind == markdown.InlineBreak {
			b.WriteByte(' ')
		}
		b.WriteString(in.Text)
		b.WriteString(plainText(in.Children))
	}
	return b.String()
}

// sameAsURL reports whether a label says nothing that the address does not say:
// it is the address, or its host, or host and path. Discord shows a link with such
// a label as the markup that it is.
func sameAsURL(said, url string) bool {
	if strings.ContainsAny(said, " \t\n") || !strings.ContainsAny(said, ".:") {
		return false
	}
	if n, ok := markdown.Normal(said); ok {
		said = n
		url, _ = markdown.Normal(url)
		_, said, _ = strings.Cut(said, "://")
	}
	_, url, _ = strings.Cut(url, "://")
	said, url = strings.TrimSuffix(strings.ToLower(said), "/"), strings.ToLower(url)
	for _, spelling := range []string{url, strings.TrimPrefix(url, "www.")} {
		if tail, ok := strings.CutPrefix(spelling, said); ok && (tail == "" || strings.IndexByte("/?#:", tail[0]) >= 0) {
			return true
		}
	}
	return false
}

// hasNestedParens reports whether Discord would take a bracket in an address for the end of
// the link: it understands pairs that are not within each other.
func hasNestedParens(url string) bool {
	open := false
	for i := range len(url) {
		switch url[i] {
		case '(':
			if open {
				return true
			}
			open = true
		case ')':
			if !open {
				return true
			}
			open = false
		}
	}
	return open
}
