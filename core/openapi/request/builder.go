package request

import (
	"net/url"

	"aidesk/core/openapi/schema"
)

// Builder makes the requests of one operation. It is immutable once the
// document is read, and safe for concurrent use.
type Builder struct {
	ID        string // of the operation
	Method    string
	Base      *url.URL
	BaseQuery string  // of the server's address: goes with every call
	Path      []Piece // the pieces of the path template
	Query     []Piece // the pieces after "?" in the template
	Accept    string  // the header Accept; "": the usual one
	Media     string  // the header Content-Type of a request without a body; "": none
	Args      []Arg
	Body      *Body
}

// Arg is one argument of the tool: a parameter or the body.
type Arg struct {
	Key   string // what the model calls it
	Param *Param // nil: the body
	Body  *Body
}

// Schema returns the schema of the value.
func (a Arg) Schema() *schema.Schema {
	if a.Param != nil {
		return a.Param.Schema
	}
	return a.Body.Schema
}

// Sample returns the example given beside the schema, or nil.
func (a Arg) Sample() any {
	if a.Param != nil {
		return a.Param.Sample
	}
	return a.Body.Sample
}

func (a Arg) required() bool {
	if a.Param != nil {
		return a.Param.Required
	}
	return a.Body.Required
}

// Wanted reports whether a model should be told that the argument is required. A body
// with required properties counts as required, because few documents say it.
func (a Arg) Wanted() bool {
	return a.required() || a.Body != nil && a.Body.Schema.HasRequired()
}

// Param is one parameter of the path, query, header or cookie.
type Param struct {
	Name     string
	In       string
	Style    string // "" where media is set
	Explode  bool
	Reserved bool // allowReserved
	Required bool
	Empty    bool   // allowEmptyValue
	Tabs     bool   // 2.0: separated by tabs
	Media    string // of a parameter with "content"
	Text     string
	Schema   *schema.Schema
	Sample   any // what the document gives as an example of it; nil: nothing
}

// Kinds of bodies that can be sent.
const (
	BodyJSON      = "json"
	BodyForm      = "form"
	BodyMultipart = "multipart"
	BodyText      = "text"
)

// Body is what an operation takes besides its parameters.
type Body struct {
	Kind     string
	Media    string // as sent
	Required bool
	Text     string
	Schema   *schema.Schema
	Sample   any                 // what the document gives as an example of it; nil: nothing
	Encoding map[string]Encoding // of forms, by property
}

// Encoding is how one property of a form is written.
type Encoding struct {
	Media    string
	Style    string // "": the default of the media type
	Explode  bool
	Reserved bool
	Tabs     bool
}

// Piece is a piece of the path template: either literal text or a parameter.
type Piece struct {
	Text  string
	Param *Param
}

// Limits of arguments and requests.
const (
	MaxArguments = 256 << 10 // bytes of arguments
	maxURL       = 16 << 10

	maxListed      = 2_000 // values of one call
	maxListedBytes = 1 << 20
	maxListedSteps = 100_000
)
