package tree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseYAML parses YAML into nodes: dates stay text, merge keys are applied, and an
// alias shares the nodes that it points to but counts against the limits in full.
func parseYAML(data []byte) (root *Node, err error) {
	if estimateValues(data) > maxEstimate {
		return nil, tooMany()
	}
	// The library recovers from its own panics only.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("the YAML cannot be read: %v", r)
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return &Node{Kind: Null}, nil
	}
	c := &converter{done: map[*yaml.Node]countedNode{}}
	n, err := c.convert(doc.Content[0], 0)
	return n.node, err
}

// estimateValues returns an upper estimate of how many values a YAML text has, because
// the library builds all of them, at some 200 bytes each, before they can be counted.
func estimateValues(data []byte) int {
	n, fresh := 0, true
	for i, c := range data {
		switch c {
		case '\n':
			fresh = true
			continue
		case ' ', '\t', '\r':
			continue
		case ',', '[', '{', '?':
			n++
		case '#':
			n += 2 // the library keeps comments with their nodes
		case ':', '-':
			if i+1 == len(data) || data[i+1] <= ' ' {
				n++
			}
		}
		if fresh {
			n++
			fresh = false
		}
	}
	return n
}

// countedNode is a converted node with the number of nodes in it, aliases expanded.
type countedNode struct {
	node   *Node
	values int
}

type converter struct {
	done map[*yaml.Node]countedNode // of anchors; node is nil while the anchor is being converted
}

func (c *converter) convert(y *yaml.Node, depth int) (countedNode, error) {
	if depth > maxDepth {
		return countedNode{}, tooDeep()
	}
	if y.Kind == yaml.AliasNode {
		return c.alias(y, depth)
	}
	if y.Anchor != "" {
		c.done[y] = countedNode{}
	}
	out := countedNode{values: 1}
	add := func(y *yaml.Node) (*Node, error) {
		v, err := c.convert(y, depth+1)
		if err != nil {
			return nil, err
		}
		if out.values += v.values; out.values > maxNodes {
			return nil, tooMany()
		}
		return v.node, nil
	}
	switch y.Kind {
	case yaml.SequenceNode:
		out.node = &Node{Kind: List}
		for _, item := range y.Content {
			v, err := add(item)
			if err != nil {
				return countedNode{}, err
			}
			out.node.Vals = append(out.node.Vals, v)
		}
	case yaml.MappingNode:
		out.node = &Node{Kind: Object}
		var merges []*Node
		for i := 0; i+1 < len(y.Content); i += 2 {
			v, err := add(y.Content[i+1])
			if err != nil {
				return countedNode{}, err
			}
			if key := y.Content[i]; key.ShortTag() == "!!merge" {
				merges = append(merges, v)
			} else if key.Kind == yaml.ScalarNode {
				out.node.set(key.Value, v)
			}
		}
		for _, m := range merges {
			out.node.inherit(m)
		}
	default:
		out.node = scalar(y)
	}
	if y.Anchor != "" {
		c.done[y] = out
	}
	return out, nil
}

// alias returns the node that an alias points to.
func (c *converter) alias(y *yaml.Node, depth int) (countedNode, error) {
	if v, ok := c.done[y.Alias]; ok {
		if v.node == nil {
			return countedNode{}, &limitError{fmt.Sprintf("line %d: the alias *%s contains itself; write the value out", y.Line, y.Value)}
		}
		return v, nil
	}
	if y.Alias == nil {
		return countedNode{&Node{Kind: Null}, 1}, nil
	}
	return c.convert(y.Alias, depth)
}

// inherit applies a YAML merge key: it adds the entries of m that n lacks.
func (n *Node) inherit(m *Node) {
	switch m.Kind {
	case List:
		for _, from := range m.Vals {
			n.inherit(from)
		}
	case Object:
		for i, k := range m.Keys {
			if n.Find(k) < 0 {
				n.set(k, m.Vals[i])
			}
		}
	default: // a scalar has no entries to add
	}
}

func scalar(y *yaml.Node) *Node {
	switch y.ShortTag() {
	case "!!null":
		return &Node{Kind: Null}
	case "!!bool":
		return &Node{Kind: Boolean, Scalar: strings.ToLower(y.Value)}
	case "!!int", "!!float":
		if IsNumber(y.Value) {
			return &Node{Kind: Number, Scalar: y.Value}
		}
		if i, err := strconv.ParseInt(y.Value, 0, 64); err == nil && !strings.HasPrefix(y.Value, "0") {
			return &Node{Kind: Number, Scalar: strconv.FormatInt(i, 10)}
		}
	}
	return &Node{Kind: Text, Scalar: y.Value}
}
