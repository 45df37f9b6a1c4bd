package openapi_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aidesk/core/openapi"
)

// TestRequestStaysDeclared: for documents within the rules, scheme, host and base path of
// every request are those of a declared server, and what decoders that are not ours read
// from the query and the body is what was given, null included.
func TestRequestStaysDeclared(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z][a-z0-9]{0,6}`)
		var servers []any
		declared := map[string]bool{}
		for range rapid.IntRange(1, 3).Draw(t, "servers") {
			scheme := rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme")
			host, path := word.Draw(t, "host")+".example", "/"+word.Draw(t, "path")
			address, variables, usable := scheme+"://", map[string]any{}, true
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				address += host + path
			case 1:
				address += "{host}" + path
				variables["host"] = map[string]any{"default": host}
			case 2:
				address += host + "{path}"
				variables["path"] = map[string]any{"default": path, "enum": []any{path, "/other"}}
			case 3:
				address += "{team}." + host + path
				variables["team"] = map[string]any{"description": "your team"}
				usable = false
			}
			servers = append(servers, map[string]any{"url": address, "variables": variables})
			if usable {
				declared[scheme+"://"+host+path] = true
			}
		}
		nullable := map[string]any{"type": "string", "nullable": true}
		operation := map[string]any{
			"operationId": "x",
			"parameters": []any{
				map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}},
				map[string]any{"name": "q", "in": "query", "schema": map[string]any{"type": "array", "items": map[string]any{"type": "string"}}},
			},
			"requestBody": map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object", "properties": map[string]any{"a": nullable, "b": map[string]any{"type": "integer"}, "c": nullable}}}}},
		}
		data, err := json.Marshal(map[string]any{"openapi": "3.0.3", "servers": servers, "paths": map[string]any{"/x/{id}": map[string]any{"put": operation}}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://found.example/openapi.json", Data: data}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		text := rapid.StringOf(rapid.RuneFrom([]rune("aZ09 /?#&=%+;:@.~ü€😀\\\"'[]{}<>|")))
		id, list := text.Draw(t, "id"), rapid.SliceOfN(text, 1, 3).Draw(t, "q")
		body := map[string]any{}
		for _, name := range []string{"a", "c"} {
			switch rapid.IntRange(0, 2).Draw(t, name) {
			case 0:
				body[name] = nil
			case 1:
				body[name] = text.Draw(t, "value")
			}
		}
		args, err := json.Marshal(map[string]any{"id": id, "q": list, "body": body})
		if err != nil {
			t.Fatal(err)
		}
		q, err := d.Operation("x").Request(args)
		if err != nil {
			if len(declared) > 0 && id != "" && !strings.Contains(id, ".") {
				t.Fatalf("%s is refused: %v", args, err)
			}
			return
		}
		i := slices.IndexFunc(slices.Collect(maps.Keys(declared)), func(base string) bool { return strings.HasPrefix(q.URL, base+"/x/") })
		u, err := url.Parse(q.URL)
		if i < 0 || err != nil {
			t.Fatalf("%s goes to none of %v (%v)", q.URL, declared, err)
		}
		tail := u.EscapedPath()[strings.LastIndexByte(u.EscapedPath(), '/')+1:]
		if got, err := url.PathUnescape(tail); err != nil || got != id {
			t.Fatalf("the path holds %q, want %q (%v)", got, id, err)
		}
		if got := u.Query()["q"]; !slices.Equal(got, list) {
			t.Fatalf("the query holds %q, want %q", got, list)
		}
		var got map[string]any
		if err := json.Unmarshal(q.Body, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(body, got); diff != "" {
			t.Fatalf("the body: %s", diff)
		}
	})
}
