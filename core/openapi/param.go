package openapi

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// unsent are header fields that the sender sets itself, or that would make
// another method of the call than the one that was judged; a parameter of that
// name is not the model's to fill.
var unsent = []string{
	"accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "forwarded", "host", "keep-alive",
	"origin", "proxy-authenticate", "proxy-authorization", "proxy-connection", "referer", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
	"x-http-method", "x-http-method-override", "x-method-override",
}

// parameters reads those of the path and of the operation, which replace
// them by location and name.
func (r *reader) parameters(o *Operation, item, s spot) {
	var all []*param
	r.fields = nil
	for _, from := range [...]spot{item, s} {
		declared := from.sub("parameters")
		entries := []spot{}
		switch {
		case declared.is(list):
			for i := range declared.vals {
				entries = append(entries, declared.nth(i))
			}
		case declared.is(dict): // by name, or a single one
			r.Infof("parameters-object", declared.at, "\"parameters\" is an object; it was read as a list")
			if declared.get("name") != nil && declared.get("in") != nil || declared.get("$ref") != nil {
				entries = append(entries, declared)
			} else {
				for i := range declared.vals {
					entries = append(entries, declared.entry(i))
				}
			}
		}
		for _, entry := range entries {
			p := r.parameter(o, entry)
			if p == nil {
				continue
			}
			if i := slices.IndexFunc(all, func(q *param) bool { return q.in == p.in && q.name == p.name }); i >= 0 {
				all[i] = p
			} else if len(all) < maxParameters {
				all = append(all, p)
			} else {
				r.Warnf("too-many-parameters", declared.at, "more than %d parameters; the rest were left out", maxParameters)
				break
			}
		}
	}
	for _, p := range all {
		o.call.args = append(o.call.args, arg{param: p})
	}
}

// parameter reads one parameter; nil where it is not one for the model. In 2.0
// a body or form field is put aside for the body.
func (r *reader) parameter(o *Operation, s spot) *param {
	s, ok := r.refs.follow(s, "parameters")
	if !ok {
		return nil
	}
	if !s.is(dict) {
		r.Warnf("parameter-unreadable", s.at, "a parameter is not an object; it was left out")
		return nil
	}
	p := &param{name: s.get("name").str(), in: strings.ToLower(s.get("in").line())}
	p.required = s.get("required").on()
	p.text = plaintext.Clip(plaintext.Prose(s.get("description").str()), 600)
	p.reserved, p.empty = s.get("allowReserved").on(), s.get("allowEmptyValue").on()
	switch {
	case p.in == "body" || p.in == "formdata" || p.in == "form":
		r.fields = append(r.fields, s)
		return nil
	case p.name == "":
		r.Warnf("parameter-unreadable", s.at, "a parameter has no name; it was left out")
		return nil
	case p.in == "":
		p.in = "query"
		if strings.Contains(o.Path, "{"+p.name+"}") {
			p.in = "path"
		}
		r.Infof("parameter-location", s.at, "the parameter %q does not say where it goes; %s is taken", plaintext.Clip(p.name, 60), p.in)
	case p.in == "querystring" || p.in != "query" && p.in != "path" && p.in != "header" && p.in != "cookie":
		r.Warnf("parameter-location", s.at, "the parameter %q goes to %q, which is not known; it was left out", plaintext.Clip(p.name, 60), plaintext.Clip(plaintext.OneLine(p.in), 40))
		return nil
	}
	if r.credential(p.in, p.name) {
		r.Infof("parameter-hidden", s.at, "the parameter %q carries the credential; it is filled when the call is sent", plaintext.Clip(p.name, 60))
		return nil
	}
	if p.in == "header" && slices.Contains(unsent, strings.ToLower(p.name)) {
		r.Infof("parameter-hidden", s.at, "the header %q is not for arguments to set", plaintext.Clip(p.name, 60))
		return nil
	}
	if (p.in == "header" || p.in == "cookie") && !plaintext.IsToken(p.name) {
		r.Warnf("parameter-unreadable", s.at, "%q cannot be the name of a %s; it was left out", plaintext.Clip(plaintext.OneLine(p.name), 60), p.in)
		return nil
	}
	r.style(s, p)
	p.sample = shown(s)
	return p
}

// style reads schema and serialisation.
func (r *reader) style(s spot, p *param) {
	given := s.sub("schema")
	if content := s.sub("content"); content.is(dict) && len(content.vals) > 0 && given.node == nil {
		p.media = strings.ToLower(strings.TrimSpace(content.keys[0]))
		p.schema = r.schemas.schema(content.entry(0).sub("schema"))
		return
	}
	switch {
	case given.node != nil:
		p.schema = r.schemas.schema(given)
		// On a schema that is not an object "required: true" can only mean
		// the parameter.
		if must := given.get("required"); must.is(boolean) && must.on() && !p.required {
			r.Infof("required-boolean", given.at+"/required", "\"required: true\" in the schema of %q makes the parameter required", plaintext.Clip(p.name, 60))
			p.required = true
		}
	case s.get("type") != nil || s.get("enum") != nil || s.get("items") != nil:
		if !r.old {
			r.Infof("parameter-schema", s.at, "the parameter %q has its type beside it, as 2.0 writes it", plaintext.Clip(p.name, 60))
		}
		p.schema = r.schemas.schema(s)
	default:
		p.schema = schemaOf(0)
	}
	if p.in == "path" {
		p.style = "simple"
	} else if p.style = "form"; p.in == "header" {
		p.style = "simple"
	}
	if r.old {
		r.collection(s.node, p)
		return
	}
	allowed := map[string]string{"path": "simple label matrix", "query": "form spaceDelimited pipeDelimited deepObject", "header": "simple", "cookie": "form cookie"}
	if style := s.get("style").line(); style != "" {
		if slices.Contains(strings.Fields(allowed[p.in]), style) {
			p.style = style
		} else {
			r.Infof("style-repaired", s.at, "the style %q does not fit a %s parameter; %q is taken", plaintext.Clip(plaintext.OneLine(style), 40), p.in, p.style)
		}
	}
	// A list in a cookie is one value unless the document insists: a cookie
	// header with a name twice means something else to every server.
	p.explode = p.style == "form" && p.in == "query"
	if explode, ok := s.get("explode").truth(); ok {
		p.explode = explode
	}
}

// collection reads the collectionFormat of 2.0, whose default is "csv". The
// last level of nested lists decides no more than the first: nobody nests.
func (r *reader) collection(n *node, p *param) {
	switch strings.ToLower(n.get("collectionFormat").line()) {
	case "multi":
		p.explode = true
	case "ssv":
		p.style = "spaceDelimited"
	case "pipes":
		p.style = "pipeDelimited"
	case "tsv":
		p.style, p.tabs = "spaceDelimited", true
	}
	if p.in != "query" && p.in != "formData" && p.style != "form" {
		p.style = "simple" // other separators are for queries only
	}
}
