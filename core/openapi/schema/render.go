package schema

import (
	"slices"

	"aidesk/core/openapi/tree"
)

// View is how much of a schema is shown.
type View struct {
	Depth    int // of objects and lists within one another
	Text     int // characters of a description
	Optional int // optional properties of an object below the first level, and twice as many on it
	Values   int // nodes in all
}

// Drawing is one rendering: a JSON Schema tree made of the graph.
type Drawing struct {
	View
	count int
	above []*Schema // being drawn, against cycles
}

// NewDrawing returns a rendering within a view.
func NewDrawing(v View) *Drawing { return &Drawing{View: v} }

// Whole reports whether the view was large enough: nothing was cut at random.
func (d *Drawing) Whole() bool { return d.count <= d.Values }

func (d *Drawing) Draw(s *Schema, depth int) map[string]any {
	d.count++
	if slices.Contains(d.above, s) || d.count > d.Values {
		return brief(s)
	}
	d.above = append(d.above, s)
	defer func() { d.above = d.above[:len(d.above)-1] }()
	out := map[string]any{}
	if choices := s.choices(); len(choices) > 0 && len(s.props.Keys) == 0 && len(s.enum) == 0 {
		if drawn := d.drawChoices(choices, depth); drawn != nil {
			d.remark(s, drawn)
			return drawn
		}
	}
	kind := drawnType(s)
	out["type"] = kind
	switch kind {
	case "object":
		d.drawObject(s, depth, out)
	case "array":
		if depth < d.Depth && s.items != nil {
			out["items"] = d.Draw(s.items, depth+1)
		} else {
			out["items"] = brief(s)["items"]
		}
	}
	d.limits(s, kind, out)
	d.remark(s, out)
	return out
}

// brief is a schema by its type alone.
func brief(s *Schema) map[string]any {
	kind := drawnType(s)
	out := map[string]any{"type": kind}
	if kind == "array" {
		inner := drawnType(s.At(0))
		if inner == "array" { // every list says what is in it
			out["items"] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
		} else {
			out["items"] = map[string]any{"type": inner}
		}
	}
	return out
}

// drawnType is the one type that the model is told. Where several are allowed
// text comes first: whatever is written in it is converted.
func drawnType(s *Schema) string {
	switch t := s.Shape(); {
	case t != 0:
		return t.names()[0]
	case s.types&TypeString != 0:
		return "string"
	case s.types != 0:
		return s.types.names()[0]
	case len(s.choices()) > 0:
		return drawnType(s.choices()[0])
	case s.extra != nil || len(s.required) > 0:
		return "object"
	case len(s.enum) > 0:
		return TypeOf(s.enum[0]).names()[0]
	}
	return "string"
}

// choices are the entries of anyOf and oneOf that say something of their own;
// those that only name required properties do not.
func (s *Schema) choices() []*Schema {
	var out []*Schema
	for _, c := range s.some {
		if !c.IsOpen() || c.lost {
			out = append(out, c)
		}
	}
	return out
}

// drawChoices draws alternatives: as one schema where they are alike, else as
// "anyOf". Nil where they say no more than the schema that has them.
func (d *Drawing) drawChoices(choices []*Schema, depth int) map[string]any {
	if len(choices) > 6 {
		choices = choices[:6]
	}
	var drawn []map[string]any
	seen := map[string]bool{}
	for _, c := range choices {
		one := d.Draw(c, depth+min(depth, 1)) // the body's own choices keep its depth
		if text := tree.Compact(one); !seen[text] {
			seen[text] = true
			drawn = append(drawn, one)
		}
	}
	if enum := unite(drawn); enum != nil {
		return enum
	}
	if len(drawn) == 1 {
		return drawn[0]
	}
	return map[string]any{"anyOf": drawn}
}

// unite joins alternatives that are all texts to choose from.
func unite(drawn []map[string]any) map[string]any {
	var all []any
	for _, m := range drawn {
		values, isEnum := m["enum"].([]any)
		if !isEnum || m["type"] != "string" {
			return nil
		}
		for _, v := range values {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 || len(all) > maxEnum {
		return nil
	}
	return map[string]any{"type": "string", "enum": all}
}
