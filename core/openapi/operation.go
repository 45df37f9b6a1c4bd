package openapi

import (
	"aidesk/core/openapi/request"
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
	Hints       []Note // what an admin may weigh when marking the operation as a read; never decides
	Verdict     string // OK, Degraded or Refused
	Notes       []Note
	Server      string // absolute base URL of the call
	Host        string // host[:port] of Server
	Hash        string // SHA-256, hex, of everything that decides the request
	Examples    []string
	Security    []Requirement // alternatives in the document's order; empty: none

	call       request.Builder
	found      *notes     // while reading
	utterances *tree.Node // while reading
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
}
