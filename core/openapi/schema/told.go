package schema

import (
	"cmp"
	"slices"

	"aidesk/core/openapi/tree"
)

// typeOnly draws a schema by its type alone.
func typeOnly(s *Schema) map[string]any {
	kind := toolType(s)
	out := map[string]any{"type": kind}
	if kind == "array" {
		inner := toolType(s.At(0))
		if inner == "array" { // providers demand "items" of every list
			out["items"] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
		} else {
			out["items"] = map[string]any{"type": inner}
		}
	}
	return out
}

// toolType returns the type that the model is told if it is told one. Of several, string
// comes first, for Coerce converts it to the others.
func toolType(s *Schema) string {
	for range maxChoiceDepth {
		if s.Shape() != 0 || s.types != 0 {
			break
		}
		first := s.meaningfulChoice()
		if first == nil {
			break
		}
		s = first
	}
	switch t := s.Shape(); {
	case t != 0:
		return t.names()[0]
	case len(s.enum) > 0:
		return enumType(s.enum)
	case s.types&TypeString != 0:
		return "string"
	case s.types != 0:
		return s.types.names()[0]
	case s.additional != nil || len(s.required) > 0:
		return "object"
	}
	return cmp.Or(s.evidentType(), "string")
}

// enumType returns the type that all values of an enum have. Of several types it is
// string: Coerce makes the values of the texts.
func enumType(values []any) string {
	common := TypeOf(values[0])
	for _, v := range values[1:] {
		common &= TypeOf(v)
	}
	if names := common.names(); len(names) > 0 {
		return names[0]
	}
	return "string"
}

// evidentType returns the type that the limits or the format of a schema without a type
// are for, or "".
func (s *Schema) evidentType() string {
	switch s.format {
	case "":
	case "int32", "int64", "unix-time":
		return "integer"
	case "float", "double", "decimal":
		return "number"
	default:
		return "string"
	}
	switch b := s.bounds; {
	case b == nil:
	case b.pattern != "" || b.minLength >= 0 || b.maxLength >= 0:
		return "string"
	case b.min != nil || b.max != nil || b.multipleOf > 0:
		return "number"
	case b.minItems >= 0 || b.maxItems >= 0 || b.unique:
		return "array"
	case b.minProperties >= 0 || b.maxProperties >= 0:
		return "object"
	}
	return ""
}

// anyTypes are the types of a value of which nothing is said.
const anyTypes = typeBoolean | typeNumber | TypeString | TypeArray | TypeObject

// toldTypes returns the types that a model is told where a value may have several, string
// first; one or none where toolType says all.
func (d *Drawing) toldTypes(s *Schema) []string {
	types := s.types &^ TypeNull
	if len(s.enum) > 0 || types != 0 && s.singleType() != 0 || d.Text == 0 {
		return nil
	}
	if types == 0 {
		said := s.Shape() != 0 || s.evidentType() != "" || s.IsFile() || s.encoding != "" || s.additional != nil || len(s.required) > 0
		if said || d.Words || s.meaningfulChoice() != nil {
			return nil
		}
		types = anyTypes
	}
	if types&typeNumber != 0 {
		types &^= typeInteger
	}
	if d.Words && types&TypeString != 0 {
		types &^= typeBoolean | typeInteger | typeNumber
	}
	names := types.names()
	if i := slices.Index(names, "string"); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "string")
	}
	return names
}

// drawTypes draws a value that may have several types as a choice of them: of "type" as a
// list, and of no type at all, not all providers know what to make.
func (d *Drawing) drawTypes(s *Schema, types []string, depth int) map[string]any {
	var all []any
	for _, name := range types {
		if s.types != 0 {
			d.count-- // it is one value
			all = append(all, d.Draw(s.ofType(name), depth))
			continue
		}
		d.size += leastSize
		one := map[string]any{"type": name}
		if name == "array" {
			one["items"] = map[string]any{"type": "string"}
		}
		s.drawDefault(name, one)
		all = append(all, one)
	}
	out := map[string]any{"anyOf": all}
	d.drawDescription(s, out)
	return out
}

// ofType returns a schema of what s says of values of one of its types.
func (s *Schema) ofType(name string) *Schema {
	out := *s
	out.types, out.nullable = 1<<slices.Index(typeNames[:], name), false
	out.description, out.title, out.example = "", "", nil
	if name != "object" {
		out.props, out.required, out.additional, out.anyOf = tree.Table[*Schema]{}, nil, nil, nil
	}
	if name != "array" {
		out.items, out.prefixItems = nil, nil
	}
	return &out
}

// DrawObject draws a body of which nothing is said: usually an object is meant.
func (d *Drawing) DrawObject(s *Schema) map[string]any {
	one := *s
	one.types = TypeObject
	return d.Draw(&one, 0)
}
