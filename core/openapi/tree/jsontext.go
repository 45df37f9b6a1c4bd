package tree

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads the rest of a string whose opening quote has been taken.
func (s *scanner) string() (string, error) {
	from := s.at
	for s.at < len(s.data) && s.data[s.at] != '"' && s.data[s.at] != '\\' {
		s.at++
	}
	if s.at < len(s.data) && s.data[s.at] == '"' {
		s.at++
		return string(s.data[from : s.at-1]), nil
	}
	out := append([]byte(nil), s.data[from:s.at]...)
	for s.at < len(s.data) {
		c := s.data[s.at]
		s.at++
		switch c {
		case '"':
			return string(out), nil
		case '\\':
			if s.at < len(s.data) {
				out = s.escape(out)
			}
		default:
			out = append(out, c)
		}
	}
	if s.cut {
		return string(out), nil
	}
	return "", s.fail("a string does not end")
}

func (s *scanner) escape(out []byte) []byte {
	c := s.data[s.at]
	s.at++
	switch c {
	case 'n':
		return append(out, '\n')
	case 't':
		return append(out, '\t')
	case 'r':
		return append(out, '\r')
	case 'b', 'f':
		return append(out, ' ')
	case 'u':
		r, ok := s.hex()
		if !ok {
			return append(out, `\u`...)
		}
		if utf16.IsSurrogate(r) && s.at+1 < len(s.data) && s.data[s.at] == '\\' && s.data[s.at+1] == 'u' {
			s.at += 2
			low, _ := s.hex()
			r = utf16.DecodeRune(r, low)
		}
		return utf8.AppendRune(out, r)
	case '"', '\\', '/':
		return append(out, c)
	}
	return append(out, '\\', c) // unknown: meant literally, as in a regular expression
}

func (s *scanner) hex() (rune, bool) {
	if s.at+4 > len(s.data) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s.data[s.at:s.at+4]), 16, 32)
	if err != nil {
		return 0, false
	}
	s.at += 4
	return rune(v), true
}

// IsNumber reports whether s is a number as JSON writes it.
func IsNumber(s string) bool {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	digits := func() int {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i - from
	}
	first := i
	if n := digits(); n == 0 || n > 1 && s[first] == '0' {
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if digits() == 0 {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if digits() == 0 {
			return false
		}
	}
	return i == len(s)
}
