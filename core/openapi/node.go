package openapi

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	list
	dict
)

func (k kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "list", "object"}[k]
}

// node is one value of a document. Objects keep their order, so that a card
// can show arguments as the document lists them. A nil *node is a missing
// value; every accessor takes it.
type node struct {
	kind         kind
	value        string // of scalars: "true", the number as written, the text
	table[*node]        // of a dict; a list has values without keys
}

// get returns the value of key, or nil.
func (n *node) get(key string) *node {
	if n == nil || n.kind != dict {
		return nil
	}
	if i := n.find(key); i >= 0 {
		return n.vals[i]
	}
	return nil
}

// set puts key. Of duplicate keys the last wins, but a path that stands twice
// (only paths begin with a slash) keeps the methods of both.
func (n *node) set(key string, value *node) {
	if strings.HasPrefix(key, "/") && value.is(dict) && n.get(key).is(dict) {
		value = n.get(key).merged(value)
	}
	n.put(key, value)
}

// merged returns a dict with the entries of n and of over; over's win.
func (n *node) merged(over *node) *node {
	out := &node{kind: dict}
	for _, from := range []*node{n, over} {
		for i, k := range from.keys {
			out.put(k, from.vals[i])
		}
	}
	return out
}

func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// str returns the text of a scalar, or "".
func (n *node) str() string {
	if n == nil || n.kind == null || n.kind >= list {
		return ""
	}
	return n.value
}

// line returns the text of a scalar without surrounding blanks.
func (n *node) line() string { return strings.TrimSpace(n.str()) }

// truth reads a boolean, also one written as text; ok is false for all else.
func (n *node) truth() (value, ok bool) {
	if n == nil || n.kind != boolean && n.kind != text {
		return false, false
	}
	switch strings.ToLower(strings.TrimSpace(n.value)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// on reports whether the value is true.
func (n *node) on() bool {
	value, ok := n.truth()
	return value && ok
}

// float reads a number, also one written as text.
func (n *node) float() (float64, bool) {
	if n == nil || n.kind != number && n.kind != text {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(n.value), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// count reads a length or number of entries; -1 where there is none.
func (n *node) count() int {
	f, ok := n.float()
	if !ok || f < 0 || f > math.MaxInt32 {
		return -1
	}
	return int(f)
}

// list returns the entries of a list; a scalar counts as its only entry.
func (n *node) list() []*node {
	switch {
	case n == nil || n.kind == null || n.kind == dict:
		return nil
	case n.kind == list:
		return n.vals
	}
	return []*node{n}
}

// within reports whether the value has at most limit values, itself included. What
// aliases share counts wherever it stands.
func (n *node) within(limit int) bool {
	left := limit
	var take func(n *node) bool
	take = func(n *node) bool {
		if left--; left < 0 {
			return false
		}
		for _, v := range n.vals {
			if v != nil && !take(v) {
				return false
			}
		}
		return true
	}
	return take(n)
}

// any returns the value as encoding/json would with UseNumber.
func (n *node) any() any {
	if n == nil {
		return nil
	}
	switch n.kind {
	case boolean:
		return n.value == "true"
	case number:
		return json.Number(n.value)
	case text:
		return n.value
	case list:
		out := make([]any, len(n.vals))
		for i, v := range n.vals {
			out[i] = v.any()
		}
		return out
	case dict:
		out := make(map[string]any, len(n.keys))
		for i, k := range n.keys {
			out[k] = n.vals[i].any()
		}
		return out
	default:
		return nil
	}
}

// emptyObject returns an object without entries.
func emptyObject() *node { return &node{kind: dict} }

// objectOf returns an object with a single entry.
func objectOf(key string, value *node) *node {
	return &node{kind: dict, table: table[*node]{keys: []string{key}, vals: []*node{value}}}
}

// listOf returns a list.
func listOf(entries ...*node) *node {
	return &node{kind: list, table: table[*node]{vals: entries}}
}
