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

// Decode parses a JSON or YAML document into its tree. The error is one plain line
// that also says what to do.
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
			// YAML indented with tabs is invalid, but common enough to repair.
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
		return nil, fmt.Errorf("neither JSON nor YAML (%s); give the address of an OpenAPI document", plaintext.Line(err.Error(), 160))
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
	if !root.HasAtMost(maxSmallValues) {
		return nil, fmt.Errorf("it has more than %d values", maxSmallValues)
	}
	return json.Marshal(root.Value())
}

// UTF8 converts UTF-16 to UTF-8 and removes the byte-order mark and control
// characters, which neither parser accepts and which mean nothing in a document.
func UTF8(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		data = decodeUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		data = decodeUTF16(data[2:], binary.BigEndian)
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

func decodeUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// Limits of one document's tree. What goes beyond them is refused.
const (
	MaxBytes          = 8 << 20 // of one document
	maxNodes          = 500_000 // of one document's tree, aliases expanded
	maxEstimate       = 400_000 // of YAML: the same, estimated before parsing
	maxDepth          = 64      // nesting of one document's tree
	maxDocuments      = 16      // other documents that references may load
	maxFetchedBytes   = 16 << 20
	maxPointer        = 4 << 10 // bytes of a JSON pointer or reference
	maxReferenceChain = 32      // references that lead to references
	maxSmallValues    = 20_000  // values of a text that is no OpenAPI document
)
