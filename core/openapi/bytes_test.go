package openapi_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"aidesk/core/openapi"
	"aidesk/core/openapi/tree"
)

// TestDocumentBytes: the bytes of a document are read as what they are, or refused; no
// character is replaced silently.
func TestDocumentBytes(t *testing.T) {
	t.Parallel()
	wide := func(text string, order binary.AppendByteOrder) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	doc := func(value string) string {
		return `{"openapi":"3.0.3","servers":[{"url":"https://api.example"}],"paths":{"/x":{"get":{"operationId":"x","parameters":[{"name":"v","in":"query","required":true,"schema":{"enum":["` + value + `"]}}]}}}}`
	}
	for _, c := range []struct {
		name, note, refused, want string
		data                      []byte
	}{
		{name: "UTF-8", data: []byte(doc("ü€")), want: "v=%C3%BC%E2%82%AC"},
		{name: "UTF-16 with a mark", data: wide("\uFEFF"+doc("ü€"), binary.LittleEndian), want: "v=%C3%BC%E2%82%AC"},
		{name: "UTF-16 without a mark", data: wide(doc("ü€"), binary.LittleEndian), want: "v=%C3%BC%E2%82%AC"},
		{name: "UTF-16, the other order", data: wide(doc("ü€"), binary.BigEndian), want: "v=%C3%BC%E2%82%AC"},
		{name: "UTF-16 that is cut", data: wide("\uFEFF"+doc("ü"), binary.LittleEndian)[:301], refused: "damaged"},
		{name: "declared Latin-1", data: tree.Declared([]byte(doc("\xfc\x80")), "application/json; charset=ISO-8859-1"), want: "v=%C3%BC%E2%82%AC"},
		{name: "Latin-1", data: []byte("\n" + doc("\xfc")), refused: "not in UTF-8 (line 2)"},
		{name: "a control character", data: []byte(doc("a\x01b")), note: "document-characters", want: "v=ab"},
		{name: "an escaped one", data: []byte(doc(`a\b\u0001`)), want: "v=a%08%01"},
		{name: "a pair", data: []byte(doc(`\ud83d\ude00`)), want: "v=%F0%9F%98%80"},
		{name: "half a pair", data: []byte(doc(`\ud83dA`)), refused: "half of a surrogate pair"},
		{name: "half a pair before another escape", data: []byte(doc(`\ud83d\u0041`)), refused: "half of a surrogate pair"},
	} {
		d, err := openapi.Read(t.Context(), openapi.Source{Data: c.data}, openapi.Options{})
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%s: %v, want %q", c.name, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if noted := slices.ContainsFunc(d.Notes, func(n openapi.Note) bool { return n.Code == "document-characters" }); noted != (c.note != "") {
			t.Errorf("%s: notes %v", c.name, d.Notes)
		}
		if q, err := d.Operations[0].Request(nil); err != nil || q.URL != "https://api.example/x?"+c.want {
			t.Errorf("%s: %s, %v", c.name, q.URL, err)
		}
	}
}
