package schema

import (
	"aidesk/core/openapi/tree"
)

// meaningfulChoices returns the entries of anyOf that describe a value; those that only
// name required properties do not.
func (s *Schema) meaningfulChoices() []*Schema {
	var out []*Schema
	for _, c := range s.anyOf {
		if !c.IsOpen() || c.lost {
			out = append(out, c)
		}
	}
	return out
}

// meaningfulChoice returns the first of meaningfulChoices, or nil.
func (s *Schema) meaningfulChoice() *Schema {
	for _, c := range s.anyOf {
		if !c.IsOpen() || c.lost {
			return c
		}
	}
	return nil
}

// drawChoices draws alternatives: as one schema if they look alike, else as "anyOf".
func (d *Drawing) drawChoices(choices []*Schema, depth int) map[string]any {
	if len(choices) > 6 {
		choices = choices[:6]
	}
	d.choices++
	defer func() { d.choices-- }()
	var drawn []map[string]any
	seen := map[string]bool{}
	before, kept := d.size, 0 // bytes, before and of the choices that differ
	for _, c := range choices {
		d.size = before                       // the choice may turn out to look like one before
		one := d.Draw(c, depth+min(depth, 1)) // the body's own choices keep its depth
		if d.tooLarge() {
			return nil
		}
		size := d.size - before
		d.size = before + kept
		if text := tree.Compact(one); !seen[text] {
			seen[text] = true
			drawn = append(drawn, one)
			kept += size
		}
	}
	d.size = before + kept
	if len(drawn) == 1 {
		return drawn[0]
	}
	return map[string]any{"anyOf": drawn}
}
