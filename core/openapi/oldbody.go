package openapi

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// oldBody makes the body of a 2.0 operation from its body or form parameters
// and what it consumes.
func (r *reader) oldBody(o *Operation, s tree.Cursor, fields []tree.Cursor) *request.Body {
	var consumes []string
	for _, from := range [...]tree.Cursor{r.main.Cursor(), s} {
		if from.Get("consumes") != nil {
			consumes = nil
			for _, n := range from.Get("consumes").Entries() {
				consumes = append(consumes, n.Line())
			}
		}
	}
	var form *request.Body
	for _, f := range fields {
		if strings.EqualFold(f.Get("in").Line(), "body") {
			return r.oldWhole(o, f, consumes)
		}
		name := f.Get("name").Text()
		if name == "" {
			r.Warnf("parameter-unreadable", f.At, "a form field has no name; it was left out")
			continue
		}
		if form == nil {
			form = &request.Body{Kind: request.BodyForm, Media: "application/x-www-form-urlencoded", Schema: schema.NewObject(), Encoding: map[string]request.Encoding{}}
		}
		must := f.Get("required").IsTrue()
		form.Schema.AddProperty(name, r.schemas.Read(f), must)
		form.Required = form.Required || must
		p := &request.Param{Style: "form"}
		r.collection(tree.ObjectOf("collectionFormat", f.Get("collectionFormat")), p)
		form.Encoding[name] = request.Encoding{Style: p.Style, Explode: p.Explode, Tabs: p.Tabs}
		if f.Get("type").Line() == "file" {
			form.Kind, form.Media = request.BodyMultipart, "multipart/form-data"
		}
	}
	if form != nil {
		if !slices.ContainsFunc(consumes, func(m string) bool { return tree.MediaType(m) == "application/x-www-form-urlencoded" }) &&
			slices.ContainsFunc(consumes, func(m string) bool { return tree.MediaType(m) == "multipart/form-data" }) {
			form.Kind, form.Media = request.BodyMultipart, "multipart/form-data"
		}
	}
	return form
}

func (r *reader) oldWhole(o *Operation, f tree.Cursor, consumes []string) *request.Body {
	b := &request.Body{Kind: request.BodyJSON, Media: "application/json", Required: f.Get("required").IsTrue(), Text: plaintext.Clip(plaintext.Prose(f.Get("description").Text()), 600)}
	best, rank := "", 0
	for _, media := range consumes {
		// A form with a single body parameter is written as JSON by its authors.
		if v := weigh(media); v > rank && v != 6 && v != 5 {
			best, rank = tree.MediaType(media), v
		}
	}
	given := f.Child("schema")
	if given.Node == nil && f.Get("type") != nil {
		given = f
	}
	b.Schema = r.schemas.Read(given)
	switch {
	case rank >= 8:
		b.Media = best
	case rank > 0 && rank < 7:
		b.Kind, b.Media, b.Schema = request.BodyText, best, schema.Of(schema.TypeString)
		r.written(f.At, best)
	case rank == 0 && len(consumes) > 0 && b.Required && !slices.ContainsFunc(consumes, func(m string) bool { return weigh(m) > 0 }):
		o.refusef(f.At, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Clip(plaintext.OneLine(strings.Join(consumes, ", ")), 120))
	}
	return b
}
