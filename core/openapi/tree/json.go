package tree

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
)

// errSyntax is returned for text that is not JSON; it may still be YAML.
var errSyntax = errors.New("not JSON")

// limitError says that the document exceeds a limit, so that it need not be tried
// as YAML too.
type limitError struct{ message string }

func (e *limitError) Error() string { return e.message }

func tooMany() error {
	return &limitError{fmt.Sprintf("the document has more than %d values; use a smaller document", maxNodes)}
}

func tooDeep() error {
	return &limitError{fmt.Sprintf("the document is nested more than %d levels deep; use a simpler document", maxDepth)}
}

// scanner reads JSON into nodes. It is laxer than encoding/json, as published
// documents need it: duplicate keys (the last wins), trailing commas, raw
// control characters and unknown escapes in strings. And it is stricter where
// a hostile document would hurt: it counts nodes and depth as it goes.
type scanner struct {
	data      []byte
	at        int
	nodes     int
	strict    bool // a character that cannot be read is an error
	truncated bool // the text may be cut off anywhere; what came before is returned
}

func parseJSON(data []byte) (*Node, error) {
	s := &scanner{data: data, strict: true}
	root, err := s.value(0)
	if err != nil {
		return nil, err
	}
	if s.skipSpace(); s.at < len(s.data) {
		return nil, s.fail("text after the end")
	}
	return root, nil
}

func (s *scanner) fail(what string) error {
	line := 1
	for _, c := range s.data[:min(s.at, len(s.data))] {
		if c == '\n' {
			line++
		}
	}
	return fmt.Errorf("%w: line %d: %s", errSyntax, line, what)
}

func (s *scanner) skipSpace() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// accept skips blanks and consumes the next byte if it is c.
func (s *scanner) accept(c byte) bool {
	s.skipSpace()
	if s.at < len(s.data) && s.data[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) value(depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	if s.nodes++; s.nodes > maxNodes {
		return nil, tooMany()
	}
	s.skipSpace()
	if s.at >= len(s.data) {
		return nil, s.fail("it ends early")
	}
	switch s.data[s.at] {
	case '{':
		s.at++
		return s.object(depth)
	case '[':
		s.at++
		return s.array(depth)
	case '"':
		s.at++
		value, err := s.text()
		return &Node{Kind: Text, Scalar: value}, err
	default:
		return s.literal()
	}
}

func (s *scanner) object(depth int) (*Node, error) {
	n := &Node{Kind: Object}
	for !s.accept('}') {
		if s.atEnd() {
			return n, nil
		}
		if !s.accept('"') {
			return nil, s.fail("a name in quotes is missing")
		}
		key, err := s.text()
		if err != nil {
			return nil, err
		}
		if s.atEnd() {
			return n, nil
		}
		if !s.accept(':') {
			return nil, s.fail("a colon is missing after " + strconv.Quote(plaintext.Clip(key, 40)))
		}
		if s.atEnd() {
			return n, nil
		}
		value, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.set(key, value)
		if !s.accept(',') && !s.peek('}') && !s.atEnd() {
			return nil, s.fail("a comma is missing after " + strconv.Quote(plaintext.Clip(key, 40)))
		}
	}
	return n, nil
}

func (s *scanner) array(depth int) (*Node, error) {
	n := &Node{Kind: List}
	for !s.accept(']') {
		if s.atEnd() {
			return n, nil
		}
		value, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Vals = append(n.Vals, value)
		if !s.accept(',') && !s.peek(']') && !s.atEnd() {
			return nil, s.fail("a comma is missing in a list")
		}
	}
	return n, nil
}

// atEnd reports whether a truncated text has been read to its end.
func (s *scanner) atEnd() bool {
	s.skipSpace()
	return s.truncated && s.at >= len(s.data)
}

func (s *scanner) peek(c byte) bool {
	s.skipSpace()
	return s.at < len(s.data) && s.data[s.at] == c
}

func (s *scanner) literal() (*Node, error) {
	from := s.at
	for s.at < len(s.data) {
		c := s.data[s.at]
		if c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			break
		}
		s.at++
	}
	switch word := string(s.data[from:s.at]); word {
	case "null":
		return &Node{Kind: Null}, nil
	case "true", "false":
		return &Node{Kind: Boolean, Scalar: word}, nil
	default:
		if IsNumber(word) {
			return &Node{Kind: Number, Scalar: word}, nil
		}
		if s.truncated && s.at >= len(s.data) {
			return &Node{Kind: Null}, nil // half a word
		}
		return nil, s.fail("a value is missing or not in quotes")
	}
}

// ParsePrefix parses JSON that may be cut off: if truncated, what came before the end
// is returned. ok is false if data is not JSON.
func ParsePrefix(data []byte, truncated bool) (root *Node, ok bool) {
	s := &scanner{data: data, truncated: truncated}
	root, err := s.value(0)
	if err != nil {
		return nil, false
	}
	s.skipSpace()
	return root, s.at == len(s.data)
}

// text reads the rest of a string whose opening quote has been taken.
func (s *scanner) text() (string, error) {
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
				var ok bool
				if out, ok = s.escape(out); !ok && s.strict {
					return "", s.fail("half of a surrogate pair stands alone")
				}
			}
		default:
			out = append(out, c)
		}
	}
	if s.truncated {
		return string(out), nil
	}
	return "", s.fail("a string does not end")
}

// escape appends the character of an escape; ok is false if it is half a surrogate pair.
func (s *scanner) escape(out []byte) (text []byte, ok bool) {
	c := s.data[s.at]
	s.at++
	switch c {
	case 'n':
		return append(out, '\n'), true
	case 't':
		return append(out, '\t'), true
	case 'r':
		return append(out, '\r'), true
	case 'b':
		return append(out, '\b'), true
	case 'f':
		return append(out, '\f'), true
	case 'u':
		r, found := s.hex()
		if !found {
			return append(out, `\u`...), true
		}
		if !utf16.IsSurrogate(r) {
			return utf8.AppendRune(out, r), true
		}
		if s.at+1 < len(s.data) && s.data[s.at] == '\\' && s.data[s.at+1] == 'u' {
			at := s.at
			s.at += 2
			low, _ := s.hex()
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return utf8.AppendRune(out, pair), true
			}
			s.at = at
		}
		return utf8.AppendRune(out, utf8.RuneError), false
	case '"', '\\', '/':
		return append(out, c), true
	}
	return append(out, '\\', c), true // unknown: meant literally, as in a regular expression
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
