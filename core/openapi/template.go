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

// readTemplate splits the path into its pieces. Every "{name}" becomes a parameter,
// declared or not.
func (r *reader) readTemplate(o *Operation, s tree.Cursor) {
	path := o.Path
	if before, _, found := strings.Cut(path, "#"); found && !strings.HasSuffix(before, "{") {
		path = before // a fragment such as "/x#1" only distinguishes operations, it is not sent
	}
	if strings.Contains(path, "://") {
		o.refusef(s.At, "path-absolute", "its path is a whole URL; only paths under the server are called")
		return
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
		r.Infof("path-slash", s.At, "the path does not begin with a slash; one was added")
	}
	path, query := cutQuery(path)
	written := path
	if path = r.templateOf(o, path); path != written {
		r.Infof("path-template", s.At, "the path %q was read as %q", plaintext.Line(written, 120), plaintext.Line(path, 120))
	}
	if strings.ContainsAny(path, "<>[]") || strings.Contains(path, "(?") {
		o.refusef(s.At, "path-template", "its path %q holds something that is no template of OpenAPI", plaintext.Line(written, 120))
		return
	}
	o.builder.Path = r.splitTemplate(o, s, path, "path")
	o.builder.Query = r.splitTemplate(o, s, query, "query")
	for i := 0; i < len(o.builder.Args); i++ {
		p := o.builder.Args[i].Param
		if p.In == "path" && !slices.ContainsFunc(o.builder.Path, func(t request.Piece) bool { return t.Param == p }) {
			r.Infof("path-parameter-unused", s.At, "the path has no place for the parameter %q; it was left out", plaintext.Clip(p.Name, 60))
			o.builder.Args = slices.Delete(o.builder.Args, i, i+1)
			i--
		}
	}
	if request.HasDotSegment(o.literalPath()) || strings.Contains(path, "\\") {
		o.refusef(s.At, "path-climbs", "its path has dot segments and may lead out of the server's base path")
	}
}

// literalPath returns the path with a letter in place of each parameter.
func (o *Operation) literalPath() string {
	var b strings.Builder
	for _, t := range o.builder.Path {
		if t.Param != nil {
			b.WriteByte('x')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

func (r *reader) splitTemplate(o *Operation, s tree.Cursor, text, in string) []request.Piece {
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
		at := slices.IndexFunc(o.builder.Args, func(a request.Arg) bool { return a.Param.Name == name && (a.Param.In == in || a.Param.In == "path") })
		if at < 0 && in == "path" { // declared for another location, or in other letter case
			at = slices.IndexFunc(o.builder.Args, func(a request.Arg) bool { return a.Param.In == "path" && strings.EqualFold(a.Param.Name, name) })
		}
		if at < 0 && len(o.builder.Args) >= 2*maxParameters {
			o.refusef(s.At, "too-many-parameters", "its path has more than %d parameters", maxParameters)
			return out
		}
		r.spend(len(o.builder.Args) / 16)
		if at < 0 {
			r.Infof("path-parameter-undeclared", s.At, "the parameter %q of the path is not declared; it was read as text", plaintext.Clip(name, 60))
			at = len(o.builder.Args)
			p := &request.Param{Name: name, In: in, Style: "simple", Required: true, Schema: schema.Of(schema.TypeString)}
			if name == "" {
				p.Name = "value" + strconv.Itoa(at+1)
			}
			o.builder.Args = append(o.builder.Args, request.Arg{Param: p})
		}
		p := o.builder.Args[at].Param
		if !p.Required && in == "path" {
			r.Infof("path-parameter-required", s.At, "the path parameter %q is always required", plaintext.Clip(name, 60))
			p.Required = true
		}
		if in == "query" {
			p.In = "template" // it is part of the template's query and is sent there
		}
		out = append(out, request.Piece{Param: p})
	}
	return out
}

// cutQuery cuts a path at the "?" that begins its query: not at one within braces,
// brackets or parentheses, nor at one behind a name such as ":id".
func cutQuery(path string) (before, query string) {
	depth := 0
	for i := range len(path) {
		switch c := path[i]; {
		case strings.IndexByte("{<(", c) >= 0:
			depth++
		case strings.IndexByte("}>)", c) >= 0:
			depth--
		case c == '?' && depth <= 0:
			segment := path[strings.LastIndexByte(path[:i], '/')+1 : i]
			if strings.HasPrefix(segment, ":") && (i+1 == len(path) || path[i+1] == '/') {
				continue
			}
			return path[:i], path[i+1:]
		}
	}
	return path, ""
}

// templateOf writes the parameters of a path as OpenAPI does, "{id}", where it has them in
// the way of a web framework: "{id:int}", ":id", "<int:id>", "[id]", "${id}", "{{id}}".
func (r *reader) templateOf(o *Operation, path string) string {
	path = strings.NewReplacer("%7B", "{", "%7b", "{", "%7D", "}", "%7d", "}").Replace(path)
	declared := func(name string) bool {
		r.spend(1 + len(o.builder.Args)/16)
		return slices.ContainsFunc(o.builder.Args, func(a request.Arg) bool {
			return a.Param != nil && a.Param.In == "path" && strings.EqualFold(a.Param.Name, name)
		})
	}
	colons := !strings.ContainsAny(path, "{<[") // then ":id" is how this document writes parameters
	var out strings.Builder
	begin := true // of a segment
	for path != "" {
		name, n := "", 0
		switch c := path[0]; {
		case c == '{':
			if name, n = braced(path, declared); n == 0 { // it does not end
				return out.String() + path
			}
		case c == '$' && strings.HasPrefix(path, "${"):
			if name, n = braced(path[1:], declared); n > 0 {
				n++
			}
		case c == '<':
			if to := strings.IndexByte(path, '>'); to > 0 {
				name, n = path[strings.LastIndexAny(path[:to], ":<")+1:to], to+1
			}
		case c == '[':
			if to := strings.IndexByte(path, ']'); to > 0 {
				name, n = strings.Trim(path[1:to], "[."), len(path)-len(strings.TrimLeft(path[to:], "]"))
			}
		case c == ':' && begin:
			r.spend(1 + len(path)/64)
			if name, n = colonName(path); !declared(name) && !colons {
				n = 0
			}
		case c == ':' && declared(wordAt(path[1:])): // a second one in the same segment
			name, n = colonName(path)
		}
		if n == 0 {
			begin = path[0] == '/'
			out.WriteByte(path[0])
			path = path[1:]
			continue
		}
		begin = false
		if path = path[n:]; name != "" {
			out.WriteString("{" + name + "}")
		}
	}
	return out.String()
}

// braced reads "{name}" at the beginning of a path and returns the name without what a
// framework adds to it, such as a type or a pattern, and how long it is; 0 if it does not
// end. The name is empty for what is not part of the path.
func braced(path string, declared func(string) bool) (name string, n int) {
	depth := 0
	for i := range len(path) {
		switch path[i] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			name, n = path[1:i], i+1
			break
		}
	}
	switch {
	case n == 0 || declared(name):
		return name, n
	case name == "$" || name != "" && (name[0] == '?' || name[0] == '&'): // Go's end of a path; a query of RFC 6570
		return "", n
	}
	name = strings.Trim(name, "{}")
	if before, _, found := strings.Cut(name, "..."); found {
		name = before
	}
	for _, c := range []string{":", "=", "|"} {
		if before, _, found := strings.Cut(name, c); found && strings.Trim(before, " +*.;/#") != "" {
			name = before
		}
	}
	if trimmed := strings.TrimSpace(strings.Trim(name, "+*?&;./#")); trimmed != "" {
		name = trimmed
	}
	return name, n
}

// colonName reads ":name" at the beginning of a path, with the pattern and the sign that a
// framework may put behind it.
func colonName(path string) (name string, n int) {
	name = wordAt(path[1:])
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "", 0
	}
	n = 1 + len(name)
	if strings.HasPrefix(path[n:], "(") {
		depth := 0
		for i := n; i < len(path); i++ {
			switch path[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth == 0 {
				n = i + 1
				break
			}
		}
	}
	if n < len(path) && strings.IndexByte("?*+", path[n]) >= 0 {
		n++
	}
	return name, n
}

// wordAt returns the word at the beginning of a text.
func wordAt(s string) string {
	n := strings.IndexFunc(s, func(c rune) bool { return c != '_' && !plaintext.IsWord(c) })
	if n < 0 {
		return s
	}
	return s[:n]
}
