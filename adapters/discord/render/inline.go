package render

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// style is a set of kinds of emphasis.
type style uint8

const (
	strong style = 1 << iota
	emphasis
	strike
)

// run is a piece of text in one style: plain text, or finished markup such as a code
// span or a link.
type run struct {
	text   string
	markup bool
	style  style
}

// blank reports whether a run is white space, which shows no style.
func (a run) blank() bool { return !a.markup && strings.TrimSpace(a.text) == "" }

// inlines writes inline elements, all of them in style s.
func inlines(ins []markdown.Inline, s style) string {
	var b strings.Builder
	writeRuns(&b, normalizeRuns(toRuns(nil, ins, s)), "", 0)
	return b.String()
}

// toRuns flattens inline elements into runs. A style nested within itself counts once,
// and text of one style is one run.
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

// normalizeRuns moves white space out of the ends of emphasis, where it would keep
// Discord from reading it.
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
	var before style // of the last run that is not blank
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

// dropStyle removes a style from every sequence of runs with one that would break it.
// After that, every remaining marker is known to be written.
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

// lineContext is how many bytes before a position are looked at to see whether a line
// begins there.
const lineContext = 32

// writeRuns writes runs. line is what stands before them on the same line, and next the
// first character that will follow.
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
		if a.style == 0 || a.blank() { // emphasis cannot begin with white space
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
			before = '\\' // an escaped marker is none
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

// removeStyle removes a style from all runs.
func removeStyle(atoms []run, s style) {
	for i := range atoms {
		atoms[i].style &^= s
	}
}

// longestStyle returns the style of the first run that covers the most runs.
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

// firstRune returns the first character that will be written for runs; 0 if that depends
// on what stands before them.
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

// marker returns the marker that gives content a style between two characters; empty if
// Discord would read something else.
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

// hasMarker reports whether a marker occurs without a backslash before it. Discord does
// not care whether it stands in code or in a URL.
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

// link adds a link that may be clicked. Its URL always stands in angle brackets, so that
// Discord shows no preview of it.
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

// brackets percent-encodes square brackets in URLs, where an earlier link could end.
var brackets = strings.NewReplacer("[", "%5B", "]", "%5D")

// encodeBrackets returns a URL with its square brackets encoded, except those of an IPv6
// host.
func encodeBrackets(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	n := strings.IndexAny(rest, "/?#")
	if n < 0 {
		return url
	}
	return scheme + "://" + rest[:n] + brackets.Replace(rest[n:])
}

// plainText is the text of inline elements without markup.
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

// sameAsURL reports whether a label says nothing that the URL does not say: it is the
// URL, its host, or its host and path. Discord would show the markup of such a link.
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

// hasNestedParens reports whether Discord would end a link at a parenthesis within its
// URL: it understands pairs that are not nested.
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
