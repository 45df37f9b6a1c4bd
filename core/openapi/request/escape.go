package request

import (
	"net/url"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
)

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
		case plaintext.IsWord(rune(c)), strings.IndexByte("-._~", c) >= 0, strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// HasDotSegment reports whether a path has a dot segment, however it is encoded: a
// server may decode once more than it should, take a backslash for a slash or
// cut a segment at a semicolon.
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
