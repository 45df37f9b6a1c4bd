package request

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// bind assigns the arguments of a call to Args and coerces them. values is keyed by the
// index in Args; a missing argument is not in it. ok is false if they are not an object.
func (b *Builder) bind(args json.RawMessage, f *schema.Faults) (values map[int]any, ok bool) {
	given, ok := parseArguments(args, f)
	if !ok {
		return nil, false
	}
	b.resolveUnknown(given, f)
	out := map[int]any{}
	for i, a := range b.Args {
		v, found := given[a.Key]
		if !found && a.Param != nil {
			v, found = given[a.Param.Name]
		}
		if found && v == nil {
			found = a.Schema().AllowsNull()
		}
		if found {
			f.Removes = a.Body != nil && a.Body.Patches()
			v, found = f.Coerce(a.Schema(), v)
			f.Removes = false
		}
		// Models send "" for an optional value that they do not have.
		if s, empty := v.(string); empty && found && s == "" && a.Param != nil && !a.Param.Empty && !a.Param.Required && a.Schema().Types()&^(schema.TypeString|schema.TypeNull) != 0 {
			found = false
		}
		if !found && a.required() {
			v, found = a.Schema().Fixed()
			if b := a.Body; !found && b != nil && b.Schema.Shape() == schema.TypeObject && !b.Schema.HasRequired() {
				v, found = map[string]any{}, true // no property is required
			}
		}
		if found {
			out[i] = v
		}
	}
	return out, true
}

// parseArguments parses the arguments, also if the model sent the object as a string.
func parseArguments(args json.RawMessage, f *schema.Faults) (map[string]any, bool) {
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
		f.Addf(schema.Path{}, "the arguments are not JSON (%s)", plaintext.Line(err.Error(), 120))
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

// resolveUnknown handles arguments that the tool does not have. A property of the body
// that was given beside it is moved into it. Anything else is a fault, because the model
// would believe that a dropped argument had been sent.
func (b *Builder) resolveUnknown(given map[string]any, f *schema.Faults) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := b.Arg(name); known {
			continue
		}
		if given[name] == nil {
			delete(given, name)
			continue
		}
		if b.Body != nil && b.Body.Schema.Takes(name) {
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
		f.Addf(schema.Path{}.Key(name), "is not an argument; the arguments are %s", plaintext.Clip(cmp.Or(strings.Join(b.argNames(), ", "), "none"), 300))
	}
}

func (b *Builder) argNames() []string {
	var out []string
	for _, a := range b.Args {
		out = append(out, a.Key)
	}
	return out
}

// BodyKey is the key of the argument that holds the body.
const BodyKey = "body"

// NameArgs sets the keys by which the model calls the arguments: legal for every provider
// ([A-Za-z0-9_-]{1,64}) and unique, which may take the location as a suffix ("id_path").
func (b *Builder) NameArgs() {
	count := map[string]int{}
	if b.Body != nil {
		count[BodyKey]++
	}
	for i, a := range b.Args {
		if a.Param != nil {
			b.Args[i].Key = plaintext.Key(a.Param.Name, plaintext.MaxName)
			count[b.Args[i].Key]++
		}
	}
	taken, next := map[string]bool{}, map[string]int{}
	if b.Body != nil {
		taken[BodyKey] = true
	}
	for i, a := range b.Args {
		if a.Param == nil {
			b.Args[i].Key = BodyKey
			continue
		}
		key := a.Key
		if count[key] > 1 {
			in := a.Param.In
			if in == "template" {
				in = "query"
			}
			key = plaintext.Key(key, plaintext.MaxName-8) + "_" + in
		}
		for n := max(2, next[a.Key]); taken[key]; n++ {
			key = plaintext.Key(a.Key, plaintext.MaxName-8) + "_" + strconv.Itoa(n)
			next[a.Key] = n
		}
		taken[key] = true
		b.Args[i].Key = key
	}
}

// Arg returns the argument with this key, or of this name in the document.
func (b *Builder) Arg(key string) (Arg, bool) {
	for _, a := range b.Args {
		if a.Key == key {
			return a, true
		}
	}
	for _, a := range b.Args {
		if a.Param != nil && a.Param.Name == key {
			return a, true
		}
	}
	return Arg{}, false
}
