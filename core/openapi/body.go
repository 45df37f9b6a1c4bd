package openapi

import (
	"net/http"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// body reads what the operation takes as its body.
func (r *reader) body(o *Operation, s spot) {
	fields := r.fields
	r.fields = nil
	var b *body
	if r.old {
		b = r.oldBody(o, s, fields)
	} else {
		if len(fields) > 0 {
			r.Infof("body-parameter", s.at, "a body stands among the parameters, as 2.0 writes it")
			b = r.oldBody(o, s, fields)
		}
		if declared := s.sub("requestBody"); declared.node != nil && !declared.is(null) {
			b = r.newBody(o, declared)
		}
	}
	if b == nil {
		return
	}
	if o.Method == http.MethodGet || o.Method == http.MethodHead {
		r.Infof("body-on-get", s.at, "a %s with a body is unusual; it is sent as declared", o.Method)
	}
	o.call.entity = b
	o.call.args = append(o.call.args, arg{body: b})
}

func (r *reader) newBody(o *Operation, s spot) *body {
	s, ok := r.refs.follow(s, "requestBodies")
	if !ok {
		// What is missing may be anything.
		return &body{kind: bodyJSON, media: "application/json", schema: lostSchema()}
	}
	content := s.sub("content")
	switch {
	case content.is(list) && len(content.vals) > 0:
		r.Infof("content-list", content.at, "\"content\" is a list; it was read as an object")
		merged := emptyObject()
		for _, n := range content.vals {
			if n.is(dict) && len(n.keys) > 0 && strings.Contains(n.keys[0], "/") {
				merged = merged.merged(n)
			} else {
				merged.put("application/json", n)
			}
		}
		content.node = merged
	case content.is(dict) && (content.get("schema") != nil || content.get("$ref") != nil):
		r.Infof("content-schema", content.at, "\"content\" has no media type; JSON is taken")
		content.node = objectOf("application/json", content.node)
	case content.node == nil && s.get("schema") != nil:
		r.Infof("content-missing", s.at, "the body has a schema but no \"content\"; JSON is taken")
		content = s.with(objectOf("application/json", s.node))
	}
	if !content.is(dict) || len(content.keys) == 0 {
		if s.get("required").on() {
			r.Warnf("content-missing", s.at, "the body has no \"content\"; any JSON may be sent")
			return &body{kind: bodyJSON, media: "application/json", required: true, schema: lostSchema()}
		}
		r.Infof("content-missing", s.at, "the body has no \"content\"; none is sent")
		return nil
	}
	b := r.choose(content)
	if b == nil {
		if s.get("required").on() || o.Method == http.MethodPut || o.Method == http.MethodPost && s.get("required") == nil {
			o.refusef(content.at, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Clip(plaintext.OneLine(strings.Join(content.keys, ", ")), 120))
		} else {
			r.Warnf("media-unsupported", content.at, "the body takes only %s, which cannot be written from a conversation; none is sent", plaintext.Clip(plaintext.OneLine(strings.Join(content.keys, ", ")), 120))
		}
		return nil
	}
	b.required = s.get("required").on()
	b.text = plaintext.Clip(plaintext.Prose(s.get("description").str()), 600)
	return b
}

// choose takes the media type that can be written best: JSON, what is written
// like it, a form, a multipart form, text.
func (r *reader) choose(content spot) *body {
	best, rank := -1, 0
	for i, key := range content.keys {
		if v := weigh(key); v > rank {
			best, rank = i, v
		}
	}
	if best < 0 {
		return nil
	}
	media := content.entry(best)
	name := bare(content.keys[best])
	b := &body{media: name, kind: bodyText, schema: r.schemas.schema(media.sub("schema")), sample: shown(media)}
	switch {
	case name == "*/*" || name == "application/*" || !strings.Contains(name, "/"):
		b.media, b.kind = "application/json", bodyJSON
	case isJSON(name):
		b.kind = bodyJSON
	case name == "application/x-www-form-urlencoded":
		b.kind = bodyForm
	case strings.HasPrefix(name, "multipart/"):
		b.media, b.kind = "multipart/form-data", bodyMultipart
	default:
		if name == "text/*" {
			b.media = "text/plain"
		}
		b.schema = schemaOf(typeString)
		r.written(media.at, b.media)
	}
	if encodings := media.sub("encoding"); encodings.is(dict) {
		b.encoding = map[string]encoding{}
		for i, name := range encodings.keys {
			b.encoding[name] = r.encoding(encodings.entry(i))
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

func (r *reader) encoding(s spot) encoding {
	e := encoding{media: strings.ToLower(s.get("contentType").line()), reserved: s.get("allowReserved").on()}
	e.media, _, _ = strings.Cut(e.media, ",")
	e.media = strings.TrimSpace(e.media)
	style, explode := s.get("style").line(), s.get("explode")
	if slices.Contains([]string{"form", "spaceDelimited", "pipeDelimited", "deepObject"}, style) {
		e.style = style
	} else if explode != nil {
		e.style = "form"
	}
	e.explode = e.style == "form" || e.style == "deepObject"
	if on, ok := explode.truth(); ok {
		e.explode = on
	}
	return e
}

// weigh says how well a media type can be written; 0: not at all.
func weigh(media string) int {
	switch name := bare(media); {
	case name == "application/json":
		return 9
	case isJSON(name):
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
