package egress

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Page is what a fetch brought back.
type Page struct {
	URL         *url.URL    // where it was found, after redirects
	Status      int         // as answered; a status other than 200 is no error
	ContentType string      // the header field as sent, may be empty or wrong
	Header      http.Header // all header fields of the last answer
	Body        []byte      // decompressed, at most the limit of its kind
	Truncated   bool        // there was more than Body
}

// Fetch gets a page, picture, manifest or document with GET. It sends no
// cookies, credentials or Referer and follows up to 5 redirects, each judged
// like the first address. plugin is the id of the plugin of the configuration whose
// manifest or document it is; empty for every other: the operator's
// rules are not for addresses that somebody typed in a chat.
//
// The error is [ErrRefused], [ErrTimeout], [ErrTooLarge] or another failure of
// the network, in one line that never carries the path or query of the URL.
func (g *Guard) Fetch(ctx context.Context, kind Kind, plugin, url string) (Page, error) {
	return g.fetch(ctx, kind, plugin, url, nil)
}

// FetchPage is [Guard.Fetch] of a Webpage that reads no further once enough says of what
// has come that it is all that is needed. enough is asked every 256 KiB.
func (g *Guard) FetchPage(ctx context.Context, url string, enough func(Page) bool) (Page, error) {
	return g.fetch(ctx, Webpage, "", url, enough)
}

func (g *Guard) fetch(ctx context.Context, kind Kind, plugin, url string, enough func(Page) bool) (Page, error) {
	limit, ok := limits[kind]
	if !ok {
		return Page{}, refuse("calls are not fetched")
	}
	u, err := parse(url)
	if err != nil {
		return Page{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit.time)
	defer cancel()
	h := hop{kind: kind, plugin: plugin, url: u}
	for range maxRedirects + 1 {
		response, err := g.get(ctx, h, limit.accept)
		if err != nil {
			return Page{}, err
		}
		next, err := target(response, h.url)
		if next == nil && err == nil {
			defer func() { _ = response.Body.Close() }()
			return limit.page(response, h.url, enough)
		}
		_ = response.Body.Close()
		if err != nil {
			return Page{}, err
		}
		h.from, h.url = h.url, next
	}
	return Page{}, &guardError{text: fmt.Sprintf("%s redirects more than %d times", hostOf(u), maxRedirects)}
}

func (g *Guard) get(ctx context.Context, h hop, accept string) (*http.Response, error) {
	way, err := g.route(h)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url.String(), http.NoBody)
	if err != nil {
		return nil, refuse("the address is not a URL")
	}
	request.Header.Set("Accept", accept)
	request.Header.Set("User-Agent", g.agent(h.kind))
	response, err := way.single.RoundTrip(request)
	if err != nil {
		return nil, describeError(err, hostOf(h.url))
	}
	return response, nil
}

// target gives the address that a response redirects to; nil when it is no
// redirect.
func target(response *http.Response, from *url.URL) (*url.URL, error) {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	location := response.Header.Get("Location")
	if location == "" {
		return nil, nil
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, refuse("%s redirects to something that is not a URL", hostOf(from))
	}
	to.Fragment, to.RawFragment = "", ""
	return to, nil
}

// page reads a response within the limit, or until enough is satisfied.
func (l limit) page(response *http.Response, from *url.URL, enough func(Page) bool) (Page, error) {
	page := Page{URL: from, Status: response.StatusCode, ContentType: response.Header.Get("Content-Type"), Header: response.Header}
	step := l.body
	if enough != nil {
		step = enoughStep
	}
	var got []byte // a byte more than Body, where there is one
	for size := min(step, l.body); ; size = min(size+step, l.body) {
		piece, err := io.ReadAll(io.LimitReader(response.Body, size+1-int64(len(got))))
		got = append(got, piece...)
		page.Truncated = int64(len(got)) > size
		page.Body = got[:min(int64(len(got)), size)]
		switch {
		case err != nil:
			return Page{}, describeError(err, hostOf(from))
		case page.Truncated && !l.cut:
			return Page{}, &guardError{text: fmt.Sprintf("%s sent more than %d KiB", hostOf(from), l.body>>10), is: ErrTooLarge}
		case !page.Truncated || size == l.body || enough(page):
			return page, nil
		}
	}
}

// enoughStep is how many bytes come between two questions whether they are enough.
const enoughStep = 256 << 10

// readBody reads at most limit bytes and reports whether there were more. With
// an error it gives what had come.
func readBody(body io.Reader, limit int64) ([]byte, bool, error) {
	read, err := io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(read)) > limit {
		return read[:limit], true, nil
	}
	return read, false, err
}
