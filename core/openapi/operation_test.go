package openapi_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"aidesk/core/openapi"
	"aidesk/core/openapi/request"

	"github.com/google/go-cmp/cmp"
)

const hotel = `openapi: 3.0.0
info: {title: Hotel, version: "1"}
servers: [{url: https://api.example.com}]
paths:
  /rooms/{id}:
    post:
      operationId: book
      description: Books.
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Stay"}}}}
components: {schemas: {Stay: {type: object, properties: {nights: {type: integer, minimum: 1}, guest: {$ref: "#/components/schemas/Guest"}}}, Guest: {type: object, properties: {name: {type: string}}}}}
`

// TestHash changes a document in one place: the operation's hash must change
// when the place decides a request, and only then.
func TestHash(t *testing.T) {
	base := read(t, hotel).Operations[0].Hash
	for _, c := range []struct {
		old, new string
		changes  bool
	}{
		{"Books.", "Books a room, for sure.", false},
		{"title: Hotel", "title: Motel", false},
		{"operationId: book", "operationId: reserve", false},
		{"minimum: 1}", "minimum: 1, example: 3}", false},
		{"minimum: 1", "minimum: 2", true},
		{"type: integer", "type: number", true},
		{"{name: {type: string}}", "{name: {type: string}, card: {type: string}}", true},
		{"{name: {type: string}}}", "{name: {type: string}}, required: [name]}", true},
		{"https://api.example.com", "https://evil.example.com", true},
		{"/rooms/{id}:", "/suites/{id}:", true},
		{"post:", "put:", true},
		{"application/json", "application/x-www-form-urlencoded", true},
		{"schema: {type: string}}]", "schema: {type: string}, style: label}]", true},
		{"description: Books.", "security: [{key: []}]", true},
		{"{$ref: \"#/components/schemas/Guest\"}", "{$ref: \"#/components/schemas/Stay\"}", true},
	} {
		changed := strings.Replace(hotel, c.old, c.new, 1)
		if changed == hotel {
			t.Fatalf("%q is not in the document", c.old)
		}
		if got := read(t, changed).Operations[0].Hash; (got != base) != c.changes {
			t.Errorf("%q → %q: changed %v, want %v", c.old, c.new, got != base, c.changes)
		}
	}
}

// TestDigest tells requests apart that differ in a single byte or in where one
// part ends.
func TestDigest(t *testing.T) {
	a := openapi.Request{Method: "POST", URL: "https://a.example/x", Header: []openapi.Field{{Name: "A", Value: "b"}}, Body: []byte("{}"), Media: "m"}
	seen := map[string]int{a.Digest("v1", "account"): -1}
	for i, d := range []string{
		a.Digest(), a.Digest("v1"), a.Digest("v1account"), a.Digest("v1", "account", ""), a.Digest("v2", "account"),
		openapi.Request{Method: "PUT", URL: a.URL, Header: a.Header, Body: a.Body, Media: "m"}.Digest("v1", "account"),
		openapi.Request{Method: "POST", URL: a.URL + "/", Header: a.Header, Body: a.Body, Media: "m"}.Digest("v1", "account"),
		openapi.Request{Method: "POST", URL: a.URL, Body: a.Body, Media: "m"}.Digest("v1", "account"),
		openapi.Request{Method: "POST", URL: a.URL, Header: []openapi.Field{{Name: "Ab", Value: ""}}, Body: a.Body, Media: "m"}.Digest("v1", "account"),
		openapi.Request{Method: "POST", URL: a.URL, Header: a.Header, Body: []byte("{} "), Media: "m"}.Digest("v1", "account"),
	} {
		if before, twice := seen[d]; twice {
			t.Errorf("request %d has the digest of %d", i, before)
		}
		seen[d] = i
	}
	if again := a.Digest("v1", "account"); seen[again] != -1 || len(again) != 64 {
		t.Errorf("the digest is not stable: %s", again)
	}
}

func TestAddExamples(t *testing.T) {
	o := read(t, hotel).Operations[0]
	notes := o.AddExamples("book {id} for {nights} nights", " book\t{id}\u202e ", "book {id}", "tell {whom}", strings.Repeat("x", 201), "", "for {body.nights}")
	if want := []string{"book {id} for {nights} nights", "book {id}", "for {body.nights}"}; !slices.Equal(o.Examples, want) {
		t.Errorf("examples %q, want %q", o.Examples, want)
	}
	var codes []string
	for _, n := range notes {
		codes = append(codes, n.Code)
	}
	if want := []string{"example-slot", "example-long"}; !slices.Equal(codes, want) {
		t.Errorf("notes %v, want %v", notes, want)
	}
	if keys, ok := o.Slot("nights"); !ok || !slices.Equal(keys, []string{"body", "nights"}) {
		t.Errorf("the slot is at %v", keys)
	}
	more := o.AddExamples("1", "2", "3", "4", "5", "6", "7")
	if len(o.Examples) != 8 || len(more) != 1 || more[0].Code != "example-many" {
		t.Errorf("%d examples, notes %v", len(o.Examples), more)
	}
	if !slices.Equal(o.Tool("p").Examples, o.Examples) {
		t.Error("the tool has other examples")
	}
}

func TestServers(t *testing.T) {
	doc := func(servers string) string {
		return "openapi: 3.0.0\n" + servers + "\npaths: {/x: {get: {}}}\n"
	}
	for name, c := range map[string]struct {
		src  openapi.Source
		data string
		want string
	}{
		"none, address known":      {openapi.Source{URL: "https://Docs.example.com:443/a/b.yaml"}, "", "https://docs.example.com"},
		"none, local":              {openapi.Source{Base: "https://example.com/sub"}, "", "https://example.com"},
		"relative":                 {openapi.Source{URL: "https://docs.example.com/a/b.yaml"}, "servers: [{url: ../v1}]", "https://docs.example.com/v1"},
		"relative, local":          {openapi.Source{URL: "file:///home/x.yaml", Base: "https://example.com"}, "servers: [{url: /v1}]", "https://example.com/v1"},
		"first":                    {openapi.Source{}, "servers: [{url: https://one.example}, {url: https://two.example}]", "https://one.example"},
		"on the domain":            {openapi.Source{Domain: "www.two.example"}, "servers: [{url: https://one.example}, {url: https://api.two.example/v2/}]", "https://api.two.example/v2"},
		"not quite on the domain":  {openapi.Source{Domain: "two.example"}, "servers: [{url: https://one.example}, {url: https://eviltwo.example}]", "https://one.example"},
		"without a scheme":         {openapi.Source{}, "servers: [{url: api.example.com/v1}]", "https://api.example.com/v1"},
		"a word":                   {openapi.Source{}, "servers: https://one.example", "https://one.example"},
		"credentials in it":        {openapi.Source{}, "servers: [{url: \"https://user:pw@one.example/#b\"}]", "https://one.example"},
		"variable without default": {openapi.Source{}, "servers: [{url: \"https://{t}.example\"}, {url: https://two.example}]", "https://two.example"},
		"climbing":                 {openapi.Source{}, "servers: [{url: \"https://one.example/a/%2e%2e/b\"}, {url: https://two.example}]", "https://two.example"},
		"port":                     {openapi.Source{}, "servers: [{url: \"http://127.0.0.1:8080\"}]", "http://127.0.0.1:8080"},
		"no way":                   {openapi.Source{}, "", ""},
		"other scheme":             {openapi.Source{}, "servers: [{url: \"ftp://one.example\"}]", ""},
	} {
		c.src.Data = []byte(doc(c.data))
		got, err := openapi.Read(t.Context(), c.src, openapi.Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		o := got.Operations[0]
		if o.Server != c.want || (o.Verdict == openapi.Refused) != (c.want == "") {
			t.Errorf("%s: server %q, want %q; %s %v", name, o.Server, c.want, o.Verdict, o.Notes)
		}
		if req, err := o.Request(nil); err == nil && req.URL != c.want+"/x" {
			t.Errorf("%s: the request goes to %s", name, req.URL)
		}
	}
}

func TestReadStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := openapi.Read(ctx, openapi.Source{Data: []byte(hotel)}, openapi.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after the context ended", err)
	}
	if _, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(hotel), URL: "https://%"}, openapi.Options{}); err == nil {
		t.Error("an address that cannot be read was taken")
	}
}

// TestReferences counts what is fetched: at most 64 documents, each once.
func TestReferences(t *testing.T) {
	var list []string
	for i := range 40 {
		list = append(list, `{$ref: "f`+string(rune('a'+i%20))+`.yaml"}`)
	}
	fetched := map[string]int{}
	doc, err := openapi.Read(t.Context(), openapi.Source{URL: "https://d.example/x.yaml", Data: []byte("openapi: 3.0.0\npaths: {/x: {get: {parameters: [" + strings.Join(list, ",") + "]}}}")}, openapi.Options{
		Fetch: func(_ context.Context, url string) ([]byte, error) {
			fetched[url]++
			return []byte("{$ref: " + strings.TrimSuffix(url, ".yaml") + "x.yaml}"), nil // and so on without end
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(fetched) != 64 {
		t.Errorf("%d documents were fetched", len(fetched))
	}
	for url, n := range fetched {
		if n != 1 {
			t.Errorf("%s was fetched %d times", url, n)
		}
	}
	if doc.Operations[0].Verdict != openapi.Degraded {
		t.Errorf("verdict %s", doc.Operations[0].Verdict)
	}
}

// TestParts reads a document in 24 parts, one for each path: nothing is lost.
func TestParts(t *testing.T) {
	t.Parallel()
	var paths []string
	for i := range 24 {
		paths = append(paths, fmt.Sprintf(`/p%d: {$ref: "parts/p%d.yaml"}`, i, i))
	}
	doc, err := openapi.Read(t.Context(), openapi.Source{URL: "https://d.example/x.yaml", Data: []byte("openapi: 3.1.0\npaths: {" + strings.Join(paths, ", ") + "}")}, openapi.Options{
		Fetch: func(_ context.Context, url string) ([]byte, error) {
			return []byte("get: {operationId: " + strings.TrimSuffix(url[strings.LastIndexByte(url, '/')+1:], ".yaml") + "}"), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range doc.Operations {
		if o.Verdict != openapi.OK {
			t.Errorf("%s: %s %v", o.ID, o.Verdict, o.Notes)
		}
	}
	if len(doc.Operations) != 24 {
		t.Errorf("%d operations: %v", len(doc.Operations), doc.Notes)
	}
}

// TestJudge sees to it that the second opinion is asked, and hears what ours cannot know:
// "a|b" in one entry reads back as two.
func TestJudge(t *testing.T) {
	judge := func(schema, args string) error {
		o := read(t, `{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{"/x":{"get":{"operationId":"x","parameters":[{"name":"a","in":"query","style":"pipeDelimited","explode":false,"schema":`+schema+`},{"name":"f","in":"query","schema":{"type":"number","format":"float"}}]}}}}`).Operations[0]
		r, err := o.Request([]byte(args))
		if err != nil {
			t.Fatal(err)
		}
		return openapi.Judge(t.Context(), o, r)
	}
	if err := judge(`{"type":"array","items":{"type":"integer"}}`, `{"a":[1,2],"f":1.5}`); err != nil {
		t.Errorf("an objection to a right request: %v", err)
	}
	if judge(`{"type":"array","maxItems":1,"items":{"type":"string"}}`, `{"a":["x|y"]}`) == nil {
		t.Error("no objection to an entry that reads back as two")
	}
}

func TestArgumentError(t *testing.T) {
	o := read(t, hotel).Operations[0]
	_, err := o.Request([]byte(`{"id":"1","body":{"nights":0,"guest":{"name":7}}}`))
	fault, ok := errors.AsType[*openapi.ArgumentError](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(&openapi.ArgumentError{Field: "body.nights", Message: "must be at least 1", More: []*openapi.ArgumentError{}}, fault); diff != "" {
		t.Error(diff)
	}
	if _, err := o.Request([]byte(`{"id":"1","body":` + strings.Repeat(" ", request.MaxArguments) + `{}}`)); err == nil {
		t.Error("too large arguments were taken")
	}
}

// TestCodes holds docs/openapi.md to the codes in the sources, packages below included.
func TestCodes(t *testing.T) {
	page, err := os.ReadFile("../../docs/openapi.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`(?:\.(?:Infof|Warnf|refusef|hintf)\((?:[^()"]*(?:\+"[^"]*")?(?:\+key)?, )?|level(?:Info|Warn|Error), |Code: )"([a-z]+(?:-[a-z]+)*)"`)
	found := 0
	err = filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		for _, m := range code.FindAllSubmatch(data, -1) {
			found++
			if !strings.Contains(string(page), "`"+string(m[1])+"`") {
				t.Errorf("%s: the code %q is not in docs/openapi.md", name, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 40 {
		t.Errorf("only %d codes found", found)
	}
}
