package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// ParseValue decodes one JSON value; numbers become json.Number.
func ParseValue(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the value")
	}
	return v, nil
}

// Compact writes a value as JSON: keys sorted, nothing escaped for HTML.
func Compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Plain writes a scalar as text, anything else as JSON.
func Plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return Compact(v)
}

// MediaType returns the media type of a Content-Type, without parameters and in lower case.
func MediaType(media string) string {
	media, _, _ = strings.Cut(media, ";")
	media, _, _ = strings.Cut(media, ",")
	return strings.ToLower(strings.TrimSpace(media))
}

// IsJSON reports whether a media type, without parameters, is JSON.
func IsJSON(name string) bool {
	return name == "application/json" || name == "text/json" || name == "text/x-json" || name == "application/javascript+json" || strings.HasSuffix(name, "+json")
}
