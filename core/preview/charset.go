package preview

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// decode gives the page as UTF-8. The byte order mark decides, else the charset
// of the header field, else that of a meta tag anywhere in the head, else
// whether the bytes are UTF-8; what is left is windows-1252.
func decode(page []byte, contentType string) io.Reader {
	if rest, ok := bytes.CutPrefix(page, []byte("\xEF\xBB\xBF")); ok {
		return bytes.NewReader(rest)
	}
	switch {
	case bytes.HasPrefix(page, []byte("\xFE\xFF")):
		return decodeAs("utf-16be", page[2:])
	case bytes.HasPrefix(page, []byte("\xFF\xFE")):
		return decodeAs("utf-16le", page[2:])
	}
	if label := charsetIn(contentType); isKnownCharset(label) {
		return decodeAs(label, page)
	}
	if label := declared(page); isKnownCharset(label) {
		if strings.HasPrefix(strings.ToLower(label), "utf-16") {
			label = "utf-8" // it was read as ASCII, so it is not UTF-16
		}
		return decodeAs(label, page)
	}
	if utf8.Valid(trimPartialRune(page)) {
		return bytes.NewReader(page)
	}
	return decodeAs("windows-1252", page)
}

const declarationsCap = 32 // meta tags that are searched for a charset

// isKnownCharset reports whether a label names a charset that is decoded.
func isKnownCharset(label string) bool {
	_, name := charset.Lookup(label)
	return name != "" && name != "replacement"
}

func decodeAs(label string, page []byte) io.Reader {
	encoding, name := charset.Lookup(label)
	if name == "utf-8" {
		return bytes.NewReader(page)
	}
	return encoding.NewDecoder().Reader(bytes.NewReader(page))
}

// trimPartialRune removes an incomplete character at the end, where the page was cut.
func trimPartialRune(page []byte) []byte {
	for n := 1; n <= utf8.UTFMax && n <= len(page); n++ {
		if tail := page[len(page)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return page[:len(page)-n]
			}
			break
		}
	}
	return page
}

// charsetIn finds the charset parameter in a content type; empty without.
func charsetIn(contentType string) string {
	for rest := strings.ToLower(contentType); ; {
		_, after, found := strings.Cut(rest, "charset")
		if !found {
			return ""
		}
		rest = after
		value, found := strings.CutPrefix(strings.TrimLeft(after, " \t\r\n"), "=")
		if !found {
			continue
		}
		value = strings.TrimLeft(value, " \t\r\n\"'")
		if end := strings.IndexAny(value, "; \t\r\n\"',"); end >= 0 {
			value = value[:end]
		}
		return value
	}
}

// declared finds the charset that the head of a page declares in a meta tag;
// empty without. A browser looks at the first 1,024 bytes only, but pages rely
// on header fields that a result may have lost.
func declared(page []byte) string {
	for left := declarationsCap; left > 0; {
		start := bytes.IndexByte(page, '<')
		if start < 0 {
			return ""
		}
		page = page[start:]
		switch {
		case bytes.HasPrefix(page, []byte("<!--")):
			_, after, found := bytes.Cut(page[4:], []byte("-->"))
			if !found {
				return ""
			}
			page = after
			continue
		case startsTag(page, "</head"), startsTag(page, "<body"):
			return ""
		case startsTag(page, "<meta"):
			tag := page[:min(len(page), 1024)]
			if end := bytes.IndexByte(tag, '>'); end > 0 {
				tag = tag[:end+1]
			}
			page = page[len(tag):]
			if !bytes.Contains(bytes.ToLower(tag), []byte("charset")) {
				continue
			}
			left--
			if label := metaCharset(tag); label != "" {
				return label
			}
			continue
		}
		page = page[1:]
	}
	return ""
}

func startsTag(page []byte, tag string) bool {
	return len(page) >= len(tag) && strings.EqualFold(string(page[:len(tag)]), tag)
}

// metaCharset gives the charset of one meta tag; empty when it declares none.
func metaCharset(tag []byte) string {
	z := html.NewTokenizer(bytes.NewReader(tag))
	if kind := z.Next(); kind != html.StartTagToken && kind != html.SelfClosingTagToken {
		return ""
	}
	var equiv, content string
	for more := true; more; {
		var name, value []byte
		name, value, more = z.TagAttr()
		switch string(name) {
		case "charset":
			return strings.TrimSpace(string(value))
		case "http-equiv":
			equiv = string(value)
		case "content":
			content = string(value)
		}
	}
	if strings.EqualFold(strings.TrimSpace(equiv), "content-type") {
		return charsetIn(content)
	}
	return ""
}
