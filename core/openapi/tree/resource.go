package tree

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A schema of OpenAPI 3.1 may have an address of its own ("$id"), against which the
// references in it are resolved, and names for its parts ("$anchor").

// resources are the addresses and names within one file.
type resources struct {
	bases map[*Node]string  // of what has an address: the address
	named map[string]Cursor // by address, or by address, "#" and name
}

// resources finds the addresses and names of a file when they are first asked for.
func (f *File) resources() *resources {
	if f.known == nil {
		f.known = &resources{bases: map[*Node]string{}, named: map[string]Cursor{}}
		f.collect(f.Root, nil, f.address(), false)
	}
	return f.known
}

func (f *File) address() string {
	if f.URL == nil {
		return ""
	}
	return f.URL.String()
}

// collect collects what stands at n and below it. path leads there; base is the address
// of what it stands in. The keys of a map of schemas are names that mean nothing here.
func (f *File) collect(n *Node, path []string, base string, isMap bool) {
	if n.Is(Object) && !isMap {
		put := func(name string) {
			if _, twice := f.known.named[name]; !twice && len(f.known.named) < maxResources {
				f.known.named[name] = f.at(n, path)
			}
		}
		if id := n.Get("$id"); id.Is(Text) {
			switch address, name, _ := strings.Cut(id.Scalar, "#"); {
			case address != "":
				base = resolveAddress(base, address)
				put(base)
				f.known.bases[n] = base
			case name != "": // as before 2019
				put(base + "#" + name)
			}
		}
		for _, key := range [...]string{"$anchor", "$dynamicAnchor"} {
			if name := n.Get(key); name.Is(Text) {
				put(base + "#" + name.Scalar)
			}
		}
	}
	for i, v := range n.Vals {
		if v == nil || v.Kind < List {
			continue
		}
		key := ""
		if n.Kind == Object {
			key = n.Keys[i]
		}
		below := false
		if !isMap {
			switch key {
			case "example", "examples", "default", "enum", "const":
				continue
			case "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas":
				below = true
			}
		}
		if n.Kind == List {
			key = strconv.Itoa(i)
		}
		f.collect(v, append(path, key), base, below)
	}
}

// at returns a Cursor at a node to which path leads.
func (f *File) at(n *Node, path []string) Cursor {
	c := f.Cursor()
	for _, key := range path {
		c.At = c.below(key)
	}
	return c.With(n)
}

func resolveAddress(base, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if b, err := url.Parse(base); err == nil {
		u = b.ResolveReference(u)
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// around lists what c stands in, the innermost first, itself included; nothing, with a
// word about it, if that has been asked for too often.
func (r *Resolver) around(c Cursor) []Cursor {
	if r.walked += len(c.At); r.walked > maxWalked {
		r.Warnf("reference-chain", "", "the document has too many references in schemas with addresses of their own; the others are read as if there were none")
		return nil
	}
	at := c.File.Cursor()
	all := []Cursor{at}
	for from := 0; from < len(c.At); {
		end := len(c.At)
		if next := strings.IndexByte(c.At[from+1:], '/'); next >= 0 {
			end = from + 1 + next
		}
		if _, at.Node = at.step(c.At[from+1 : end]); at.Node == nil {
			break
		}
		at.At, from = c.At[:end], end
		all = append(all, at)
	}
	slices.Reverse(all)
	return all
}

// identified finds what a reference at s means by addresses and names that schemas give
// themselves, here or in the document that is read.
func (r *Resolver) identified(s Cursor, address, fragment string) (Cursor, bool) {
	here, main := s.File.resources(), r.main.resources()
	if len(here.named) == 0 && len(main.named) == 0 {
		return Cursor{}, false
	}
	named := func(name string) (Cursor, bool) {
		c, ok := here.named[name]
		if !ok {
			c, ok = main.named[name]
		}
		return c, ok
	}
	base, root := s.File.address(), s.File.Cursor()
	around := r.around(s)
	if i := slices.IndexFunc(around, func(c Cursor) bool { return here.bases[c.Node] != "" }); i >= 0 {
		base, root = here.bases[around[i].Node], around[i]
	}
	if address != "" {
		var ok bool
		base = resolveAddress(base, address)
		if root, ok = named(base); !ok {
			return named(base + "#" + fragment)
		}
	}
	switch {
	case fragment == "":
		return root, true
	case strings.HasPrefix(fragment, "/"):
		return root.lookup(fragment)
	}
	if c, ok := named(base + "#" + fragment); ok {
		return c, true
	}
	return named(s.File.address() + "#" + fragment)
}

// inherited finds what a pointer into "$defs" means that was written for a schema by
// itself, before it became a part of the document.
func (r *Resolver) inherited(s Cursor, pointer string) (Cursor, bool) {
	if !strings.HasPrefix(pointer, "/$defs/") && !strings.HasPrefix(pointer, "/definitions/") {
		return Cursor{}, false
	}
	for _, c := range r.around(s) {
		if t, ok := c.lookup(pointer); ok {
			return t, true
		}
	}
	return Cursor{}, false
}
