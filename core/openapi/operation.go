package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"aidesk/core/openapi/request"
	"aidesk/core/openapi/result"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// Effect says whether a call changes something.
type Effect string

// The effects.
const (
	EffectRead  Effect = "read"
	EffectWrite Effect = "write"
)

// Verdicts on an operation.
const (
	OK       = "ok"       // can be called with everything it declares
	Degraded = "degraded" // can be called; a part of it is lost, the notes say which
	Refused  = "refused"  // cannot be called; the notes say why
)

// Operation is one method on one path, ready to be offered and called. It is
// immutable after Read (except AddExamples) and safe for concurrent use.
type Operation struct {
	ID          string // the document's operationId cleaned, or made from method and path; unique in the document
	Method      string // upper case
	Path        string // the path template as written
	Summary     string
	Description string
	Tags        []string
	Deprecated  bool
	Effect      Effect
	Asks        bool   // a read that wants confirmation: the document says it has consequences
	Hints       []Note // for an admin who considers marking the operation as a read; without effect otherwise
	Verdict     string // OK, Degraded or Refused
	Notes       []Note
	Server      string // absolute base URL of the call
	Host        string // host[:port] of Server
	Hash        string // SHA-256, hex, of everything that decides the request
	Examples    []string
	Security    []Requirement // alternatives in the document's order; nil: the document does not say; empty: the operation itself says that it needs none

	builder    request.Builder
	expected   result.Expected
	siblings   int           // operations of the document
	cache      *schema.Cache // of a body that other operations have too, else nil
	reading    *notes        // while reading
	accept     []string      // while reading: what a hidden parameter Accept is documented with
	consumes   []string      // while reading: what a hidden parameter Content-Type of 2.0 is documented with
	hidden     []Scheme      // while reading: schemes whose required parameters are hidden
	utterances *tree.Node    // while reading
}

// Requirement is one way to authenticate: all its schemes together. A
// Requirement without schemes means that the call may go without.
type Requirement struct {
	Schemes []Scheme `json:"schemes"`
}

// Scheme is a declared security scheme and where its credential goes.
type Scheme struct {
	Name   string   `json:"name"`             // its name in the document
	Type   string   `json:"type"`             // "apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"; empty: not declared
	In     string   `json:"in,omitempty"`     // "header", "query" or "cookie"; http and oauth2 go into the header Authorization
	Field  string   `json:"field,omitempty"`  // name of the header, query parameter or cookie
	Scheme string   `json:"scheme,omitempty"` // of http: "bearer", "basic", …
	Scopes []string `json:"scopes,omitempty"` // those the operation needs; of a declared scheme, all it offers
	// Of oauth2: the addresses of the authorization code flow, else of the
	// first flow that has them. Absolute.
	AuthorizeURL string `json:"authorize_url,omitempty"`
	TokenURL     string `json:"token_url,omitempty"`
	RefreshURL   string `json:"refresh_url,omitempty"`

	Flow   string `json:"flow,omitempty"`   // of oauth2: the flow that the addresses are of
	Prefix string `json:"prefix,omitempty"` // of a key in a header: what its description says precedes it, "Token token="
	About  string `json:"about,omitempty"`  // the description, cut
}

// signed is what of a scheme is in an operation's hash. Hashes are stored, so its fields and
// their order stay as they are.
func (s Scheme) signed() any {
	return struct {
		Name, Type, In, Field, Scheme      string
		Scopes                             []string
		AuthorizeURL, TokenURL, RefreshURL string
	}{s.Name, s.Type, s.In, s.Field, s.Scheme, s.Scopes, s.AuthorizeURL, s.TokenURL, s.RefreshURL}
}

// What a call consists of.
type (
	// Request is exactly what will be sent, without the credential.
	Request = request.Request
	// Field is one header field of a Request.
	Field = request.Field
	// Argument is one value of a call in plain words, for a card.
	Argument = request.Argument
	// Leaf is one value of a call at its place among the built arguments.
	Leaf = request.Leaf
	// Response is what came back for a Request.
	Response = result.Response
	// Result is a Response shaped for the model and the member.
	Result = result.Result
	// Link is a URL of a Result with what the Result says about it.
	Link = result.Link
	// ArgumentError says which argument of a call is wrong.
	ArgumentError = schema.ArgumentError
)

// Request turns the arguments of a model or a form into the request to send:
// coerced, validated, built. A fault in the arguments is an *ArgumentError. The
// URL never leaves Operation.Host and the base path of Operation.Server,
// whatever the arguments say. The same arguments always give the same bytes.
func (o *Operation) Request(args json.RawMessage) (Request, error) {
	if o.Verdict == Refused {
		return Request{}, fmt.Errorf("%s cannot be called: %s", o.ID, o.reason())
	}
	return o.builder.Request(args)
}

// reason is why the operation is refused.
func (o *Operation) reason() string {
	for _, n := range o.Notes {
		if n.Level == levelError {
			return n.Message
		}
	}
	return "it is refused"
}

// Arguments lists the values of a call for a card: each with a label in plain
// words and in full, in the order of the document. Values stand as they will be
// sent, so "5" for a number is 5, and what the document fixes is there too.
// Arguments that do not fit are listed all the same; Request refuses them. Of a call with
// some thousand values, or a megabyte of them, only the first are listed: that is more
// than a card shows.
func (o *Operation) Arguments(args json.RawMessage) []Argument { return o.builder.Arguments(args) }

// Leaves lists all values of a call at their places, as Request makes the request of them. The
// error says what is wrong with the arguments, or that there are too many.
func (o *Operation) Leaves(args json.RawMessage) ([]Leaf, error) { return o.builder.Leaves(args) }

// Shape turns a response into what a model can read: JSON without nulls, long
// texts and lists cut with a word about it, HTML as text, anything else by its
// type and size; then the header fields that are part of the answer, such as
// Location and Link. It never fails: what cannot be read is described.
func (o *Operation) Shape(resp Response) Result { return result.Shape(resp, o.expected) }

// digest is the hash of everything that decides the operation's requests:
// method, server, path, parameters, body, their schemas and the security
// requirements. Texts, examples and defaults do not count.
func (r *reader) digest(o *Operation) string {
	h := sha256.New()
	schema.Sign(h, "operation", o.Method, o.Server, o.Path, fmt.Sprint(o.Asks, o.Verdict == Refused))
	if o.builder.BaseQuery != "" {
		schema.Sign(h, "query", o.builder.BaseQuery)
	}
	if o.builder.Accept != "" {
		schema.Sign(h, "accept", o.builder.Accept)
	}
	if o.builder.Media != "" {
		schema.Sign(h, "media", o.builder.Media)
	}
	lost := false
	for _, a := range o.builder.Args {
		m := r.schemas.Fingerprint(a.Schema())
		lost = lost || m.Lost
		if p := a.Param; p != nil {
			schema.Sign(h, "parameter", a.Key, p.Name, p.In, p.Style, p.Media, fmt.Sprint(p.Explode, p.Reserved, p.Required, p.Empty, p.Tabs), m.Hash)
			continue
		}
		schema.Sign(h, "body", a.Body.Kind, a.Body.Media, strconv.FormatBool(a.Body.Required), m.Hash)
		for _, name := range slices.Sorted(maps.Keys(a.Body.Encoding)) {
			e := a.Body.Encoding[name] // this text is part of stored hashes
			schema.Sign(h, "encoding", name, fmt.Sprintf("{media:%s style:%s explode:%t reserved:%t tabs:%t}", e.Media, e.Style, e.Explode, e.Reserved, e.Tabs))
		}
	}
	for _, s := range o.Security {
		all := make([]any, len(s.Schemes))
		for i, scheme := range s.Schemes {
			all[i] = scheme.signed()
		}
		schema.Sign(h, "security", fmt.Sprintf("%q", all))
	}
	if lost && o.Verdict != Refused {
		o.reading.addf(levelWarn, "schema-open", "", "a part of its arguments could not be read and was left open")
	}
	return hex.EncodeToString(h.Sum(nil))
}
