package openapi

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/oapi-codegen/runtime"
)

// write serialises a parameter outside the path: "name=value&…" of a query,
// the value of a header, "name=value" of a cookie.
func (p *param) write(v any) (string, error) {
	if p.media != "" {
		text := compact(v)
		if s, isText := v.(string); isText && !isJSON(bare(p.media)) {
			text = s
		}
		if p.in == "header" {
			return fieldValue(text)
		}
		return escape(p.name) + "=" + escape(text), nil
	}
	if v == nil {
		v = ""
	}
	switch p.in {
	case "header":
		text, err := styled(p.style, p.explode, p.name, v, verbatim)
		if err != nil {
			return "", err
		}
		return fieldValue(text)
	case "cookie":
		if list, isList := v.([]any); isList && !p.explode || isMap(v) && !p.explode {
			// The separators are escaped too: a comma is not a cookie octet.
			text, err := styled("simple", false, p.name, v, verbatim)
			if err != nil || len(list) == 0 && !isMap(v) {
				return "", err
			}
			return p.name + "=" + escape(text), nil
		}
		text, err := styled("form", p.explode, p.name, v, escape)
		return strings.ReplaceAll(text, "&", "; "), err
	}
	text, err := inQuery(p.style, p.explode, p.reserved, p.name, v)
	if p.tabs {
		text = strings.ReplaceAll(text, "%20", "%09")
	}
	return text, err
}

// inQuery serialises one value of a query or of a form.
func inQuery(style string, explode, reserved bool, name string, v any) (string, error) {
	enc := escape
	if reserved {
		enc = escapeReserved
	}
	list, isList := v.([]any)
	switch {
	case isList && len(list) == 0, isMap(v) && len(v.(map[string]any)) == 0:
		return "", nil
	case style == "deepObject" && (isList || isMap(v)):
		return deep(name, v)
	case isList || isMap(v):
		if isMap(v) && style != "form" {
			explode = false
		}
		if nested(v) && !explode {
			// No style says how; JSON is what servers then expect.
			return escape(name) + "=" + escape(compact(v)), nil
		}
	default:
		style = "form"
	}
	text, err := styled(style, explode, name, v, enc)
	return separators.Replace(text), err
}

// inPath serialises a parameter of the path. What would change the shape of
// the path is refused, escaped or not.
func (p *param) inPath(v any) (string, error) {
	if p.media != "" {
		v = compact(v)
	}
	text, err := styled(p.style, p.explode, p.name, v, escape)
	switch {
	case err != nil:
		return "", err
	case text == "" || text == "." && p.style == "label":
		return "", errors.New("must not be empty")
	case climbs(text):
		return "", errors.New("must not contain the path segments . or ..")
	}
	return text, nil
}

// styled lets the runtime library put the pieces together. Every name and
// value is escaped before, because the library leaves keys of objects, blanks,
// "|" and brackets as they are; so nothing in a value can act as a separator.
func styled(style string, explode bool, name string, v any, enc func(string) string) (text string, err error) {
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
			out[i] = enc(plainText(item))
		}
		ready = out
	case map[string]any:
		if len(v) == 0 {
			return "", nil
		}
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[enc(k)] = enc(plainText(item))
		}
		ready = out
	default:
		ready = enc(plainText(v))
	}
	if style == "cookie" {
		style = "form"
	}
	return runtime.StyleParamWithOptions(style, explode, escape(name), ready, runtime.StyleParamOptions{})
}

// separators escapes the two separators that a URL may not have raw. Values
// are escaped by then.
var separators = strings.NewReplacer("|", "%7C", " ", "%20")

// deep serialises an object or list as name[key]=value. The library writes "+"
// for a blank and leaves the brackets; a "+" in a value is %2B by then.
func deep(name string, v any) (string, error) {
	v = withoutNulls(v)
	text, err := runtime.MarshalDeepObject(v, name)
	if err != nil {
		return "", fmt.Errorf("cannot be written: %w", err)
	}
	return deepEscape.Replace(text), nil
}

var deepEscape = strings.NewReplacer("+", "%20", "[", "%5B", "]", "%5D")

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

func isMap(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// nested reports whether a list or object holds another.
func nested(v any) bool {
	deeper := func(item any) bool { return kindOf(item) == typeArray || kindOf(item) == typeObject }
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if deeper(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if deeper(item) {
				return true
			}
		}
	}
	return false
}

// fieldValue refuses what would break out of a header field.
func fieldValue(text string) (string, error) {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7F {
			return "", errors.New("must not contain control characters")
		}
	}
	return strings.TrimSpace(text), nil
}

func verbatim(s string) string { return s }

// escape percent-encodes all but the unreserved characters of RFC 3986.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// escapeReserved leaves the reserved characters of RFC 3986 that a query may
// hold (§3.4: not "#", "[" and "]"), except "&", which would end the value, and
// "+", which reads as a blank.
func escapeReserved(s string) string { return escapeBut(s, ":/?@!$'()*,;=") }

// escapeLiteral brings a path that the document gives into the form of a URL
// without encoding twice what it has encoded.
func escapeLiteral(s string) string { return escapeBut(s, "/:@!$&'()*+,;=%") }

func escapeQuery(s string) string { return escapeBut(s, "/:@!$&'()*+,;=%?") }

func escapeBut(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case isWord(rune(c)), strings.IndexByte("-._~", c) >= 0, strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// climbs reports whether a path has a dot segment, however it is encoded: a
// server may decode once more than it should, take a backslash for a slash or
// cut a segment at a semicolon.
func climbs(text string) bool {
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
