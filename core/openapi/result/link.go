package result

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Kinds of links.
const (
	linkPage  = "page"
	linkImage = "image"
)

// address finds URLs in text. What may follow a URL in prose is trimmed.
var address = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"'` + "`" + `\\^{}|]+`)

// gatherer collects links, each once, in order of appearance.
type gatherer struct {
	links []Link
	seen  map[string]int
}

func linksOf(root *tree.Node) []Link {
	g := &gatherer{seen: map[string]int{}}
	g.walk(root, "", nil)
	return g.links
}

func linksIn(text string) []Link {
	g := &gatherer{seen: map[string]int{}}
	g.text(text)
	return g.links
}

func (g *gatherer) walk(n *tree.Node, key string, in *tree.Node) {
	switch n.Kind {
	case tree.Text:
		if value := strings.TrimSpace(n.Scalar); isURL(value) {
			l := Link{URL: value, Kind: linkPage}
			if pictured(key, value) {
				l.Kind = linkImage
			} else if in != nil && leads(in, key) {
				describe(&l, in)
			}
			g.add(l)
			return
		}
		g.text(n.Scalar)
	case tree.List:
		for _, item := range n.Vals {
			g.walk(item, key, in)
		}
	case tree.Object:
		for i, k := range n.Keys {
			g.walk(n.Vals[i], k, n)
		}
	default: // no text, no link
	}
}

func (g *gatherer) text(s string) {
	if !strings.Contains(s, "://") {
		return
	}
	for _, found := range address.FindAllString(s, maxLinks) {
		found = strings.TrimRight(found, ".,;:!?*_~")
		for _, pair := range [...]string{"()", "[]"} {
			for strings.HasSuffix(found, pair[1:]) && strings.Count(found, pair[1:]) > strings.Count(found, pair[:1]) {
				found = strings.TrimRight(found[:len(found)-1], ".,;:!?*_~")
			}
		}
		if !isURL(found) {
			continue
		}
		l := Link{URL: found, Kind: linkPage}
		if pictured("", found) {
			l.Kind = linkImage
		}
		g.add(l)
	}
}

// add keeps a link, or completes the one there is already.
func (g *gatherer) add(l Link) {
	if i, known := g.seen[l.URL]; known {
		old := &g.links[i]
		old.Title, old.Description = cmp.Or(old.Title, l.Title), cmp.Or(old.Description, l.Description)
		old.Image, old.SiteName = cmp.Or(old.Image, l.Image), cmp.Or(old.SiteName, l.SiteName)
		return
	}
	if len(g.links) < maxLinks {
		g.seen[l.URL] = len(g.links)
		g.links = append(g.links, l)
	}
}

func isURL(s string) bool {
	if len(s) > 2_048 || len(s) < 10 || strings.ContainsAny(s, " \t\r\n<>\"") {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https"))
}

var imageKeys = regexp.MustCompile(`(?i)(image|img|thumb|picture|photo|logo|icon|avatar|poster|cover|banner)`)

var imageNames = regexp.MustCompile(`(?i)\.(png|jpe?g|gif|webp|svg|avif|bmp|ico)$`)

// pictured reports whether a URL is that of an image, by its key or its path.
func pictured(key, value string) bool {
	if imageKeys.MatchString(key) && !strings.Contains(strings.ToLower(key), "page") {
		return true
	}
	u, err := url.Parse(value)
	return err == nil && imageNames.MatchString(u.Path)
}

// mainKeys are the fields in which an object has its own address.
var mainKeys = []string{"url", "link", "href", "html_url", "htmlurl", "permalink", "web_url", "weburl", "webpage", "website", "page", "uri", "source_url", "product_url", "item_url", "booking_url", "product_link", "canonical_url", "self"}

// leads reports whether the URL at key is the object's own address: by the name
// of the field, or because it is the only one.
func leads(in *tree.Node, key string) bool {
	lower := strings.ToLower(key)
	if slices.Contains(mainKeys, lower) {
		return true
	}
	pages := 0
	for i, k := range in.Keys {
		if v := in.Vals[i]; v.Is(tree.Text) && isURL(v.Line()) && !pictured(k, v.Line()) {
			pages++
		}
	}
	return pages == 1
}

// describe takes what the other fields of the object say.
func describe(l *Link, in *tree.Node) {
	first := func(limit int, keys ...string) string {
		for _, want := range keys {
			for i, k := range in.Keys {
				if v := in.Vals[i]; strings.EqualFold(k, want) && v.Is(tree.Text) && !isURL(v.Line()) {
					if found := plaintext.Clip(plaintext.OneLine(v.Scalar), limit); found != "" {
						return found
					}
				}
			}
		}
		return ""
	}
	l.Title = first(200, "title", "name", "headline", "label", "display_name", "displayName", "subject", "product_name")
	l.Description = first(400, "description", "summary", "snippet", "abstract", "excerpt", "subtitle", "tagline", "text")
	l.SiteName = first(80, "site_name", "siteName", "site", "publisher", "source", "provider", "brand", "domain")
	for i, k := range in.Keys {
		v := in.Vals[i]
		if v.Is(tree.List) && len(v.Vals) > 0 {
			v = v.Vals[0]
		}
		if v.Is(tree.Object) && imageKeys.MatchString(k) {
			v = v.Get("url")
		}
		if v.Is(tree.Text) && isURL(v.Line()) && pictured(k, v.Line()) {
			l.Image = v.Line()
			return
		}
	}
}
