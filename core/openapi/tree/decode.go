package tree

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
)

// Decode parses a JSON or YAML document into its tree. The error is one plain line
// that also says what to do.
func Decode(data []byte) (*Node, error) {
	root, _, err := DecodeText(data)
	return root, err
}

// DecodeText is Decode, and counts the control characters that were left out of the text.
func DecodeText(data []byte) (root *Node, dropped int, err error) {
	if len(data) > MaxBytes {
		return nil, 0, fmt.Errorf("the document has %d MiB, at most %d MiB are read; use a smaller document", len(data)>>20, MaxBytes>>20)
	}
	if data, dropped, err = documentText(data); err != nil {
		return nil, 0, err
	}
	root, err = parse(data)
	return root, dropped, err
}

func parse(data []byte) (*Node, error) {
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

// documentText converts a document to UTF-8 without control characters and byte-order
// marks, and counts those within it. What is in no charset that can be told is refused: a
// character that is replaced by another would change a request.
func documentText(data []byte) (text []byte, dropped int, err error) {
	utf16BE := len(data) > 1 && data[0] == 0 && data[1] != 0
	utf16LE := len(data) > 1 && data[0] != 0 && data[1] == 0
	switch {
	case utf16LE || bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		text = decodeUTF16(bytes.TrimPrefix(data, []byte{0xFF, 0xFE}), binary.LittleEndian)
	case utf16BE || bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		text = decodeUTF16(bytes.TrimPrefix(data, []byte{0xFE, 0xFF}), binary.BigEndian)
	default:
		text = bytes.TrimPrefix(data, []byte("\uFEFF"))
		if !utf8.Valid(text) {
			return nil, 0, fmt.Errorf("the document is not in UTF-8 (line %d); save it as UTF-8, or let its server say in which charset it is", invalidLine(text))
		}
		clean := UTF8(text)
		return clean, utf8.RuneCount(text) - utf8.RuneCount(clean), nil
	}
	if len(data)%2 != 0 || bytes.Count(text, []byte("\uFFFD")) > countUnits(data, 0xFFFD) {
		return nil, 0, errors.New("the document is damaged: it begins as UTF-16 and is none; save it as UTF-8")
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	clean := UTF8(text)
	return clean, utf8.RuneCount(text) - utf8.RuneCount(clean), nil
}

// countUnits counts a unit of UTF-16 in either order of bytes.
func countUnits(data []byte, unit uint16) int {
	n := 0
	for i := 0; i+1 < len(data); i += 2 {
		if v := binary.BigEndian.Uint16(data[i:]); v == unit || v == unit<<8|unit>>8 {
			n++
		}
	}
	return n
}

func invalidLine(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		text = text[n:]
	}
	return line
}

// Declared converts a document to UTF-8 whose content type says that it is in Latin-1 or
// windows-1252, which are read as the same. Any other is returned as it is.
func Declared(data []byte, contentType string) []byte {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || utf8.Valid(data) {
		return data
	}
	switch strings.ToLower(params["charset"]) {
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
	default:
		return data
	}
	out := make([]byte, 0, len(data)+len(data)/8)
	for _, c := range data {
		r := rune(c)
		if c >= 0x80 && c < 0xA0 {
			r = windows1252[c-0x80]
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// windows1252 are the characters of the bytes from 0x80.
var windows1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

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
	maxDocuments      = 64      // other documents that references may load
	maxFetchedBytes   = 16 << 20
	maxPointer        = 4 << 10  // bytes of a JSON pointer or reference
	maxReferenceChain = 32       // references that lead to references
	maxWalked         = 16 << 20 // bytes of pointers that are followed from the root again
	maxResources      = 10_000   // addresses and names that schemas of one document give themselves
	maxSmallValues    = 20_000   // values of a text that is no OpenAPI document
)
