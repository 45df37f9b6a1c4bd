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

// urlPattern finds URLs in text; punctuation after them is trimmed later.
var urlPattern = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"'` + "`" + `\\^{}|]+`)

// linkCollector collects links, each once, in order of appearance.
type linkCollector struct {
	links []Link
	seen  map[string]int
	urls  int // looked at, bounded by maxURLs
}

// full reports whether no more links are collected.
func (g *linkCollector) full() bool { return len(g.links) >= maxLinks || g.urls >= maxURLs }

func linksOf(root *tree.Node) []Link {
	g := &linkCollector{seen: map[string]int{}}
	g.walk(root, "", nil)
	return g.links
}

func linksIn(text string) []Link {
	g := &linkCollector{seen: map[string]int{}}
	g.text(text)
	return g.links
}

// object is an object that holds links. What it says of them is worked out once.
type object struct {
	node  *tree.Node
	pages int   // its URLs of pages; -1 until counted
	said  *Link // title, description, image and site; nil until needed
}

// walk collects the links of a value at a key of an object.
func (g *linkCollector) walk(n *tree.Node, key string, in *object) {
	if g.full() {
		return
	}
	switch n.Kind {
	case tree.Text:
		if value := strings.TrimSpace(n.Scalar); isURL(value) {
			g.urls++
			l := Link{URL: value, Kind: linkPage}
			if isImageURL(key, value) {
				l.Kind = linkImage
			} else if in != nil && in.isMainURL(key) {
				in.describe(&l)
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
		of := &object{node: n, pages: -1}
		for i, k := range n.Keys {
			g.walk(n.Vals[i], k, of)
		}
	default: // no text, no link
	}
}

func (g *linkCollector) text(s string) {
	if !strings.Contains(s, "://") {
		return
	}
	for _, found := range urlPattern.FindAllString(s, maxLinks) {
		found = strings.TrimRight(found, ".,;:!?*_~")
		if g.urls++; len(found) > 2*maxURL {
			continue
		}
		for _, pair := range [...]string{"()", "[]"} {
			for strings.HasSuffix(found, pair[1:]) && strings.Count(found, pair[1:]) > strings.Count(found, pair[:1]) {
				found = strings.TrimRight(found[:len(found)-1], ".,;:!?*_~")
			}
		}
		if !isURL(found) {
			continue
		}
		l := Link{URL: found, Kind: linkPage}
		if isImageURL("", found) {
			l.Kind = linkImage
		}
		g.add(l)
	}
}

// add adds a link, or fills the gaps of one with the same URL.
func (g *linkCollector) add(l Link) {
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
	if len(s) > maxURL || len(s) < 10 || strings.ContainsAny(s, " \t\r\n<>\"") {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https"))
}

var imageKeys = regexp.MustCompile(`(?i)(image|img|thumb|picture|photo|logo|icon|avatar|poster|cover|banner)`)

var imageNames = regexp.MustCompile(`(?i)\.(png|jpe?g|gif|webp|svg|avif|bmp|ico)$`)

// isImageURL reports whether a URL seems to be that of an image, by its key or path.
func isImageURL(key, value string) bool {
	if imageKeys.MatchString(key) && !strings.Contains(strings.ToLower(key), "page") {
		return true
	}
	u, err := url.Parse(value)
	return err == nil && imageNames.MatchString(u.Path)
}

// mainKeys are fields that usually hold the object's own URL.
var mainKeys = []string{"url", "link", "href", "html_url", "htmlurl", "permalink", "web_url", "weburl", "webpage", "website", "page", "uri", "source_url", "product_url", "item_url", "booking_url", "product_link", "canonical_url", "self"}

// isMainURL reports whether the URL at key is the object's own: by the name of the field,
// or because the object has no other.
func (o *object) isMainURL(key string) bool {
	if slices.Contains(mainKeys, strings.ToLower(key)) {
		return true
	}
	if o.pages < 0 {
		o.pages = 0
		for i, k := range o.node.Keys {
			if v := o.node.Vals[i]; v.Is(tree.Text) && isURL(v.Line()) && !isImageURL(k, v.Line()) {
				if o.pages++; o.pages > 1 {
					break
				}
			}
		}
	}
	return o.pages == 1
}

// describe adds to a link what the other fields of the object say.
func (o *object) describe(l *Link) {
	if o.said == nil {
		o.said = &Link{}
		describeLink(o.said, o.node)
	}
	l.Title, l.Description, l.Image, l.SiteName = o.said.Title, o.said.Description, o.said.Image, o.said.SiteName
}

// describeLink takes title, description and image from other fields of the object.
func describeLink(l *Link, in *tree.Node) {
	first := func(limit int, keys ...string) string {
		for _, want := range keys {
			for i, k := range in.Keys {
				if v := in.Vals[i]; strings.EqualFold(k, want) && v.Is(tree.Text) && !isURL(v.Line()) {
					if found := plaintext.Line(v.Scalar, limit); found != "" {
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
		if v.Is(tree.Text) && isURL(v.Line()) && isImageURL(k, v.Line()) {
			l.Image = v.Line()
			return
		}
	}
}
