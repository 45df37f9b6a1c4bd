package strict_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/core/corporatest"
	"aidesk/core/openapi/strict"
)

const head = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths:\n"

const ok = "responses: {'200': {description: d}}"

// TestJudge: what our reader repairs is an objection here.
func TestJudge(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, document, want string }{
		{"nothing wrong", head + "  /a: {get: {" + ok + "}}", ""},
		{
			"required at a property", head + "  /a: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {n: {type: string, required: true}}}}}}, " + ok + "}}",
			"cannot unmarshal bool into field Schema.required of type []string",
		},
		{"a reference that leads nowhere", head + "  /a: {get: {parameters: [{$ref: '#/components/parameters/P'}], " + ok + "}}", `failed to resolve "components" in fragment in URI: "#/components/parameters/P"`},
		{
			"several", head + "  /a: {get: {}}\n  /b/{id}: {get: {" + ok + "}}",
			"invalid paths: invalid path /a: invalid operation GET: value of responses must be an object; " +
				"invalid paths: operation GET /b/{id} must define exactly all path parameters (missing: [id])",
		},
		{"2.0", "swagger: '2.0'\ninfo: {title: x, version: '1'}\nhost: a.example\npaths: {/a: {get: {parameters: [{name: q, in: query, type: int}], " + ok + "}}}", `invalid paths: invalid path /a: invalid operation GET: parameter "q" schema is invalid: unsupported 'type' value "int"`},
		{"another document", head + "  /a: {get: {parameters: [{$ref: 'other.yaml#/p'}], " + ok + "}}", `error resolving reference "other.yaml#/p": it refers to https://a.example/other.yaml, which was not read`},
		{"another document that was read", head + "  /a: {get: {parameters: [{$ref: 'parts.yaml#/p'}], " + ok + "}}", ""},
	} {
		got := strict.Judge(t.Context(), strict.Document{
			URL: "https://a.example/openapi.yaml", Data: []byte(test.document),
			Parts: map[string][]byte{"https://a.example/parts.yaml": []byte("p: {name: q, in: query, schema: {type: string}}")},
		})
		if said := strings.Join(got.Objections, "; "); said != test.want || got.Unjudged != "" {
			t.Errorf("%s: %q (unjudged %q), want %q", test.name, said, got.Unjudged, test.want)
		}
	}
}

// TestJudgeBounds: a document that keeps kin-openapi busy for seconds, or is large, ends
// without a verdict.
func TestJudgeBounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(head + "  /a: {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}}}}\ncomponents:\n  schemas:\n")
	for i := range 1_500 {
		fmt.Fprintf(&b, "    S%d: {$ref: '#/components/schemas/S%d'}\n", i, i+1)
	}
	b.WriteString("    S1500: {type: string}\n")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	got := strict.Judge(ctx, strict.Document{URL: "https://a.example/", Data: []byte(b.String())})
	if took := time.Since(began); got.Unjudged == "" || took > 3*time.Second {
		t.Errorf("%+v after %s", got, took)
	}
	large := strict.Document{URL: "https://a.example/", Data: []byte(head), Parts: map[string][]byte{"https://a.example/b": make([]byte, 4<<20)}}
	if got := strict.Judge(t.Context(), large); got.Unjudged == "" {
		t.Errorf("4 MiB: %+v", got)
	}
}

// TestJudgePlugins counts how many published plugins kin-openapi reads, and how many it
// has no objection to. docs/decisions/0005 names the numbers.
func TestJudgePlugins(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(corporatest.Path(t, "plugins/specs"), "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	clean, unjudged := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		switch got := strict.Judge(t.Context(), strict.Document{URL: "https://plugin.example.com/openapi.yaml", Data: data}); {
		case got.Unjudged != "":
			unjudged++
		case len(got.Objections) == 0:
			clean++
		}
	}
	t.Logf("of %d documents %d without objection, %d not judged", len(files), clean, unjudged)
	if unjudged > 0 {
		t.Errorf("%d documents of plugins are not judged", unjudged)
	}
}
