package openapi

import (
	"aidesk/core/openapi/schema"
	"log/slog"
	"net/url"
)

// builder makes the requests of one operation. It is immutable once the
// document is read, and safe for concurrent use.
type builder struct {
	id     string // of the operation
	method string
	base   *url.URL
	steps  []step // the path template, taken apart
	query  []step // what the template has after "?"
	args   []arg
	entity *body
	logger *slog.Logger // of the self-check; nil: there is none
	second opinion
}

// arg is one argument of the tool: a parameter or the body.
type arg struct {
	key   string // what the model calls it
	param *param // nil: the body
	body  *body
}

func (a arg) schema() *schema.Schema {
	if a.param != nil {
		return a.param.schema
	}
	return a.body.schema
}

// sample is an example of the value that stands beside its schema, or nil.
func (a arg) sample() any {
	if a.param != nil {
		return a.param.sample
	}
	return a.body.sample
}

func (a arg) required() bool {
	if a.param != nil {
		return a.param.required
	}
	return a.body.required
}

// wanted reports whether a model should be told that the argument is required.
// Few documents say so of a body, though without one the call means nothing.
func (a arg) wanted() bool {
	return a.required() || a.body != nil && a.body.schema.HasRequired()
}

// param is one parameter of the path, query, header or cookie.
type param struct {
	name     string
	in       string
	style    string // "" where media is set
	explode  bool
	reserved bool // allowReserved
	required bool
	empty    bool   // allowEmptyValue
	tabs     bool   // 2.0: separated by tabs
	media    string // of a parameter with "content"
	text     string
	schema   *schema.Schema
	sample   any // what the document gives as an example of it; nil: nothing
}

// Kinds of bodies that can be sent.
const (
	bodyJSON      = "json"
	bodyForm      = "form"
	bodyMultipart = "multipart"
	bodyText      = "text"
)

// body is what an operation takes besides its parameters.
type body struct {
	kind     string
	media    string // as sent, without parameters
	required bool
	text     string
	schema   *schema.Schema
	sample   any                 // what the document gives as an example of it; nil: nothing
	encoding map[string]encoding // of forms, by property
}

// encoding is how one property of a form is written.
type encoding struct {
	media    string
	style    string // "": the default of the media type
	explode  bool
	reserved bool
	tabs     bool
}

// step is a piece of the path template: text as it stands, or a parameter.
type step struct {
	text  string
	param *param
}
