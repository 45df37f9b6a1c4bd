package openapi

import (
	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
	"slices"
	"strings"
)

// oldBody makes the body of a 2.0 operation from its body or form parameters
// and what it consumes.
func (r *reader) oldBody(o *Operation, s tree.Cursor, fields []tree.Cursor) *body {
	var consumes []string
	for _, from := range [...]tree.Cursor{r.main.Cursor(), s} {
		if from.Get("consumes") != nil {
			consumes = nil
			for _, n := range from.Get("consumes").Entries() {
				consumes = append(consumes, n.Line())
			}
		}
	}
	var form *body
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
			form = &body{kind: bodyForm, media: "application/x-www-form-urlencoded", schema: schema.NewObject(), encoding: map[string]encoding{}}
		}
		must := f.Get("required").IsTrue()
		form.schema.AddProperty(name, r.schemas.Read(f), must)
		form.required = form.required || must
		p := &param{style: "form"}
		r.collection(tree.ObjectOf("collectionFormat", f.Get("collectionFormat")), p)
		form.encoding[name] = encoding{style: p.style, explode: p.explode, tabs: p.tabs}
		if f.Get("type").Line() == "file" {
			form.kind, form.media = bodyMultipart, "multipart/form-data"
		}
	}
	if form != nil {
		if !slices.ContainsFunc(consumes, func(m string) bool { return tree.MediaType(m) == "application/x-www-form-urlencoded" }) &&
			slices.ContainsFunc(consumes, func(m string) bool { return tree.MediaType(m) == "multipart/form-data" }) {
			form.kind, form.media = bodyMultipart, "multipart/form-data"
		}
	}
	return form
}

func (r *reader) oldWhole(o *Operation, f tree.Cursor, consumes []string) *body {
	b := &body{kind: bodyJSON, media: "application/json", required: f.Get("required").IsTrue(), text: plaintext.Clip(plaintext.Prose(f.Get("description").Text()), 600)}
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
	b.schema = r.schemas.Read(given)
	switch {
	case rank >= 8:
		b.media = best
	case rank > 0 && rank < 7:
		b.kind, b.media, b.schema = bodyText, best, schema.Of(schema.TypeString)
		r.written(f.At, best)
	case rank == 0 && len(consumes) > 0 && b.required && !slices.ContainsFunc(consumes, func(m string) bool { return weigh(m) > 0 }):
		o.refusef(f.At, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Clip(plaintext.OneLine(strings.Join(consumes, ", ")), 120))
	}
	return b
}
