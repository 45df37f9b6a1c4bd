package openapi

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// readParameters reads the parameters of the path and of the operation; those of the
// operation replace those of the path with the same location and name.
func (r *reader) readParameters(o *Operation, item, s tree.Cursor) {
	var all []*request.Param
	r.bodyParams = nil
	for _, from := range [...]tree.Cursor{item, s} {
		declared := from.Child("parameters")
		entries := []tree.Cursor{}
		switch {
		case declared.Is(tree.List):
			for i := range declared.Vals {
				entries = append(entries, declared.Index(i))
			}
		case declared.Is(tree.Object): // by name, or a single one
			r.Infof("parameters-object", declared.At, "\"parameters\" is an object; it was read as a list")
			if declared.Get("name") != nil && declared.Get("in") != nil || declared.Get("$ref") != nil {
				entries = append(entries, declared)
			} else {
				for i := range declared.Vals {
					entries = append(entries, declared.Entry(i))
				}
			}
		}
		for _, entry := range entries {
			if !r.spend(1 + len(all)/64) {
				return
			}
			p := r.readParameter(o, entry)
			if p == nil {
				continue
			}
			if i := slices.IndexFunc(all, func(q *request.Param) bool { return q.In == p.In && q.Name == p.Name }); i >= 0 {
				all[i] = p
			} else if len(all) < maxParameters {
				all = append(all, p)
			} else {
				r.Warnf("too-many-parameters", declared.At, "more than %d parameters; the rest were left out", maxParameters)
				break
			}
		}
	}
	for _, p := range all {
		o.builder.Args = append(o.builder.Args, request.Arg{Param: p})
	}
}

// readParameter reads one parameter, or returns nil if it is not for the model to fill.
// The body and form fields of 2.0 are kept in bodyParams for readBody.
func (r *reader) readParameter(o *Operation, s tree.Cursor) *request.Param {
	told := len(o.reading.all)
	s, ok := r.refs.Follow(s, "parameters")
	if !ok {
		if len(o.reading.all) == told { // the note is with what several operations share
			o.reading.addf(levelWarn, "parameter-unreadable", "", "a parameter cannot be read, the notes on the document say why; it was left out")
		}
		return nil
	}
	if !s.Is(tree.Object) {
		r.Warnf("parameter-unreadable", s.At, "a parameter is not an object; it was left out")
		return nil
	}
	p := &request.Param{Name: s.Get("name").Text(), In: strings.ToLower(s.Get("in").Line())}
	p.Required = s.Get("required").IsTrue()
	p.Text = r.prose(s.Get("description"), 600)
	p.Reserved, p.Empty = s.Get("allowReserved").IsTrue(), s.Get("allowEmptyValue").IsTrue()
	switch {
	case p.In == "body" || p.In == "formdata" || p.In == "form":
		r.bodyParams = append(r.bodyParams, s)
		return nil
	case p.Name == "":
		r.Warnf("parameter-unreadable", s.At, "a parameter has no name; it was left out")
		return nil
	case p.In == "":
		p.In = "query"
		if strings.Contains(o.Path, "{"+p.Name+"}") {
			p.In = "path"
		}
		r.Infof("parameter-location", s.At, "the parameter %q does not say where it goes; %s is taken", plaintext.Clip(p.Name, 60), p.In)
	case p.In == "querystring" || p.In != "query" && p.In != "path" && p.In != "header" && p.In != "cookie":
		r.Warnf("parameter-location", s.At, "the parameter %q goes to %q, which is not known; it was left out", plaintext.Clip(p.Name, 60), plaintext.Line(p.In, 40))
		return nil
	}
	if scheme, ok := r.carriedCredential(o, p.In, p.Name); ok {
		if p.Required {
			o.hidden = append(o.hidden, scheme)
		}
		r.Infof("parameter-hidden", s.At, "the parameter %q carries the credential; it is filled when the call is sent", plaintext.Clip(p.Name, 60))
		return nil
	}
	if p.In == "header" && request.SetBySender(p.Name) {
		r.Infof("parameter-hidden", s.At, "the header %q is not for arguments to set", plaintext.Clip(p.Name, 60))
		switch {
		case strings.EqualFold(p.Name, "Accept"):
			o.accept = documented(s)
		case strings.EqualFold(p.Name, "Content-Type") && r.swagger2: // 3.x: it shall be ignored
			o.consumes = documented(s)
			if p.Required && len(o.consumes) > 0 && plaintext.IsToken(strings.Replace(tree.MediaType(o.consumes[0]), "/", "", 1)) {
				o.builder.Media = tree.MediaType(o.consumes[0])
			}
		}
		return nil
	}
	if (p.In == "header" || p.In == "cookie") && !plaintext.IsToken(p.Name) {
		r.Warnf("parameter-unreadable", s.At, "%q cannot be the name of a %s; it was left out", plaintext.Line(p.Name, 60), p.In)
		return nil
	}
	r.readStyle(s, p)
	p.Sample = schema.Example(s)
	return p
}

// documented returns the value that a parameter is documented to have: its default, else
// its example or the first of its enum.
func documented(s tree.Cursor) []string {
	for _, from := range [...]tree.Cursor{s.Child("schema"), s} {
		for _, n := range [...]*tree.Node{from.Get("default"), from.Get("example"), from.Get("enum")} {
			if all := n.Entries(); len(all) > 0 && all[0].Line() != "" {
				return []string{all[0].Line()}
			}
		}
	}
	return nil
}

// readStyle reads the schema of a parameter and how it is serialised.
func (r *reader) readStyle(s tree.Cursor, p *request.Param) {
	given := s.Child("schema")
	if content := s.Child("content"); content.Is(tree.Object) && len(content.Vals) > 0 && given.Node == nil {
		p.Media = strings.ToLower(strings.TrimSpace(content.Keys[0]))
		p.Schema = r.schemas.Read(content.Entry(0).Child("schema"))
		if p.In == "path" {
			p.Style = "simple"
		}
		return
	}
	switch {
	case given.Node != nil:
		p.Schema = r.schemas.Read(given)
		// In the schema of a parameter "required: true" can only mean the parameter.
		if must := given.Get("required"); must.Is(tree.Boolean) && must.IsTrue() && !p.Required {
			r.Infof("required-boolean", given.At+"/required", "\"required: true\" in the schema of %q makes the parameter required", plaintext.Clip(p.Name, 60))
			p.Required = true
		}
	case s.Get("type") != nil || s.Get("enum") != nil || s.Get("items") != nil:
		if !r.swagger2 {
			r.Infof("parameter-schema", s.At, "the parameter %q has its type beside it, as 2.0 writes it", plaintext.Clip(p.Name, 60))
		}
		p.Schema = r.schemas.Read(s)
	default:
		p.Schema = schema.Of(0)
	}
	if p.In == "path" {
		p.Style = "simple"
	} else if p.Style = "form"; p.In == "header" {
		p.Style = "simple"
	}
	if r.swagger2 {
		r.collectionFormat(s.Node, p)
		return
	}
	allowed := map[string]string{"path": "simple label matrix", "query": "form spaceDelimited pipeDelimited deepObject", "header": "simple", "cookie": "form cookie"}
	if style := s.Get("style").Line(); style != "" {
		if slices.Contains(strings.Fields(allowed[p.In]), style) {
			p.Style = style
		} else {
			r.Infof("style-repaired", s.At, "the style %q does not fit a %s parameter; %q is taken", plaintext.Line(style, 40), p.In, p.Style)
		}
	}
	// A list in a cookie is one value unless the document says "explode": servers
	// disagree about a cookie that is sent twice.
	p.Explode = p.Style == "form" && p.In == "query"
	if explode, ok := s.Get("explode").Bool(); ok {
		p.Explode = explode
	}
}

// collectionFormat reads the collectionFormat of 2.0, whose default is "csv". Lists
// within lists are not considered.
func (r *reader) collectionFormat(n *tree.Node, p *request.Param) {
	switch strings.ToLower(n.Get("collectionFormat").Line()) {
	case "multi":
		p.Explode = true
	case "ssv":
		p.Style = "spaceDelimited"
	case "pipes":
		p.Style = "pipeDelimited"
	case "tsv":
		p.Style, p.Tabs = "spaceDelimited", true
	}
	if p.In != "query" && p.In != "formData" && p.Style != "form" {
		p.Style = "simple" // other separators exist in queries only
	}
}
