package markdown

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// resolve decides about every link in a running text: first the ones written as links, by
// label and destination, then every URL in the remaining text, where it may also span two
// nodes. Links that were allowed before stay.
func (policy linkPolicy) resolve(ins []Inline) []Inline {
	if hasNothingToResolve(ins) {
		return ins
	}
	ins = policy.resolveWritten(ins)
	if hasSplitURL(ins) {
		ins = withoutEmphasis(ins)
	}
	return policy.resolveTexts(ins)
}

// hasNothingToResolve reports the common case: no links, no URLs, nothing to normalize.
func hasNothingToResolve(ins []Inline) bool {
	if !isNormalized(ins) {
		return false
	}
	s := visibleText(ins)
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

// isNormalized reports that there are no links, no empty nodes and no adjacent texts.
func isNormalized(ins []Inline) bool {
	for i, in := range ins {
		switch {
		case in.Kind == InlineLink,
			in.Kind == InlineText && (in.Text == "" || i > 0 && ins[i-1].Kind == InlineText),
			in.Kind == InlineCode && in.Text == "",
			isEmphasis(in.Kind) && (len(in.Children) == 0 || !isNormalized(in.Children)):
			return false
		}
	}
	return true
}

// resolveWritten decides about the links that were written as links.
func (policy linkPolicy) resolveWritten(ins []Inline) []Inline {
	var out inlineBuilder
	for _, in := range ins {
		switch {
		case in.Kind == InlineLink && !in.Allowed:
			out.add(policy.resolveLink(in.Children, in.URL)...)
		case isEmphasis(in.Kind):
			if in.Children = policy.resolveWritten(in.Children); len(in.Children) > 0 {
				out.add(in)
			}
		default:
			out.add(in)
		}
	}
	return out.inlines()
}

// resolveTexts decides about the URLs in plain text.
func (policy linkPolicy) resolveTexts(ins []Inline) []Inline {
	var out inlineBuilder
	for _, in := range ins {
		switch {
		case in.Kind == InlineText:
			out.add(policy.linkURLs(in.Text)...)
		case isEmphasis(in.Kind):
			in.Children = policy.resolveTexts(in.Children)
			out.add(in)
		default:
			out.add(in)
		}
	}
	return out.inlines()
}

// withoutLinks resolves running text with no link allowed, for the builders.
func withoutLinks(ins []Inline) []Inline { return linkPolicy(nil).resolve(ins) }

// hasSplitURL reports whether a URL spans several nodes, as in "https:**//e.com**": no node
// contains it, but their plain text would.
func hasSplitURL(ins []Inline) bool {
	if !slices.ContainsFunc(ins, func(in Inline) bool { return isEmphasis(in.Kind) }) {
		return false
	}
	var all strings.Builder
	inOneNode := map[int]bool{} // where URLs start that lie in one node
	var walk func([]Inline)
	walk = func(ins []Inline) {
		for _, in := range ins {
			switch {
			case in.Kind == InlineText:
				for _, at := range urlStarts(in.Text) {
					inOneNode[all.Len()+at] = true
				}
				all.WriteString(in.Text)
			case isEmphasis(in.Kind):
				walk(in.Children)
			default:
				all.WriteByte('\n')
			}
		}
	}
	walk(ins)
	return slices.ContainsFunc(urlStarts(all.String()), func(at int) bool { return !inOneNode[at] })
}

func isEmphasis(k InlineKind) bool {
	return k == InlineStrong || k == InlineEmphasis || k == InlineStrike
}

// urlStarts returns the offsets of each "://" after a scheme and of each "www." before a name.
func urlStarts(s string) []int {
	var out []int
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 {
			break
		}
		at := from + i
		if schemeStart(s[:at]) < at {
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

// withoutEmphasis replaces emphasis by its content.
func withoutEmphasis(ins []Inline) []Inline {
	var out inlineBuilder
	for _, in := range ins {
		if isEmphasis(in.Kind) {
			out.add(withoutEmphasis(in.Children)...)
		} else {
			out.add(in)
		}
	}
	return out.inlines()
}

// maxDisplay is how many characters of a host and path are shown.
const maxDisplay = 120

// displayURL returns what is shown of a URL that is not allowed: host and path without the
// query, which could carry data.
func displayURL(u *url.URL) string {
	return Line(u.Host+strings.TrimSuffix(u.Path, "/"), maxDisplay)
}

// resolveLink decides about a link with a label. An allowed one stays a link. Of any other
// the label stays, followed by host and path as code unless the label names them. URLs in
// the label are left to resolveTexts.
func (policy linkPolicy) resolveLink(label []Inline, raw string) []Inline {
	href, u := linkTarget(raw)
	said := strings.TrimSpace(visibleText(label))
	if u == nil {
		return nonWebLink(label, said, raw)
	}
	claim := labelClaims(said, u)
	if policy.allows(href) {
		if claim == claimsOtherHost {
			label = textInlines(u.Host)
		} else if said == "" || claim == claimsSameHost {
			label = textInlines(displayURL(u))
		}
		out := []Inline{{Kind: InlineLink, URL: href, Allowed: true, Children: label}}
		if claim == mentionsOtherHost {
			out = append(out, Inline{Kind: InlineText, Text: " (" + u.Host + ")"})
		}
		return out
	}
	shown := displayURL(u)
	if said == "" || claim == claimsOtherHost || claim == claimsTarget || claim == claimsSameHost || said == shown || said == u.Host {
		return []Inline{{Kind: InlineCode, Text: shown}}
	}
	return appendCode(label, shown)
}

// nonWebLink returns the label of a link whose destination is no http address. A mail
// address or telephone number is shown after it, any other destination is dropped.
func nonWebLink(label []Inline, said, raw string) []Inline {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(Clean(raw)), ":")
	rest, _, _ = strings.Cut(rest, "?")
	if strings.HasPrefix(rest, "//") {
		if shown := displayOther(scheme + ":" + rest); said == "" || strings.Contains(said, "://") {
			return []Inline{{Kind: InlineCode, Text: shown}}
		}
	}
	if ok && (strings.EqualFold(scheme, "mailto") || strings.EqualFold(scheme, "tel")) && !strings.Contains(said, rest) {
		return appendCode(label, Line(rest, maxDisplay))
	}
	return label
}

// appendCode appends code in brackets to a label.
func appendCode(label []Inline, code string) []Inline {
	if code == "" {
		return label
	}
	shown := []Inline{{Kind: InlineCode, Text: code}}
	if len(label) == 0 {
		return shown
	}
	return concat(label, textInlines(" ("), shown, textInlines(")"))
}

// trustedLink returns a link of our own text.
func trustedLink(label, raw string) Inline {
	if _, u := linkTarget(raw); u == nil {
		return Text(label)
	}
	return linkPolicy(func(string) bool { return true }).resolveLink([]Inline{Text(label)}, raw)[0]
}

// labelClaim is what a label says about the target of its link.
type labelClaim int

const (
	claimsNothing     labelClaim = iota // no host
	claimsTarget                        // exactly the target
	claimsSameHost                      // another URL of the target's host
	mentionsOtherHost                   // another host, among other words
	claimsOtherHost                     // another host, as if that were the target
)

// labelClaims compares a label with the target of its link.
func labelClaims(said string, u *url.URL) labelClaim {
	words := strings.Fields(said)
	worst := claimsNothing
	for _, w := range words {
		w = strings.TrimFunc(w, func(r rune) bool { return unicode.IsPunct(r) && r != '/' && r != '-' || unicode.IsSymbol(r) })
		host, hard := namedHost(w)
		if host == "" || !hard && strings.HasSuffix(strings.ToLower(u.Path), "/"+strings.ToLower(w)) {
			continue // no host, or the name of the file that the link opens
		}
		switch same := comparableHost(host) == comparableHost(u.Hostname()); {
		case !same && (hard || len(words) == 1):
			return claimsOtherHost
		case !same:
			worst = mentionsOtherHost
		case hard && worst == claimsNothing:
			worst = claimsSameHost
		}
	}
	if worst == claimsSameHost {
		if n, ok := Normal(said); ok {
			if m, _ := Normal(u.String()); n == m {
				return claimsTarget
			}
		} else if !strings.Contains(said, "://") && len(words) == 1 {
			return claimsNothing // "www.example.com", without a scheme, says enough
		}
	}
	return worst
}

// namedHost returns the host that a word of a label seems to name; hard: it can be nothing
// else, because the word has a scheme or begins with "www.".
func namedHost(word string) (host string, hard bool) {
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
	if hard || looksLikeHost(word) {
		return word, hard
	}
	return "", false
}

// looksLikeHost reports whether a word looks like a domain name or an IPv4 address.
func looksLikeHost(word string) bool {
	parts := strings.Split(word, ".")
	if len(parts) < 2 {
		return false
	}
	numbers := 0
	for _, p := range parts {
		if p == "" || strings.IndexFunc(p, isNotHostRune) >= 0 {
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

// comparableHost returns a host in lower case without "www." and the final dot.
func comparableHost(host string) string {
	return strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(host), "."), "www.")
}
