package result

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Expected is what a document says of an operation's answers.
type Expected struct {
	Unsafe bool     // the call may have an effect
	Status []string // declared, as written: "200", "303", "3XX"
	Header []string // declared of answers that are no error, in canonical spelling
}

// declares reports whether a status is declared.
func (e Expected) declares(status int) bool {
	return slices.ContainsFunc(e.Status, func(s string) bool {
		return s == strconv.Itoa(status) || strings.EqualFold(s, strconv.Itoa(status/100)+"XX")
	})
}

// succeeded reports whether an answer says that the call did what it was for: 2xx; 303,
// which answers a call that changed something with the address of the result (RFC 9110
// 15.4.4); and another redirect that the document declares, except those that ask to send
// the call again elsewhere.
func (e Expected) succeeded(resp Response) bool {
	switch status := resp.Status; {
	case status >= 200 && status < 300:
		return true
	case status == http.StatusSeeOther && e.Unsafe:
		return true
	case status == http.StatusMovedPermanently || status == http.StatusFound || status == http.StatusSeeOther:
		return e.declares(status) && resp.Header.Get("Location") != ""
	case status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect:
		return !e.Unsafe && e.declares(status) && resp.Header.Get("Location") != ""
	case status == http.StatusNotModified:
		return e.declares(status)
	}
	return false
}

// pagingWords are parts of the names of header fields that belong to an answer: where it
// goes on, how much there is.
var pagingWords = []string{"cursor", "next-page", "nextpage", "next-token", "continuation", "total", "pagination", "page-count", "x-page", "x-per-page", "x-next", "x-count", "x-offset", "x-limit"}

// secretWords are parts of the names of header fields that are never shown.
var secretWords = []string{"cookie", "authorization", "authenticate", "secret", "password", "api-key", "apikey", "auth-token", "access-token", "csrf", "signature"}

// headerLines writes the header fields that are part of the answer, one a line: where the
// result is, where the answer goes on, and what the document declares.
func (e Expected) headerLines(resp Response) []string {
	empty := len(resp.Body) == 0 || strings.EqualFold(resp.Method, http.MethodHead)
	var out []string
	for _, name := range sortedNames(resp.Header) {
		lower := strings.ToLower(name)
		has := func(word string) bool { return strings.Contains(lower, word) }
		switch {
		case slices.ContainsFunc(secretWords, has):
			continue
		case slices.Contains(e.Header, name), lower == "location", lower == "operation-location", lower == "content-location" && empty, lower == "link" && strings.Contains(resp.Header.Get(name), "<"), lower == "content-range", slices.ContainsFunc(pagingWords, has):
		case empty && (lower == "etag" || lower == "last-modified" || lower == "content-disposition" || lower == "content-length" && strings.EqualFold(resp.Method, http.MethodHead)):
		default:
			continue
		}
		if len(out) == maxHeaders {
			break
		}
		if value := plaintext.Line(strings.Join(resp.Header.Values(name), ", "), 500); value != "" {
			out = append(out, name+": "+value)
		}
	}
	return out
}

func sortedNames(h http.Header) []string {
	var out []string
	for name := range h {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// goesOn says in plain words that an answer is a part of more: a further page, or fewer
// entries than there are. Empty: nothing says so.
func (c answer) goesOn(resp Response) string {
	n := -1
	if list := firstList(c.root); list != nil {
		n = len(list.Vals)
	}
	for _, name := range sortedNames(resp.Header) {
		lower := strings.ToLower(name)
		if !strings.Contains(lower, "total") || strings.Contains(lower, "page") {
			continue
		}
		if total, err := strconv.Atoi(strings.TrimSpace(resp.Header.Get(name))); err == nil && n >= 0 && total > n {
			return strconv.Itoa(n) + " of " + plaintext.Entries(total)
		}
	}
	for _, link := range resp.Header.Values("Link") {
		if strings.Contains(link, `rel="next"`) || strings.Contains(link, "rel=next") {
			return textNextPage
		}
	}
	return ""
}

// firstList is the list that an answer consists of, or that is the only one in it.
func firstList(n *tree.Node) *tree.Node {
	if n.Is(tree.List) {
		return n
	}
	var found *tree.Node
	if n.Is(tree.Object) {
		for _, v := range n.Vals {
			if v.Is(tree.List) {
				if found != nil {
					return nil
				}
				found = v
			}
		}
	}
	return found
}

// locationLink is the address in Location as a link, or false if it is none.
func locationLink(resp Response) (Link, bool) {
	u, err := url.Parse(strings.TrimSpace(resp.Header.Get("Location")))
	if err != nil || u.String() == "" {
		return Link{}, false
	}
	if base, err := url.Parse(resp.URL); err == nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Link{}, false
	}
	return Link{URL: u.String(), Kind: linkPage}, true
}

// maxHeaders is how many header fields of an answer are shown.
const maxHeaders = 15
