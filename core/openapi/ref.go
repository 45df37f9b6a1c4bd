package openapi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// file is one document: the main one, or one that a reference led to.
type file struct {
	url  *url.URL // nil: no address, references out of it cannot be resolved
	root *node
}

// spot is a node with the file in which it stands and its JSON pointer there.
type spot struct {
	*node
	file *file
	at   string
}

// cursor returns where the document begins.
func (f *file) cursor() spot { return spot{f.root, f, ""} }

// with returns another node in the place of s.
func (s spot) with(n *node) spot { return spot{n, s.file, s.at} }

func (s spot) sub(key string) spot {
	n := s.get(key)
	if n == nil {
		return spot{file: s.file, at: s.at}
	}
	return spot{n, s.file, s.at + "/" + pointerEscape.Replace(key)}
}

func (s spot) nth(i int) spot {
	return spot{s.vals[i], s.file, s.at + "/" + strconv.Itoa(i)}
}

// entry returns the value of the i-th key of a dict.
func (s spot) entry(i int) spot {
	return spot{s.vals[i], s.file, s.at + "/" + pointerEscape.Replace(s.keys[i])}
}

var (
	pointerEscape   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// sections says where the components of a kind may be found, the proper place
// of each version first.
var sections = map[string][]string{
	"schemas":         {"components/schemas", "definitions", "components/schema", "schemas", "$defs"},
	"parameters":      {"components/parameters", "parameters", "components/parameter"},
	"requestBodies":   {"components/requestBodies", "components/requestBody", "requestBodies"},
	"responses":       {"components/responses", "responses"},
	"securitySchemes": {"components/securitySchemes", "securityDefinitions", "components/securityDefinitions"},
	"pathItems":       {"components/pathItems", "paths"},
}

// reporter is told what is repaired (Infof) and what is lost (Warnf) while a
// document is read. at is a JSON pointer into it.
type reporter interface {
	Infof(code, at, format string, args ...any)
	Warnf(code, at, format string, args ...any)
}

// resolver follows references within a document and to others of its origin.
type resolver struct {
	reporter
	ctx     context.Context //nolint:containedctx // a resolver lives for one reading
	fetch   func(ctx context.Context, url string) ([]byte, error)
	main    *file
	files   map[string]*file
	loads   int
	fetched int
}

func newResolver(ctx context.Context, main *file, fetch func(ctx context.Context, url string) ([]byte, error), to reporter) *resolver {
	return &resolver{reporter: to, ctx: ctx, fetch: fetch, main: main, files: map[string]*file{}}
}

// follow resolves the reference that s may be, and the references it leads to.
// ok is false, with a note, where a reference leads nowhere. section is the
// kind of component wanted.
func (r *resolver) follow(s spot, section string) (target spot, ok bool) {
	for range maxChain {
		ref := s.get("$ref")
		if !ref.is(text) {
			return s, true
		}
		next, found, told := r.resolve(s, strings.TrimSpace(ref.value), section)
		if told {
			return spot{}, false
		}
		if !found || next.node == s.node {
			r.Warnf("dangling-reference", s.at, "the reference %q leads nowhere", plaintext.Clip(plaintext.OneLine(ref.value), 120))
			return spot{}, false
		}
		s = next
	}
	r.Warnf("reference-chain", s.at, "more than %d references lead to one another; the value was left open", maxChain)
	return spot{}, false
}

// resolve finds what one reference points to. told is set where a note already
// says why it leads nowhere.
func (r *resolver) resolve(s spot, ref, section string) (target spot, found, told bool) {
	address, pointer, hash := strings.Cut(ref, "#")
	f := s.file
	if address != "" && (hash || strings.ContainsAny(address, ".:") && !strings.HasPrefix(address, "components/")) {
		if f = r.load(s, address); f == nil {
			return spot{}, false, true
		}
	} else if !hash {
		pointer = address
	}
	if pointer == "" && hash || pointer == "/" || f != s.file && pointer == "" {
		return f.cursor(), true, false
	}
	if strings.HasPrefix(pointer, "/") {
		if t, ok := f.pointer(pointer); ok {
			return t, true, false
		}
	}
	// A slip in the path (a missing slash, "schema" for "schemas", the name
	// alone): the last part still says which component is meant.
	name := pointer[strings.LastIndexByte(pointer, '/')+1:]
	for _, place := range sections[section] {
		if t, ok := f.pointer("/" + place + "/" + name); ok && name != "" {
			r.Infof("reference-repaired", s.at, "the reference %q was read as %q", plaintext.Clip(plaintext.OneLine(ref), 120), "#"+t.at)
			return t, true, false
		}
	}
	return spot{}, false, false
}

// pointer finds the value at a JSON pointer, percent-encoded or not.
func (f *file) pointer(pointer string) (spot, bool) {
	s := f.cursor()
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		key := pointerUnescape.Replace(part)
		next := s.sub(key)
		if next.node == nil {
			if plain, err := url.PathUnescape(key); err == nil && plain != key {
				next = s.sub(plain)
			}
		}
		if next.node == nil && s.is(list) {
			if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(s.vals) {
				next = s.nth(i)
			}
		}
		if next.node == nil {
			return spot{}, false
		}
		s = next
	}
	return s, true
}

// load reads another document that a reference names, once. Only the origin of
// the document itself is ever asked.
func (r *resolver) load(s spot, address string) *file {
	target, err := url.Parse(address)
	if err == nil && s.file.url != nil {
		target = s.file.url.ResolveReference(target)
	}
	switch {
	case err != nil || !target.IsAbs() || r.main.url == nil:
		r.Warnf("external-reference", s.at, "the reference to %q leads out of the document, whose own address is not known", plaintext.Clip(plaintext.OneLine(address), 120))
		return nil
	case !sameOrigin(target, r.main.url):
		r.Warnf("external-reference", s.at, "the reference to %q leads to another host and is not followed", plaintext.Clip(plaintext.OneLine(target.Host), 120))
		return nil
	}
	target.Fragment, target.RawFragment = "", ""
	if r.main.url.String() == target.String() {
		return r.main
	}
	key := target.String()
	if f, known := r.files[key]; known {
		if f == nil {
			r.Warnf("external-reference", s.at, "the referenced document %q cannot be read", plaintext.Clip(key, 120))
		}
		return f
	}
	r.files[key] = nil
	f, err := r.other(target)
	if err != nil {
		r.Warnf("external-reference", s.at, "the referenced document %q cannot be read: %s", plaintext.Clip(key, 120), plaintext.Clip(plaintext.OneLine(err.Error()), 160))
		return nil
	}
	r.files[key] = f
	return f
}

func (r *resolver) other(target *url.URL) (*file, error) {
	if r.fetch == nil {
		return nil, errors.New("other documents are not fetched here")
	}
	if r.loads++; r.loads > maxDocuments {
		return nil, fmt.Errorf("more than %d other documents", maxDocuments)
	}
	data, err := r.fetch(r.ctx, target.String())
	if err != nil {
		return nil, err
	}
	if r.fetched += len(data); r.fetched > maxFetched {
		return nil, fmt.Errorf("the documents together have more than %d MiB", maxFetched>>20)
	}
	root, err := decode(data)
	if err != nil {
		return nil, err
	}
	return &file{target, root}, nil
}

func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host) && a.User == nil
}
