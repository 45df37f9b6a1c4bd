package request

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"

	"github.com/oapi-codegen/runtime"
)

// write serialises a parameter outside the path: "name=value&…" of a query,
// the value of a header, "name=value" of a cookie.
func (p *Param) write(v any) (string, error) {
	if p.Media != "" {
		text := tree.Compact(v)
		if s, isText := v.(string); isText && !tree.IsJSON(tree.MediaType(p.Media)) {
			text = s
		}
		if p.In == "header" {
			return fieldValue(text)
		}
		return escape(p.Name) + "=" + escape(text), nil
	}
	if v == nil {
		v = ""
	}
	switch p.In {
	case "header":
		text, err := styled(p.Style, p.Explode, p.Name, v, verbatim)
		if err != nil {
			return "", err
		}
		return fieldValue(text)
	case "cookie":
		if list, isList := v.([]any); isList && !p.Explode || isMap(v) && !p.Explode {
			// The separators are escaped too: a comma is not a cookie octet.
			text, err := styled("simple", false, p.Name, v, verbatim)
			if err != nil || len(list) == 0 && !isMap(v) {
				return "", err
			}
			return p.Name + "=" + escape(text), nil
		}
		text, err := styled("form", p.Explode, p.Name, v, escape)
		return strings.ReplaceAll(text, "&", "; "), err
	}
	text, err := inQuery(p.Style, p.Explode, p.Reserved, p.Name, v)
	if p.Tabs {
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
	_, isList := v.([]any)
	switch {
	case hollow(v):
		return "", nil
	case style == "deepObject" && (isList || isMap(v)):
		return deep(name, v)
	case isList || isMap(v):
		if isMap(v) && style != "form" {
			explode = false
		}
		if nested(v) && !explode {
			// No style says how; JSON is what servers then expect.
			return escape(name) + "=" + escape(tree.Compact(v)), nil
		}
	default:
		style = "form"
	}
	text, err := styled(style, explode, name, v, enc)
	return separators.Replace(text), err
}

// inPath serialises a parameter of the path. What would change the shape of
// the path is refused, escaped or not.
func (p *Param) inPath(v any) (string, error) {
	if p.Media != "" {
		v = tree.Compact(v)
	}
	text, err := styled(p.Style, p.Explode, p.Name, v, escape)
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

// hollow reports whether v is a list or object without content.
func hollow(v any) bool {
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

// nested reports whether a list or object holds another.
func nested(v any) bool {
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

// fieldValue refuses what would break out of a header field.
func fieldValue(text string) (string, error) {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7F {
			return "", errors.New("must not contain control characters")
		}
	}
	return strings.TrimSpace(text), nil
}
