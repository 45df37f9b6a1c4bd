package openapi

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// oldBody makes the body of a 2.0 operation from its body or form parameters
// and what it consumes.
func (r *reader) oldBody(o *Operation, s spot, fields []spot) *body {
	var consumes []string
	for _, from := range [...]spot{r.main.cursor(), s} {
		if from.get("consumes") != nil {
			consumes = nil
			for _, n := range from.get("consumes").list() {
				consumes = append(consumes, n.line())
			}
		}
	}
	var form *body
	for _, f := range fields {
		if strings.EqualFold(f.get("in").line(), "body") {
			return r.oldWhole(o, f, consumes)
		}
		name := f.get("name").str()
		if name == "" {
			r.Warnf("parameter-unreadable", f.at, "a form field has no name; it was left out")
			continue
		}
		if form == nil {
			form = &body{kind: bodyForm, media: "application/x-www-form-urlencoded", schema: objectSchema(), encoding: map[string]encoding{}}
		}
		must := f.get("required").on()
		form.schema.addProperty(name, r.schemas.schema(f), must)
		form.required = form.required || must
		p := &param{style: "form"}
		r.collection(objectOf("collectionFormat", f.get("collectionFormat")), p)
		form.encoding[name] = encoding{style: p.style, explode: p.explode, tabs: p.tabs}
		if f.get("type").line() == "file" {
			form.kind, form.media = bodyMultipart, "multipart/form-data"
		}
	}
	if form != nil {
		if !slices.ContainsFunc(consumes, func(m string) bool { return bare(m) == "application/x-www-form-urlencoded" }) &&
			slices.ContainsFunc(consumes, func(m string) bool { return bare(m) == "multipart/form-data" }) {
			form.kind, form.media = bodyMultipart, "multipart/form-data"
		}
	}
	return form
}

func (r *reader) oldWhole(o *Operation, f spot, consumes []string) *body {
	b := &body{kind: bodyJSON, media: "application/json", required: f.get("required").on(), text: plaintext.Clip(plaintext.Prose(f.get("description").str()), 600)}
	best, rank := "", 0
	for _, media := range consumes {
		// A form with a single body parameter is written as JSON by its authors.
		if v := weigh(media); v > rank && v != 6 && v != 5 {
			best, rank = bare(media), v
		}
	}
	given := f.sub("schema")
	if given.node == nil && f.get("type") != nil {
		given = f
	}
	b.schema = r.schemas.schema(given)
	switch {
	case rank >= 8:
		b.media = best
	case rank > 0 && rank < 7:
		b.kind, b.media, b.schema = bodyText, best, schemaOf(typeString)
		r.written(f.at, best)
	case rank == 0 && len(consumes) > 0 && b.required && !slices.ContainsFunc(consumes, func(m string) bool { return weigh(m) > 0 }):
		o.refusef(f.at, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Clip(plaintext.OneLine(strings.Join(consumes, ", ")), 120))
	}
	return b
}
