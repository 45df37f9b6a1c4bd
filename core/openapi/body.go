package openapi

import (
	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
	"net/http"
	"slices"
	"strings"
)

// body reads what the operation takes as its body.
func (r *reader) body(o *Operation, s tree.Cursor) {
	fields := r.fields
	r.fields = nil
	var b *body
	if r.old {
		b = r.oldBody(o, s, fields)
	} else {
		if len(fields) > 0 {
			r.Infof("body-parameter", s.At, "a body stands among the parameters, as 2.0 writes it")
			b = r.oldBody(o, s, fields)
		}
		if declared := s.Child("requestBody"); declared.Node != nil && !declared.Is(tree.Null) {
			b = r.newBody(o, declared)
		}
	}
	if b == nil {
		return
	}
	if o.Method == http.MethodGet || o.Method == http.MethodHead {
		r.Infof("body-on-get", s.At, "a %s with a body is unusual; it is sent as declared", o.Method)
	}
	o.call.entity = b
	o.call.args = append(o.call.args, arg{body: b})
}

func (r *reader) newBody(o *Operation, s tree.Cursor) *body {
	s, ok := r.refs.Follow(s, "requestBodies")
	if !ok {
		// What is missing may be anything.
		return &body{kind: bodyJSON, media: "application/json", schema: schema.Lost()}
	}
	content := s.Child("content")
	switch {
	case content.Is(tree.List) && len(content.Vals) > 0:
		r.Infof("content-list", content.At, "\"content\" is a list; it was read as an object")
		merged := tree.EmptyObject()
		for _, n := range content.Vals {
			if n.Is(tree.Object) && len(n.Keys) > 0 && strings.Contains(n.Keys[0], "/") {
				merged = merged.Merged(n)
			} else {
				merged.Put("application/json", n)
			}
		}
		content.Node = merged
	case content.Is(tree.Object) && (content.Get("schema") != nil || content.Get("$ref") != nil):
		r.Infof("content-schema", content.At, "\"content\" has no media type; JSON is taken")
		content.Node = tree.ObjectOf("application/json", content.Node)
	case content.Node == nil && s.Get("schema") != nil:
		r.Infof("content-missing", s.At, "the body has a schema but no \"content\"; JSON is taken")
		content = s.With(tree.ObjectOf("application/json", s.Node))
	}
	if !content.Is(tree.Object) || len(content.Keys) == 0 {
		if s.Get("required").IsTrue() {
			r.Warnf("content-missing", s.At, "the body has no \"content\"; any JSON may be sent")
			return &body{kind: bodyJSON, media: "application/json", required: true, schema: schema.Lost()}
		}
		r.Infof("content-missing", s.At, "the body has no \"content\"; none is sent")
		return nil
	}
	b := r.choose(content)
	if b == nil {
		if s.Get("required").IsTrue() || o.Method == http.MethodPut || o.Method == http.MethodPost && s.Get("required") == nil {
			o.refusef(content.At, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Clip(plaintext.OneLine(strings.Join(content.Keys, ", ")), 120))
		} else {
			r.Warnf("media-unsupported", content.At, "the body takes only %s, which cannot be written from a conversation; none is sent", plaintext.Clip(plaintext.OneLine(strings.Join(content.Keys, ", ")), 120))
		}
		return nil
	}
	b.required = s.Get("required").IsTrue()
	b.text = plaintext.Clip(plaintext.Prose(s.Get("description").Text()), 600)
	return b
}

// choose takes the media type that can be written best: JSON, what is written
// like it, a form, a multipart form, text.
func (r *reader) choose(content tree.Cursor) *body {
	best, rank := -1, 0
	for i, key := range content.Keys {
		if v := weigh(key); v > rank {
			best, rank = i, v
		}
	}
	if best < 0 {
		return nil
	}
	media := content.Entry(best)
	name := tree.MediaType(content.Keys[best])
	b := &body{media: name, kind: bodyText, schema: r.schemas.Read(media.Child("schema")), sample: schema.Example(media)}
	switch {
	case name == "*/*" || name == "application/*" || !strings.Contains(name, "/"):
		b.media, b.kind = "application/json", bodyJSON
	case tree.IsJSON(name):
		b.kind = bodyJSON
	case name == "application/x-www-form-urlencoded":
		b.kind = bodyForm
	case strings.HasPrefix(name, "multipart/"):
		b.media, b.kind = "multipart/form-data", bodyMultipart
	default:
		if name == "text/*" {
			b.media = "text/plain"
		}
		b.schema = schema.Of(schema.TypeString)
		r.written(media.At, b.media)
	}
	if encodings := media.Child("encoding"); encodings.Is(tree.Object) {
		b.encoding = map[string]encoding{}
		for i, name := range encodings.Keys {
			b.encoding[name] = r.encoding(encodings.Entry(i))
		}
	}
	return b
}

// written notes a body that is more than text and will only be text.
func (r *reader) written(at, media string) {
	if !strings.HasPrefix(media, "text/") {
		r.Warnf("body-text", at, "the body is %s: the model writes it as text", plaintext.Clip(plaintext.OneLine(media), 60))
	}
}

func (r *reader) encoding(s tree.Cursor) encoding {
	e := encoding{media: strings.ToLower(s.Get("contentType").Line()), reserved: s.Get("allowReserved").IsTrue()}
	e.media, _, _ = strings.Cut(e.media, ",")
	e.media = strings.TrimSpace(e.media)
	style, explode := s.Get("style").Line(), s.Get("explode")
	if slices.Contains([]string{"form", "spaceDelimited", "pipeDelimited", "deepObject"}, style) {
		e.style = style
	} else if explode != nil {
		e.style = "form"
	}
	e.explode = e.style == "form" || e.style == "deepObject"
	if on, ok := explode.Bool(); ok {
		e.explode = on
	}
	return e
}

// weigh says how well a media type can be written; 0: not at all.
func weigh(media string) int {
	switch name := tree.MediaType(media); {
	case name == "application/json":
		return 9
	case tree.IsJSON(name):
		return 8
	case name == "*/*" || name == "application/*" || !strings.Contains(name, "/"):
		return 7
	case name == "application/x-www-form-urlencoded":
		return 6
	case name == "multipart/form-data":
		return 5
	case name == "text/plain":
		return 4
	case strings.HasPrefix(name, "text/"), strings.HasSuffix(name, "+xml"), name == "application/xml", strings.HasSuffix(name, "yaml"), name == "application/graphql", name == "application/javascript", name == "application/sql", strings.HasSuffix(name, "ndjson"), name == "application/jsonl":
		return 3
	case strings.HasPrefix(name, "multipart/"):
		return 2
	case name == "application/octet-stream":
		return 1
	}
	return 0
}
