package openapi

import (
	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
	"slices"
	"strconv"
	"strings"
)

// template takes the path apart. Every "{name}" becomes a parameter, declared
// or not.
func (r *reader) template(o *Operation, s tree.Cursor) {
	path := o.Path
	if before, _, found := strings.Cut(path, "#"); found {
		path = before // "/x#1" tells operations apart, it is not sent
	}
	if strings.Contains(path, "://") {
		o.refusef(s.At, "path-absolute", "its path is a whole URL; only paths under the server are called")
		return
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
		r.Infof("path-slash", s.At, "the path does not begin with a slash; one was added")
	}
	path, query, _ := strings.Cut(path, "?")
	o.call.steps = r.split(o, s, path, "path")
	o.call.query = r.split(o, s, query, "query")
	for i := 0; i < len(o.call.args); i++ {
		p := o.call.args[i].param
		if p.in == "path" && !slices.ContainsFunc(o.call.steps, func(t step) bool { return t.param == p }) {
			r.Infof("path-parameter-unused", s.At, "the path has no place for the parameter %q; it was left out", plaintext.Clip(p.name, 60))
			o.call.args = slices.Delete(o.call.args, i, i+1)
			i--
		}
	}
	if climbs(o.literal()) || strings.Contains(path, "\\") {
		o.refusef(s.At, "path-climbs", "its path has dot segments and may lead out of the server's base path")
	}
}

// literal is the path with every parameter as a letter.
func (o *Operation) literal() string {
	var b strings.Builder
	for _, t := range o.call.steps {
		if t.param != nil {
			b.WriteByte('x')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

func (r *reader) split(o *Operation, s tree.Cursor, text, in string) []step {
	var out []step
	for text != "" {
		from := strings.IndexByte(text, '{')
		to := strings.IndexByte(text[max(from, 0):], '}') + max(from, 0)
		if from < 0 || to <= from {
			return append(out, step{text: text})
		}
		if from > 0 {
			out = append(out, step{text: text[:from]})
		}
		name := strings.TrimSpace(strings.Trim(text[from+1:to], "+*?&;./#")) // RFC 6570 operators
		text = text[to+1:]
		at := slices.IndexFunc(o.call.args, func(a arg) bool { return a.param.name == name && (a.param.in == in || a.param.in == "path") })
		if at < 0 && in == "path" { // declared, but for another place or in other letters
			at = slices.IndexFunc(o.call.args, func(a arg) bool { return a.param.in == "path" && strings.EqualFold(a.param.name, name) })
		}
		if at < 0 {
			r.Infof("path-parameter-undeclared", s.At, "the parameter %q of the path is not declared; it was read as text", plaintext.Clip(name, 60))
			at = len(o.call.args)
			p := &param{name: name, in: in, style: "simple", required: true, schema: schema.Of(schema.TypeString)}
			if name == "" {
				p.name = "value" + strconv.Itoa(at+1)
			}
			o.call.args = append(o.call.args, arg{param: p})
		}
		p := o.call.args[at].param
		if !p.required && in == "path" {
			r.Infof("path-parameter-required", s.At, "the path parameter %q is always required", plaintext.Clip(name, 60))
			p.required = true
		}
		if in == "query" {
			p.in = "template" // stands in the template's query: sent there
		}
		out = append(out, step{param: p})
	}
	return out
}
