package openapi

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// mediaWords are words that stand for a media type where a document has no whole one.
var mediaWords = map[string]string{
	"json": "application/json", "form": formMedia, "form-data": multipartMedia, "multipart": multipartMedia, "x-www-form-urlencoded": formMedia, "urlencoded": formMedia,
	"form-urlencoded": formMedia, "xml": "application/xml", "yaml": "application/yaml", "text": "text/plain", "plain": "text/plain", "html": "text/html",
}

const (
	formMedia      = "application/x-www-form-urlencoded"
	multipartMedia = "multipart/form-data"
)

// sendableMedia returns the media type to send for one of the document, with its
// parameters: what is sent is a type, never a range, and always in UTF-8. It notes what it
// changes.
func (r *reader) sendableMedia(at, key string) string {
	name := tree.MediaType(key)
	_, params, err := mime.ParseMediaType(key)
	media := name
	switch kind, sub, slash := strings.Cut(name, "/"); {
	case !slash && mediaWords[name] != "":
		media = mediaWords[name]
		r.Infof("media-repaired", at, "the media type %q was read as %q", plaintext.Line(key, 60), media)
	case !slash:
		return "application/json"
	case name == "*/*" || name == "application/*" || strings.Contains(sub, "*") && strings.HasSuffix(sub, "json"):
		media = "application/json"
	case name == "text/*":
		media = "text/plain"
	case kind == "multipart" && sub == "*":
		media = multipartMedia
	case strings.Contains(sub, "*"):
		media = kind + "/" + strings.Trim(strings.ReplaceAll(sub, "*", ""), ".+-")
	}
	if !plaintext.IsToken(strings.Replace(media, "/", "", 1)) {
		return "application/json"
	}
	if media != name {
		if strings.Contains(name, "*") {
			r.Infof("media-range", at, "the body is of %q, which is a range of media types; it is sent as %q", plaintext.Line(key, 60), media)
		}
		return media
	}
	if err != nil || len(params) == 0 || len(key) > 200 {
		return media
	}
	if set := strings.ToLower(params["charset"]); set != "" && set != "utf-8" && set != "utf8" && set != "us-ascii" {
		r.Infof("media-charset", at, "the body is sent in UTF-8, not in %q", plaintext.Line(set, 40))
		delete(params, "charset")
		return mime.FormatMediaType(media, params)
	}
	delete(params, "boundary") // one is made for each call
	if strings.HasPrefix(media, "multipart/") {
		return mime.FormatMediaType(media, params)
	}
	return strings.TrimSpace(key)
}

// readAnswers reads what the document says of the answers: their statuses and header
// fields, and which media types the answer of success may have, so that the call can
// ask for them: those of the responses, else of "produces" in 2.0, else the value that a
// parameter "Accept" is documented with.
func (r *reader) readAnswers(o *Operation, s tree.Cursor) {
	o.expected.Unsafe = o.Effect == EffectWrite
	var declared []string
	responses := s.Child("responses")
	if responses.Is(tree.Object) {
		for i, status := range responses.Keys {
			if i == maxResponses || !r.spend(1) {
				break
			}
			if len(status) == 3 {
				o.expected.Status = append(o.expected.Status, status)
			}
			if status != "default" && !strings.HasPrefix(status, "2") && !strings.HasPrefix(status, "3") {
				continue
			}
			one := responses.Entry(i)
			if ref := one.Get("$ref"); ref.Is(tree.Text) {
				if !strings.HasPrefix(ref.Scalar, "#") {
					continue
				}
				r.quiet = true // what a request does not need is not reported
				one, _ = r.refs.Follow(one, "responses")
				r.quiet = false
			}
			if headers := one.Get("headers"); headers.Is(tree.Object) {
				for _, name := range headers.Keys[:min(len(headers.Keys), 20)] {
					o.expected.Header = append(o.expected.Header, http.CanonicalHeaderKey(strings.TrimSpace(plaintext.Head(name, 100))))
				}
			}
			if content := one.Get("content"); strings.HasPrefix(status, "2") && content.Is(tree.Object) {
				declared = append(declared, content.Keys...)
			}
		}
	}
	if r.swagger2 {
		for _, from := range [...]tree.Cursor{r.main.Cursor(), s} {
			if produces := from.Get("produces"); produces != nil {
				declared = nil
				for _, n := range produces.Entries() {
					declared = append(declared, n.Line())
				}
			}
		}
	}
	if len(declared) == 0 {
		declared = o.accept
	}
	o.builder.Accept = acceptOf(declared)
}

// acceptOf writes the header Accept for the media types that a document declares; "" for
// the usual one. JSON goes first, for it is shaped best; nothing is refused.
func acceptOf(declared []string) string {
	var first, second []string
	plain := false
	for _, key := range declared {
		name, params, err := mime.ParseMediaType(key)
		if kind, sub, _ := strings.Cut(name, "/"); err != nil || strings.Contains(name, "*") || !plaintext.IsToken(kind) || !plaintext.IsToken(sub) || len(key) > 100 {
			continue
		}
		delete(params, "charset")
		delete(params, "q")
		plain = plain || name == "application/json" && len(params) == 0
		to := &second
		if tree.IsJSON(name) {
			to = &first
		}
		if media := mime.FormatMediaType(name, params); media != "" && !slices.Contains(*to, media) && len(*to) < 5 {
			*to = append(*to, media)
		}
	}
	switch {
	case plain && len(first) == 1 || len(first)+len(second) == 0:
		return "" // the usual one
	case len(first) == 0:
		first, second = second, nil
	}
	if !plain {
		first = append(first, "application/json;q=0.9")
	}
	for _, media := range second {
		if media != "text/plain" {
			first = append(first, media+";q=0.8")
		}
	}
	if !slices.Contains(first, "text/plain") {
		first = append(first, "text/plain;q=0.8")
	}
	return strings.Join(append(first, "*/*;q=0.5"), ", ")
}

// maxResponses is how many responses of one operation are looked at.
const maxResponses = 50
