package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"aidesk/core/egress"
	"aidesk/core/openapi"
	"aidesk/core/openapi/tree"
)

// Import is a plugin as it was read, with the bytes that are to be stored.
type Import struct {
	Plugin             *Plugin
	manifest, document []byte
	parts              map[string][]byte // by address: what the document refers to elsewhere
}

// Document returns the bytes of the document, and by address those of other documents
// that it refers to.
func (i *Import) Document() (document []byte, parts map[string][]byte) { return i.document, i.parts }

// Reader reads plugins through the guard and compiles them.
type Reader struct {
	Guard  *egress.Guard
	Logger *slog.Logger
	Typed  bool // the address was typed in a chat: the operator's exceptions for plugins do not hold
	// Variables are values for variables of the document's servers, beside those that
	// stand behind the address.
	Variables map[string]string
}

// Read fetches a plugin from its source: a domain or the URL of a manifest, or the
// URL of an OpenAPI document, for which a manifest is made. Behind it may stand values
// for variables of the document's servers, "example.com#region=eu". The error is one
// plain line with the address and the remedy.
func (r Reader) Read(ctx context.Context, source string) (*Import, error) {
	return r.ReadWith(ctx, source, nil)
}

// ReadWith is Read with other bytes for the document, as if they stood at its
// address; nil reads the document itself.
func (r Reader) ReadWith(ctx context.Context, source string, document []byte) (*Import, error) {
	id, _, err := ID(source)
	if err != nil {
		return nil, err
	}
	at, err := sourceURL(source)
	if err != nil {
		return nil, err
	}
	variables, err := sourceVariables(source)
	if err != nil {
		return nil, err
	}
	if len(r.Variables) > 0 {
		variables = maps.Clone(variables)
		if variables == nil {
			variables = map[string]string{}
		}
		maps.Copy(variables, r.Variables)
	}
	kind, what := egress.Document, "the plugin"
	if at.Path == wellKnown {
		kind, what = egress.Manifest, "the manifest"
	}
	page, err := r.fetch(ctx, kind, id, at.String(), what)
	if errors.Is(err, egress.ErrNoTLS) && !r.Typed { // in a chat plain http is refused
		return nil, fmt.Errorf("%w; if it is meant to be without, write http://%s", err, at.Host)
	}
	if err != nil {
		return nil, err
	}
	reg := Registration{ID: id, Source: source, At: page.URL.String(), Variables: variables}
	manifest, err := ReadManifest(page.Body, page.URL)
	if err == nil {
		return r.importNamed(ctx, reg, manifest, page.Body, document)
	}
	if kind == egress.Manifest || !errors.Is(err, errNotManifest) {
		return nil, fmt.Errorf("%s: %w", withoutQuery(at), err)
	}
	reg.Found = reg.At
	if document == nil {
		document = page.Body
	}
	return r.importBytes(ctx, reg, nil, document, r.partFetcher(id))
}

// importNamed reads the document that a manifest names or holds.
func (r Reader) importNamed(ctx context.Context, reg Registration, m Manifest, manifest, document []byte) (*Import, error) {
	switch {
	case m.Embedded != nil:
		reg.Found = reg.At
		if document == nil {
			document = m.Embedded
		}
	case document != nil:
		reg.Found = m.DocumentURL
	default:
		page, err := r.fetch(ctx, egress.Document, reg.ID, m.DocumentURL, "the OpenAPI document")
		if err != nil {
			return nil, err
		}
		reg.Found, document = page.URL.String(), page.Body
	}
	return r.importBytes(ctx, reg, manifest, document, r.partFetcher(reg.ID))
}

// fileSource is the prefix of the source of a plugin read from a file to be checked.
const fileSource = "file:"

// CheckBase says whether an address can be one for File.
func CheckBase(base string) error {
	_, err := parseBase(base)
	return err
}

func parseBase(base string) (*url.URL, error) {
	at, err := url.Parse(base)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, fmt.Errorf("--base %q is no web address: give one such as https://example.com", base)
	}
	return at, nil
}

// File reads a plugin from a local file, to check it: a document, or a manifest,
// whose document is then fetched unless its bytes are given. base is the address at
// which the file is said to lie; it resolves relative and missing servers.
func (r Reader) File(ctx context.Context, path string, document []byte, base string) (*Import, error) {
	at, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(path)
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
		return nil, fmt.Errorf("%s cannot be read: %w", path, cause.Err)
	} else if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	reg := Registration{ID: strings.ToLower(at.Host), Source: fileSource + path, At: at.String(), Found: at.String(), Variables: r.Variables}
	m, err := ReadManifest(body, at)
	switch {
	case err == nil:
		got, err := r.importNamed(ctx, reg, m, body, document)
		if err != nil && document == nil && m.Embedded == nil {
			return nil, fmt.Errorf("%s: %w; or give its document with --spec FILE", path, err)
		}
		return got, err
	case !errors.Is(err, errNotManifest):
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if document == nil {
		document = body
	}
	got, err := r.importBytes(ctx, reg, nil, document, nil)
	if err != nil { // the error names the made-up address; name the file instead
		return nil, fmt.Errorf("%s: %w", path, errors.Unwrap(err))
	}
	return got, nil
}

// fetchPart returns another document that a document refers to; nil refuses such
// references.
type fetchPart func(ctx context.Context, address string) ([]byte, error)

func (r Reader) partFetcher(id string) fetchPart {
	return func(ctx context.Context, address string) ([]byte, error) {
		page, err := r.fetch(ctx, egress.Document, id, address, "a part of the OpenAPI document")
		return page.Body, err
	}
}

// importBytes compiles a plugin and keeps all bytes that it was compiled of.
func (r Reader) importBytes(ctx context.Context, reg Registration, manifest, document []byte, more fetchPart) (*Import, error) {
	if document == nil {
		document = []byte{} // the reader says what is wrong with it
	}
	got := &Import{manifest: manifest, document: document, parts: map[string][]byte{}}
	kept := more
	if more != nil {
		kept = func(ctx context.Context, address string) ([]byte, error) {
			body, err := more(ctx, address)
			if err == nil {
				got.parts[address] = body
			}
			return body, err
		}
	}
	var err error
	if got.Plugin, err = r.compile(ctx, reg, manifest, document, kept); err != nil {
		return nil, err
	}
	got.Plugin.Hashes = got.hashes()
	got.Plugin.Version = got.Plugin.version()
	return got, nil
}

// hashes are those under which a store keeps the bytes.
func (i *Import) hashes() Hashes {
	of := func(data []byte) string {
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	h := Hashes{Document: of(i.document), Parts: map[string]string{}}
	if i.manifest != nil {
		h.Manifest = of(i.manifest)
	}
	for address, body := range i.parts {
		h.Parts[address] = of(body)
	}
	return h
}

// compile makes a Plugin from its bytes, read just now or stored before. Without a
// manifest one is made from the document.
func (r Reader) compile(ctx context.Context, reg Registration, manifest, document []byte, more fetchPart) (*Plugin, error) {
	at, err := url.Parse(reg.At)
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", reg.ID, err)
	}
	found, err := url.Parse(reg.Found)
	if err != nil {
		return nil, fmt.Errorf("the address of the document of %s: %w", reg.ID, err)
	}
	source := openapi.Source{URL: reg.Found, Data: document, Domain: strings.TrimPrefix(at.Hostname(), "www."), Variables: reg.Variables}
	d, err := openapi.Read(ctx, source, openapi.Options{Fetch: more})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", withoutQuery(found), err)
	}
	m := manifestOf(d)
	if manifest != nil {
		if m, err = ReadManifest(manifest, at); err != nil {
			return nil, fmt.Errorf("%s: %w", withoutQuery(at), err)
		}
	}
	m.apply(d)
	if asked, err := sourceURL(reg.Source); manifest != nil && err == nil && !strings.HasPrefix(reg.Source, fileSource) {
		var servers []string
		for _, o := range d.Operations {
			servers = append(servers, o.Server)
		}
		m.Lint = append(m.Lint, m.Domain(at, found, asked.Hostname(), servers...)...)
	}
	return &Plugin{Registration: reg, Manifest: m, Document: d, logins: &loginCache{}, fields: sync.OnceValue(func() []string { return fieldsOf(d) })}, nil
}

func (r Reader) fetch(ctx context.Context, kind egress.Kind, id, address, what string) (egress.Page, error) {
	if r.Typed {
		id = ""
	}
	page, err := r.Guard.Fetch(ctx, kind, id, address)
	if errors.Is(err, egress.ErrRefused) {
		return egress.Page{}, fmt.Errorf("reading %s: %w (whoever runs aidesk can name the plugin in the configuration, or start the demo with --allow-host)", what, err)
	}
	if err != nil {
		return egress.Page{}, fmt.Errorf("reading %s: %w", what, err)
	}
	if page.Status != http.StatusOK {
		return egress.Page{}, fmt.Errorf("%s: %s is not there (HTTP %d): check the address", withoutQuery(page.URL), what, page.Status)
	}
	if kind == egress.Document || kind == egress.Manifest {
		page.Body = tree.Declared(page.Body, page.ContentType)
	}
	if len(page.Body) == 0 {
		return egress.Page{}, fmt.Errorf("%s: %s is empty", withoutQuery(page.URL), what)
	}
	return page, nil
}

// withoutQuery returns an address without its query, which may contain a secret.
func withoutQuery(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }
