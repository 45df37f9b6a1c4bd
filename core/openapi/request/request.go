package request

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// Request is exactly what will be sent, without the credential.
type Request struct {
	Method string  `json:"method"`
	URL    string  `json:"url"`
	Header []Field `json:"header"` // in canonical spelling, sorted by name
	Body   []byte  `json:"body"`   // nil: none
	Media  string  `json:"media"`  // media type of Body with its parameters; also in Header as Content-Type
}

// Field is one header field.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request turns arguments into the request to send: coerced, validated, built.
func (b *Builder) Request(args json.RawMessage) (Request, error) {
	return b.request(args, &schema.Faults{})
}

// RequestSteps is Request with what checking the arguments costs.
func (b *Builder) RequestSteps(args json.RawMessage) (r Request, steps int, err error) {
	f := &schema.Faults{}
	r, err = b.request(args, f)
	return r, f.Steps(), err
}

func (b *Builder) request(args json.RawMessage, f *schema.Faults) (Request, error) {
	values, readable := b.bind(args, f)
	if !readable {
		return Request{}, f.Err()
	}
	for i, a := range b.Args {
		v, given := values[i]
		switch at := (schema.Path{}).Key(a.Key); {
		case given:
			f.Removes = a.Body != nil && a.Body.Patches()
			f.Check(a.Schema(), v, at)
			f.Removes = false
		case a.required():
			f.Addf(at, "is required")
		}
	}
	if err := f.Err(); err != nil {
		return Request{}, err
	}
	return b.build(values)
}

func (b *Builder) build(values map[int]any) (Request, error) {
	req := Request{Method: b.Method}
	var query, cookies []string
	placed := map[*Param]any{}
	for i, a := range b.Args {
		v, given := values[i]
		if !given {
			continue
		}
		if a.Body != nil {
			err := checkOverride(a.Body.Schema, v)
			if err != nil {
				return Request{}, argumentError(BodyKey, err)
			}
			if req.Body, req.Media, err = a.Body.write(v); err != nil {
				return Request{}, argumentError(BodyKey, err)
			}
			continue
		}
		p := a.Param
		if p.In == "path" || p.In == "template" {
			placed[p] = v
			continue
		}
		if err := checkOverride(p.Schema, v); err != nil && p.spreads() {
			return Request{}, argumentError(a.Key, err)
		}
		text, err := p.write(v)
		if err != nil {
			return Request{}, argumentError(a.Key, err)
		}
		switch {
		case text == "" && p.Required && (isMap(v) || schema.TypeOf(v) == schema.TypeArray):
			return Request{}, &schema.ArgumentError{Field: a.Key, Message: "must not be empty"}
		case text == "" && p.In != "header":
		case p.In == "query":
			query = append(query, text)
		case p.In == "cookie":
			cookies = append(cookies, text)
		case p.In == "header":
			req.Header = append(req.Header, Field{http.CanonicalHeaderKey(p.Name), text})
		}
	}
	address, err := b.url(placed, query)
	if err != nil {
		return Request{}, err
	}
	req.URL = address
	req.Header = append(req.Header, Field{"Accept", cmp.Or(b.Accept, acceptHeader)})
	if len(cookies) > 0 {
		req.Header = append(req.Header, Field{"Cookie", strings.Join(cookies, "; ")})
	}
	if media := cmp.Or(req.Media, b.Media); media != "" {
		req.Header = append(req.Header, Field{"Content-Type", media})
	}
	slices.SortStableFunc(req.Header, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	return req, nil
}

// acceptHeader prefers what the result package shapes best and refuses nothing.
const acceptHeader = "application/json, text/plain;q=0.8, */*;q=0.5"

// argumentError says which argument could not be written.
func argumentError(key string, err error) error {
	return &schema.ArgumentError{Field: key, Message: err.Error()}
}

// url builds the URL and verifies that it stays within the server and base path.
func (b *Builder) url(placed map[*Param]any, query []string) (string, error) {
	var tail strings.Builder
	for _, t := range b.Path {
		if t.Param == nil {
			tail.WriteString(escapeLiteral(t.Text))
			continue
		}
		text, err := t.Param.writePath(placed[t.Param])
		if err != nil {
			return "", argumentError(b.argKey(t.Param), err)
		}
		if tail.WriteString(text); tail.Len() > maxURL {
			return "", tooLong()
		}
	}
	var fixed strings.Builder
	for _, t := range b.Query {
		if fixed.Len() > maxURL {
			return "", tooLong()
		}
		if t.Param == nil {
			fixed.WriteString(escapeQuery(t.Text))
			continue
		}
		fixed.WriteString(escape(tree.Plain(placed[t.Param])))
	}
	if static := strings.Trim(fixed.String(), "&"); static != "" {
		query = append([]string{static}, query...)
	}
	query = append(b.baseQuery(), query...)
	base := strings.TrimSuffix(b.Base.EscapedPath(), "/")
	out := b.Base.Scheme + "://" + b.Base.Host + base + tail.String()
	if len(query) > 0 {
		out += "?" + strings.Join(query, "&")
	}
	if len(out) > maxURL {
		return "", tooLong()
	}
	// The URL is parsed again as an HTTP client will parse it. The code above should
	// never let this fail; the guarantee rests on this check alone.
	u, err := url.Parse(out)
	if err != nil || u.Scheme != b.Base.Scheme || u.Host != b.Base.Host || u.User != nil || u.Fragment != "" ||
		!strings.HasPrefix(u.EscapedPath(), base+"/") || HasDotSegment(u.EscapedPath()) {
		return "", &schema.ArgumentError{Message: "the arguments lead out of the plugin's own addresses"}
	}
	return out, nil
}

func tooLong() error {
	return &schema.ArgumentError{Message: fmt.Sprintf("the address becomes longer than %d KiB; send less", maxURL>>10)}
}

// baseQuery returns the query of the server's address, except for what a parameter sets.
func (b *Builder) baseQuery() []string {
	var out []string
	for pair := range strings.SplitSeq(escapeQuery(b.BaseQuery), "&") {
		name, _, _ := strings.Cut(pair, "=")
		set := slices.ContainsFunc(b.Args, func(a Arg) bool { return a.Param != nil && a.Param.In == "query" && a.Param.Name == unescape(name) })
		if pair != "" && !set {
			out = append(out, pair)
		}
	}
	return out
}

func (b *Builder) argKey(p *Param) string {
	for _, a := range b.Args {
		if a.Param == p {
			return a.Key
		}
	}
	return p.Name
}

// Digest is the SHA-256, hex, over method, URL, header fields and body, and
// over what else an approval is bound to: the version of the plugin, the
// account. Every part is written with its length, so that no two requests have
// the same bytes.
func (r Request) Digest(extra ...string) string {
	h := sha256.New()
	schema.Sign(h, r.Method, r.URL, r.Media)
	for _, f := range r.Header {
		schema.Sign(h, f.Name, f.Value)
	}
	schema.Sign(h, "body", string(r.Body))
	schema.Sign(h, append([]string{"extra"}, extra...)...)
	return hex.EncodeToString(h.Sum(nil))
}

// Argument is one value of a call in plain words, for a card.
type Argument struct {
	Label string `json:"label"` // "Check in", nested "Guest › Name"
	Value string `json:"value"` // in full; hidden, bidirectional and control characters as ‹U+202E›
}
