package openapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
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
	// Variables are the values chosen for variables of the servers, by name. They
	// go before the document's defaults.
	Variables map[string]string
	// Domain is the plugin's domain. Among several servers the first on this
	// domain is taken, else the first. Empty: the first.
	Domain string
}

// Options are what Read and the Operations that it returns depend on.
type Options struct {
	// Fetch reads another document of the same origin as Source.URL for an
	// external reference. It owns the network policy. Nil: external references
	// are refused, each with a note.
	Fetch func(ctx context.Context, url string) ([]byte, error)
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
	Variables                   []Variable   // of the servers that its operations declare
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

// reader reads one document.
type reader struct {
	ctx        context.Context //nolint:containedctx // a reader lives for one call of Read
	src        Source
	base       *url.URL // against which servers are resolved
	main       *tree.File
	swagger2   bool // the document is of version 2.0
	refs       *tree.Resolver
	schemas    *schema.Reader
	bodyParams []tree.Cursor // 2.0: body and form parameters of the operation being read

	doc      *Document
	checked  int    // steps of checking samples, bounded by maxChecked
	steps    int    // of reading operations, bounded by maxSteps
	docNotes notes  // of the document as a whole
	notes    *notes // of the operation being read, else docNotes
	schemes  map[string]Scheme

	variables map[*tree.Node]Variable // read so far
	quiet     bool                    // nothing is noted
}

// Read reads a document. The error is one plain line that says what is wrong
// and what to do; everything less than that is a Note. Read keeps nothing of
// Source.Data.
func Read(ctx context.Context, src Source, opt Options) (doc *Document, err error) {
	// A bug that a hostile document triggers must not stop the caller.
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, fmt.Errorf("the document cannot be read (%v); report it with the document", p)
		}
	}()
	root, dropped, err := tree.DecodeText(src.Data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(src.Data)
	r := &reader{
		ctx: ctx, src: src,
		main:     &tree.File{Root: root},
		doc:      &Document{Hash: hex.EncodeToString(sum[:])},
		docNotes: notes{limit: maxDocumentNotes}, variables: map[*tree.Node]Variable{},
	}
	r.notes = &r.docNotes
	r.refs = tree.NewResolver(ctx, r.main, opt.Fetch, r)
	r.schemas = schema.NewReader(r.refs, r.doc.Hash, r)
	if err := r.readAddresses(); err != nil {
		return nil, err
	}
	if err := r.readVersion(); err != nil {
		return nil, err
	}
	if dropped > 0 {
		r.Infof("document-characters", "", "%s left out of the document's text", wasLeft(dropped))
	}
	r.readInfo()
	r.readSecurity()
	if err := r.readPaths(); err != nil {
		return nil, err
	}
	r.notes = &r.docNotes
	r.noteUnknownVariables()
	r.schemas.Merge()
	for _, o := range r.doc.Operations {
		r.trustSamples(o)
	}
	for _, o := range r.doc.Operations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o.siblings = len(r.doc.Operations)
		r.finishOperation(o)
	}
	r.shareBodies()
	r.doc.Notes = r.docNotes.all
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.doc, nil
}

func wasLeft(n int) string {
	if n == 1 {
		return "a control character was"
	}
	return strconv.Itoa(n) + " control characters were"
}

// readAddresses determines the URLs against which references and servers are resolved.
func (r *reader) readAddresses() error {
	for _, address := range []string{r.src.URL, r.src.Base} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil {
			return fmt.Errorf("the address %q cannot be read; give an absolute http or https URL", plaintext.Line(address, 120))
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

// readVersion finds out which version of OpenAPI the document has.
func (r *reader) readVersion() error {
	root := r.main.Root
	declared := cmp.Or(root.Get("openapi").Line(), root.Get("swagger").Line())
	r.doc.OpenAPI = plaintext.Line(declared, 20)
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
		r.swagger2 = true
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

func (r *reader) readInfo() {
	info := r.main.Root.Get("info")
	d := r.doc
	d.Title = plaintext.Line(info.Get("title").Text(), 120)
	d.Description = plaintext.Paragraphs(info.Get("description").Text(), 2_000)
	d.Version = plaintext.Line(info.Get("version").Text(), 40)
	contact := info.Get("contact")
	d.Contact = plaintext.Line(cmp.Or(contact.Get("email").Line(), contact.Get("url").Line()), 200)
	if d.Title == "" {
		r.Infof("info-missing", "/info", "the document has no title")
	}
}

// readPaths reads all operations.
func (r *reader) readPaths() error {
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
		if r.readPath(paths.Entry(i), path); len(r.doc.Operations) > maxOperations {
			return fmt.Errorf("the document has more than %d operations; use a smaller document", maxOperations)
		}
	}
	slices.SortStableFunc(r.doc.Operations, func(a, b *Operation) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	r.assignIDs()
	return nil
}

// shareBodies gives operations that have the same body a cache for it.
func (r *reader) shareBodies() {
	users := map[*schema.Schema]int{}
	for _, o := range r.doc.Operations {
		if b := o.builder.Body; b != nil {
			users[b.Schema]++
		}
	}
	cache := &schema.Cache{}
	for _, o := range r.doc.Operations {
		if b := o.builder.Body; b != nil && users[b.Schema] > 1 {
			o.cache = cache
		}
	}
}

// spend takes steps of the budget for reading operations: several of them may refer to
// the same parts, so their number is no function of the document's size. It reports
// whether there were as many.
func (r *reader) spend(steps int) bool {
	r.steps += steps
	return r.steps <= maxSteps
}

// prose reads a description of at most n characters.
func (r *reader) prose(n *tree.Node, most int) string {
	r.spend(len(plaintext.Head(n.Text(), most)) / 100)
	return plaintext.ProseLine(n.Text(), most)
}

// Levels of a Note.
const (
	levelInfo  = "info"
	levelWarn  = "warn"
	levelError = "error"
)

// notes collects findings without repetition, up to a limit.
type notes struct {
	all   []Note
	seen  map[Note]bool
	limit int
}

func (n *notes) addf(level, code, at, format string, args ...any) {
	if len(n.all) > n.limit {
		return
	}
	note := Note{Level: level, Code: code, Message: plaintext.OneLine(fmt.Sprintf(format, args...)), Where: noteWhere(at)}
	if n.seen[note] {
		return
	}
	if n.seen == nil {
		n.seen = map[Note]bool{}
	}
	if len(n.all) >= n.limit {
		if len(n.all) == n.limit {
			n.all = append(n.all, Note{Level: levelWarn, Code: "more-notes", Message: "there are more notes than are shown"})
		}
		return
	}
	n.seen[note] = true
	n.all = append(n.all, note)
}

// hasLoss reports whether a note is above "info", which means that something was lost.
func (n *notes) hasLoss() bool {
	for _, note := range n.all {
		if note.Level != levelInfo {
			return true
		}
	}
	return false
}

func noteWhere(at string) string {
	if at == "" {
		return ""
	}
	return "#" + plaintext.Line(at, 300)
}

// Infof notes a repair without loss, Warnf one that loses a part. A note about something
// within a path belongs to the operation being read, any other to the document, because
// several operations may share what it is about.
func (r *reader) Infof(code, at, format string, args ...any) {
	r.notef(levelInfo, code, at, format, args...)
}

func (r *reader) Warnf(code, at, format string, args ...any) {
	r.notef(levelWarn, code, at, format, args...)
}

func (r *reader) notef(level, code, at, format string, args ...any) {
	if r.quiet {
		return
	}
	to := r.notes
	if at != "" && !strings.HasPrefix(at, "/paths/") {
		to = &r.docNotes
	}
	to.addf(level, code, at, format, args...)
}

// Limits of reading.
const (
	maxParameters    = 300       // of one operation
	maxServers       = 100       // of one list that are looked at
	maxServer        = 8 << 10   // bytes of one server's URL
	maxOperations    = 5_000     // of one document
	maxSteps         = 300_000   // of reading all operations: parameters, scopes, hundreds of bytes
	maxChecked       = 2_000_000 // steps of checking the samples of all operations
	maxPath          = 8 << 10   // bytes of one path
	roomStep         = 256       // bytes, a power of two: by so much the sizes of tools are told apart while they are drawn
	maxMedia         = 50        // media types of one body
	maxScopes        = 1_000     // of one security scheme
	maxNotes         = 40        // of one operation; 200 of the document
	maxDocumentNotes = 200
)

// Limits of what goes to a model.
const (
	allDrawn       = 600_000 // values drawn for the tools of all operations, those in vain included
	leastDrawn     = 150     // the same for one of very many operations
	maxToolTokens  = 1_000
	maxSchemaDepth = 5
	maxFieldText   = 200 // characters: of a parameter or property
	maxDescription = 300 // characters: of an operation
	maxUtterances  = 8
	maxUtterance   = 200
)
