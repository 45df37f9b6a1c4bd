package schema

// Outline writes a schema as OpenAPI 3.0 has it: everything that is checked, no
// texts, cycles and depth cut.
func (s *Schema) Outline() map[string]any { return (&outliner{}).of(s, 0) }

type outliner struct{ count int }

const outlineDepth = 6

func (d *outliner) of(s *Schema, depth int) map[string]any {
	out := map[string]any{}
	if d.count++; s == nil || depth > outlineDepth || d.count > 2_000 {
		return out
	}
	if t := s.single(); t != 0 {
		out["type"] = t.names()[0]
	}
	if s.nulls() {
		out["nullable"] = true
	}
	if len(s.enum) > 0 {
		out["enum"] = s.enum
	}
	if len(s.props.Keys) > 0 {
		props := map[string]any{}
		for i, name := range s.props.Keys {
			props[name] = d.of(s.props.Vals[i], depth+1)
		}
		out["properties"] = props
	}
	var required []string
	for _, name := range s.required {
		if s.Needs(name) {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		out["required"] = required
	}
	if s.extra != nil {
		out["additionalProperties"] = d.of(s.extra, depth+1)
	}
	if s.items != nil || s.single() == TypeArray {
		out["items"] = d.of(s.items, depth+1)
	}
	if b := s.bounds; b != nil {
		for name, n := range map[string]int{"minLength": b.minLen, "maxLength": b.maxLen, "minItems": b.minItems, "maxItems": b.maxItems} {
			if n >= 0 {
				out[name] = n
			}
		}
		if b.min != nil && !b.over {
			out["minimum"] = *b.min
		}
		if b.max != nil && !b.under {
			out["maximum"] = *b.max
		}
	}
	return out
}
