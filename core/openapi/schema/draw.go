package schema

import (
	"slices"
	"strings"
)

// View limits how much of a schema a model is shown.
type View struct {
	Depth    int  // levels of objects and lists within one another
	Text     int  // characters of a description
	Optional int  // optional properties of an object below the first level, and twice as many on it
	Values   int  // nodes in all
	Room     int  // bytes; a drawing that cannot but exceed them is given up; 0: any number
	Words    bool // scalars are sent as text, so that "string" says all of them
}

// Drawing renders schemas of the graph as JSON Schema trees within one View.
type Drawing struct {
	View
	count      int
	size       int       // bytes that are drawn at least
	considered int       // properties, drawn or not; bounded by maxConsidered
	choices    int       // of choices, how deep this one lies
	ancestors  []*Schema // the schemas being drawn, to cut cycles
}

// NewDrawing returns a Drawing within a View.
func NewDrawing(v View) *Drawing { return &Drawing{View: v} }

// Whole reports whether the View had room for all values, so that nothing was cut
// merely because it came last.
func (d *Drawing) Whole() bool { return d.count <= d.Values && !d.tooLarge() }

// Count returns how many values were drawn, or looked at before it was given up.
func (d *Drawing) Count() int { return min(d.count, d.Values) }

// tooLarge reports whether the drawing cannot but exceed its room.
func (d *Drawing) tooLarge() bool { return d.Room > 0 && d.size > d.Room }

// Draw returns the JSON Schema of s, which lies depth levels deep.
func (d *Drawing) Draw(s *Schema, depth int) map[string]any {
	d.count++
	if d.count > d.Values || d.tooLarge() || slices.Contains(d.ancestors, s) {
		return typeOnly(s)
	}
	d.ancestors = append(d.ancestors, s)
	defer func() { d.ancestors = d.ancestors[:len(d.ancestors)-1] }()
	out := map[string]any{}
	if s.hasConstants() {
		s = s.asEnum()
	}
	if choices := s.meaningfulChoices(); len(choices) > 0 && len(s.props.Keys) == 0 && len(s.enum) == 0 && d.choices < maxChoiceDepth {
		if drawn := d.drawChoices(choices, depth); drawn != nil {
			d.drawDescription(s, drawn)
			return drawn
		}
	}
	if types := d.toldTypes(s); len(types) > 1 {
		return d.drawTypes(s, types, depth)
	}
	kind := toolType(s)
	out["type"] = kind
	d.size += leastSize
	switch kind {
	case "object":
		d.drawObject(s, depth, out)
	case "array":
		switch {
		case depth >= d.Depth:
			out["items"] = typeOnly(s)["items"]
		case s.items == nil:
			out["items"] = d.Draw(&Schema{}, depth+1)
		default:
			out["items"] = d.Draw(s.items, depth+1)
		}
	}
	d.drawBounds(s, kind, out)
	d.drawDescription(s, out)
	return out
}

func (d *Drawing) drawObject(s *Schema, depth int, out map[string]any) {
	properties := map[string]any{}
	required := []string{}
	optional := d.Optional
	if depth == 0 {
		optional *= 2
	}
	add := func(name string, p *Schema, must bool) {
		if d.tooLarge() {
			return
		}
		if d.considered++; d.considered > maxConsidered {
			d.count = d.Values + 1 // what follows is left out
			return
		}
		name = shown(name)
		if _, twice := properties[name]; twice || p.readOnly || p.deprecated && !must {
			return
		}
		if !must {
			if optional--; optional < 0 {
				return
			}
		}
		d.size += len(name) + leastName
		drawn := d.Draw(p, depth+1)
		if (p.AllowsNull() || drawn["type"] == nil && p.takesNull()) && d.Text >= 100 {
			text, _ := drawn["description"].(string)
			drawn["description"] = strings.TrimSpace(text + " (null: none)")
		}
		properties[name] = drawn
		if _, free := p.Fixed(); must && !free && !p.AllowsNull() {
			required = append(required, name)
		}
	}
	if depth < d.Depth {
		for _, must := range [...]bool{true, false} {
			for i, name := range s.props.Keys {
				if s.Needs(name) == must {
					add(name, s.props.Vals[i], must)
				}
			}
		}
		for _, c := range s.meaningfulChoices() {
			if d.considered > maxConsidered {
				break
			}
			for i, name := range c.props.Keys {
				add(name, c.props.Vals[i], false)
			}
		}
		for _, name := range s.required { // required but not described
			if s.props.Find(name) < 0 && !s.closed {
				free := s.additional
				if free == nil {
					free = &Schema{}
				}
				add(name, free, true)
			}
		}
	}
	if len(properties) > 0 {
		out["properties"] = properties
	}
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	if s.additional != nil && len(properties) == 0 && depth < d.Depth && !s.additional.IsOpen() {
		out["additionalProperties"] = d.Draw(s.additional, depth+1)
	}
}

// Outline renders a schema as OpenAPI 3.0 for another validator, which judges our requests
// in tests: everything that is checked, no descriptions, cycles and depth cut.
func (s *Schema) Outline() map[string]any { return (&outliner{}).outline(s, 0) }

type outliner struct{ count int }

const outlineDepth = 6

func (d *outliner) outline(s *Schema, depth int) map[string]any {
	out := map[string]any{}
	if d.count++; s == nil || depth > outlineDepth || d.count > 2_000 {
		return out
	}
	if t := s.singleType(); t != 0 {
		out["type"] = t.names()[0]
	}
	if s.AllowsNull() {
		out["nullable"] = true
	}
	if len(s.enum) > 0 {
		out["enum"] = s.enum
	}
	if len(s.props.Keys) > 0 {
		props := map[string]any{}
		for i, name := range s.props.Keys {
			props[name] = d.outline(s.props.Vals[i], depth+1)
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
	if s.additional != nil {
		out["additionalProperties"] = d.outline(s.additional, depth+1)
	}
	if s.items != nil || s.singleType() == TypeArray {
		out["items"] = d.outline(s.items, depth+1)
	}
	if b := s.bounds; b != nil {
		for name, n := range map[string]int{"minLength": b.minLength, "maxLength": b.maxLength, "minItems": b.minItems, "maxItems": b.maxItems} {
			if n >= 0 {
				out[name] = n
			}
		}
		if b.min != nil && !b.exclusiveMin {
			out["minimum"] = *b.min
		}
		if b.max != nil && !b.exclusiveMax {
			out["maximum"] = *b.max
		}
	}
	return out
}
