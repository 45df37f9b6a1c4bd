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
)

// page asks for the card of a page, through the cache.
func (f *Fetcher) page(ctx context.Context, u *url.URL) *flight {
	if err := fetchable(u); err != nil {
		return finishedFlight(err)
	}
	address := cacheKey(u)
	return f.cache.get(ctx, f.now, "page "+address, u.Host, func(ctx context.Context) outcome {
		page, err := f.Guard.Fetch(ctx, egress.Webpage, "", address)
		var card chat.Preview
		if err == nil {
			card, err = parsePage(page, u)
		}
		return outcome{card, err, keepFor(page, err)}
	})
}

// parsePage makes the card of a page that was asked for at address.
func parsePage(page egress.Page, address *url.URL) (chat.Preview, error) {
	disposition, _, _ := mime.ParseMediaType(page.Header.Get("Content-Disposition"))
	switch {
	case page.Status != http.StatusOK:
		return chat.Preview{}, fmt.Errorf("%s answered with status %d", clean(page.URL.Host, siteCap), page.Status)
	case isLogin(address, page.URL):
		return chat.Preview{}, errors.New("the page asks for a login")
	case disposition == "attachment", !isHTML(page):
		return chat.Preview{}, errors.New("the address leads to a file, not to a page")
	}
	card := Extract(page.Body, page.ContentType, page.URL)
	if card.Title == "" {
		return chat.Preview{}, errors.New("the page has no title")
	}
	if !sameSite(address.Hostname(), page.URL.Hostname()) {
		card.SiteName = host(page.URL) // whoever redirected elsewhere does not choose the name shown
	}
	return card, nil
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

// probeImage asks whether a picture can be fetched and shown, through the cache.
func (f *Fetcher) probeImage(ctx context.Context, address string) *flight {
	u, err := parseURL(address)
	if err != nil {
		return finishedFlight(err)
	}
	return f.cache.get(ctx, f.now, "image "+cacheKey(u), u.Host, func(ctx context.Context) outcome {
		page, err := f.Guard.Fetch(ctx, egress.Image, "", address)
		switch {
		case err != nil:
		case page.Status != http.StatusOK:
			err = fmt.Errorf("the picture answered with status %d", page.Status)
		case !slices.Contains(pictures, http.DetectContentType(page.Body)):
			err = errors.New("the picture is not PNG, JPEG or GIF")
		}
		return outcome{err: err, keepFor: keepFor(page, err)}
	})
}
