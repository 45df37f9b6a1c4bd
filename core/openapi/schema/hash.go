package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
)

// reach lists every schema below s once, in a fixed order, with its number; at
// most limit of them.
func (s *Schema) reach(limit int) (order []*Schema, ids map[*Schema]int) {
	ids = map[*Schema]int{nil: -1}
	push := func(s *Schema) {
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
		for _, list := range [][]*Schema{s.props.Vals, s.tuple, s.some} {
			for _, t := range list {
				push(t)
			}
		}
	}
	return order, ids
}

// Fingerprint is what decides requests in a schema and all below it.
type Fingerprint struct {
	Hash string
	Lost bool // something below could not be read
}

// Fingerprint returns the mark of a schema. Where the schemas are too many to walk
// for every operation, the whole document's hash stands for them: it changes
// too often rather than too seldom.
func (r *Reader) Fingerprint(s *Schema) Fingerprint {
	if m, known := r.marks[s]; known {
		return m
	}
	h := sha256.New()
	order, ids := s.reach(maxVisits - r.visits)
	if r.visits += len(order); r.visits > maxVisits {
		r.visits = maxVisits
		return Fingerprint{Hash: r.version}
	}
	m := Fingerprint{}
	for id, s := range order {
		m.Lost = m.Lost || s.lost
		s.sign(h, id, ids)
	}
	m.Hash = hex.EncodeToString(h.Sum(nil))
	r.marks[s] = m
	return m
}

func (s *Schema) sign(h hash.Hash, id int, ids map[*Schema]int) {
	number := func(list []*Schema) []int {
		out := make([]int, len(list))
		for i, t := range list {
			out[i] = ids[t]
		}
		return out
	}
	Sign(h, "schema", fmt.Sprint(id, s.types, s.nullable, s.readOnly, s.closed, s.lost), s.format, fmt.Sprintf("%q", s.enum), fmt.Sprintf("%q", s.required))
	Sign(h, s.props.Keys...)
	Sign(h, fmt.Sprint(number(s.props.Vals), ids[s.items], ids[s.extra], number(s.tuple), number(s.some)))
	if b := s.bounds; b != nil {
		Sign(h, "bounds", float(b.min), float(b.max), b.pattern, fmt.Sprint(b.over, b.under, b.step, b.minLen, b.maxLen, b.minItems, b.maxItems, b.minProps, b.maxProps, b.unique))
	}
}

func float(f *float64) string {
	if f == nil {
		return ""
	}
	return fmt.Sprint(*f)
}

// Sign writes parts into h, each with its length before it, so that no two
// lists of parts give the same bytes.
func Sign(h hash.Hash, parts ...string) {
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
