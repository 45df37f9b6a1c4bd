package rule

import (
	"net/url"
	"slices"
	"time"
)

// maxEmbeds is the length of all texts of all embeds of a message.
const maxEmbeds = 6000

// checkEmbeds checks the embeds of a message.
func (f Faults) checkEmbeds(list []any) {
	sum := 0
	count := func(s string) { sum += Length(s) }
	for i, v := range list {
		path := At("embeds", i)
		e, ok := v.(object)
		if !ok {
			f.Addf(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
			continue
		}
		count(f.Text(e, "title", path, 0, 256))
		count(f.Text(e, "description", path, 0, 4096))
		f.checkURL(e, "url", path, "http", "https")
		f.integer(e, "color", path, 0, 0xffffff, 0)
		if stamp := f.Text(e, "timestamp", path, 0, 100); stamp != "" {
			if _, err := time.Parse(time.RFC3339, stamp); err != nil {
				f.Addf(At(path, "timestamp"), "DATE_TIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", stamp)
			}
		}
		if footer := f.objectField(e, "footer", path); footer != nil {
			count(f.Text(footer, "text", At(path, "footer"), 0, 2048))
			f.checkURL(footer, "icon_url", At(path, "footer"), "http", "https", "attachment")
		}
		if author := f.objectField(e, "author", path); author != nil {
			count(f.Text(author, "name", At(path, "author"), 0, 256))
			f.checkURL(author, "url", At(path, "author"), "http", "https")
			f.checkURL(author, "icon_url", At(path, "author"), "http", "https", "attachment")
		}
		for _, key := range []string{"image", "thumbnail"} {
			if picture := f.objectField(e, key, path); picture != nil {
				f.checkURL(picture, "url", At(path, key), "http", "https", "attachment")
			}
		}
		for n, v := range f.List(e, "fields", path, 25) {
			field, _ := v.(object)
			where := At(path, "fields", n)
			count(f.Required(field, "name", where, 256))
			count(f.Required(field, "value", where, 1024))
			f.booleans(field, where, "inline")
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
		f.Addf("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbeds)
	}
}

// checkURL checks a URL.
func (f Faults) checkURL(o object, key, path string, schemes ...string) {
	s := f.Text(o, key, path, 0, 2048)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme == "":
		f.Addf(At(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case !slices.Contains(schemes, u.Scheme):
		f.Addf(At(path, key), "URL_TYPE_INVALID_SCHEME", "Scheme %q is not supported. Scheme must be one of %v.", u.Scheme, schemes)
	case u.Host == "":
		f.Addf(At(path, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}
