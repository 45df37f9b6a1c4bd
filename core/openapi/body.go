package openapi

import (
	"net/http"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// readBody reads the body that the operation takes.
func (r *reader) readBody(o *Operation, s tree.Cursor) {
	fields := r.bodyParams
	r.bodyParams = nil
	var b *request.Body
	if r.swagger2 {
		b = r.swagger2Body(o, s, fields)
	} else {
		if len(fields) > 0 {
			r.Infof("body-parameter", s.At, "a body stands among the parameters, as 2.0 writes it")
			b = r.swagger2Body(o, s, fields)
		}
		if declared := s.Child("requestBody"); declared.Node != nil && !declared.Is(tree.Null) {
			b = r.requestBody(o, declared)
		}
	}
	if b == nil {
		return
	}
	if o.Method == http.MethodGet || o.Method == http.MethodHead {
		r.Infof("body-on-get", s.At, "a %s with a body is unusual; it is sent as declared", o.Method)
	}
	o.builder.Body = b
	o.builder.Args = append(o.builder.Args, request.Arg{Body: b})
}

func (r *reader) requestBody(o *Operation, s tree.Cursor) *request.Body {
	s, ok := r.refs.Follow(s, "requestBodies")
	if !ok {
		// The body exists but could not be read: any JSON may be sent.
		return &request.Body{Kind: request.BodyJSON, Media: "application/json", Schema: schema.Lost()}
	}
	content := s.Child("content")
	switch {
	case content.Is(tree.List) && len(content.Vals) > 0:
		r.Infof("content-list", content.At, "\"content\" is a list; it was read as an object")
		merged := tree.EmptyObject()
		for _, n := range content.Vals[:min(len(content.Vals), maxMedia)] {
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
			return &request.Body{Kind: request.BodyJSON, Media: "application/json", Required: true, Schema: schema.Lost()}
		}
		r.Infof("content-missing", s.At, "the body has no \"content\"; none is sent")
		return nil
	}
	b := r.chooseMedia(content)
	if b == nil {
		if s.Get("required").IsTrue() || o.Method == http.MethodPut || o.Method == http.MethodPost && s.Get("required") == nil {
			o.refusef(content.At, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Line(strings.Join(content.Keys, ", "), 120))
		} else {
			r.Warnf("media-unsupported", content.At, "the body takes only %s, which cannot be written from a conversation; none is sent", plaintext.Line(strings.Join(content.Keys, ", "), 120))
		}
		return nil
	}
	b.Required = s.Get("required").IsTrue()
	b.Text = r.prose(s.Get("description"), 600)
	return b
}

// chooseMedia returns the body of the media type that can be written best: JSON, a
// variant of JSON, a form, a multipart form, text; nil if none can be written.
func (r *reader) chooseMedia(content tree.Cursor) *request.Body {
	best, rank := -1, 0
	for i, key := range content.Keys[:min(len(content.Keys), maxMedia)] {
		if v := mediaRank(key); v > rank {
			best, rank = i, v
		}
	}
	if best < 0 {
		return nil
	}
	media := content.Entry(best)
	sent := r.sendableMedia(media.At, content.Keys[best])
	name := tree.MediaType(sent)
	b := &request.Body{Media: sent, Kind: request.BodyText, Schema: r.schemas.Read(media.Child("schema")), Sample: schema.Example(media)}
	switch {
	case tree.IsJSON(name):
		b.Kind = request.BodyJSON
	case name == formMedia:
		b.Kind = request.BodyForm
	case strings.HasPrefix(name, "multipart/"):
		b.Kind = request.BodyMultipart
	default:
		b.Schema = schema.Of(schema.TypeString)
		r.noteTextBody(media.At, b.Media)
	}
	if encodings := media.Child("encoding"); encodings.Is(tree.Object) {
		b.Encoding = map[string]request.Encoding{}
		for i, name := range encodings.Keys {
			if !r.spend(1) {
				break
			}
			b.Encoding[name] = r.readEncoding(encodings.Entry(i))
		}
	}
	return b
}

// noteTextBody reports a structured body, such as XML, that the model writes as text.
func (r *reader) noteTextBody(at, media string) {
	if !strings.HasPrefix(media, "text/") {
		r.Warnf("body-text", at, "the body is %s: the model writes it as text", plaintext.Line(media, 60))
	}
}

func (r *reader) readEncoding(s tree.Cursor) request.Encoding {
	e := request.Encoding{Media: strings.ToLower(s.Get("contentType").Line()), Reserved: s.Get("allowReserved").IsTrue()}
	e.Media, _, _ = strings.Cut(e.Media, ",")
	e.Media = strings.TrimSpace(e.Media)
	style, explode := s.Get("style").Line(), s.Get("explode")
	if slices.Contains([]string{"form", "spaceDelimited", "pipeDelimited", "deepObject"}, style) {
		e.Style = style
	} else if explode != nil {
		e.Style = "form"
	}
	e.Explode = e.Style == "form" || e.Style == "deepObject"
	if on, ok := explode.Bool(); ok {
		e.Explode = on
	}
	return e
}

// mediaRank ranks media types by how well a body of them can be written; 0: not at all.
func mediaRank(media string) int {
	name := tree.MediaType(media)
	if word := mediaWords[name]; word != "" {
		name = word
	}
	switch {
	case name == "application/json":
		return 9
	case tree.IsJSON(name), strings.HasSuffix(name, "/*json"):
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

// swagger2Body makes the body of a 2.0 operation from its body or form parameters and
// the media types that it consumes.
func (r *reader) swagger2Body(o *Operation, s tree.Cursor, fields []tree.Cursor) *request.Body {
	var consumes []string
	for _, from := range [...]tree.Cursor{r.main.Cursor(), s} {
		if from.Get("consumes") != nil {
			consumes = nil
			all := from.Get("consumes").Entries()
			for _, n := range all[:min(len(all), maxMedia)] {
				consumes = append(consumes, n.Line())
			}
		}
	}
	if len(o.consumes) > 0 {
		consumes = o.consumes // what the operation says in words of its own goes before the document's list
	}
	var form *request.Body
	for _, f := range fields {
		if strings.EqualFold(f.Get("in").Line(), "body") {
			return r.swagger2JSONBody(o, f, consumes)
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
		r.collectionFormat(tree.ObjectOf("collectionFormat", f.Get("collectionFormat")), p)
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

func (r *reader) swagger2JSONBody(o *Operation, f tree.Cursor, consumes []string) *request.Body {
	b := &request.Body{Kind: request.BodyJSON, Media: "application/json", Required: f.Get("required").IsTrue(), Text: r.prose(f.Get("description"), 600)}
	best, rank := "", 0
	for _, media := range consumes {
		// A body parameter beside form media types is JSON in practice.
		if v := mediaRank(media); v > rank && v != 6 && v != 5 {
			best, rank = media, v
		}
	}
	given := f.Child("schema")
	if given.Node == nil && f.Get("type") != nil {
		given = f
	}
	b.Schema = r.schemas.Read(given)
	switch {
	case rank >= 8:
		b.Media = r.sendableMedia(f.At, best)
	case rank > 0 && rank < 7:
		b.Kind, b.Media, b.Schema = request.BodyText, r.sendableMedia(f.At, best), schema.Of(schema.TypeString)
		r.noteTextBody(f.At, b.Media)
	case rank > 0 || len(consumes) == 0 || slices.ContainsFunc(consumes, func(m string) bool { return mediaRank(m) > 0 }):
	case b.Required:
		o.refusef(f.At, "media-unsupported", "it takes only %s, which cannot be written from a conversation", plaintext.Line(strings.Join(consumes, ", "), 120))
	default:
		r.Warnf("media-unsupported", f.At, "the body takes only %s, which cannot be written from a conversation; none is sent", plaintext.Line(strings.Join(consumes, ", "), 120))
		return nil
	}
	return b
}
