package result

import (
	"bytes"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// xmlEncoding finds the encoding that an XML declaration names.
var xmlEncoding = regexp.MustCompile(`^<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9._-]{1,40})["']`)

// decodeText converts a text to UTF-8 by the charset that the answer declares: a byte order
// mark, the content type, the XML declaration, or the head of an HTML page. remark says what
// cannot be relied on; empty: nothing.
func decodeText(body []byte, contentType string, cutOff bool) (text []byte, remark string) {
	marked := bytes.HasPrefix(body, []byte{0xFF, 0xFE}) || bytes.HasPrefix(body, []byte{0xFE, 0xFF}) || bytes.HasPrefix(body, []byte("\uFEFF"))
	if marked {
		return tree.UTF8(body), ""
	}
	_, params, _ := mime.ParseMediaType(contentType)
	label := strings.TrimSpace(params["charset"])
	if label == "" {
		head := bytes.TrimLeft(body[:min(len(body), 1<<10)], " \t\r\n")
		if m := xmlEncoding.FindSubmatch(head); m != nil {
			label = string(m[1])
		} else if strings.Contains(tree.MediaType(contentType), "html") && !utf8.Valid(body) {
			_, label, _ = charset.DetermineEncoding(body[:min(len(body), 1<<10)], contentType)
		}
	}
	if label == "" || strings.EqualFold(label, "utf-8") || strings.EqualFold(label, "utf8") || strings.EqualFold(label, "us-ascii") {
		if utf8.Valid(body) || cutOff && validPrefix(body) {
			return tree.UTF8(body), ""
		}
		return decodeAs("windows-1252", body, textNotUTF8)
	}
	if known, _ := charset.Lookup(label); known == nil {
		if utf8.Valid(body) {
			return tree.UTF8(body), ""
		}
		return decodeAs("windows-1252", body, fmt.Sprintf(textCharset, plaintext.Line(label, 40)))
	}
	return decodeAs(label, body, "")
}

// validPrefix reports whether a text is UTF-8 but for a character that is cut off at its end.
func validPrefix(body []byte) bool {
	for n := 1; n < utf8.UTFMax && n < len(body); n++ {
		if utf8.RuneStart(body[len(body)-n]) {
			return !utf8.FullRune(body[len(body)-n:]) && utf8.Valid(body[:len(body)-n])
		}
	}
	return false
}

func decodeAs(label string, body []byte, remark string) (text []byte, said string) {
	known, _ := charset.Lookup(label)
	out, err := known.NewDecoder().Bytes(body)
	if err != nil {
		return tree.UTF8(body), remark
	}
	if remark == "" && bytes.ContainsRune(out, utf8.RuneError) && !bytes.ContainsRune(body, utf8.RuneError) {
		remark = fmt.Sprintf(textCharset, plaintext.Line(label, 40))
	}
	return tree.UTF8(out), remark
}
