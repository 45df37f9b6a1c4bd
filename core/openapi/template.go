package openapi

import (
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
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
	o.call.Path = r.split(o, s, path, "path")
	o.call.Query = r.split(o, s, query, "query")
	for i := 0; i < len(o.call.Args); i++ {
		p := o.call.Args[i].Param
		if p.In == "path" && !slices.ContainsFunc(o.call.Path, func(t request.Piece) bool { return t.Param == p }) {
			r.Infof("path-parameter-unused", s.At, "the path has no place for the parameter %q; it was left out", plaintext.Clip(p.Name, 60))
			o.call.Args = slices.Delete(o.call.Args, i, i+1)
			i--
		}
	}
	if request.HasDotSegment(o.literal()) || strings.Contains(path, "\\") {
		o.refusef(s.At, "path-climbs", "its path has dot segments and may lead out of the server's base path")
	}
}

// literal is the path with every parameter as a letter.
func (o *Operation) literal() string {
	var b strings.Builder
	for _, t := range o.call.Path {
		if t.Param != nil {
			b.WriteByte('x')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

func (r *reader) split(o *Operation, s tree.Cursor, text, in string) []request.Piece {
	var out []request.Piece
	for text != "" {
		from := strings.IndexByte(text, '{')
		to := strings.IndexByte(text[max(from, 0):], '}') + max(from, 0)
		if from < 0 || to <= from {
			return append(out, request.Piece{Text: text})
		}
		if from > 0 {
			out = append(out, request.Piece{Text: text[:from]})
		}
		name := strings.TrimSpace(strings.Trim(text[from+1:to], "+*?&;./#")) // RFC 6570 operators
		text = text[to+1:]
		at := slices.IndexFunc(o.call.Args, func(a request.Arg) bool { return a.Param.Name == name && (a.Param.In == in || a.Param.In == "path") })
		if at < 0 && in == "path" { // declared, but for another place or in other letters
			at = slices.IndexFunc(o.call.Args, func(a request.Arg) bool { return a.Param.In == "path" && strings.EqualFold(a.Param.Name, name) })
		}
		if at < 0 {
			r.Infof("path-parameter-undeclared", s.At, "the parameter %q of the path is not declared; it was read as text", plaintext.Clip(name, 60))
			at = len(o.call.Args)
			p := &request.Param{Name: name, In: in, Style: "simple", Required: true, Schema: schema.Of(schema.TypeString)}
			if name == "" {
				p.Name = "value" + strconv.Itoa(at+1)
			}
			o.call.Args = append(o.call.Args, request.Arg{Param: p})
		}
		p := o.call.Args[at].Param
		if !p.Required && in == "path" {
			r.Infof("path-parameter-required", s.At, "the path parameter %q is always required", plaintext.Clip(name, 60))
			p.Required = true
		}
		if in == "query" {
			p.In = "template" // stands in the template's query: sent there
		}
		out = append(out, request.Piece{Param: p})
	}
	return out
}
