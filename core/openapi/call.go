package openapi

import (
	"encoding/json"
	"fmt"

	"aidesk/core/openapi/request"
	"aidesk/core/openapi/result"
	"aidesk/core/openapi/schema"
)

// What a call is made of.
type (
	// Request is exactly what will be sent, without the credential.
	Request = request.Request
	// Field is one header field of a Request.
	Field = request.Field
	// Argument is one value of a call in plain words, for a card.
	Argument = request.Argument
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
	return o.call.Request(args)
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
// Arguments that do not fit are listed all the same; Request refuses them.
func (o *Operation) Arguments(args json.RawMessage) []Argument { return o.call.Arguments(args) }

// Shape turns a response into what a model can read: JSON without nulls, long
// texts and lists cut with a word about it, HTML as text, anything else by its
// type and size. It never fails: what cannot be read is described.
func (o *Operation) Shape(resp Response) Result { return result.Shape(resp) }
