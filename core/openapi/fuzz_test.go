package openapi_test

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"aidesk/core/openapi"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

// seeds are the documents and arguments of testdata/read.
func seeds(tb testing.TB) (docs [][]byte, args []string) {
	tb.Helper()
	files, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatal("no seeds:", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		docs = append(docs, a.Files[0].Data)
		for _, f := range a.Files {
			if f.Name != "calls" {
				continue
			}
			for call := range strings.Lines(string(f.Data)) {
				_, rest, _ := strings.Cut(strings.TrimSpace(call), " ")
				args = append(args, rest)
			}
		}
	}
	return docs, args
}

// FuzzRead reads anything and uses whatever comes out.
func FuzzRead(f *testing.F) {
	docs, _ := seeds(f)
	for _, d := range docs {
		f.Add(d)
	}
	for _, c := range hostile() {
		if len(c[0]) < 2_000 {
			f.Add([]byte(c[0]))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := openapi.Read(t.Context(), openapi.Source{Data: data, Base: "https://plugin.example.com/base/x.yaml"}, openapi.Options{})
		if err != nil {
			if strings.Contains(err.Error(), "report it") {
				t.Errorf("it panicked: %v", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, o := range doc.Operations {
			if o.ID == "" || seen[o.ID] || len(o.Hash) != 64 {
				t.Errorf("operation %q with hash %q", o.ID, o.Hash)
			}
			seen[o.ID] = true
			for _, n := range o.Notes {
				if n.Code == "unreadable" {
					t.Errorf("it panicked: %v", n)
				}
			}
			rules(t, o.Tool("p"))
			req, err := o.Request(o.Tool("p").Sample)
			if err == nil {
				inside(t, o, req)
			}
			o.Arguments(o.Tool("p").Sample)
		}
	})
}

// FuzzRequest gives anything as arguments to operations of every kind.
func FuzzRequest(f *testing.F) {
	docs, args := seeds(f)
	for _, a := range args {
		f.Add([]byte(a))
	}
	var operations []*openapi.Operation
	for _, d := range docs {
		doc, err := openapi.Read(f.Context(), openapi.Source{Data: d, URL: "https://plugin.example.com/base/x.yaml"}, openapi.Options{})
		if err != nil {
			f.Fatal(err)
		}
		operations = append(operations, doc.Operations...)
	}
	f.Fuzz(func(t *testing.T, args []byte) {
		for _, o := range operations {
			req, err := o.Request(args)
			if err == nil {
				inside(t, o, req)
				if again, _ := o.Request(args); again.Digest() != req.Digest() {
					t.Errorf("%s: two requests of the same arguments", o.ID)
				}
			}
			for _, a := range o.Arguments(args) {
				if strings.ContainsAny(a.Label+a.Value, "\u202e\u200b\x00\x1b") {
					t.Errorf("hidden characters in %q", a)
				}
			}
		}
	})
}

// inside checks that a request goes where its operation may go.
func inside(t interface{ Errorf(string, ...any) }, o *openapi.Operation, req openapi.Request) {
	u, err := url.Parse(req.URL)
	if err != nil {
		t.Errorf("%s: %q: %v", o.ID, req.URL, err)
		return
	}
	base, err := url.Parse(o.Server)
	if err != nil {
		t.Errorf("%s: server %q: %v", o.ID, o.Server, err)
		return
	}
	if u.Host != o.Host || u.Scheme != base.Scheme || u.User != nil || u.Fragment != "" || !strings.HasPrefix(u.EscapedPath()+"/", base.EscapedPath()+"/") {
		t.Errorf("%s: %q leaves %q", o.ID, req.URL, o.Server)
	}
	for part := range strings.FieldsFuncSeq(u.Path, func(c rune) bool { return c == '/' || c == '\\' }) {
		if part == "." || part == ".." {
			t.Errorf("%s: %q has dot segments", o.ID, req.URL)
		}
	}
	for _, f := range req.Header {
		if strings.ContainsAny(f.Name+f.Value, "\r\n\x00") {
			t.Errorf("%s: header field %q", o.ID, f)
		}
	}
}

// TestRequestStaysInside tries values that are made to climb out of the path.
func TestRequestStaysInside(t *testing.T) {
	doc := read(t, `{"openapi":"3.0.0","servers":[{"url":"https://api.example.com/tenant/v1"}],"paths":{
		"/a/{x}/b/{y}.{z}":{"get":{"operationId":"o","parameters":[{"name":"x","in":"path","schema":{}},{"name":"y","in":"path","style":"label","schema":{}},{"name":"z","in":"path","style":"matrix","explode":true,"schema":{}},{"name":"q","in":"query","schema":{}},{"name":"h","in":"header","schema":{}},{"name":"c","in":"cookie","schema":{}}]}}}}`)
	o := doc.Operations[0]
	piece := rapid.SampledFrom([]string{".", "..", "/", "\\", "%2e", "%2E%2e", "%252e", "%2f", "%5c", ";", "?", "#", "@", ":", "//", "evil.example", "a", " ", "\n", "\x00", "&", "=", "%", "\u202e", "é"})
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) any {
			text := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "text"), "")
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				return []any{text, text}
			case 1:
				return map[string]any{text: text}
			}
			return text
		})
		args := map[string]any{}
		for _, name := range []string{"x", "y", "z", "q", "h", "c"} {
			args[name] = value.Draw(t, name)
		}
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		req, err := o.Request(raw)
		if err != nil {
			return
		}
		inside(t, o, req)
		u, err := url.Parse(req.URL)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(u.EscapedPath(), "/") != strings.Count("/tenant/v1/a/x/b/y", "/") {
			t.Errorf("%q has other segments than the template", req.URL)
		}
	})
}
