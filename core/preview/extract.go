package preview

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"aidesk/core/chat"
)

const (
	pageCap   = 512 << 10 // bytes of a page that are read
	imagesCap = 8         // addresses of pictures that are tried until one can be a card's
)

// Extract reads the card of a page: OpenGraph first, then Twitter's card, then
// title and meta description; of several values the first that is not empty.
// contentType is the header field as sent, base the address of the page, or nil.
// At most 512 KiB are read, and the head only when it has a title.
//
// Texts are cleaned and capped, the image is absolute or empty; URL is base, and
// SiteName is its host where the page names no site.
func Extract(page []byte, contentType string, base *url.URL) chat.Preview {
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
		Image:       h.image(base),
	}
}

// head is what the tags of a page say; texts are clean.
type head struct {
	ogTitle, twitterTitle, title                   string
	ogDescription, twitterDescription, description string

	site                    string
	base                    string
	ogImages, twitterImages []string
}

// parse goes through the tags, to the end of the head when there is a title by
// then, else to the end.
func (h *head) parse(z *html.Tokenizer) {
	drawing := 0 // depth of svg, whose titles are not the page's
	for {
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
			headOver := kind == html.EndTagToken && string(tag) == "head" || opens && string(tag) == "body"
			if headOver && firstNonEmpty(h.ogTitle, h.twitterTitle, h.title) != "" {
				return
			}
		case "svg":
			if opens {
				drawing++
			} else if kind == html.EndTagToken && drawing > 0 {
				drawing--
			}
		case "title":
			if opens && drawing == 0 && h.title == "" && z.Next() == html.TextToken {
				h.title = clean(string(z.Text()), titleCap)
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
		*text = clean(content, limit)
	}
}

func appendNew(images []string, address string) []string {
	if len(images) < imagesCap && strings.TrimSpace(address) != "" {
		images = append(images, address)
	}
	return images
}

// image gives the first picture that a card can carry.
func (h *head) image(page *url.URL) string {
	base := page
	if href, err := page.Parse(strings.TrimSpace(h.base)); err == nil && (href.Scheme == "http" || href.Scheme == "https") {
		base = href
	}
	for _, images := range [][]string{h.ogImages, h.twitterImages} {
		for _, address := range images {
			if found := imageURL(base, address); found != "" {
				return found
			}
		}
	}
	return ""
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
