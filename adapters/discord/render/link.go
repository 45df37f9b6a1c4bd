package render

import (
	"strings"

	"aidesk/core/markdown"
)

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
