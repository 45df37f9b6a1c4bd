package schema

import (
	"math"
	"reflect"
	"slices"
)

// checkChoices demands that at least one of anyOf fits. Several may fit even if the
// document says "oneOf", which is often written where "anyOf" is meant. The faults
// added are those of the choice that comes nearest.
func (f *Faults) checkChoices(s *Schema, v any, at Path) {
	if s.hasConstants() {
		values := s.constants()
		if f.spend(len(values) / 16); !slices.ContainsFunc(values, func(c any) bool { return equal(c, v) }) {
			f.Addf(at, "must be one of %s", enumerate(values))
		}
		return
	}
	outermost := f.work.tried == nil
	if outermost {
		f.work.tried = map[attempt]int{}
		defer func() { f.work.tried = nil }()
	}
	best, _ := f.nearestChoice(s, v)
	if best < 0 {
		return
	}
	f.work.apply(s.anyOf[best], v, func() { f.Check(s.anyOf[best], v, at) })
}

// attempt is a schema as applied to one value.
type attempt struct {
	schema *Schema
	scalar any     // the value, if it is a scalar
	at     uintptr // of a list or object, where it lies
	length int     // of a list
}

func attemptOf(s *Schema, v any) attempt {
	switch v := v.(type) {
	case map[string]any:
		return attempt{schema: s, at: reflect.ValueOf(v).Pointer()}
	case []any:
		return attempt{schema: s, at: reflect.ValueOf(v).Pointer(), length: len(v)}
	}
	return attempt{schema: s, scalar: v}
}

// apply does something that applies a choice to a value, unless that is under way: a
// schema can be among its own choices, and then that one adds nothing.
func (w *work) apply(s *Schema, v any, do func()) {
	key := attemptOf(s, v)
	if w.applied[key] {
		return
	}
	if w.applied == nil {
		w.applied = map[attempt]bool{}
	}
	w.applied[key] = true
	do()
	delete(w.applied, key)
}

// underWay is what tried says of a choice that is being tried.
const underWay = -1

// try returns how many faults a value has as one of the choices, or underWay. A choice
// is tried once for each value, while nothing is changed.
func (f *Faults) try(s *Schema, v any) int {
	if text, isText := v.(string); isText {
		f.spend(len(text) / 1_000)
	}
	key := attemptOf(s, v)
	if n, known := f.work.tried[key]; known {
		return n
	}
	f.work.tried[key] = underWay
	attempt := &Faults{work: f.work, Removes: f.Removes}
	attempt.Check(s, v, Path{})
	f.work.tried[key] = len(attempt.all)
	return len(attempt.all)
}

// nearestChoice returns the index of the choice with the fewest faults, or -1 if one fits
// or there is none that is not being tried already, and those that come as near.
func (f *Faults) nearestChoice(s *Schema, v any) (best int, equals []*Schema) {
	f.work = f.work.begun()
	if f.work.tried == nil {
		f.work.tried = map[attempt]int{}
		defer func() { f.work.tried = nil }()
	}
	fields, isObject := v.(map[string]any)
	least := math.MaxInt
	best = -1
	for i, c := range s.anyOf {
		if !f.spend(1) {
			return -1, nil
		}
		n := f.try(c, v)
		switch n {
		case 0:
			return -1, nil
		case underWay:
			continue
		}
		n *= 4
		if c.types != 0 && c.types&TypeOf(v) == 0 {
			n += 4 * maxFaults // of another type
		}
		if isObject {
			f.spend(len(fields) / 16)
			for name := range fields {
				if c.props.Find(name) >= 0 {
					n -= 3 // a property in common: probably the choice meant
				}
			}
		}
		switch {
		case n < least:
			best, least, equals = i, n, nil
		case n == least:
			equals = append(equals, c)
		}
	}
	return best, equals
}

// choiceTakes reports whether one of anyOf, or of theirs, accepts the property.
func (s *Schema) choiceTakes(name string) bool {
	return s.amongChoices(func(c *Schema) (found, deeper bool) { return c.Property(name) != nil, true })
}

// amongChoices reports whether found is true of one of anyOf, or of theirs where deeper;
// each schema is asked once. It is also true if there are more of them than are looked at.
func (s *Schema) amongChoices(ask func(*Schema) (found, deeper bool)) bool {
	if len(s.anyOf) == 0 {
		return false
	}
	seen := map[*Schema]bool{}
	queue := slices.Clone(s.anyOf)
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		if seen[c] {
			continue
		}
		seen[c] = true
		found, deeper := ask(c)
		if found || len(seen) > maxChoices {
			return true
		}
		if deeper && len(queue) < 2*maxChoices {
			queue = append(queue, c.anyOf...)
		}
	}
	return false
}
