package request

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// bind reads the arguments of a call: each by its key, coerced. Values stand at
// the index of their arg in o.args; a missing one is not in the map.
// ok is false where they cannot be read at all.
func (o *Builder) bind(args json.RawMessage, f *schema.Faults) (values map[int]any, ok bool) {
	given, ok := object(args, f)
	if !ok {
		return nil, false
	}
	o.place(given, f)
	out := map[int]any{}
	for i, a := range o.Args {
		v, found := given[a.Key]
		if !found && a.Param != nil {
			v, found = given[a.Param.Name]
		}
		if found {
			v, found = f.Coerce(a.Schema(), v)
		}
		// What a model sends for an optional value that it does not have.
		if s, empty := v.(string); empty && found && s == "" && a.Param != nil && !a.Param.Empty && !a.Param.Required && a.Schema().Types()&^(schema.TypeString|schema.TypeNull) != 0 {
			found = false
		}
		if !found && a.required() {
			v, found = a.Schema().Fixed()
			if b := a.Body; !found && b != nil && b.Schema.Shape() == schema.TypeObject && !b.Schema.HasRequired() {
				v, found = map[string]any{}, true // nothing in it is required
			}
		}
		if found {
			out[i] = v
		}
	}
	return out, true
}

// object reads the arguments as an object, also where the model wrote it as
// text.
func object(args json.RawMessage, f *schema.Faults) (map[string]any, bool) {
	if len(args) > MaxArguments {
		f.Addf(schema.Path{}, "the arguments have more than %d KiB", MaxArguments>>10)
		return nil, false
	}
	if len(strings.TrimSpace(string(args))) == 0 {
		return map[string]any{}, true
	}
	v, err := tree.ParseValue(args)
	if s, isText := v.(string); isText && err == nil {
		v, err = tree.ParseValue([]byte(s))
	}
	if err != nil {
		f.Addf(schema.Path{}, "the arguments are not JSON (%s)", plaintext.Clip(plaintext.OneLine(err.Error()), 120))
		return nil, false
	}
	switch v := v.(type) {
	case nil:
		return map[string]any{}, true
	case map[string]any:
		return v, true
	}
	f.Addf(schema.Path{}, "the arguments must be an object")
	return nil, false
}

// place deals with arguments that the tool does not have. A field of the body
// that stands beside it is moved into it; anything else is a fault, for what
// is silently dropped would be believed to be sent.
func (o *Builder) place(given map[string]any, f *schema.Faults) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := o.Arg(name); known {
			continue
		}
		if given[name] == nil {
			delete(given, name)
			continue
		}
		if o.Body != nil && o.Body.Schema.Takes(name) {
			whole, isObject := given[BodyKey].(map[string]any)
			if given[BodyKey] == nil {
				whole, isObject = map[string]any{}, true
			}
			if isObject {
				if _, twice := whole[name]; !twice {
					whole[name] = given[name]
				}
				given[BodyKey] = whole
				delete(given, name)
				continue
			}
		}
		f.Addf(schema.Path{}.Key(name), "is not an argument; the arguments are %s", plaintext.Clip(cmp.Or(strings.Join(o.names(), ", "), "none"), 300))
	}
}

func (o *Builder) names() []string {
	var out []string
	for _, a := range o.Args {
		out = append(out, a.Key)
	}
	return out
}
