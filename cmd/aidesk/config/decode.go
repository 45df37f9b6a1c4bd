package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder fills a Config from a tree of YAML. It collects faults and goes on.
type decoder struct {
	file, dir string
	env       Env
	at        map[string]place // where each key's value stands, by its path
	faults    Faults
	literal   bool // a secret stands in the file itself
}

const noSharing = "anchors, aliases and tags are not read here; write the value out"

// faultf notes what is wrong with a key, at its value or, where it has none, at
// the nearest key above. What was wrong already, itself or above, is not said twice.
func (d *decoder) faultf(key, format string, args ...any) {
	p, placed := d.at[key]
	for above := key; above != ""; {
		if d.faulty(above) {
			return
		}
		above = above[:max(0, strings.LastIndexAny(above, ".["))]
		if !placed {
			p, placed = d.at[above]
		}
	}
	if d.faulty("") {
		return
	}
	if !placed {
		p = place{1, 1}
	}
	d.faultAtf(p, key, format, args...)
}

// faultAtf notes a fault whose place is known.
func (d *decoder) faultAtf(p place, key, format string, args ...any) {
	d.faults = append(d.faults, Fault{d.file, p.line, p.column, key, fmt.Sprintf(format, args...)})
}

func (d *decoder) faulty(key string) bool {
	return slices.ContainsFunc(d.faults, func(f Fault) bool { return f.Key == key })
}

// value decodes the node into target, a pointer to one of the types that Config
// is made of. An empty value leaves the target, and so its default, alone.
func (d *decoder) value(key string, node ast.Node, target any) {
	d.into(key, node, reflect.ValueOf(target).Elem())
}

func (d *decoder) into(key string, node ast.Node, target reflect.Value) {
	if _, known := d.at[key]; !known {
		d.at[key] = placeOf(node)
	}
	switch node.(type) {
	case *ast.NullNode:
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.faultf(key, noSharing)
		return
	}
	switch target.Kind() {
	case reflect.Struct:
		d.fields(key, node, target)
	case reflect.Map:
		d.entries(key, node, target)
	case reflect.Slice:
		d.elements(key, node, target)
	default:
		d.scalar(key, node, target)
	}
}

// pairs gives each the keys of a mapping, where they stand, and their values.
func (d *decoder) pairs(key string, node ast.Node, each func(name, path string, at place, value ast.Node)) {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		d.faultf(key, "want keys and values, one to a line")
		return
	}
	for pairs := mapping.MapRange(); pairs.Next(); {
		name, at := pairs.Key().GetToken().Value, placeOf(pairs.Key())
		if pairs.Key().IsMergeKey() {
			d.faultAtf(at, key, noSharing)
			continue
		}
		path := strings.TrimPrefix(key+"."+name, ".")
		if _, single := plain(pairs.Value()); !single {
			d.at[path] = at
		}
		each(name, path, at, pairs.Value())
	}
}

func (d *decoder) fields(key string, node ast.Node, target reflect.Value) {
	names := keys(target.Type())
	d.pairs(key, node, func(name, path string, at place, value ast.Node) {
		if i := slices.Index(names, name); i >= 0 {
			d.into(path, value, target.Field(i))
		} else {
			d.faultAtf(at, path, "%s", unknownKey(name, names))
		}
	})
	for i, name := range names {
		if file := slices.Index(names, name+"_file"); file >= 0 {
			d.secret(strings.TrimPrefix(key+"."+name, "."), target.Field(i), target.Field(file))
		}
	}
}

// unknownKey says what else could have been written.
func unknownKey(name string, names []string) string {
	if meant, ok := nearest(name, names); ok {
		return fmt.Sprintf("unknown key; did you mean %s?", meant)
	}
	return "unknown key; known here: " + strings.Join(names, ", ")
}

// keys are the YAML keys of a struct's fields, in their order.
func keys(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return names
}

func (d *decoder) entries(key string, node ast.Node, target reflect.Value) {
	target.Set(reflect.MakeMap(target.Type()))
	d.pairs(key, node, func(name, path string, _ place, value ast.Node) {
		element := reflect.New(target.Type().Elem()).Elem()
		d.into(path, value, element)
		target.SetMapIndex(reflect.ValueOf(name), element)
	})
}

func (d *decoder) elements(key string, node ast.Node, target reflect.Value) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.faultf(key, "want a list; begin each entry with a hyphen")
		return
	}
	target.Set(reflect.MakeSlice(target.Type(), len(list.Values), len(list.Values)))
	for i, value := range list.Values {
		d.into(fmt.Sprintf("%s[%d]", key, i), value, target.Index(i))
	}
}
