package tree

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

type Kind uint8

const (
	Null Kind = iota
	Boolean
	Number
	Text
	List
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "list", "object"}[k]
}

// Node is one value of a document. Objects keep their order, so that a card
// can show arguments as the document lists them. A nil *node is a missing
// value; every accessor takes it.
type Node struct {
	Kind         Kind
	Scalar       string // of scalars: "true", the number as written, the text
	Table[*Node]        // of a dict; a list has values without keys
}

// Get returns the value of key, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	if i := n.Find(key); i >= 0 {
		return n.Vals[i]
	}
	return nil
}

// set puts key. Of duplicate keys the last wins, but a path that stands twice
// (only paths begin with a slash) keeps the methods of both.
func (n *Node) set(key string, value *Node) {
	if strings.HasPrefix(key, "/") && value.Is(Object) && n.Get(key).Is(Object) {
		value = n.Get(key).Merged(value)
	}
	n.Put(key, value)
}

// Merged returns a dict with the entries of n and of over; over's win.
func (n *Node) Merged(over *Node) *Node {
	out := &Node{Kind: Object}
	for _, from := range []*Node{n, over} {
		for i, k := range from.Keys {
			out.Put(k, from.Vals[i])
		}
	}
	return out
}

func (n *Node) Is(k Kind) bool { return n != nil && n.Kind == k }

// Text returns the text of a scalar, or "".
func (n *Node) Text() string {
	if n == nil || n.Kind == Null || n.Kind >= List {
		return ""
	}
	return n.Scalar
}

// Line returns the text of a scalar without surrounding blanks.
func (n *Node) Line() string { return strings.TrimSpace(n.Text()) }

// Bool reads a boolean, also one written as text; ok is false for all else.
func (n *Node) Bool() (value, ok bool) {
	if n == nil || n.Kind != Boolean && n.Kind != Text {
		return false, false
	}
	switch strings.ToLower(strings.TrimSpace(n.Scalar)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// IsTrue reports whether the value is true.
func (n *Node) IsTrue() bool {
	value, ok := n.Bool()
	return value && ok
}

// Float reads a number, also one written as text.
func (n *Node) Float() (float64, bool) {
	if n == nil || n.Kind != Number && n.Kind != Text {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(n.Scalar), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// Count reads a length or number of entries; -1 where there is none.
func (n *Node) Count() int {
	f, ok := n.Float()
	if !ok || f < 0 || f > math.MaxInt32 {
		return -1
	}
	return int(f)
}

// Entries returns the entries of a list; a scalar counts as its only entry.
func (n *Node) Entries() []*Node {
	switch {
	case n == nil || n.Kind == Null || n.Kind == Object:
		return nil
	case n.Kind == List:
		return n.Vals
	}
	return []*Node{n}
}

// within reports whether the value has at most limit values, itself included. What
// aliases share counts wherever it stands.
func (n *Node) within(limit int) bool {
	left := limit
	var take func(n *Node) bool
	take = func(n *Node) bool {
		if left--; left < 0 {
			return false
		}
		for _, v := range n.Vals {
			if v != nil && !take(v) {
				return false
			}
		}
		return true
	}
	return take(n)
}

// Value returns the value as encoding/json would with UseNumber.
func (n *Node) Value() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Boolean:
		return n.Scalar == "true"
	case Number:
		return json.Number(n.Scalar)
	case Text:
		return n.Scalar
	case List:
		out := make([]any, len(n.Vals))
		for i, v := range n.Vals {
			out[i] = v.Value()
		}
		return out
	case Object:
		out := make(map[string]any, len(n.Keys))
		for i, k := range n.Keys {
			out[k] = n.Vals[i].Value()
		}
		return out
	default:
		return nil
	}
}

// EmptyObject returns an object without entries.
func EmptyObject() *Node { return &Node{Kind: Object} }

// ObjectOf returns an object with a single entry.
func ObjectOf(key string, value *Node) *Node {
	return &Node{Kind: Object, Table: Table[*Node]{Keys: []string{key}, Vals: []*Node{value}}}
}

// ListOf returns a list.
func ListOf(entries ...*Node) *Node {
	return &Node{Kind: List, Table: Table[*Node]{Vals: entries}}
}
