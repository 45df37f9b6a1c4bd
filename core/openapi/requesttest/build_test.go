package requesttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"aidesk/core/openapi"
)

// found is the address under which every document is said to lie.
const found = "https://plugin.example.com/openapi.yaml"

// attempt is one operation with one set of arguments: a line for the oracle.
type attempt struct {
	Corpus  string            `json:"corpus"` // "plugins", "vendors" or "field"
	File    string            `json:"file"`   // from the folder of the corpora
	Found   string            `json:"found"`
	Path    string            `json:"path"`
	Method  string            `json:"method"` // in lower case, as in the document
	Set     string            `json:"set"`    // "least": required arguments; "full": optional ones too
	Args    json.RawMessage   `json:"args"`
	Refused string            `json:"refused,omitempty"` // why there is no request
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"` // nil: none
}

func (a attempt) operation() string { return a.File + " " + strings.ToUpper(a.Method) + " " + a.Path }

// attempts builds the requests of one document. elsewhere counts operations of which
// it holds only a reference to another file.
func attempts(ctx context.Context, corpora, corpus, file string) (all []attempt, elsewhere int, err error) {
	full := filepath.Join(corpora, file)
	t, err := parse(full)
	if err != nil {
		return nil, 0, err
	}
	data, err := os.ReadFile(full)
	if err != nil {
		return nil, 0, err
	}
	data = bytes.ReplaceAll(data, []byte("@PORT@"), []byte("8080")) // where a recording server is to stand
	doc, broken := openapi.Read(ctx, openapi.Source{URL: found, Data: data}, openapi.Options{})
	operations, elsewhere := t.operations()
	for _, r := range operations {
		for _, set := range []string{"least", "full"} {
			a := attempt{Corpus: corpus, File: file, Found: found, Path: r.path, Method: r.method, Set: set}
			if broken != nil {
				a.Refused = broken.Error()
			} else {
				a.build(doc, generator{tree: t, full: set == "full"}, r)
			}
			all = append(all, a)
		}
	}
	return all, elsewhere, nil
}

// build makes arguments, keeps what the tool shows of them, and has the request
// built.
func (a *attempt) build(doc *openapi.Document, g generator, r raw) {
	i := slices.IndexFunc(doc.Operations, func(o *openapi.Operation) bool {
		return o.Path == r.path && strings.EqualFold(o.Method, r.method)
	})
	if i < 0 {
		a.Refused = "the operation is lost"
		return
	}
	o := doc.Operations[i]
	var tool map[string]any
	if err := json.Unmarshal(o.Tool("p").Schema, &tool); err != nil {
		a.Refused = err.Error()
		return
	}
	shown, _ := tool["properties"].(map[string]any)
	args := map[string]any{}
	a.Headers = map[string]string{"User-Agent": "aidesk/test"}
	var query []string
	for _, p := range g.parameters(r) {
		name, _ := p.get("name").(string)
		in, _ := p.get("in").(string)
		required := p.get("required") == true || in == "path"
		if in == "body" || in == "formData" || !required && (!g.full || p.get("deprecated") == true) {
			continue
		}
		key := keyOf(shown, name, in)
		if key == "" {
			if secret(doc, in, name) && in == "query" {
				// Added on the way out, as the first way to authenticate says.
				if len(o.Security) > 0 && slices.ContainsFunc(o.Security[0].Schemes, func(s openapi.Scheme) bool { return s.In == in && s.Field == name }) {
					query = append(query, name+"=secret")
				}
			} else if secret(doc, in, name) && in == "header" || strings.EqualFold(name, "Authorization") {
				a.Headers[name] = "Bearer secret"
			}
			continue
		}
		one := g
		one.flat = true
		args[key] = seen(one.value(schemaOf(p), 1), shown[key])
	}
	required, _ := tool["required"].([]any)
	for _, key := range required { // what only the path names
		if name, _ := key.(string); args[name] == nil && name != "body" {
			args[name] = "word"
		}
	}
	if body, ok := g.body(r); ok && shown["body"] != nil {
		args["body"] = seen(body, shown["body"])
	}
	var err error
	if a.Args, err = json.Marshal(args); err != nil {
		a.Refused = err.Error()
		return
	}
	request, err := o.Request(a.Args)
	if err != nil {
		if wrong := (*openapi.ArgumentError)(nil); errors.As(err, &wrong) {
			a.Refused = "arguments: " + err.Error()
		} else {
			a.Refused = err.Error()
		}
		return
	}
	a.URL, a.Body = request.URL, request.Body
	if len(query) > 0 {
		separator := "?"
		if strings.Contains(a.URL, "?") {
			separator = "&"
		}
		a.URL += separator + strings.Join(query, "&")
	}
	for _, f := range request.Header {
		a.Headers[f.Name] = f.Value
	}
}

// schemaOf is what a parameter may hold: a schema, content, or the type beside it.
func schemaOf(p *object) any {
	if s := p.get("schema"); s != nil {
		return s
	}
	if content, ok := p.get("content").(*object); ok && len(content.keys) > 0 {
		media, _ := content.vals[content.keys[0]].(*object)
		return media.get("schema")
	}
	return p
}

// body makes the body that the document describes for the media type that is
// easiest to write, and for 2.0 the body or form of its parameters.
func (g generator) body(r raw) (any, bool) {
	form := map[string]any{}
	fields := false
	for _, p := range g.parameters(r) {
		name, _ := p.get("name").(string)
		switch required := p.get("required") == true; {
		case p.get("in") == "body" && (required || g.full):
			return g.value(p.get("schema"), 0), true
		case p.get("in") == "formData" && (required || g.full):
			form[name] = g.value(p, 1)
			fields = true
		}
	}
	if fields {
		return form, true
	}
	declared := g.resolve(r.op.get("requestBody"))
	content, _ := declared.get("content").(*object)
	if content == nil || !g.full && declared.get("required") != true {
		return nil, false
	}
	best, rank := "", -1
	for _, media := range content.keys {
		if n := slices.IndexFunc(preference, func(p string) bool { return strings.Contains(media, p) }); n >= 0 && (rank < 0 || n < rank) {
			best, rank = media, n
		}
	}
	media := g.resolve(content.get(best))
	if media == nil || media.get("schema") == nil {
		return nil, false
	}
	if rank >= structured {
		return "some text", true
	}
	g.flat = strings.Contains(best, "form")
	return g.value(media.get("schema"), 0), true
}

// preference orders media types; from structured on, a body is text.
var preference = []string{"application/json", "+json", "json", "*/*", "x-www-form-urlencoded", "multipart/", "text/plain", "text/", "xml", "yaml", "octet-stream"}

const structured = 6

// keyOf finds the argument of the tool that stands for a parameter.
func keyOf(shown map[string]any, name, in string) string {
	legal := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, name)
	trimmed := strings.Trim(legal, "_")
	for _, key := range []string{legal + "_" + in, trimmed + "_" + in, legal, trimmed} {
		if shown[key] != nil && (key != "body" || in == "body") {
			return key
		}
	}
	return ""
}

// secret says whether a parameter is where a declared security scheme puts its
// credential.
func secret(doc *openapi.Document, in, name string) bool {
	return slices.ContainsFunc(doc.Schemes, func(s openapi.Scheme) bool { return s.In == in && strings.EqualFold(s.Field, name) })
}

// seen keeps of a value what the tool's schema shows: a model could not know
// the rest.
func seen(v, schema any) any {
	s, _ := schema.(map[string]any)
	switch v := v.(type) {
	case map[string]any:
		alternatives, _ := s["anyOf"].([]any)
		best := v
		for i, one := range alternatives {
			if got, isObject := seen(v, one).(map[string]any); isObject && (i == 0 || len(got) > len(best)) {
				best = got
			}
		}
		if len(alternatives) > 0 {
			return best
		}
		properties, _ := s["properties"].(map[string]any)
		if len(properties) == 0 {
			return v
		}
		out := map[string]any{}
		for name, item := range v {
			if p, known := properties[name]; known {
				out[name] = seen(item, p)
			} else if extra := s["additionalProperties"]; extra != nil && extra != false {
				out[name] = seen(item, extra)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, seen(item, s["items"]))
		}
		return out
	}
	return v
}

func compact(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}
