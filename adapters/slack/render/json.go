package render

import (
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendInner appends s as the inside of a JSON string. Unlike encoding/json it
// leaves <, > and & as they are: they would count six characters each.
func appendInner(out []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				out = append(append(out, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		out = append(out, s[from:i]...)
		switch c {
		case '\n':
			out = append(out, `\n`...)
		case '\t':
			out = append(out, `\t`...)
		case '"', '\\':
			out = append(out, '\\', c)
		default:
			out = append(out, `\u00`...)
			out = append(out, hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(out, s[from:]...)
}

// appendString appends s as a JSON string.
func appendString(out []byte, s string) []byte {
	return append(appendInner(append(out, '"'), s), '"')
}

// appendKey appends a comma, a key that needs no escaping, and a string.
func appendKey(out []byte, key, value string) []byte {
	out = append(append(append(out, `,"`...), key...), `":`...)
	return appendString(out, value)
}

// appendNumber appends a comma, a key that needs no escaping, and a number.
func appendNumber(out []byte, key string, value int) []byte {
	out = append(append(append(out, `,"`...), key...), `":`...)
	return strconv.AppendInt(out, int64(value), 10)
}
