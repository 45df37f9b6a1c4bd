package tree

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// File is one document: the one being read, or another that it refers to.
type File struct {
	URL  *url.URL // nil if unknown; then references to other documents cannot be resolved
	Root *Node

	known *resources // nil until they are asked for
}

// Cursor is a node with the file in which it stands and its JSON pointer there.
type Cursor struct {
	*Node
	File *File
	At   string
}

// Cursor returns a Cursor at the root of the document.
func (f *File) Cursor() Cursor { return Cursor{Node: f.Root, File: f} }

// With returns a Cursor at the same position with another node.
func (c Cursor) With(n *Node) Cursor { return Cursor{n, c.File, c.At} }

// Child returns the value of key; its Node is nil if there is none.
func (c Cursor) Child(key string) Cursor {
	n := c.Get(key)
	if n == nil {
		return Cursor{File: c.File, At: c.At}
	}
	return Cursor{n, c.File, c.below(key)}
}

// below is the pointer to what stands at a key. One of more than maxPointer bytes, of
// which nobody needs to see the end, is that of what it stands in.
func (c Cursor) below(key string) string {
	if len(c.At)+len(key) > maxPointer {
		return c.At
	}
	return c.At + "/" + pointerEscape.Replace(key)
}

// Index returns the i-th entry of a list.
func (c Cursor) Index(i int) Cursor {
	return Cursor{c.Vals[i], c.File, c.below(strconv.Itoa(i))}
}

// Entry returns the value of the i-th key of an object.
func (c Cursor) Entry(i int) Cursor {
	return Cursor{c.Vals[i], c.File, c.below(c.Keys[i])}
}

var (
	pointerEscape   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// Reference returns the reference that n is, or nil.
func (n *Node) Reference() *Node {
	for _, key := range [...]string{"$ref", "$dynamicRef"} {
		if ref := n.Get(key); ref.Is(Text) {
			return ref
		}
	}
	return nil
}

// sections lists where components of each kind are found: the place that OpenAPI 3
// and 2.0 prescribe first, then those that documents use by mistake.
var sections = map[string][]string{
	"schemas":         {"components/schemas", "definitions", "components/schema", "schemas", "$defs"},
	"parameters":      {"components/parameters", "parameters", "components/parameter"},
	"requestBodies":   {"components/requestBodies", "components/requestBody", "requestBodies"},
	"responses":       {"components/responses", "responses"},
	"securitySchemes": {"components/securitySchemes", "securityDefinitions", "components/securityDefinitions"},
	"pathItems":       {"components/pathItems", "paths"},
}

// Reporter is told what is repaired (Infof) and what is lost (Warnf) while a
// document is read. at is a JSON pointer into it.
type Reporter interface {
	Infof(code, at, format string, args ...any)
	Warnf(code, at, format string, args ...any)
}

// Resolver follows references within a document and to others of its origin.
type Resolver struct {
	Reporter
	ctx          context.Context //nolint:containedctx // a resolver lives for one reading
	fetch        func(ctx context.Context, url string) ([]byte, error)
	main         *File
	files        map[string]*File
	fetches      int
	fetchedBytes int
	walked       int // bytes of pointers that were followed from the root again
}

// NewResolver returns a Resolver for the document main. fetch reads other documents of
// the same origin; nil: none are read.
func NewResolver(ctx context.Context, main *File, fetch func(ctx context.Context, url string) ([]byte, error), to Reporter) *Resolver {
	return &Resolver{Reporter: to, ctx: ctx, fetch: fetch, main: main, files: map[string]*File{}}
}

// Follow resolves s if it is a reference, and the references that it leads to. ok is
// false, and the Reporter is told, if one leads nowhere. section is the kind of
// component wanted.
func (r *Resolver) Follow(s Cursor, section string) (target Cursor, ok bool) {
	for range maxReferenceChain {
		ref := s.Reference()
		if ref == nil {
			return s, true
		}
		if len(ref.Scalar) > maxPointer {
			r.Warnf("dangling-reference", s.At, "a reference has more than %d bytes and is not followed", maxPointer)
			return Cursor{}, false
		}
		next, found, told := r.resolve(s, strings.TrimSpace(ref.Scalar), section)
		if told {
			return Cursor{}, false
		}
		if !found || next.Node == s.Node {
			r.Warnf("dangling-reference", s.At, "the reference %q leads nowhere", plaintext.Line(ref.Scalar, 120))
			return Cursor{}, false
		}
		s = next
	}
	r.Warnf("reference-chain", s.At, "more than %d references lead to one another; the value was left open", maxReferenceChain)
	return Cursor{}, false
}

// resolve finds the target of one reference. told is set if the Reporter already
// knows why there is none.
func (r *Resolver) resolve(s Cursor, ref, section string) (target Cursor, found, told bool) {
	address, pointer, hash := strings.Cut(ref, "#")
	if t, ok := r.identified(s, address, pointer); ok {
		return t, true, false
	}
	f := s.File
	if address != "" && (hash || strings.ContainsAny(address, ".:") && !strings.HasPrefix(address, "components/")) {
		if f = r.load(s, address); f == nil {
			return Cursor{}, false, true
		}
	} else if !hash {
		pointer = address
	}
	if pointer == "" && hash || pointer == "/" || f != s.File && pointer == "" {
		return f.Cursor(), true, false
	}
	if strings.HasPrefix(pointer, "/") {
		if t, ok := f.Cursor().lookup(pointer); ok {
			return t, true, false
		}
	} else if t, ok := f.resources().named[f.address()+"#"+pointer]; ok {
		return t, true, false
	}
	if t, ok := r.inherited(s, pointer); ok && f == s.File {
		r.Infof("reference-repaired", s.At, "the reference %q was read as %q", plaintext.Line(ref, 120), "#"+t.At)
		return t, true, false
	}
	// A mistake in the path (a missing slash, "schema" for "schemas", only a name):
	// the last part still says which component is meant.
	name := pointer[strings.LastIndexByte(pointer, '/')+1:]
	for _, place := range sections[section] {
		if t, ok := f.Cursor().lookup("/" + place + "/" + name); ok && name != "" {
			r.Infof("reference-repaired", s.At, "the reference %q was read as %q", plaintext.Line(ref, 120), "#"+t.At)
			return t, true, false
		}
	}
	return Cursor{}, false, false
}

// lookup finds the value at a JSON pointer below c, percent-encoded or not.
func (c Cursor) lookup(pointer string) (Cursor, bool) {
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		key, n := c.step(part)
		if n == nil {
			return Cursor{}, false
		}
		c = Cursor{n, c.File, c.below(key)}
	}
	return c, true
}

// step returns the value that one part of a pointer leads to, and its key.
func (n *Node) step(part string) (key string, value *Node) {
	if strings.IndexByte(part, '~') >= 0 {
		part = pointerUnescape.Replace(part)
	}
	if n.Is(List) {
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(n.Vals) {
			return part, n.Vals[i]
		}
		return "", nil
	}
	if v := n.Get(part); v != nil {
		return part, v
	}
	if strings.IndexByte(part, '%') >= 0 {
		if plain, err := url.PathUnescape(part); err == nil && n.Get(plain) != nil {
			return plain, n.Get(plain)
		}
	}
	return "", nil
}

// load returns another document that a reference names, fetching it once. Only
// documents of the same origin are fetched.
func (r *Resolver) load(s Cursor, address string) *File {
	target, err := url.Parse(address)
	if err == nil && s.File.URL != nil {
		target = s.File.URL.ResolveReference(target)
	}
	switch {
	case err != nil || !target.IsAbs() || r.main.URL == nil:
		r.Warnf("external-reference", s.At, "the reference to %q leads out of the document, whose own address is not known", plaintext.Line(address, 120))
		return nil
	case !sameOrigin(target, r.main.URL):
		r.Warnf("external-reference", s.At, "the reference to %q leads to another host and is not followed", plaintext.Line(target.Host, 120))
		return nil
	}
	target.Fragment, target.RawFragment = "", ""
	if r.main.URL.String() == target.String() {
		return r.main
	}
	key := target.String()
	if f, known := r.files[key]; known {
		if f == nil {
			r.Warnf("external-reference", s.At, "the referenced document %q cannot be read", plaintext.Clip(key, 120))
		}
		return f
	}
	r.files[key] = nil
	f, err := r.fetchFile(target)
	if err != nil {
		r.Warnf("external-reference", s.At, "the referenced document %q cannot be read: %s", plaintext.Clip(key, 120), plaintext.Line(err.Error(), 160))
		return nil
	}
	r.files[key] = f
	return f
}

func (r *Resolver) fetchFile(target *url.URL) (*File, error) {
	if r.fetch == nil {
		return nil, errors.New("other documents are not fetched here")
	}
	if r.fetches++; r.fetches > maxDocuments {
		return nil, fmt.Errorf("more than %d other documents", maxDocuments)
	}
	data, err := r.fetch(r.ctx, target.String())
	if err != nil {
		return nil, err
	}
	if r.fetchedBytes += len(data); r.fetchedBytes > maxFetchedBytes {
		return nil, fmt.Errorf("the documents together have more than %d MiB", maxFetchedBytes>>20)
	}
	root, err := Decode(data)
	if err != nil {
		return nil, err
	}
	return &File{URL: target, Root: root}, nil
}

func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host) && a.User == nil
}
