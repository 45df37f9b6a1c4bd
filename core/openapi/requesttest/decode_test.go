package requesttest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aidesk/core/egress"
	"aidesk/core/openapi"
)

// network is the hosts of example.com, of which all are one server that records what
// arrives, by http and https.
type network struct {
	guard *egress.Guard
	got   []recorded
	next  string // where the next answer redirects to
}

// recorded is a request as it arrived.
type recorded struct {
	base   string // scheme and host
	uri    *url.URL
	header http.Header
	body   []byte
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		body, _ := io.ReadAll(r.Body)
		n.got = append(n.got, recorded{scheme + r.Host, r.URL, r.Header, body})
		if n.next != "" && len(n.got) == 1 {
			w.Header().Set("Location", n.next)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	n.guard, err = egress.New(egress.Rules{CAFile: authority},
		egress.WithLookup(func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
		}),
		egress.WithConnect(func(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
			to := plain.Listener.Addr()
			if at.Port() == 443 {
				to = secure.Listener.Addr()
			}
			return new(net.Dialer).DialContext(ctx, "tcp", to.String())
		}))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// send sends a request with a credential through the guard, and returns all that arrived.
func (n *network) send(t *rapid.T, q openapi.Request, effect bool, credential openapi.Field, redirect string) []recorded {
	t.Helper()
	n.got, n.next = nil, redirect
	header := http.Header{}
	for _, f := range append(slices.Clip(q.Header), credential) {
		header.Add(f.Name, f.Value)
	}
	_, sent, err := n.guard.Do(t.Context(), "", egress.Request{Method: q.Method, URL: q.URL, Header: header, Body: q.Body, Effect: effect})
	if err != nil || sent != egress.Answered || len(n.got) == 0 {
		t.Fatalf("%s %s: %v, %v", q.Method, q.URL, sent, err)
	}
	return n.got
}

// valued is a part of a request with the value that is given for it.
type valued struct {
	name   string
	schema map[string]any
	style  string // of a query parameter; "" for form with explode
	given  any
	read   any // what a reader without the schema gets
}

// anyText draws a text that has to be escaped in every place.
var anyText = rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 /?#&=%+;:@.~ü€😀\\\"'[]{}<>|,")), 1, 8, -1)

var anyWord = rapid.StringMatching(`[a-z][a-z0-9]{0,6}`)

// drawValue draws a plain value or a list of some, by a kind of schema.
func drawValue(t *rapid.T, name string, kinds ...string) valued {
	v := valued{name: name}
	kind := rapid.SampledFrom(kinds).Draw(t, name)
	switch kind {
	case "integer":
		n := rapid.IntRange(-1<<40, 1<<40).Draw(t, "n")
		v.given, v.read, v.schema = n, strconv.Itoa(n), map[string]any{"type": "integer"}
	case "boolean":
		b := rapid.Bool().Draw(t, "b")
		v.given, v.read, v.schema = b, strconv.FormatBool(b), map[string]any{"type": "boolean"}
	case "list":
		list := rapid.SliceOfN(anyText, 2, 4).Draw(t, "list")
		v.given, v.read, v.schema = list, list, map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
	case "deepObject":
		o := map[string]any{"k": anyText.Draw(t, "k"), "l": anyText.Draw(t, "l")}
		v.given, v.read, v.style = o, o, kind
		v.schema = map[string]any{"type": "object", "properties": map[string]any{"k": map[string]any{"type": "string"}, "l": map[string]any{"type": "string"}}}
	case "form", "pipeDelimited", "spaceDelimited": // without explode
		list := rapid.SliceOfN(anyWord, 2, 4).Draw(t, "words")
		v.given, v.read, v.style = list, strings.Join(list, map[string]string{"form": ",", "pipeDelimited": "|", "spaceDelimited": " "}[kind]), kind
		v.schema = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
	case "file":
		s := anyText.Draw(t, "file")
		v.given, v.read, v.schema = s, s, map[string]any{"type": "string", "contentMediaType": "application/octet-stream"}
	default:
		s := anyText.Draw(t, "text")
		v.given, v.read, v.schema = s, s, map[string]any{"type": "string"}
	}
	return v
}

// drawJSON draws a JSON value.
func drawJSON(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 6).Draw(t, "json")
	switch {
	case kind == 0:
		return nil
	case kind == 1:
		return rapid.Bool().Draw(t, "b")
	case kind == 2:
		return rapid.IntRange(-9, 9).Draw(t, "n")
	case kind == 3 && depth < 3:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, drawJSON(t, depth+1))
		}
		return list
	case kind == 4 && depth < 3:
		o := map[string]any{}
		for range rapid.IntRange(0, 3).Draw(t, "size") {
			o[anyWord.Draw(t, "key")] = drawJSON(t, depth+1)
		}
		return o
	}
	return anyText.Draw(t, "text")
}

// call is a document within the rules with one operation, and its arguments.
type call struct {
	document   map[string]any
	base       string // the server that is called
	effect     bool
	id         string
	query      []valued
	media      string
	fields     []valued // of a form
	json       any      // of a JSON body
	credential openapi.Field
}

func drawCall(t *rapid.T) call {
	c := call{id: anyText.Draw(t, "id")}
	var servers []any
	for range rapid.IntRange(1, 3).Draw(t, "servers") {
		base := rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme") + "://" + anyWord.Draw(t, "host") + ".example.com"
		path := "/" + anyWord.Draw(t, "path")
		address, variables, usable := base+path, map[string]any{}, true
		switch rapid.IntRange(0, 2).Draw(t, "server") {
		case 1:
			address, variables["path"] = base+"{path}", map[string]any{"default": path}
		case 2:
			address, variables["team"], usable = strings.Replace(base, "://", "://{team}.", 1)+path, map[string]any{"description": "your team"}, false
		}
		servers = append(servers, map[string]any{"url": address, "variables": variables})
		if usable && c.base == "" {
			c.base = base + path
		}
	}
	operation := map[string]any{"operationId": "x"}
	params := []any{map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}}}
	for i := range rapid.IntRange(0, 4).Draw(t, "parameters") {
		v := drawValue(t, fmt.Sprintf("q%d", i), "text", "integer", "boolean", "list", "deepObject", "form", "pipeDelimited", "spaceDelimited")
		p := map[string]any{"name": v.name, "in": "query", "schema": v.schema}
		if v.style != "" {
			p["style"], p["explode"] = v.style, v.style == "deepObject"
		}
		params, c.query = append(params, p), append(c.query, v)
	}
	c.media = rapid.SampledFrom([]string{"", "application/json", "application/merge-patch+json", "application/x-www-form-urlencoded", "multipart/form-data"}).Draw(t, "media")
	c.effect = c.media != ""
	method, kinds := "get", []string{"text", "integer", "boolean", "list"}
	if c.effect {
		method = "patch"
		properties := map[string]any{}
		switch {
		case strings.HasSuffix(c.media, "json"):
			o := map[string]any{}
			for _, name := range []string{"a", "b", "c"} {
				o[name] = drawJSON(t, 0)
				properties[name] = map[string]any{}
				_, isText := o[name].(string)
				switch {
				case o[name] == nil && strings.HasPrefix(c.media, "application/merge-patch"): // it removes, whatever the schema says
					properties[name] = map[string]any{"type": "string"}
				case o[name] == nil || isText:
					properties[name] = map[string]any{"type": []any{"string", "null"}}
				}
			}
			c.json = o
		case c.media == "multipart/form-data":
			kinds = append(kinds, "file")
			fallthrough
		default:
			for i := range rapid.IntRange(1, 4).Draw(t, "fields") {
				v := drawValue(t, fmt.Sprintf("f%d", i), kinds...)
				properties[v.name], c.fields = v.schema, append(c.fields, v)
			}
		}
		operation["requestBody"] = map[string]any{"required": true, "content": map[string]any{c.media: map[string]any{"schema": map[string]any{"type": "object", "properties": properties}}}}
	}
	scheme := map[string]any{"type": "http", "scheme": "bearer"}
	c.credential = openapi.Field{Name: "Authorization", Value: "Bearer secret"}
	if rapid.Bool().Draw(t, "key") {
		scheme = map[string]any{"type": "apiKey", "in": "header", "name": "X-Key"}
		c.credential = openapi.Field{Name: "X-Key", Value: "secret"}
	}
	operation["parameters"], operation["security"] = params, []any{map[string]any{"login": []any{}}}
	c.document = map[string]any{
		"openapi": "3.1.0", "info": map[string]any{"title": "T", "version": "1"}, "servers": servers,
		"paths":      map[string]any{"/x/{id}": map[string]any{method: operation}},
		"components": map[string]any{"securitySchemes": map[string]any{"login": scheme}},
	}
	return c
}

func (c call) arguments() map[string]any {
	args := map[string]any{"id": c.id}
	for _, v := range c.query {
		args[v.name] = v.given
	}
	switch {
	case c.json != nil:
		args["body"] = c.json
	case c.effect:
		body := map[string]any{}
		for _, v := range c.fields {
			body[v.name] = v.given
		}
		args["body"] = body
	}
	return args
}

// TestDecoded: for generated documents within the rules, the request goes to the scheme, host
// and base path of a declared server, the credential with it and to no other, whatever is
// answered; and what readers that are not ours make of what arrives is what was given, null
// included: kin-openapi by the document, and by make test-requests qs and busboy of npm.
func TestDecoded(t *testing.T) {
	n, decode := newNetwork(t), npmDecoder(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawCall(t)
		data := mustJSON(t, c.document)
		d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://found.example.com/openapi.json", Data: data}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		q, err := d.Operation("x").Request(mustJSON(t, c.arguments()))
		if c.base == "" || c.id == "." || c.id == ".." {
			if err == nil {
				t.Fatalf("a request goes to %s", q.URL)
			}
			return
		}
		if err != nil {
			if strings.Contains(err.Error(), "dot segment") || strings.Contains(c.id, "/.") || strings.HasPrefix(c.id, ".") {
				return
			}
			t.Fatalf("%s is refused: %v", mustJSON(t, c.arguments()), err)
		}
		home, _ := url.Parse(c.base)
		origin := home.Scheme + "://" + home.Host
		redirect := rapid.SampledFrom([]string{"", "/elsewhere", "https://evil.example.com/", "http://evil.example.com/", origin + ":8443/", "//" + anyWord.Draw(t, "other") + ".example.com/"}).Draw(t, "redirect")
		all := n.send(t, q, c.effect, c.credential, redirect)
		for _, r := range all {
			if r.base != origin {
				t.Fatalf("%s, of which the server is %s, reached %s with %q", q.URL, c.base, r.base, r.header.Get(c.credential.Name))
			}
		}
		got := all[0]
		if got.header.Get(c.credential.Name) != c.credential.Value {
			t.Fatalf("the credential did not arrive: %v", got.header)
		}
		tail, ok := strings.CutPrefix(got.uri.EscapedPath(), home.Path+"/x/")
		if id, err := url.PathUnescape(tail); !ok || err != nil || id != c.id || strings.Contains(tail, "/") {
			t.Fatalf("the path %s holds %q, want %q", got.uri.EscapedPath(), id, c.id)
		}
		c.judgeByKin(t, got)
		if decode != nil {
			c.judgeByNPM(t, decode(t, got))
		}
	})
}

// judgeByKin has kin-openapi read the parameters, each of which may have no value but the one
// given, and the body.
func (c call) judgeByKin(t *rapid.T, got recorded) {
	t.Helper()
	operation := map[string]any{"responses": map[string]any{"default": map[string]any{"description": "any"}}}
	var params []any
	for _, v := range c.query {
		only := map[string]any{"enum": []any{v.given}}
		maps.Copy(only, v.schema)
		p := map[string]any{"name": v.name, "in": "query", "required": true, "schema": only}
		if v.style != "" {
			p["style"], p["explode"] = v.style, v.style == "deepObject"
		}
		params = append(params, p)
	}
	operation["parameters"] = params
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(mustJSON(t, map[string]any{"openapi": "3.0.3", "info": map[string]any{"title": "T", "version": "1"}, "paths": map[string]any{"/": map[string]any{"get": operation}}}))
	if err != nil {
		t.Fatal(err)
	}
	item := doc.Paths.Value("/")
	err = openapi3filter.ValidateRequest(t.Context(), &openapi3filter.RequestValidationInput{
		Request: (&http.Request{Method: http.MethodGet, URL: got.uri, Header: got.header}).WithContext(t.Context()),
		Route:   &routers.Route{Spec: doc, Path: "/", PathItem: item, Method: http.MethodGet, Operation: item.Get},
	})
	if err != nil {
		t.Fatalf("kin-openapi reads %s otherwise: %v", got.uri, err)
	}
	if !c.effect {
		return
	}
	media, _, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil || media != c.media {
		t.Fatalf("the body is %q, want %q", media, c.media)
	}
	properties, want := map[string]any{}, map[string]any{}
	for _, v := range c.fields {
		properties[v.name], want[v.name] = v.schema, v.given
	}
	if c.json != nil {
		media, want = "application/json", c.json.(map[string]any)
	}
	schema := &openapi3.SchemaRef{Value: &openapi3.Schema{}}
	if err := json.Unmarshal(mustJSON(t, map[string]any{"type": "object", "properties": properties}), schema.Value); err != nil {
		t.Fatal(err)
	}
	value, err := openapi3filter.RegisteredBodyDecoder(media)(bytes.NewReader(got.body), got.header, schema, func(string) *openapi3.Encoding { return nil })
	if diff := cmp.Diff(normal(t, want), normal(t, value)); diff != "" || err != nil {
		t.Fatalf("kin-openapi reads the body %q otherwise (%v): %s", got.body, err, diff)
	}
}

// judgeByNPM compares what qs and busboy read with what was given, as text.
func (c call) judgeByNPM(t *rapid.T, got map[string]any) {
	t.Helper()
	want := map[string]any{"query": map[string]any{}}
	for _, v := range c.query {
		want["query"].(map[string]any)[v.name] = v.read
	}
	if c.json != nil {
		want["body"] = c.json
	} else if c.effect {
		fields := map[string]any{}
		for _, v := range c.fields {
			fields[v.name] = v.read
		}
		want["body"] = fields
	}
	if diff := cmp.Diff(normal(t, want), normal(t, got)); diff != "" {
		t.Fatalf("qs and busboy read otherwise: %s", diff)
	}
}

// npmDecoder starts the decoders of npm, or returns nil where they are not asked.
func npmDecoder(t *testing.T) func(*rapid.T, recorded) map[string]any {
	t.Helper()
	if os.Getenv("AIDESK_ORACLES") == "" {
		t.Log("AIDESK_ORACLES is not set: qs and busboy are asked by make test-requests")
		return nil
	}
	node := exec.CommandContext(t.Context(), "node", "testdata/oracle/decode.mjs")
	node.Stderr = os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = node.Wait()
	})
	out := bufio.NewReader(pipe)
	return func(t *rapid.T, r recorded) map[string]any {
		t.Helper()
		line := append(mustJSON(t, map[string]any{"query": r.uri.RawQuery, "type": r.header.Get("Content-Type"), "body": r.body}), '\n')
		if _, err := in.Write(line); err != nil {
			t.Fatal(err)
		}
		answer, err := out.ReadBytes('\n')
		var got map[string]any
		if err == nil {
			err = json.Unmarshal(answer, &got)
		}
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}

func mustJSON(t *rapid.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// normal is a value as JSON has it.
func normal(t *rapid.T, v any) any {
	t.Helper()
	var out any
	if err := json.Unmarshal(mustJSON(t, v), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
