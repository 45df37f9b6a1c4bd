package schema

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// A discriminator names a property whose value says which of several schemas an object
// has. It is read into the choices themselves: each demands its own values, so that a
// model is told them and a wrong one is refused.

// discriminated returns the property that a discriminator names, and the values that its
// mapping gives to references; "" if there is none.
func discriminated(s tree.Cursor) (property string, mapping tree.Cursor) {
	d := s.Child("discriminator")
	if d.Is(tree.Text) { // 2.0
		return d.Line(), tree.Cursor{}
	}
	return d.Get("propertyName").Line(), d.Child("mapping")
}

// lastPart is the name of the component that a reference is to.
func lastPart(ref string) string { return ref[strings.LastIndexAny(ref, "/#")+1:] }

// valuesOf returns the values of a discriminator that stand for a reference: those of the
// mapping, none if it has none; without a mapping the name of the component.
func valuesOf(ref string, mapping tree.Cursor) []any {
	var out []any
	if mapping.Is(tree.Object) {
		for i, value := range mapping.Keys[:min(len(mapping.Keys), maxMapping)] {
			if to := mapping.Vals[i].Line(); to != "" && (to == ref || lastPart(to) == lastPart(ref)) && len(out) < maxEnum {
				out = append(out, value)
			}
		}
	}
	if len(out) == 0 && !mapping.Is(tree.Object) {
		out = append(out, lastPart(ref))
	}
	return out
}

// discriminate returns a schema that fits what m does with one of the values in the
// property; implied values give way to those that m itself allows there.
func (r *Reader) discriminate(m *Schema, property string, values []any, implied bool) *Schema {
	if r.count++; r.count > maxSchemas || len(values) == 0 {
		return m
	}
	out := &Schema{types: TypeObject, allOf: []*Schema{m}}
	out.props.Put(property, &Schema{types: TypeString, enum: values, implied: implied, merge: 2})
	out.required = []string{property}
	r.all = append(r.all, out)
	return out
}

// subtypes reads the schemas that a schema with a discriminator stands for, though it has
// no choices itself: those of its mapping, else the components that it is a part of by
// "allOf". It returns nil if there are none.
func (r *Reader) subtypes(s tree.Cursor) []*Schema {
	property, mapping := discriminated(s)
	if property == "" || s.Get("oneOf") != nil || s.Get("anyOf") != nil || !strings.HasPrefix(s.At, "/components/schemas/") && !strings.HasPrefix(s.At, "/definitions/") {
		return nil
	}
	if r.subtyping >= maxSubtyping {
		return nil
	}
	r.subtyping++
	defer func() { r.subtyping-- }()
	var refs []string
	if mapping.Is(tree.Object) {
		for _, v := range mapping.Vals[:min(len(mapping.Vals), maxMapping)] {
			if to := v.Line(); to != "" && !slices.Contains(refs, to) && len(refs) < maxSubtypes {
				refs = append(refs, to)
			}
		}
	} else {
		refs = r.inheritors(s)
	}
	var out []*Schema
	for _, ref := range refs {
		if lastPart(ref) == lastPart(s.At) { // the schema itself
			continue
		}
		at := s.With(tree.ObjectOf("$ref", &tree.Node{Kind: tree.Text, Scalar: ref}))
		out = append(out, r.discriminate(r.Read(at), property, valuesOf(ref, mapping), !mapping.Is(tree.Object)))
	}
	return out
}

// inheritors lists references to the components that name s in their "allOf".
func (r *Reader) inheritors(s tree.Cursor) []string {
	if r.heirs == nil {
		r.heirs = map[string][]string{}
		root := s.File.Cursor()
		for _, of := range [...]tree.Cursor{root.Child("components").Child("schemas"), root.Child("definitions")} {
			if !of.Is(tree.Object) {
				continue
			}
			for i := range of.Keys {
				for _, m := range of.Vals[i].Get("allOf").Entries() {
					base := lastPart(m.Get("$ref").Line())
					if base != "" && len(r.heirs[base]) < maxSubtypes {
						r.heirs[base] = append(r.heirs[base], "#"+of.Entry(i).At)
					}
				}
			}
		}
	}
	return r.heirs[lastPart(s.At)]
}

// readPolymorph fills in a schema that stands for subtypes of base. A value that names none
// of them is judged as base.
func (r *Reader) readPolymorph(s tree.Cursor, out, base *Schema, subtypes []*Schema) {
	out.title = plaintext.Line(s.Get("title").Text(), 80)
	out.description = plaintext.ProseLine(s.Get("description").Text(), 600)
	out.anyOf = subtypes
	if _, mapping := discriminated(s); !mapping.Is(tree.Object) {
		out.anyOf = append(out.anyOf, base)
	}
}

// Limits of discriminators.
const (
	maxSubtypes  = 50  // schemas that one tells apart
	maxMapping   = 200 // values of one that are looked at
	maxSubtyping = 20  // levels of subtypes of subtypes
)
