package tree

import "slices"

// Table is a map that keeps the order in which its keys came.
type Table[V any] struct {
	Keys  []string
	Vals  []V
	index map[string]int // from indexed keys on
}

// indexed is the size above which a table has an index.
const indexed = 16

// Find returns the place of key, or -1.
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
	case len(t.Keys) > indexed:
		t.index = make(map[string]int, 2*indexed)
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
