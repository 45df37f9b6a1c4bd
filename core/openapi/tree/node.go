package tree

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds.
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

// Node is one value of a document. Objects keep the order of their keys, so that a
// card can show arguments as the document lists them. A nil *Node is a missing value;
// every method accepts it.
type Node struct {
	Kind         Kind
	joined       bool   // made of several objects by set, so that nothing else refers to it
	Scalar       string // of scalars: "true", the number as written, the text
	Table[*Node]        // of an object; a list has values without keys
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

// set adds or replaces a key. The last of duplicate keys wins, except that a path
// listed twice (only paths begin with a slash) keeps the methods of both.
func (n *Node) set(key string, value *Node) {
	if old := n.Get(key); old.Is(Object) && value.Is(Object) && strings.HasPrefix(key, "/") {
		if old.joined {
			old.putAll(value)
			return
		}
		value = old.Merged(value)
		value.joined = true
	}
	n.Put(key, value)
}

// Merged returns an object with the entries of n and over; those of over win.
func (n *Node) Merged(over *Node) *Node {
	out := &Node{Kind: Object}
	out.putAll(n)
	out.putAll(over)
	return out
}

func (n *Node) putAll(from *Node) {
	for i, k := range from.Keys {
		n.Put(k, from.Vals[i])
	}
}

// Is reports whether the value exists and is of kind k.
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

// Bool returns a boolean, also one written as text; ok is false for anything else.
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

// Float returns a number, also one written as text.
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

// Count returns a non-negative whole number such as "maxLength", or -1.
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

// HasAtMost reports whether the tree below n has at most limit values. A value that
// YAML aliases share counts each time it appears.
func (n *Node) HasAtMost(limit int) bool {
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

// Value returns the tree as encoding/json would decode it with UseNumber.
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

// Table is a map that keeps the order in which its keys came.
type Table[V any] struct {
	Keys  []string
	Vals  []V
	index map[string]int // nil up to indexThreshold keys
}

// indexThreshold is the number of keys above which a Table gets an index.
const indexThreshold = 16

// Find returns the index of key, or -1.
func (t *Table[V]) Find(key string) int {
	if t.index == nil {
		return slices.Index(t.Keys, key)
	}
	if i, ok := t.index[key]; ok {
		return i
	}
	return -1
}

// Put adds key or replaces its value.
func (t *Table[V]) Put(key string, value V) {
	if i := t.Find(key); i >= 0 {
		t.Vals[i] = value
		return
	}
	t.Keys = append(t.Keys, key)
	t.Vals = append(t.Vals, value)
	switch {
	case t.index != nil:
		t.index[key] = len(t.Keys) - 1
	case len(t.Keys) > indexThreshold:
		t.index = make(map[string]int, 2*indexThreshold)
		for i, k := range t.Keys {
			t.index[k] = i
		}
	}
}

// Drop removes key, if it is there.
func (t *Table[V]) Drop(key string) {
	i := t.Find(key)
	if i < 0 {
		return
	}
	t.Keys = slices.Delete(t.Keys, i, i+1)
	t.Vals = slices.Delete(t.Vals, i, i+1)
	if t.index != nil {
		delete(t.index, key)
		for k, at := range t.index {
			if at > i {
				t.index[k] = at - 1
			}
		}
	}
}
