package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
)

// reachable lists s and every schema below it once, in a fixed order, and numbers them.
// It stops after limit schemas.
func (s *Schema) reachable(limit int) (order []*Schema, ids map[*Schema]int) {
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
		push(s.additional)
		for _, list := range [][]*Schema{s.props.Vals, s.prefixItems, s.anyOf} {
			for _, t := range list {
				push(t)
			}
		}
	}
	return order, ids
}

// Fingerprint stands for everything in a schema and below it that decides requests.
type Fingerprint struct {
	Hash string
	Lost bool // something below could not be read
}

// Fingerprint returns the Fingerprint of a schema. If there are too many schemas to walk
// for every operation, or too much in them, the version of the document stands for them: that changes too
// often rather than too seldom.
func (r *Reader) Fingerprint(s *Schema) Fingerprint {
	if m, known := r.fingerprints[s]; known {
		return m
	}
	h := sha256.New()
	order, ids := s.reachable(maxVisits - r.fingerprinted)
	if r.fingerprinted += len(order); r.fingerprinted > maxVisits {
		r.fingerprinted = maxVisits
		return Fingerprint{Hash: r.version}
	}
	m := Fingerprint{}
	for id, s := range order {
		if r.signed > maxSigned {
			return Fingerprint{Hash: r.version}
		}
		m.Lost = m.Lost || s.lost
		r.sign(s, h, id, ids)
	}
	m.Hash = hex.EncodeToString(h.Sum(nil))
	r.fingerprints[s] = m
	return m
}

func (r *Reader) sign(s *Schema, h hash.Hash, id int, ids map[*Schema]int) {
	number := func(list []*Schema) []int {
		out := make([]int, len(list))
		for i, t := range list {
			out[i] = ids[t]
		}
		return out
	}
	enum, required := fmt.Sprintf("%q", s.enum), fmt.Sprintf("%q", s.required)
	r.signed += len(s.format) + len(enum) + len(required)
	Sign(h, "schema", fmt.Sprint(id, s.types, s.nullable, s.readOnly, s.closed, s.lost), s.format, enum, required)
	for _, name := range s.props.Keys {
		r.signed += len(name)
	}
	Sign(h, s.props.Keys...)
	Sign(h, fmt.Sprint(number(s.props.Vals), ids[s.items], ids[s.additional], number(s.prefixItems), number(s.anyOf)))
	if s.media != "" || s.encoding != "" {
		Sign(h, "content", s.media, s.encoding)
	}
	if b := s.bounds; b != nil {
		Sign(h, "bounds", boundText(b.min), boundText(b.max), b.pattern, fmt.Sprint(b.exclusiveMin, b.exclusiveMax, b.multipleOf, b.minLength, b.maxLength, b.minItems, b.maxItems, b.minProperties, b.maxProperties, b.unique))
	}
}

func boundText(f *float64) string {
	if f == nil {
		return ""
	}
	return fmt.Sprint(*f)
}

// Sign writes parts into h, each preceded by its length, so that two different lists
// never give the same bytes.
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
