package preview

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/markdown"
)

// page asks for the card of a page, through the cache.
func (f *Fetcher) page(ctx context.Context, u *url.URL) *flight {
	if err := fetchable(u); err != nil {
		return finishedFlight(err)
	}
	address := cacheKey(u)
	return f.cache.get(ctx, f.now, "page "+address, u.Host, func(ctx context.Context) outcome {
		page, err := f.Guard.FetchPage(ctx, address, func(p egress.Page) bool {
			_, _, complete := extract(p.Body, p.ContentType, p.URL)
			return complete || !isHTML(p)
		})
		found := outcome{err: err}
		if err == nil {
			found.card, found.images, found.err = parsePage(page, u)
		}
		found.keepFor = keepFor(page, found.err)
		return found
	})
}

// parsePage makes the card of a page that was asked for at address, and names the
// pictures that it may have.
func parsePage(page egress.Page, address *url.URL) (chat.Preview, []string, error) {
	disposition, _, _ := mime.ParseMediaType(page.Header.Get("Content-Disposition"))
	switch {
	case page.Status != http.StatusOK:
		return chat.Preview{}, nil, fmt.Errorf("%s answered with status %d", markdown.Line(page.URL.Host, siteCap), page.Status)
	case isLogin(address, page.URL):
		return chat.Preview{}, nil, errors.New("the page asks for a login")
	case disposition == "attachment", !isHTML(page):
		return chat.Preview{}, nil, errors.New("the address leads to a file, not to a page")
	}
	card, images, _ := extract(page.Body, page.ContentType, page.URL)
	if card.Title == "" {
		return chat.Preview{}, nil, errors.New("the page has no title")
	}
	if !sameSite(address.Hostname(), page.URL.Hostname()) {
		card.SiteName = host(page.URL) // whoever redirected elsewhere does not choose the name shown
	}
	return card, images, nil
}

func isHTML(page egress.Page) bool {
	kind := page.ContentType
	if kind == "" {
		kind = http.DetectContentType(page.Body)
	}
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	kind = strings.TrimSpace(kind)
	return kind == "text/html" || kind == "application/xhtml+xml"
}

// pictures are the kinds that every messenger shows.
var pictures = []string{"image/png", "image/jpeg", "image/gif"}

// probeImage asks whether a picture can be fetched and shown, through the cache. The card
// of its flight has the kind of picture.
func (f *Fetcher) probeImage(ctx context.Context, address string) *flight {
	u, err := parseURL(address)
	if err != nil {
		return finishedFlight(err)
	}
	return f.cache.get(ctx, f.now, "image "+cacheKey(u), u.Host, func(ctx context.Context) outcome {
		page, err := f.Guard.Fetch(ctx, egress.Image, "", address)
		found := outcome{card: chat.Preview{Image: address}}
		kind := http.DetectContentType(page.Body)
		switch {
		case err != nil:
		case page.Status != http.StatusOK:
			err = fmt.Errorf("the picture answered with status %d", page.Status)
		case kind == chat.WebP:
			found.card.ImageKind = chat.WebP
		case !slices.Contains(pictures, kind):
			err = errors.New("the picture is not PNG, JPEG, GIF or WebP")
		}
		found.err, found.keepFor = err, keepFor(page, err)
		return found
	})
}
