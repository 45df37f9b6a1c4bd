package planner

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

// maxDepth bounds how deep a result may be nested.
const maxDepth = 32

// value is a JSON value that keeps the order of keys and the digits of numbers.
type value struct {
	kind  byte // o object, a array, s string, n number, b boolean, 0 null
	text  string
	keys  []string
	items []value // of an object: one for each key
}

// parse reads JSON; ok is false for anything else.
func parse(content string) (value, bool) {
	d := json.NewDecoder(strings.NewReader(content))
	d.UseNumber()
	v, err := parseNext(d, 0)
	if err != nil {
		return value{}, false
	}
	_, err = d.Token()
	return v, errors.Is(err, io.EOF) // nothing may follow
}

// parseNext reads one value.
func parseNext(d *json.Decoder, depth int) (value, error) {
	if depth > maxDepth {
		return value{}, errors.New("nested too deep")
	}
	token, err := d.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		v := value{kind: 'a'}
		if t == '{' {
			v.kind = 'o'
		}
		for d.More() {
			if v.kind == 'o' {
				key, err := d.Token()
				if err != nil {
					return value{}, err
				}
				name, _ := key.(string)
				v.keys = append(v.keys, name)
			}
			item, err := parseNext(d, depth+1)
			if err != nil {
				return value{}, err
			}
			v.items = append(v.items, item)
		}
		_, err := d.Token()
		return v, err
	case json.Number:
		return value{kind: 'n', text: t.String()}, nil
	case string:
		return value{kind: 's', text: t}, nil
	case bool:
		if t {
			return value{kind: 'b', text: "true"}, nil
		}
		return value{kind: 'b', text: "false"}, nil
	}
	return value{kind: '0'}, nil
}

// scalar reports whether v is a string, number or boolean.
func (v value) scalar() bool { return strings.IndexByte("snb", v.kind) >= 0 }

// get finds a property; the zero value has no kind.
func (v value) get(key string) value {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.items[i]
	}
	return value{}
}

// web returns the address of a page if v holds one, else "".
func (v value) web() string {
	if v.kind != 's' || strings.ContainsFunc(v.text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '<' || r == '>'
	}) {
		return ""
	}
	u, err := url.Parse(v.text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return v.text
}

// label writes a property's name in plain words.
func label(key string) string {
	var b strings.Builder
	runes := []rune(key)
	for i, r := range runes {
		hump := i > 0 && unicode.IsUpper(r) && unicode.IsLower(runes[i-1])
		switch {
		case r == '_' || r == '-' || r == '.' || unicode.IsSpace(r):
			r = ' '
		case hump && (i+1 == len(runes) || !unicode.IsUpper(runes[i+1])):
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		case hump:
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Words in the names of properties that tell what a value is, whoever the
// plugin is: names that JSON APIs share.
var (
	titleKeys   = []string{"title", "name", "headline", "label", "subject", "full name", "display name"}
	urlKeys     = []string{"url", "link", "href", "html url", "web url", "permalink", "page url", "uri"}
	imageWords  = []string{"image", "images", "img", "photo", "photos", "picture", "pictures", "thumbnail", "thumb", "avatar", "logo", "icon", "cover"}
	imageKinds  = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".ico"}
	idWords     = []string{"id", "ids", "uuid", "guid", "slug", "etag"}
	countKeys   = []string{"total", "count", "page", "limit", "offset", "per page", "page size", "has more", "next", "cursor", "next cursor"}
	failureKeys = []string{"message", "detail", "error_description", "error", "title", "reason", "errors"}
)

// hasName reports whether a property has one of the names.
func hasName(key string, names []string) bool {
	return slices.Contains(names, strings.ToLower(label(key)))
}

// endsWith reports whether the last word of a property's name is one of words.
func endsWith(key string, words []string) bool {
	fields := strings.Fields(strings.ToLower(label(key)))
	return len(fields) > 0 && slices.Contains(words, fields[len(fields)-1])
}

// isImage reports whether a property holds a picture.
func isImage(key string, v value) bool {
	for word := range strings.FieldsSeq(strings.ToLower(label(key))) {
		if slices.Contains(imageWords, word) && (v.web() != "" || v.kind == 'o' || v.kind == 'a') {
			return true
		}
	}
	u, err := url.Parse(v.web())
	return err == nil && slices.Contains(imageKinds, strings.ToLower(path.Ext(u.Path)))
}

// isIdentifier reports whether a property means something to programs only.
func isIdentifier(key string, v value) bool {
	return endsWith(key, idWords) && v.kind != 'o'
}
