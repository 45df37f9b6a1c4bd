package openapi

import "slices"

// table is a map that keeps the order in which its keys came.
type table[V any] struct {
	keys  []string
	vals  []V
	index map[string]int // from indexed keys on
}

// indexed is the size above which a table has an index.
const indexed = 16

// find returns the place of key, or -1.
func (t *table[V]) find(key string) int {
	if t.index == nil {
		return slices.Index(t.keys, key)
	}
	if i, ok := t.index[key]; ok {
		return i
	}
	return -1
}

// put adds key or replaces its value.
func (t *table[V]) put(key string, value V) {
	if i := t.find(key); i >= 0 {
		t.vals[i] = value
		return
	}
	t.keys = append(t.keys, key)
	t.vals = append(t.vals, value)
	switch {
	case t.index != nil:
		t.index[key] = len(t.keys) - 1
	case len(t.keys) > indexed:
		t.index = make(map[string]int, 2*indexed)
		for i, k := range t.keys {
			t.index[k] = i
		}
	}
}

// drop removes key, if it is there.
func (t *table[V]) drop(key string) {
	i := t.find(key)
	if i < 0 {
		return
	}
	t.keys = slices.Delete(t.keys, i, i+1)
	t.vals = slices.Delete(t.vals, i, i+1)
	if t.index != nil {
		delete(t.index, key)
		for k, at := range t.index {
			if at > i {
				t.index[k] = at - 1
			}
		}
	}
}
