package openapi

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
)

// reach lists every schema below s once, in a fixed order, with its number; at
// most limit of them.
func (s *schema) reach(limit int) (order []*schema, ids map[*schema]int) {
	ids = map[*schema]int{nil: -1}
	push := func(s *schema) {
		if _, seen := ids[s]; !seen {
			ids[s] = len(order)
			order = append(order, s)
		}
	}
	push(s)
	for i := 0; i < len(order) && len(order) <= limit; i++ {
		s := order[i]
		push(s.items)
		push(s.extra)
		for _, list := range [][]*schema{s.props.Vals, s.tuple, s.some} {
			for _, t := range list {
				push(t)
			}
		}
	}
	return order, ids
}

// mark is what decides requests in a schema and all below it.
type mark struct {
	hash string
	lost bool // something below could not be read
}

// mark returns the mark of a schema. Where the schemas are too many to walk
// for every operation, the whole document's hash stands for them: it changes
// too often rather than too seldom.
func (r *schemaReader) mark(s *schema) mark {
	if m, known := r.marks[s]; known {
		return m
	}
	h := sha256.New()
	order, ids := s.reach(maxVisits - r.visits)
	if r.visits += len(order); r.visits > maxVisits {
		r.visits = maxVisits
		return mark{hash: r.version}
	}
	m := mark{}
	for id, s := range order {
		m.lost = m.lost || s.lost
		s.sign(h, id, ids)
	}
	m.hash = hex.EncodeToString(h.Sum(nil))
	r.marks[s] = m
	return m
}

func (s *schema) sign(h hash.Hash, id int, ids map[*schema]int) {
	number := func(list []*schema) []int {
		out := make([]int, len(list))
		for i, t := range list {
			out[i] = ids[t]
		}
		return out
	}
	sign(h, "schema", fmt.Sprint(id, s.types, s.nullable, s.readOnly, s.closed, s.lost), s.format, fmt.Sprintf("%q", s.enum), fmt.Sprintf("%q", s.required))
	sign(h, s.props.Keys...)
	sign(h, fmt.Sprint(number(s.props.Vals), ids[s.items], ids[s.extra], number(s.tuple), number(s.some)))
	if b := s.bounds; b != nil {
		sign(h, "bounds", float(b.min), float(b.max), b.pattern, fmt.Sprint(b.over, b.under, b.step, b.minLen, b.maxLen, b.minItems, b.maxItems, b.minProps, b.maxProps, b.unique))
	}
}

func float(f *float64) string {
	if f == nil {
		return ""
	}
	return fmt.Sprint(*f)
}

// sign writes parts into h, each with its length before it, so that no two
// lists of parts give the same bytes.
func sign(h hash.Hash, parts ...string) {
	var size [8]byte
	put := func(n int) {
		binary.BigEndian.PutUint64(size[:], uint64(n))
		h.Write(size[:])
	}
	put(len(parts))
	for _, p := range parts {
		put(len(p))
		h.Write([]byte(p))
	}
}
