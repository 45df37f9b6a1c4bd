package openapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Variable is a part of a server's address that whoever adds the plugin may choose.
type Variable struct {
	Name    string   `json:"name"`
	Text    string   `json:"text,omitempty"`    // what the document says about it
	Default string   `json:"default,omitempty"` // what is taken if nothing is given
	Enum    []string `json:"enum,omitempty"`    // the values allowed; empty: any
	Needed  bool     `json:"needed,omitempty"`  // it has no default that makes an address

	hasDefault bool // also the empty one
}

// needsValue is the code of the note about a server that waits for a value.
const needsValue = "server-variable"

// variable describes the variable of a server; ok is false if it has no value of its own.
func (r *reader) variable(name string, s tree.Cursor) (v Variable, ok bool) {
	at := s.Child("variables").Child(name)
	if known, found := r.variables[at.Node]; found && at.Node != nil && known.Name == name {
		return known, known.hasDefault
	}
	v = Variable{Name: name, Text: plaintext.Line(at.Get("description").Text(), 200)}
	for _, n := range at.Get("enum").Entries() {
		if n.Kind < tree.List && len(v.Enum) < maxEnumShown {
			v.Enum = append(v.Enum, n.Line())
		}
	}
	d := at.Get("default")
	switch {
	case d != nil && d.Kind != tree.Null && d.Kind < tree.List && !strings.ContainsAny(d.Scalar, "{}"):
		v.Default, ok = d.Line(), true
	case len(v.Enum) == 1:
		v.Default, ok = v.Enum[0], true
	}
	v.hasDefault = ok
	if at.Node != nil {
		r.variables[at.Node] = v
	}
	return v, ok
}

// addVariable lists a variable in the document, once.
func (r *reader) addVariable(v Variable) {
	if i := slices.IndexFunc(r.doc.Variables, func(w Variable) bool { return w.Name == v.Name }); i >= 0 {
		r.doc.Variables[i].Needed = r.doc.Variables[i].Needed || v.Needed
	} else if len(r.doc.Variables) < maxVariables {
		r.doc.Variables = append(r.doc.Variables, v)
	}
}

// noteUnknownVariables notes values that were given for variables that no server has.
func (r *reader) noteUnknownVariables() {
	for _, name := range slices.Sorted(maps.Keys(r.src.Variables)) {
		if !slices.ContainsFunc(r.doc.Variables, func(v Variable) bool { return v.Name == name }) {
			r.Warnf(needsValue, "", "no server of the document has the variable %s", quoted(name))
		}
	}
}

// variableNames lists the variables of an address, each once.
func variableNames(raw string) []string {
	var out []string
	for _, p := range splitAddress(raw) {
		if p.name != "" && !slices.Contains(out, p.name) {
			out = append(out, p.name)
		}
	}
	return out
}

// addressPiece is literal text of an address, or a variable.
type addressPiece struct{ text, name string }

func splitAddress(raw string) []addressPiece {
	var out []addressPiece
	for raw != "" && len(out) < 2*maxVariables {
		from := strings.IndexByte(raw, '{')
		to := strings.IndexByte(raw[max(from, 0):], '}') + max(from, 0)
		if from < 0 || to <= from {
			break
		}
		if text := strings.TrimSuffix(raw[:from], "$"); text != "" {
			out = append(out, addressPiece{text: text})
		}
		name := strings.TrimSpace(raw[from+1 : to])
		if name == "" {
			name = "value"
		}
		out = append(out, addressPiece{name: name})
		raw = raw[to+1:]
	}
	if raw != "" {
		out = append(out, addressPiece{text: raw})
	}
	return out
}

// expand puts the values of its variables into the address of a server: those given with
// the Source, else the defaults. given is true if one was given.
func (r *reader) expand(raw string, s tree.Cursor) (text string, given bool, why reason) {
	if len(raw) > maxServer {
		return "", false, reason{"server-unreadable", "the address of the server is too long"}
	}
	pieces := splitAddress(raw)
	for i, p := range pieces {
		if p.name == "" {
			text = joinAddress(text, p.text)
			continue
		}
		v, ok := r.variable(p.name, s)
		value, chosen := r.src.Variables[p.name]
		switch {
		case chosen && len(v.Enum) > 0 && !slices.Contains(v.Enum, value):
			r.addVariable(v)
			return "", false, reason{needsValue, "the value " + quoted(value) + " of the server variable " + quoted(p.name) + " is none of " + plaintext.Line(strings.Join(v.Enum, ", "), 200)}
		case chosen && !fitsAddress(value, text, after(pieces, i)):
			r.addVariable(v)
			return "", false, reason{needsValue, "the value " + quoted(value) + " cannot stand for " + quoted(p.name) + " in the server " + quoted(raw)}
		case chosen:
			given = true
		case !ok:
			return "", false, r.valueNeeded(raw, s)
		default:
			value = v.Default
			r.Infof(needsValue, s.At, "the server variable %s is %s unless another value is given", quoted(p.name), quoted(value))
		}
		r.addVariable(v)
		if strings.Contains(text, "?") {
			value = url.QueryEscape(value)
		}
		if text = joinAddress(text, value); len(text) > maxServer {
			return "", false, reason{"server-unreadable", "the address of the server is too long"}
		}
	}
	return text, given, reason{}
}

// after returns the literal text behind a piece of an address; "{" stands for a variable.
func after(pieces []addressPiece, i int) string {
	switch {
	case i+1 == len(pieces):
		return ""
	case pieces[i+1].name != "":
		return "{"
	}
	return pieces[i+1].text
}

func quoted(s string) string { return "\"" + plaintext.Line(s, 60) + "\"" }

// mayBeGiven reports whether a value that would help is still to be given for a server.
func (r *reader) mayBeGiven(raw string, s tree.Cursor) bool {
	return slices.ContainsFunc(variableNames(raw), func(name string) bool {
		_, given := r.src.Variables[name]
		v, ok := r.variable(name, s)
		return !given && (!ok || v.Default == "")
	})
}

// valueNeeded says which values have to be given before a server can be used, and lists
// them in the document.
func (r *reader) valueNeeded(raw string, s tree.Cursor) reason {
	var names []string
	example := ""
	for _, name := range variableNames(raw) {
		v, ok := r.variable(name, s)
		if _, given := r.src.Variables[name]; !given && (!ok || v.Default == "") {
			v.Needed = true
			names = append(names, quoted(name))
			if example == "" {
				example = url.QueryEscape(plaintext.Line(name, 60)) + "=VALUE"
			}
		}
		r.addVariable(v)
	}
	return reason{needsValue, "the server " + plaintext.Line(raw, 120) + " needs a value for " + strings.Join(names, ", ") +
		": write it behind the plugin's address, as in example.com#" + example + ", in /plugins-admin add or in the configuration (aidesk plugin check: --server-var " + example + ")"}
}

// joinAddress appends a part to an address. Where a value brings a slash or a scheme that
// stands beside it already, there is one.
func joinAddress(text, part string) string {
	switch {
	case strings.HasSuffix(text, "://") && strings.Contains(part, "://") && strings.Count(text, "/") == 2:
		return part
	case strings.HasSuffix(text, "://") && strings.HasPrefix(part, "://"):
		return text + part[len("://"):]
	case strings.HasSuffix(text, "/") && !strings.HasSuffix(text, "//") && strings.HasPrefix(part, "/") && !strings.HasPrefix(part, "//"):
		return text + part[1:]
	}
	return text + part
}

// fitsAddress reports whether a value may stand between before and next in an address.
// Within a host that the document completes it must not end the host, for then another
// host than the declared one would be called.
func fitsAddress(value, before, next string) bool {
	if value == "" || len(value) > 200 || strings.ContainsAny(value, "{}\\@?#%\"<>^`|") || strings.ContainsFunc(value, func(c rune) bool { return c <= ' ' || plaintext.IsHidden(c) }) {
		return false
	}
	_, host, inHost := strings.Cut(before, "//")
	switch {
	case before == "" && strings.HasPrefix(next, ":"): // a scheme
		return strings.EqualFold(value, "http") || strings.EqualFold(value, "https")
	case before == "", strings.Contains(host, "/"): // the whole address, or a part of its path
		return next == "" || next[0] == '/' || inHost
	case inHost && host == "" && (next == "" || next[0] == '/'): // the whole host
		return !strings.HasPrefix(value, "/")
	case inHost:
		return !strings.ContainsAny(value, "/:")
	}
	return true
}

// Limits of servers.
const (
	maxVariables = 20  // of one document, and of one address
	maxEnumShown = 500 // values of one variable
)
