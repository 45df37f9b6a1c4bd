package config

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder fills a Config from a tree of YAML. It collects faults and goes on.
type decoder struct {
	file, dir   string
	env         Env                 // nil: no variable is expanded
	positions   map[string]position // where each key's value is in the file, by the key's path
	faults      Faults
	holdsSecret bool // a secret stands in the file itself
}

const noAnchors = "anchors, aliases and tags are not read here; write the value out"

// faultf adds a fault at a key's value or, if the key has none, at the nearest key above.
// A key that is faulty already, itself or above, gets no second fault.
func (d *decoder) faultf(key, format string, args ...any) {
	p, placed := d.positions[key]
	for above := key; above != ""; {
		if d.faulty(above) {
			return
		}
		above = above[:max(0, strings.LastIndexAny(above, ".["))]
		if !placed {
			p, placed = d.positions[above]
		}
	}
	if d.faulty("") {
		return
	}
	if !placed {
		p = position{1, 1}
	}
	d.faultAtf(p, key, format, args...)
}

// faultAtf adds a fault at a position.
func (d *decoder) faultAtf(p position, key, format string, args ...any) {
	d.faults = append(d.faults, Fault{d.file, p.line, p.column, key, fmt.Sprintf(format, args...)})
}

func (d *decoder) faulty(key string) bool {
	return slices.ContainsFunc(d.faults, func(f Fault) bool { return f.Key == key })
}

// decode decodes the node into target, a pointer to one of the types that Config
// is made of. An empty value leaves the target, and so its default, alone.
func (d *decoder) decode(key string, node ast.Node, target any) {
	d.decodeInto(key, node, reflect.ValueOf(target).Elem())
}

func (d *decoder) decodeInto(key string, node ast.Node, target reflect.Value) {
	if _, known := d.positions[key]; !known {
		d.positions[key] = positionOf(node)
	}
	switch node.(type) {
	case *ast.NullNode:
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.faultf(key, noAnchors)
		return
	}
	switch target.Kind() {
	case reflect.Struct:
		d.decodeStruct(key, node, target)
	case reflect.Map:
		d.decodeMap(key, node, target)
	case reflect.Slice:
		d.decodeList(key, node, target)
	case reflect.Interface:
		d.decodeAny(key, node, target)
	default:
		d.decodeScalar(key, node, target)
	}
}

// pairs gives each the keys of a mapping, where they stand, and their values.
func (d *decoder) pairs(key string, node ast.Node, each func(name, path string, at position, value ast.Node)) {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		d.faultf(key, "want keys and values, one to a line")
		return
	}
	for pairs := mapping.MapRange(); pairs.Next(); {
		name, at := pairs.Key().GetToken().Value, positionOf(pairs.Key())
		if pairs.Key().IsMergeKey() {
			d.faultAtf(at, key, noAnchors)
			continue
		}
		path := strings.TrimPrefix(key+"."+name, ".")
		if _, single := scalarText(pairs.Value()); !single {
			d.positions[path] = at
		}
		each(name, path, at, pairs.Value())
	}
}

func (d *decoder) decodeStruct(key string, node ast.Node, target reflect.Value) {
	names := keys(target.Type())
	d.pairs(key, node, func(name, path string, at position, value ast.Node) {
		if i := slices.Index(names, name); i >= 0 {
			d.decodeInto(path, value, target.Field(i))
		} else {
			d.faultAtf(at, path, "%s", unknownKey(name, names))
		}
	})
	for i, name := range names {
		if file := slices.Index(names, name+"_file"); file >= 0 {
			d.readSecretFile(strings.TrimPrefix(key+"."+name, "."), target.Field(i), target.Field(file))
		}
	}
}

// unknownKey returns the text of the fault, with the key that was probably meant.
func unknownKey(name string, names []string) string {
	if meant, ok := Closest(name, names); ok {
		return fmt.Sprintf("unknown key; did you mean %s?", meant)
	}
	return "unknown key; known here: " + strings.Join(names, ", ")
}

// keys returns the YAML keys of a struct's fields, in their order.
func keys(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return names
}

func (d *decoder) decodeMap(key string, node ast.Node, target reflect.Value) {
	target.Set(reflect.MakeMap(target.Type()))
	d.pairs(key, node, func(name, path string, _ position, value ast.Node) {
		element := reflect.New(target.Type().Elem()).Elem()
		d.decodeInto(path, value, element)
		target.SetMapIndex(reflect.ValueOf(name), element)
	})
}

func (d *decoder) decodeList(key string, node ast.Node, target reflect.Value) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.faultf(key, "want a list; begin each entry with a hyphen")
		return
	}
	target.Set(reflect.MakeSlice(target.Type(), len(list.Values), len(list.Values)))
	for i, value := range list.Values {
		d.decodeInto(fmt.Sprintf("%s[%d]", key, i), value, target.Index(i))
	}
}

// decodeAny decodes a value of any kind, as JSON has it.
func (d *decoder) decodeAny(key string, node ast.Node, target reflect.Value) {
	switch n := node.(type) {
	case ast.MapNode:
		var v map[string]any
		d.decodeInto(key, node, reflect.ValueOf(&v).Elem())
		target.Set(reflect.ValueOf(v))
	case *ast.SequenceNode:
		var v []any
		d.decodeInto(key, node, reflect.ValueOf(&v).Elem())
		target.Set(reflect.ValueOf(v))
	case *ast.BoolNode:
		target.Set(reflect.ValueOf(n.Value))
	case *ast.IntegerNode:
		target.Set(reflect.ValueOf(json.Number(fmt.Sprint(n.Value))))
	case *ast.FloatNode:
		target.Set(reflect.ValueOf(json.Number(strconv.FormatFloat(n.Value, 'g', -1, 64))))
	default:
		var text string
		d.decodeInto(key, node, reflect.ValueOf(&text).Elem())
		target.Set(reflect.ValueOf(text))
	}
}

// decodeScalar decodes a single value. Variables are expanded first, so that "${TURNS}" may
// be used for a number.
func (d *decoder) decodeScalar(key string, node ast.Node, target reflect.Value) {
	written, ok := scalarText(node)
	if !ok {
		d.faultf(key, "want a single value")
		return
	}
	text, ok := d.expand(key, written)
	if !ok {
		return
	}
	if text == written && holdsSecret(target.Type(), text) {
		d.holdsSecret = true
	}
	switch target.Interface().(type) {
	case string, Secret:
		target.SetString(text)
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			d.faultf(key, "want true or false")
			return
		}
		target.SetBool(b)
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			d.faultf(key, "want a whole number")
			return
		}
		target.SetInt(int64(n))
	case Money:
		amount, err := ParseMoney(text)
		if err != nil {
			d.faultf(key, "%s", err)
			return
		}
		target.SetInt(int64(amount))
	case time.Duration:
		length, err := duration(text)
		if err != nil {
			d.faultf(key, "%s", err)
			return
		}
		target.SetInt(int64(length))
	default:
		panic(fmt.Sprintf("config: %s has a type that the decoder does not know: %s", key, target.Type()))
	}
}

// scalarText returns the text of a single value, whatever its type is in YAML.
func scalarText(node ast.Node) (string, bool) {
	switch node := node.(type) {
	case *ast.NullNode:
		return "", false
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case ast.ScalarNode:
		return node.GetToken().Value, true
	}
	return "", false
}

const day = 24 * time.Hour

// duration reads a length of time as Go writes it, with days before: 30d, 12h,
// 1d12h30m; a hundred years at most.
func duration(text string) (time.Duration, error) {
	wrong := errors.New("want a length of time such as 30d, 12h or 90s")
	var length time.Duration
	rest := text
	if days, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36_500 {
			return 0, wrong
		}
		length, rest = time.Duration(n)*day, after
		if rest == "" {
			return length, nil
		}
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || more > 36_500*day {
		return 0, wrong
	}
	return length + more, nil
}

// Fault is one thing that is wrong with a configuration.
type Fault struct {
	File         string
	Line, Column int    // from 1
	Key          string // where in the file, such as models.main.provider; may be empty
	Text         string // what is wrong and the remedy, in one line; never a secret
}

// Error is the fault in one line.
func (f Fault) Error() string {
	where := fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column)
	if f.Key != "" {
		where += f.Key + ": "
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' ' // a quoted key may hold anything
		}
		return r
	}, where+f.Text)
}

// Faults are all that is wrong with a configuration, in the order of the file.
type Faults []Fault

// Error gives each fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the faults as an error; nil if there are none.
func (f Faults) sorted() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return f
}

// position is a line and column of the file, both from 1.
type position struct{ line, column int }

// positionOf returns where a node begins. For a mapping that is its first key, since the
// parser gives the position of the first colon.
func positionOf(node ast.Node) position {
	if mapping, ok := node.(ast.MapNode); ok {
		if first := mapping.MapRange(); first.Next() {
			node = first.Key()
		}
	}
	return tokenPosition(node.GetToken())
}

func tokenPosition(t *token.Token) position { return position{t.Position.Line, t.Position.Column} }
