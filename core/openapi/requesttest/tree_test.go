package requesttest

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// object is a mapping of the raw document that keeps its order.
type object struct {
	keys []string
	vals map[string]any
}

func (o *object) get(key string) any {
	if o == nil {
		return nil
	}
	return o.vals[key]
}

// tree is a document as anybody's YAML parser reads it: *object, []any, string,
// float64, bool and nil.
type tree struct{ root *object }

func parse(file string) (*tree, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	data = bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7F && r < 0xA0 || r == 0xFEFF {
			return -1
		}
		return r
	}, data)
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	root, _ := plain(&doc).(*object)
	return &tree{root}, nil
}

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.MappingNode:
		o := &object{vals: map[string]any{}}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := o.vals[key]; !twice {
				o.keys = append(o.keys, key)
			}
			o.vals[key] = plain(n.Content[i+1])
		}
		return o
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, plain(item))
		}
		return list
	default: // a scalar
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	}
	return n.Value
}

// resolve follows local references.
func (t *tree) resolve(v any) *object {
	for range 40 {
		o, _ := v.(*object)
		ref, isRef := o.get("$ref").(string)
		if !isRef {
			return o
		}
		v = t.at(ref)
	}
	return nil
}

func (t *tree) at(ref string) any {
	pointer, local := strings.CutPrefix(ref, "#/")
	if !local {
		return nil
	}
	var v any = t.root
	for part := range strings.SplitSeq(pointer, "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~", "%7B", "{", "%7D", "}", "%20", " ", "%24", "$").Replace(part)
		switch in := v.(type) {
		case *object:
			v = in.get(part)
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// methods are the keys of a path that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// raw is one operation of the original document.
type raw struct {
	path, method string // the method in lower case
	item, op     *object
}

// operations lists all; elsewhere counts those that are only a reference to another
// file, of which nothing but method and path is known.
func (t *tree) operations() (all []raw, elsewhere int) {
	paths, _ := t.root.get("paths").(*object)
	if paths == nil {
		return nil, 0
	}
	for _, path := range paths.keys {
		item := t.resolve(paths.vals[path])
		if item == nil || strings.HasPrefix(path, "x-") {
			continue
		}
		for _, key := range item.keys {
			if !slices.Contains(methods, key) {
				continue
			}
			op := t.resolve(item.vals[key])
			if op == nil {
				elsewhere++
			}
			all = append(all, raw{path, key, item, op})
		}
	}
	return all, elsewhere
}

// parameters of the path and the operation; the operation's win.
func (t *tree) parameters(r raw) []*object {
	var all []*object
	for _, from := range []*object{r.item, r.op} {
		list, _ := from.get("parameters").([]any)
		for _, entry := range list {
			p := t.resolve(entry)
			if p == nil || p.get("name") == nil {
				continue
			}
			same := func(q *object) bool { return q.get("name") == p.get("name") && q.get("in") == p.get("in") }
			all = append(slices.DeleteFunc(all, same), p)
		}
	}
	return all
}
