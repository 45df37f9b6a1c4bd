package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// judge decides about the links of one text. A nil judge allows none.
type judge func(url string) bool

func (j judge) allows(href string) bool { return j != nil && j(href) }

// bare replaces every URL in plain text by a link, when it is allowed, or by inert
// code. It does not trust the syntax around it: what a messenger would make
// clickable by itself ("x://" anywhere, "www." names) never stays text.
func (j judge) bare(s string) []Inline {
	var out run
	for {
		start, ok := findURL(s)
		if !ok {
			break
		}
		in, n := j.take(s[start:])
		out.text(s[:start])
		out.add(in)
		s = s[start+n:]
	}
	out.text(s)
	return out.done()
}

// findURL finds where the next URL or www name begins.
func findURL(s string) (int, bool) {
	www := indexWWW(s, 0)
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 || www >= 0 && www < from+i {
			return www, www >= 0
		}
		at := from + i
		if start := scheme(s[:at]); start < at {
			return start, true
		}
		from = at + len("://")
	}
}

// scheme is where the scheme begins that a text ends with; the text's end if it ends
// with none.
func scheme(s string) int {
	start := len(s)
	for i := len(s); i > 0 && schemeByte(s[i-1]); i-- {
		if letter(s[i-1]) {
			start = i - 1
		}
	}
	return start
}

// indexWWW finds a "www." at or behind a place that begins a word and is followed by
// a name; -1 if there is none.
func indexWWW(s string, from int) int {
	for {
		i := strings.IndexByte(s[from:], '.')
		if i < 0 {
			return -1
		}
		dot := from + i
		if dot >= 3 && strings.EqualFold(s[dot-3:dot], "www") && dot+1 < len(s) && (letter(s[dot+1]) || digit(s[dot+1])) &&
			(dot == 3 || !letter(s[dot-4]) && !digit(s[dot-4])) {
			return dot - 3
		}
		from = dot + 1
	}
}

// take reads the URL at the start of s and says how many bytes of s it stands for.
func (j judge) take(s string) (Inline, int) {
	all := s
	if i := strings.IndexFunc(s, endsURL); i >= 0 {
		all = s[:i]
	}
	all = trimURL(all)
	short := all
	if i := strings.IndexFunc(all, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		short = trimURL(all[:i])
	}
	for _, raw := range []string{all, short} {
		for _, full := range spellings(raw) {
			if href, u := target(full); u != nil && j.allows(href) {
				return Inline{Kind: InlineLink, URL: href, Allowed: true, Children: []Inline{{Kind: InlineText, Text: raw}}}, len(raw)
			}
		}
	}
	for _, raw := range []string{short, all} {
		if _, u := target(spellings(raw)[0]); u != nil {
			return Inline{Kind: InlineCode, Text: display(u)}, len(raw)
		}
	}
	return Inline{Kind: InlineCode, Text: bones(all)}, len(all)
}

// spellings are the URLs that a bare text may stand for.
func spellings(raw string) []string {
	if strings.Contains(raw, "://") {
		return []string{raw}
	}
	return []string{"https://" + raw, "http://" + raw}
}

func endsURL(r rune) bool {
	return r <= ' ' || r == '<' || r == '>' || r == '"' || r == '`' || unicode.IsSpace(r)
}

// trimURL takes the punctuation of the sentence off a URL's end.
func trimURL(s string) string {
	for s != "" && !strings.HasSuffix(s, "://") {
		r, n := utf8.DecodeLastRuneInString(s)
		var cut bool
		switch r {
		case ';':
			cut, n = true, max(n, len(s)-entityStart(s)) // "&amp;" behind a URL is not of it
		case '?', '!', '.', ',', ':', '*', '_', '~', '\'', '|', '\\':
			cut = true
		case ')':
			cut = strings.Count(s, ")") > strings.Count(s, "(")
		case ']':
			cut = strings.Count(s, "]") > strings.Count(s, "[")
		case '}':
			cut = strings.Count(s, "}") > strings.Count(s, "{")
		default:
			cut = r >= utf8.RuneSelf && unicode.IsPunct(r)
		}
		if !cut {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// entityStart is where the entity begins with which s ends, or its length.
func entityStart(s string) int {
	i := len(s) - 2
	for i >= 0 && (letter(s[i]) || digit(s[i])) {
		i--
	}
	if i >= 0 && s[i] == '&' && i < len(s)-2 {
		return i
	}
	return len(s)
}

// bones is what is shown of a URL that is no http address: its scheme, the host
// behind any user information and the path.
func bones(raw string) string {
	scheme, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/\\"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	return Line(scheme+"://"+authority[strings.LastIndexByte(authority, '@')+1:]+path, maxShown)
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
func schemeByte(c byte) bool {
	return letter(c) || digit(c) || c == '+' || c == '-' || c == '.'
}
