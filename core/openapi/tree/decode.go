package tree

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
)

// Decode turns the bytes of a document into its tree. The error is one plain
// line with the remedy.
func Decode(data []byte) (*Node, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the document has %d MiB, at most %d MiB are read; use a smaller document", len(data)>>20, MaxBytes>>20)
	}
	data = UTF8(data)
	head := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(head) == 0:
		return nil, errors.New("the document is empty; give the address of an OpenAPI document")
	case head[0] == '<':
		return nil, errors.New("this is a web page (HTML or XML), not an OpenAPI document; give the address of the JSON or YAML document itself")
	}
	root, err := parseJSON(data)
	var limit *limitError
	if err != nil && !errors.As(err, &limit) {
		fault := err
		if root, err = parseYAML(data); err != nil && !errors.As(err, &limit) {
			// Tabs that indent are the one fault of YAML seen often enough.
			if bytes.IndexByte(data, '\t') >= 0 {
				if again, fine := parseYAML(bytes.ReplaceAll(data, []byte("\t"), []byte("  "))); fine == nil {
					root, err = again, nil
				}
			}
			if err != nil && (head[0] == '{' || head[0] == '[') {
				err = fault
			}
		}
	}
	if err != nil {
		if errors.As(err, &limit) {
			return nil, err
		}
		return nil, fmt.Errorf("neither JSON nor YAML (%s); give the address of an OpenAPI document", plaintext.Clip(plaintext.OneLine(err.Error()), 160))
	}
	if !root.Is(Object) {
		return nil, errors.New("the document is not an object with \"openapi\" or \"swagger\" and \"paths\"; give the address of an OpenAPI document")
	}
	return root, nil
}

// JSON reads an object in JSON or YAML as tolerantly as a document, and gives it in
// strict JSON: for the small files that lie beside a document. At most 20,000 values.
func JSON(data []byte) ([]byte, error) {
	root, err := Decode(data)
	if err != nil {
		return nil, err
	}
	if !root.within(maxSmall) {
		return nil, fmt.Errorf("it has more than %d values", maxSmall)
	}
	return json.Marshal(root.Value())
}

// UTF8 makes UTF-8 without byte-order mark and without control characters,
// which neither parser takes and which mean nothing in a document.
func UTF8(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		data = wide(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		data = wide(data[2:], binary.BigEndian)
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	clean := true
	for i := 0; i < len(data) && clean; i++ {
		c := data[i]
		// 0xC2 begins the C1 controls among others, 0xEF the byte-order mark.
		clean = c >= ' ' && c < 0x7F || c == '\n' || c == '\r' || c == '\t' || c > 0xC2 && c != 0xEF
	}
	if clean && utf8.Valid(data) {
		return data
	}
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == 0xFEFF || r == 0xFFFE || r == 0xFFFF:
		case r == '\n' || r == '\r' || r == '\t', r >= ' ' && r < 0x7F, r >= 0xA0:
			out = utf8.AppendRune(out, r)
		}
		data = data[n:]
	}
	return out
}

func wide(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
