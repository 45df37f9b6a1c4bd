package preview

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	pageCap   = 1536 << 10 // bytes of a page that are read
	imagesCap = 8          // addresses of pictures that are kept of a page
)

// Caps of a card's texts, in runes.
const (
	titleCap       = 150
	descriptionCap = 300
	siteCap        = 80
)

// extract reads the card of a page without its picture: OpenGraph first, then Twitter's
// card, then title and meta description; of several values the first that is not empty,
// wherever in the page it stands. images are the pictures that it may have, complete says
// whether all that OpenGraph says was found. contentType is the header field as sent, base
// the address of the page, or nil. At most 1.5 MiB are read.
//
// Texts are cleaned and capped, images are absolute; URL is base, and SiteName is its host
// where the page names no site.
func extract(page []byte, contentType string, base *url.URL) (card chat.Preview, images []string, complete bool) {
	if base == nil {
		base = new(url.URL)
	}
	var h head
	h.parse(html.NewTokenizer(decode(page[:min(len(page), pageCap)], contentType)))
	return chat.Preview{
		URL:         base.String(),
		SiteName:    firstNonEmpty(h.site, host(base)),
		Title:       firstNonEmpty(h.ogTitle, h.twitterTitle, h.title),
		Description: firstNonEmpty(h.ogDescription, h.twitterDescription, h.description),
	}, h.images(base), h.complete()
}

// head is what the tags of a page say; texts are clean.
type head struct {
	ogTitle, twitterTitle, title                   string
	ogDescription, twitterDescription, description string

	inBody                  bool
	site                    string
	base                    string
	ogImages, twitterImages []string
}

// complete reports whether the head is over and all that a card is made of was found.
func (h *head) complete() bool {
	return h.ogTitle != "" && h.ogDescription != "" && len(h.ogImages) > 0 && h.inBody
}

// parse goes through the tags, until the card is complete or the page ends: many shops
// write their OpenGraph tags into the body.
func (h *head) parse(z *html.Tokenizer) {
	drawing := 0 // depth of svg, whose titles are not the page's
	for !h.complete() {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		if kind == html.TextToken || kind == html.CommentToken || kind == html.DoctypeToken {
			continue
		}
		tag, attributes := z.TagName()
		opens := kind == html.StartTagToken
		switch string(tag) {
		case "head", "body":
			h.inBody = h.inBody || (string(tag) == "body") == opens
		case "svg":
			if opens {
				drawing++
			} else if kind == html.EndTagToken && drawing > 0 {
				drawing--
			}
		case "title":
			if opens && drawing == 0 && h.title == "" && z.Next() == html.TextToken {
				h.title = markdown.Line(string(z.Text()), titleCap)
			}
		case "meta":
			if attributes && kind != html.EndTagToken {
				h.meta(z)
			}
		case "base":
			if attributes && h.base == "" {
				h.base = attribute(z, "href")
			}
		}
	}
}

// meta takes a meta tag, its name in property or name.
func (h *head) meta(z *html.Tokenizer) {
	var property, name, content string
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "property":
			property = string(value)
		case "name":
			name = string(value)
		case "content":
			content = string(value)
		}
	}
	if !h.set(property, content) {
		h.set(name, content)
	}
}

// set takes one value and reports whether its name is one of a card's.
func (h *head) set(name, content string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "og:title":
		setIfEmpty(&h.ogTitle, content, titleCap)
	case "twitter:title":
		setIfEmpty(&h.twitterTitle, content, titleCap)
	case "og:description":
		setIfEmpty(&h.ogDescription, content, descriptionCap)
	case "twitter:description":
		setIfEmpty(&h.twitterDescription, content, descriptionCap)
	case "description":
		setIfEmpty(&h.description, content, descriptionCap)
	case "og:site_name":
		setIfEmpty(&h.site, content, siteCap)
	case "og:image", "og:image:url", "og:image:secure_url":
		h.ogImages = appendNew(h.ogImages, content)
	case "twitter:image", "twitter:image:src":
		h.twitterImages = appendNew(h.twitterImages, content)
	default:
		return false
	}
	return true
}

// setIfEmpty sets a text that is still empty.
func setIfEmpty(text *string, content string, limit int) {
	if *text == "" {
		*text = markdown.Line(content, limit)
	}
}

func appendNew(images []string, address string) []string {
	if len(images) < imagesCap && strings.TrimSpace(address) != "" {
		images = append(images, address)
	}
	return images
}

// images gives the pictures that a card can carry, the best first.
func (h *head) images(page *url.URL) []string {
	base := page
	if href, err := page.Parse(strings.TrimSpace(h.base)); err == nil && (href.Scheme == "http" || href.Scheme == "https") {
		base = href
	}
	var out []string
	for _, address := range slices.Concat(h.ogImages, h.twitterImages) {
		if found := imageURL(base, address); found != "" && !slices.Contains(out, found) {
			out = append(out, found)
		}
	}
	return out
}

// attribute gives the value of one attribute of the current tag.
func attribute(z *html.Tokenizer, name string) string {
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		if string(key) == name {
			return string(value)
		}
	}
	return ""
}

// firstNonEmpty gives the first text that is not empty.
func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
