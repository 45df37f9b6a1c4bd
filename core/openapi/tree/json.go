package tree

import (
	"errors"
	"fmt"
	"strconv"

	"aidesk/core/openapi/plaintext"
)

// errSyntax is returned for text that is not JSON; it may still be YAML.
var errSyntax = errors.New("not JSON")

// limitError is a limit that was passed: no other reading of the same bytes
// can help.
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
	data  []byte
	at    int
	nodes int
	cut   bool // the text may end early; what is there is taken
}

func parseJSON(data []byte) (*Node, error) {
	s := &scanner{data: data}
	root, err := s.read(0)
	if err != nil {
		return nil, err
	}
	if s.blank(); s.at < len(s.data) {
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

func (s *scanner) blank() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next skips blanks and reports whether the next byte is c, taking it.
func (s *scanner) next(c byte) bool {
	s.blank()
	if s.at < len(s.data) && s.data[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) read(depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	if s.nodes++; s.nodes > maxNodes {
		return nil, tooMany()
	}
	s.blank()
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
		value, err := s.string()
		return &Node{Kind: Text, Scalar: value}, err
	default:
		return s.word()
	}
}

func (s *scanner) object(depth int) (*Node, error) {
	n := &Node{Kind: Object}
	for !s.next('}') {
		if s.over() {
			return n, nil
		}
		if !s.next('"') {
			return nil, s.fail("a name in quotes is missing")
		}
		key, err := s.string()
		if err != nil {
			return nil, err
		}
		if s.over() {
			return n, nil
		}
		if !s.next(':') {
			return nil, s.fail("a colon is missing after " + strconv.Quote(plaintext.Clip(key, 40)))
		}
		if s.over() {
			return n, nil
		}
		value, err := s.read(depth + 1)
		if err != nil {
			return nil, err
		}
		n.set(key, value)
		if !s.next(',') && !s.ahead('}') && !s.over() {
			return nil, s.fail("a comma is missing after " + strconv.Quote(plaintext.Clip(key, 40)))
		}
	}
	return n, nil
}

func (s *scanner) array(depth int) (*Node, error) {
	n := &Node{Kind: List}
	for !s.next(']') {
		if s.over() {
			return n, nil
		}
		value, err := s.read(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Vals = append(n.Vals, value)
		if !s.next(',') && !s.ahead(']') && !s.over() {
			return nil, s.fail("a comma is missing in a list")
		}
	}
	return n, nil
}

// over reports whether a text that may end early has ended.
func (s *scanner) over() bool {
	s.blank()
	return s.cut && s.at >= len(s.data)
}

func (s *scanner) ahead(c byte) bool {
	s.blank()
	return s.at < len(s.data) && s.data[s.at] == c
}

func (s *scanner) word() (*Node, error) {
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
		if s.cut && s.at >= len(s.data) {
			return &Node{Kind: Null}, nil // half a word
		}
		return nil, s.fail("a value is missing or not in quotes")
	}
}

// ParseAnswer reads JSON that may end early, where cut: what is there is taken.
// ok is false where it is not JSON.
func ParseAnswer(data []byte, cut bool) (root *Node, ok bool) {
	s := &scanner{data: data, cut: cut}
	root, err := s.read(0)
	if err != nil {
		return nil, false
	}
	s.blank()
	return root, s.at == len(s.data)
}
