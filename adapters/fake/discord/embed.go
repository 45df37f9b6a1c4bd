package discord

import (
	"net/url"
	"slices"
	"time"
)

// maxEmbeds is the length of all texts of all embeds of a message.
const maxEmbeds = 6000

// embeds checks the embeds of a message.
func (f faults) embeds(list []any) {
	sum := 0
	count := func(s string) { sum += units(s) }
	for i, v := range list {
		path := at("embeds", i)
		e, ok := v.(object)
		if !ok {
			f.addf(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
			continue
		}
		count(f.text(e, "title", path, 0, 256))
		count(f.text(e, "description", path, 0, 4096))
		f.address(e, "url", path, "http", "https")
		f.whole(e, "color", path, 0, 0xffffff, 0)
		if stamp := f.text(e, "timestamp", path, 0, 100); stamp != "" {
			if _, err := time.Parse(time.RFC3339, stamp); err != nil {
				f.addf(at(path, "timestamp"), "DATE_TIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", stamp)
			}
		}
		if footer := f.inner(e, "footer", path); footer != nil {
			count(f.text(footer, "text", at(path, "footer"), 0, 2048))
			f.address(footer, "icon_url", at(path, "footer"), "http", "https", "attachment")
		}
		if author := f.inner(e, "author", path); author != nil {
			count(f.text(author, "name", at(path, "author"), 0, 256))
			f.address(author, "url", at(path, "author"), "http", "https")
			f.address(author, "icon_url", at(path, "author"), "http", "https", "attachment")
		}
		for _, key := range []string{"image", "thumbnail"} {
			if picture := f.inner(e, key, path); picture != nil {
				f.address(picture, "url", at(path, key), "http", "https", "attachment")
			}
		}
		for n, v := range f.list(e, "fields", path, 25) {
			field, _ := v.(object)
			where := at(path, "fields", n)
			count(f.required(field, "name", where, 256))
			count(f.required(field, "value", where, 1024))
			f.flags(field, where, "inline")
			if field != nil && field["inline"] == nil {
				field["inline"] = false
			}
		}
		for _, key := range []string{"provider", "video"} {
			delete(e, key) // taken, and ignored
		}
		e["type"] = "rich"
	}
	if sum > maxEmbeds {
		f.addf("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbeds)
	}
}

// address checks a URL.
func (f faults) address(o object, key, path string, schemes ...string) {
	s := f.text(o, key, path, 0, 2048)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme == "":
		f.addf(at(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case !slices.Contains(schemes, u.Scheme):
		f.addf(at(path, key), "URL_TYPE_INVALID_SCHEME", "Scheme %q is not supported. Scheme must be one of %v.", u.Scheme, schemes)
	case u.Host == "":
		f.addf(at(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}
