package request

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// Patches reports whether the body is a merge patch, in which null removes a field (RFC 7396).
func (b *Body) Patches() bool {
	name := tree.MediaType(b.Media)
	return name == "application/merge-patch+json" || name == "application/json-merge-patch" || strings.HasSuffix(name, ".merge-patch+json")
}

// write serialises the body and returns its media type with parameters.
func (b *Body) write(v any) (data []byte, media string, err error) {
	switch b.Kind {
	case BodyJSON:
		return []byte(tree.Compact(v)), b.Media, nil
	case BodyText:
		text, isText := v.(string)
		if !isText {
			text = tree.Compact(v)
		}
		media := b.Media
		if strings.HasPrefix(media, "text/") && !strings.Contains(media, "charset=") {
			media += "; charset=utf-8"
		}
		return []byte(text), media, nil
	}
	fields, isObject := v.(map[string]any)
	switch text, isText := v.(string); {
	case isObject:
	case isText && b.Kind == BodyForm: // it is the form already
		return []byte(text), b.Media, nil
	case b.Kind == BodyMultipart: // a single file whose field has no declared name
		alone := Body{Media: b.Media, Schema: schema.NewObject()}
		alone.Schema.AddProperty("file", schema.Binary(), false)
		return alone.multipart(map[string]any{"file": tree.Plain(v)})
	default:
		return nil, "", errors.New("must be an object, for it is sent as a form")
	}
	if b.Kind == BodyForm {
		text, err := b.form(fields)
		return []byte(text), b.Media, err
	}
	return b.multipart(fields)
}

// form writes application/x-www-form-urlencoded, fields sorted by name.
func (b *Body) form(fields map[string]any) (string, error) {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v, e := fields[name], b.Encoding[name]
		if v == nil {
			v = ""
		}
		if e.Style == "" {
			e.Style, e.Explode = "form", true
			// Without a style an object is written as its content type says, which is
			// JSON by default.
			if isMap(v) || tree.IsJSON(tree.MediaType(e.Media)) && schema.TypeOf(v) != schema.TypeString {
				pairs = append(pairs, escape(name)+"="+escape(tree.Compact(v)))
				continue
			}
		}
		text, err := writeQuery(e.Style, e.Explode, e.Reserved, name, v)
		if err != nil {
			return "", fmt.Errorf("%s %w", name, err)
		}
		if e.Tabs {
			text = strings.ReplaceAll(text, "%20", "%09")
		}
		switch {
		case text != "":
			pairs = append(pairs, text)
		case b.Schema.Needs(name): // the value has nothing that a form can hold
			return "", fmt.Errorf("%s must not be empty", name)
		}
	}
	return strings.Join(pairs, "&"), nil
}

// multipartPart is one part of a multipart body.
type multipartPart struct {
	name, file, media string
	encoding          string // Content-Transfer-Encoding
	data              string
}

// multipart writes a body of several parts: of a form sorted by name, else in the order of
// the document. The boundary is made from the content, so that the same arguments give the
// same bytes.
func (b *Body) multipart(fields map[string]any) ([]byte, string, error) {
	kind := tree.MediaType(b.Media)
	names := slices.Sorted(maps.Keys(fields))
	if kind != "multipart/form-data" {
		names = fieldOrder(b.Schema.Names(), fields)
	}
	var parts []multipartPart
	for _, name := range names {
		e := b.Encoding[name]
		s := b.Schema.Property(name)
		values := []any{fields[name]}
		if list, isList := fields[name].([]any); isList && !tree.IsJSON(tree.MediaType(e.Media)) {
			values = list // one part for each entry
			s = s.Entry()
		}
		for _, v := range values {
			parts = append(parts, b.makePart(name, v, s, e))
		}
	}
	boundary := "aidesk"
	for n := 0; ; n++ {
		h := sha256.New()
		schema.Sign(h, strconv.Itoa(n))
		for _, p := range parts {
			schema.Sign(h, p.name, p.data)
		}
		boundary = "aidesk-" + hex.EncodeToString(h.Sum(nil)[:16])
		if !slices.ContainsFunc(parts, func(p multipartPart) bool { return strings.Contains(p.data, boundary) }) {
			break
		}
	}
	var out bytes.Buffer
	for _, p := range parts {
		fmt.Fprintf(&out, "--%s\r\n", boundary)
		if kind == "multipart/related" { // RFC 2387: parts are found by their order and id
			if p.media == "" {
				p.media = "text/plain; charset=utf-8"
			}
			fmt.Fprintf(&out, "Content-ID: <%s>", escape(p.name))
		} else {
			fmt.Fprintf(&out, "Content-Disposition: form-data; name=\"%s\"", escapeDisposition.Replace(p.name))
			if p.file != "" {
				fmt.Fprintf(&out, "; filename=\"%s\"", escapeDisposition.Replace(p.file))
			}
		}
		if p.media != "" {
			fmt.Fprintf(&out, "\r\nContent-Type: %s", p.media)
		}
		if p.encoding != "" {
			fmt.Fprintf(&out, "\r\nContent-Transfer-Encoding: %s", p.encoding)
		}
		fmt.Fprintf(&out, "\r\n\r\n%s\r\n", p.data)
	}
	fmt.Fprintf(&out, "--%s--\r\n", boundary)
	media := b.Media + "; boundary=" + boundary
	if kind == "multipart/related" && !strings.Contains(b.Media, "type=") && len(parts) > 0 {
		media += "; type=\"" + tree.MediaType(cmp.Or(parts[0].media, "text/plain")) + "\""
	}
	return out.Bytes(), media, nil
}

func (b *Body) makePart(name string, v any, s *schema.Schema, e Encoding) multipartPart {
	p := multipartPart{name: name, data: tree.Plain(v)}
	if plaintext.IsToken(strings.Replace(tree.MediaType(e.Media), "/", "", 1)) && !strings.Contains(e.Media, "*") {
		p.media = tree.MediaType(e.Media)
	}
	media, encoding := s.Content()
	if p.media == "" && media != "" && !strings.Contains(media, "*") && plaintext.IsToken(strings.Replace(media, "/", "", 1)) {
		p.media = media
	}
	if plaintext.IsToken(encoding) {
		p.encoding = encoding
	}
	switch {
	case s.IsFile():
		p.file = name + ".txt"
		if p.media == "" {
			p.media = "text/plain; charset=utf-8"
		} else if p.media != "text/plain" {
			p.file = name
		}
	case p.media == "" && (isMap(v) || schema.TypeOf(v) == schema.TypeArray):
		p.media = "application/json"
	}
	return p
}

// escapeDisposition escapes a name in a Content-Disposition as browsers do.
var escapeDisposition = strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A")
