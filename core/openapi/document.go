package openapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// Source is the document to read.
type Source struct {
	// URL is the absolute address of the document. Relative servers and
	// references are resolved against it. Empty for a local file.
	URL string
	// Data is the document itself, JSON or YAML.
	Data []byte
	// ContentType is what the server said; only a hint, the bytes decide.
	ContentType string
	// Base is the absolute URL against which missing and relative servers are
	// resolved when URL is not http or https.
	Base string
	// Domain is the plugin's domain. Among several servers the first on this
	// domain is taken, else the first. Empty: the first.
	Domain string
}

// Options are the surroundings of Read and of the Operations it returns.
type Options struct {
	// Fetch reads another document of the same origin as Source.URL for an
	// external reference. It owns the network policy. Nil: external references
	// are refused, each with a note.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// Logger receives, at level debug, what the self-check of requests objects
	// to. Defaults to none, and then there is no self-check.
	Logger *slog.Logger
}

// Document is what was read: operations and the notes about it.
type Document struct {
	Title, Description, Version string       // from "info", cleaned and capped
	Contact                     string       // e-mail or URL of "info.contact"
	OpenAPI                     string       // the version as written, e.g. "3.0.1" or "2.0"
	Hash                        string       // SHA-256 of Source.Data, hex
	Operations                  []*Operation // sorted by path and method; refused ones too
	Notes                       []Note       // of the document; those of one operation are with it
	Schemes                     []Scheme     // declared security schemes, sorted by name
}

// Note is one finding for the import report.
type Note struct {
	Level   string `json:"level"`   // "info" (repaired), "warn" (something was lost), "error" (refused)
	Code    string `json:"code"`    // stable, kebab-case; the table is in docs/openapi.md
	Message string `json:"message"` // one plain line
	Where   string `json:"where"`   // JSON pointer into the document, or empty
}

// Operation returns the operation with this ID, or nil.
func (d *Document) Operation(id string) *Operation {
	for _, o := range d.Operations {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// reader is one reading of one document.
type reader struct {
	ctx     context.Context //nolint:containedctx // a reader lives for one call of Read
	logger  *slog.Logger
	src     Source
	base    *url.URL // against which servers are resolved
	main    *tree.File
	old     bool // 2.0
	refs    *tree.Resolver
	schemas *schema.Reader
	fields  []tree.Cursor // 2.0: body and form parameters of the operation being read

	doc     *Document
	general notes  // of the document
	notes   *notes // of what is being read
	schemes map[string]Scheme
}

// Read reads a document. The error is one plain line that says what is wrong
// and what to do; everything less than that is a Note. Read keeps nothing of
// Source.Data.
func Read(ctx context.Context, src Source, opt Options) (doc *Document, err error) {
	// Whatever a hostile document does to this code, the caller goes on.
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, fmt.Errorf("the document cannot be read (%v); report it with the document", p)
		}
	}()
	root, err := tree.Decode(src.Data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(src.Data)
	r := &reader{
		ctx: ctx, logger: opt.Logger, src: src,
		main:    &tree.File{Root: root},
		doc:     &Document{Hash: hex.EncodeToString(sum[:])},
		general: notes{limit: maxDocNotes},
	}
	r.notes = &r.general
	r.refs = tree.NewResolver(ctx, r.main, opt.Fetch, r)
	r.schemas = schema.NewReader(r.refs, r.doc.Hash, r)
	if err := r.addresses(); err != nil {
		return nil, err
	}
	if err := r.version(); err != nil {
		return nil, err
	}
	r.about()
	r.security()
	if err := r.paths(); err != nil {
		return nil, err
	}
	r.notes = &r.general
	r.schemas.Merge()
	for _, o := range r.doc.Operations {
		r.finish(o)
	}
	r.doc.Notes = r.general.all
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.doc, nil
}

// addresses works out against what references and servers are resolved.
func (r *reader) addresses() error {
	for _, address := range []string{r.src.URL, r.src.Base} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil {
			return fmt.Errorf("the address %q cannot be read; give an absolute http or https URL", plaintext.Clip(plaintext.OneLine(address), 120))
		}
		if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		if address == r.src.URL {
			r.main.URL = u
		}
		if r.base == nil {
			r.base = u
		}
	}
	return nil
}

// version finds out what kind of document this is.
func (r *reader) version() error {
	root := r.main.Root
	declared := cmp.Or(root.Get("openapi").Line(), root.Get("swagger").Line())
	r.doc.OpenAPI = plaintext.Clip(plaintext.OneLine(declared), 20)
	major, minor, _ := strings.Cut(declared, ".")
	switch {
	case root.Get("openapi") == nil && root.Get("swagger") == nil && root.Get("paths").Is(tree.Object):
		r.Infof("version-missing", "", "the document does not say its version; it was read as 3.0")
	case root.Get("openapi") == nil && root.Get("swagger") == nil:
		if root.Get("schema_version") != nil {
			return errors.New("this is a plugin manifest, not an OpenAPI document; give the address of the document it names")
		}
		return errors.New("this is not an OpenAPI document: it has neither \"openapi\" nor \"swagger\"; give the address of the OpenAPI document")
	case major == "2":
		r.old = true
	case major == "3" && minor >= "2":
		r.Infof("version-newer", "/openapi", "version %s is read as 3.1", r.doc.OpenAPI)
	case major == "3":
	case major == "1":
		return fmt.Errorf("version %s of Swagger is not supported; convert the document to OpenAPI 3", r.doc.OpenAPI)
	default:
		return fmt.Errorf("version %q of OpenAPI is not supported; use 2.0, 3.0 or 3.1", r.doc.OpenAPI)
	}
	return nil
}

func (r *reader) about() {
	info := r.main.Root.Get("info")
	d := r.doc
	d.Title = plaintext.Clip(plaintext.OneLine(info.Get("title").Text()), 120)
	d.Description = plaintext.Clip(plaintext.Paragraphs(info.Get("description").Text()), 2_000)
	d.Version = plaintext.Clip(plaintext.OneLine(info.Get("version").Text()), 40)
	contact := info.Get("contact")
	d.Contact = plaintext.Clip(plaintext.OneLine(cmp.Or(contact.Get("email").Line(), contact.Get("url").Line())), 200)
	if d.Title == "" {
		r.Infof("info-missing", "/info", "the document has no title")
	}
}

// paths reads all operations.
func (r *reader) paths() error {
	paths := r.main.Cursor().Child("paths")
	if !paths.Is(tree.Object) || len(paths.Keys) == 0 {
		return errors.New("the document has no paths and so nothing to call; give the address of the whole OpenAPI document")
	}
	for i, path := range paths.Keys {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if r.path(paths.Entry(i), path); len(r.doc.Operations) > maxOperations {
			return fmt.Errorf("the document has more than %d operations; use a smaller document", maxOperations)
		}
	}
	slices.SortStableFunc(r.doc.Operations, func(a, b *Operation) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	r.identify()
	return nil
}
