package markdown

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is how many characters of a host and path are shown.
const maxShown = 120

// display is a URL as a reader may see it when it cannot be followed: host and path
// without the query, which could carry data.
func display(u *url.URL) string {
	return Line(u.Host+strings.TrimSuffix(u.Path, "/"), maxShown)
}

// link is what became of a link that was written with a label. Only an allowed one
// is a link; of the others the label stays, with host and path as code behind it
// when it does not say that itself. URLs in such a label are not decided yet.
func (j judge) link(label []Inline, raw string) []Inline {
	href, u := target(raw)
	said := strings.TrimSpace(content(label))
	if u == nil {
		return unlinked(label, said, raw)
	}
	claim := examine(said, u)
	if j.allows(href) {
		if claim == lies {
			label = plain(u.Host)
		} else if said == "" || claim == approximates {
			label = plain(display(u))
		}
		out := []Inline{{Kind: InlineLink, URL: href, Allowed: true, Children: label}}
		if claim == mentions {
			out = append(out, Inline{Kind: InlineText, Text: " (" + u.Host + ")"})
		}
		return out
	}
	shown := display(u)
	if said == "" || claim == lies || claim == names || claim == approximates || said == shown || said == u.Host {
		return []Inline{{Kind: InlineCode, Text: shown}}
	}
	return aside(label, shown)
}

// unlinked is a label whose destination is no web address. Of a mail address or a
// telephone number the destination is told, anything else would help nobody.
func unlinked(label []Inline, said, raw string) []Inline {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(Clean(raw)), ":")
	rest, _, _ = strings.Cut(rest, "?")
	if strings.HasPrefix(rest, "//") {
		if shown := bones(scheme + ":" + rest); said == "" || strings.Contains(said, "://") {
			return []Inline{{Kind: InlineCode, Text: shown}}
		}
	}
	if ok && (strings.EqualFold(scheme, "mailto") || strings.EqualFold(scheme, "tel")) && !strings.Contains(said, rest) {
		return aside(label, Line(rest, maxShown))
	}
	return label
}

// aside puts code in brackets behind a label.
func aside(label []Inline, code string) []Inline {
	if code == "" {
		return label
	}
	shown := []Inline{{Kind: InlineCode, Text: code}}
	if len(label) == 0 {
		return shown
	}
	return join(label, plain(" ("), shown, plain(")"))
}

// vouched is a link of our own text.
func vouched(label, raw string) Inline {
	if _, u := target(raw); u == nil {
		return Text(label)
	}
	return judge(func(string) bool { return true }).link([]Inline{Text(label)}, raw)[0]
}

// claim is what a label says about where its link goes.
type claim int

const (
	silent       claim = iota // nothing
	names                     // the very URL
	approximates              // a URL of the right host that is not the target
	mentions                  // another host, among other words
	lies                      // another host as if it were the target
)

// examine compares a label with its target.
func examine(said string, u *url.URL) claim {
	words := strings.Fields(said)
	worst := silent
	for _, w := range words {
		w = strings.TrimFunc(w, func(r rune) bool { return unicode.IsPunct(r) && r != '/' && r != '-' || unicode.IsSymbol(r) })
		host, hard := hostOf(w)
		if host == "" || !hard && strings.HasSuffix(strings.ToLower(u.Path), "/"+strings.ToLower(w)) {
			continue // no host, or the name of the file that the link opens
		}
		switch same := bareHost(host) == bareHost(u.Hostname()); {
		case !same && (hard || len(words) == 1):
			return lies
		case !same:
			worst = mentions
		case hard && worst == silent:
			worst = approximates
		}
	}
	if worst == approximates {
		if n, ok := Normal(said); ok {
			if m, _ := Normal(u.String()); n == m {
				return names
			}
		} else if !strings.Contains(said, "://") && len(words) == 1 {
			return silent // "www.example.com", without a scheme, says enough
		}
	}
	return worst
}

// hostOf reads the host that a word of a label seems to name. hard says that it
// cannot be anything else: it has a scheme or begins with "www.".
func hostOf(word string) (host string, hard bool) {
	word = strings.Map(func(r rune) rune {
		switch r {
		case '．', '｡', '。', '․':
			return '.'
		case '⁄', '∕', '／', '⧸':
			return '/'
		}
		return r
	}, word)
	if _, rest, ok := strings.Cut(word, "://"); ok {
		word, hard = rest, true
	}
	if i := strings.IndexAny(word, "/?#\\"); i >= 0 {
		word = word[:i]
	}
	if i := strings.LastIndexByte(word, '@'); i >= 0 {
		if !hard {
			return "", false // a mail address
		}
		word = word[i+1:]
	}
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		word = word[:i]
	}
	word = strings.ToLower(strings.TrimSuffix(word, "."))
	if strings.HasPrefix(word, "www.") {
		hard = true
	}
	if hard || dotted(word) {
		return word, hard
	}
	return "", false
}

// dotted reports whether a word looks like a domain name or an IPv4 address.
func dotted(word string) bool {
	parts := strings.Split(word, ".")
	if len(parts) < 2 {
		return false
	}
	numbers := 0
	for _, p := range parts {
		if p == "" || strings.IndexFunc(p, notInHost) >= 0 {
			return false
		}
		if strings.Trim(p, "0123456789") == "" {
			numbers++
		}
	}
	last := parts[len(parts)-1]
	named := utf8.RuneCountInString(last) >= 2 && strings.IndexFunc(last, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
	return named || strings.HasPrefix(last, "xn--") || numbers == 4 && len(parts) == 4
}

// bareHost leaves out what does not change whose a host is.
func bareHost(host string) string {
	return strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(host), "."), "www.")
}
