package plugin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"

	"aidesk/core/egress"
	"aidesk/core/openapi"
)

// Import is a plugin as it was read, with the bytes that are to be stored.
type Import struct {
	Plugin             *Plugin
	manifest, document []byte
	parts              map[string][]byte // by address: what the document refers to elsewhere
}

// Reader reads plugins through the guard and compiles them.
type Reader struct {
	Guard  *egress.Guard
	Logger *slog.Logger
}

// Read fetches a plugin from its source: a domain or the URL of a manifest, or the
// URL of an OpenAPI document, for which a manifest is made. The error is one plain
// line with the address and the remedy.
func (r Reader) Read(ctx context.Context, source string) (*Import, error) {
	id, _, err := ID(source)
	if err != nil {
		return nil, err
	}
	at, err := locate(source)
	if err != nil {
		return nil, err
	}
	kind, what := egress.Document, "the plugin"
	if at.Path == wellKnown {
		kind, what = egress.Manifest, "the manifest"
	}
	page, err := r.fetch(ctx, kind, id, at.String(), what)
	if err != nil {
		return nil, err
	}
	reg := Registration{ID: id, Source: source, At: page.URL.String()}
	manifest, err := ReadManifest(page.Body, page.URL)
	if err != nil {
		if kind == egress.Manifest || !errors.Is(err, errNotManifest) {
			return nil, fmt.Errorf("%s: %w", shown(at), err)
		}
		reg.Found = reg.At
		return r.take(ctx, reg, nil, page.Body, r.parts(id))
	}
	doc, err := r.fetch(ctx, egress.Document, id, manifest.DocumentURL, "the OpenAPI document")
	if err != nil {
		return nil, err
	}
	reg.Found = doc.URL.String()
	return r.take(ctx, reg, page.Body, doc.Body, r.parts(id))
}

// File reads a plugin from local files, to check it. spec, when not empty, is a file
// whose bytes replace the document's; base resolves a document's relative servers.
func (r Reader) File(ctx context.Context, path, spec, base string) (*Import, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, errors.Unwrap(err))
	}
	at, err := url.Parse(base)
	if err != nil || at.Host == "" {
		return nil, fmt.Errorf("--base %q is no web address: give one such as https://example.com", base)
	}
	reg := Registration{ID: at.Host, Source: path, At: at.String(), Found: at.String()}
	m, err := ReadManifest(body, at)
	switch {
	case errors.Is(err, errNotManifest):
		return r.take(ctx, reg, nil, body, nil)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	case spec == "":
		return nil, fmt.Errorf("%s is a manifest: give its OpenAPI document with --spec FILE", path)
	}
	reg.Found = m.DocumentURL
	document, err := os.ReadFile(spec)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", spec, errors.Unwrap(err))
	}
	return r.take(ctx, reg, body, document, nil)
}

// part gives what a document refers to elsewhere; nil refuses such references.
type part func(ctx context.Context, address string) ([]byte, error)

func (r Reader) parts(id string) part {
	return func(ctx context.Context, address string) ([]byte, error) {
		page, err := r.fetch(ctx, egress.Document, id, address, "a part of the OpenAPI document")
		return page.Body, err
	}
}

// take compiles what was read and remembers every byte that went in.
func (r Reader) take(ctx context.Context, reg Registration, manifest, document []byte, more part) (*Import, error) {
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
	got.Plugin, err = r.compile(ctx, reg, manifest, document, kept)
	return got, err
}

// compile makes a Plugin from its bytes, read just now or stored before. Without a
// manifest one is made from the document.
func (r Reader) compile(ctx context.Context, reg Registration, manifest, document []byte, more part) (*Plugin, error) {
	at, err := url.Parse(reg.At)
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", reg.ID, err)
	}
	found, err := url.Parse(reg.Found)
	if err != nil {
		return nil, fmt.Errorf("the address of the document of %s: %w", reg.ID, err)
	}
	source := openapi.Source{URL: reg.Found, Data: document, Domain: strings.TrimPrefix(at.Hostname(), "www.")}
	d, err := openapi.Read(ctx, source, openapi.Options{Logger: r.Logger, Fetch: more})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(found), err)
	}
	m := made(d)
	if manifest != nil {
		if m, err = ReadManifest(manifest, at); err != nil {
			return nil, fmt.Errorf("%s: %w", shown(at), err)
		}
	}
	for _, o := range d.Operations {
		o.AddExamples(m.Examples[o.ID]...)
	}
	if len(d.Operations) == 1 {
		d.Operations[0].AddExamples(m.Examples[""]...)
	}
	return &Plugin{Registration: reg, Manifest: m, Document: d}, nil
}

func (r Reader) fetch(ctx context.Context, kind egress.Kind, id, address, what string) (egress.Page, error) {
	page, err := r.Guard.Fetch(ctx, kind, id, address)
	if errors.Is(err, egress.ErrRefused) {
		return egress.Page{}, fmt.Errorf("reading %s: %w (whoever runs the desk can open an address: egress.allow_hosts, or --allow-host in the demo)", what, err)
	}
	if err != nil {
		return egress.Page{}, fmt.Errorf("reading %s: %w", what, err)
	}
	if page.Status != http.StatusOK {
		return egress.Page{}, fmt.Errorf("%s: %s is not there (HTTP %d): check the address", shown(page.URL), what, page.Status)
	}
	if len(page.Body) == 0 {
		return egress.Page{}, fmt.Errorf("%s: %s is empty", shown(page.URL), what)
	}
	return page, nil
}

// shown is an address without its query, which may carry a secret.
func shown(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }
