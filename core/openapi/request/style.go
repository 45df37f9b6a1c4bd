package request

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oapi-codegen/runtime"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// write serialises a parameter outside the path: "name=value&…" of a query,
// the value of a header, "name=value" of a cookie.
func (p *Param) write(v any) (string, error) {
	if p.Media != "" {
		text := p.contentText(v)
		if p.In == "header" {
			return headerValue(text)
		}
		return escape(p.Name) + "=" + escape(text), nil
	}
	if v == nil {
		v = ""
	}
	switch p.In {
	case "header":
		text, err := styleParam(p.Style, p.Explode, p.Name, v, noEscape)
		if err != nil {
			return "", err
		}
		return headerValue(text)
	case "cookie":
		if list, isList := v.([]any); isList && !p.Explode || isMap(v) && !p.Explode {
			// The separators are escaped too: a cookie value cannot contain commas.
			text, err := styleParam("simple", false, p.Name, v, noEscape)
			if err != nil || len(list) == 0 && !isMap(v) {
				return "", err
			}
			return p.Name + "=" + escape(text), nil
		}
		text, err := styleParam("form", p.Explode, p.Name, v, escape)
		return strings.ReplaceAll(text, "&", "; "), err
	}
	text, err := writeQuery(p.Style, p.Explode, p.Reserved, p.Name, v)
	if p.Tabs {
		text = strings.ReplaceAll(text, "%20", "%09")
	}
	return text, err
}

// contentText is the value of a parameter with a media type: a text as it is, unless the
// media type is JSON.
func (p *Param) contentText(v any) string {
	if s, isText := v.(string); isText && !tree.IsJSON(tree.MediaType(p.Media)) {
		return s
	}
	return tree.Compact(v)
}

// writeQuery serialises one value of a query or of a form.
func writeQuery(style string, explode, reserved bool, name string, v any) (string, error) {
	enc := escape
	if reserved {
		enc = escapeReserved
	}
	_, isList := v.([]any)
	switch {
	case isEmpty(v):
		return "", nil
	case style == "deepObject" && (isList || isMap(v)):
		return styleDeepObject(name, v)
	case isList || isMap(v):
		if isMap(v) && style != "form" {
			explode = false
		}
		if fields, ok := v.(map[string]any); ok && explode && hasNested(v) {
			return explodeNested(fields, reserved)
		}
		if hasNested(v) && !explode {
			// No style covers nested values; servers then expect JSON.
			return escape(name) + "=" + escape(tree.Compact(v)), nil
		}
	default:
		style = "form"
	}
	text, err := styleParam(style, explode, name, v, enc)
	return escapeSeparators.Replace(text), err
}

// explodeNested writes the fields of an object that holds lists or objects as parameters
// of their own, as servers take paging objects: a list is written as every other list of
// a query, "sort=a&sort=b", an object as JSON.
func explodeNested(fields map[string]any, reserved bool) (string, error) {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text, err := writeQuery("form", !isMap(fields[name]), reserved, name, fields[name])
		if isMap(fields[name]) {
			text, err = escape(name)+"="+escape(tree.Compact(fields[name])), nil
		}
		if err != nil {
			return "", err
		}
		if text != "" {
			pairs = append(pairs, text)
		}
	}
	return strings.Join(pairs, "&"), nil
}

// writePath serialises a parameter of the path. A value that would change the structure
// of the path is refused, escaped or not.
func (p *Param) writePath(v any) (string, error) {
	if p.Media != "" {
		v = p.contentText(v)
	}
	text, err := styleParam(p.Style, p.Explode, p.Name, v, escape)
	switch {
	case err != nil:
		return "", err
	case text == "" || text == "." && p.Style == "label":
		return "", errors.New("must not be empty")
	case HasDotSegment(text):
		return "", errors.New("must not contain dot segments (. or ..) of a path")
	}
	return text, nil
}

// styleParam serialises a value with the runtime library. Names and values are escaped
// before, because the library leaves keys of objects, blanks, "|" and brackets
// unescaped, and then a value could act as a separator.
func styleParam(style string, explode bool, name string, v any, enc func(string) string) (text string, err error) {
	defer func() { // the library panics on what it does not expect
		if p := recover(); p != nil {
			text, err = "", fmt.Errorf("cannot be written as %s", style)
		}
	}()
	var ready any
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return "", nil
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = enc(tree.Plain(item))
		}
		ready = out
	case map[string]any:
		if len(v) == 0 {
			return "", nil
		}
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[enc(k)] = enc(tree.Plain(item))
		}
		ready = out
	default:
		ready = enc(tree.Plain(v))
	}
	if style == "cookie" {
		style = "form"
	}
	return runtime.StyleParamWithOptions(style, explode, escape(name), ready, runtime.StyleParamOptions{})
}

// escapeSeparators escapes the two separators that must not appear in a URL. Values are
// already escaped.
var escapeSeparators = strings.NewReplacer("|", "%7C", " ", "%20")

// styleDeepObject serialises an object or list as name[key]=value. The library writes
// "+" for a blank and raw brackets, which are replaced; a "+" in a value is already %2B.
func styleDeepObject(name string, v any) (string, error) {
	v = withoutNulls(v)
	text, err := runtime.MarshalDeepObject(v, name)
	if err != nil {
		return "", fmt.Errorf("cannot be written: %w", err)
	}
	return escapeDeepObject.Replace(text), nil
}

var escapeDeepObject = strings.NewReplacer("+", "%20", "[", "%5B", "]", "%5D")

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range v {
			if item != nil {
				out[k] = withoutNulls(item)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			if item != nil {
				out = append(out, withoutNulls(item))
			}
		}
		return out
	}
	return v
}

// isEmpty reports whether v is an empty list or object.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func isMap(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// hasNested reports whether a list or object holds another.
func hasNested(v any) bool {
	deeper := func(item any) bool {
		return schema.TypeOf(item) == schema.TypeArray || schema.TypeOf(item) == schema.TypeObject
	}
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, deeper)
	case map[string]any:
		for _, item := range v {
			if deeper(item) {
				return true
			}
		}
	}
	return false
}

// headerValue refuses characters that would end a header field.
func headerValue(text string) (string, error) {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7F {
			return "", errors.New("must not contain control characters")
		}
	}
	return strings.TrimSpace(text), nil
}

func noEscape(s string) string { return s }

// escape percent-encodes all but the unreserved characters of RFC 3986.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// escapeReserved leaves the reserved characters of RFC 3986 that a query may
// hold (§3.4: not "#", "[" and "]"), except "&", which would end the value, and
// "+", which reads as a blank.
func escapeReserved(s string) string { return escapeBut(s, ":/?@!$'()*,;=") }

// escapeLiteral escapes a path of the document, except what is already escaped.
func escapeLiteral(s string) string { return escapeBut(s, "/:@!$&'()*+,;=%") }

func escapeQuery(s string) string { return escapeBut(s, "/:@!$&'()*+,;=%?") }

func escapeBut(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case plaintext.IsWord(rune(c)), strings.IndexByte("-._~", c) >= 0, strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// HasDotSegment reports whether a path has a dot segment in any encoding, since a server
// may decode twice, treat a backslash as a slash or cut a segment at a semicolon.
func HasDotSegment(text string) bool {
	for range 4 {
		for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '/' || c == '\\' }) {
			part, _, _ = strings.Cut(part, ";")
			if part = strings.TrimFunc(part, func(c rune) bool { return c <= ' ' }); part == "." || part == ".." {
				return true
			}
		}
		plain := unescape(text)
		if plain == text {
			return false
		}
		text = plain
	}
	return false
}

// unescape decodes what is percent-encoded and leaves a stray "%" alone.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
