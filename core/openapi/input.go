package openapi

import (
	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
)

// Input is an argument as a form asks for it.
type Input = schema.Input

// Inputs lists the arguments as a form asks for them, in the order of the document: every
// one that may be sent, where Tool leaves out what has no room. The body is the argument
// "body".
func (o *Operation) Inputs() []Input {
	var a schema.Asker
	var out []Input
	for _, arg := range o.builder.Args {
		in := a.Input(arg.Key, arg.Schema(), 0)
		_, fixed := arg.Schema().Fixed()
		in.Required = arg.Wanted() && !fixed
		var text string
		switch {
		case arg.Param != nil:
			text = arg.Param.Text
		case arg.Schema().IsOpen() && arg.Body.Kind != request.BodyText:
			in.Type = "object" // anything is allowed, usually an object is meant
			fallthrough
		default:
			text = arg.Body.Text
		}
		if text != "" {
			in.Text = joinDescription(plaintext.Clip(plaintext.OneLine(text), maxFieldText), in.Text, text)
		}
		out = append(out, in)
	}
	return out
}
