package plugin_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/corporatest"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// reader reads through a guard that opens nothing but these hosts.
func reader(t *testing.T, hosts ...*host) plugin.Reader {
	t.Helper()
	return plugin.Reader{Guard: guard(t, hosts), Logger: slog.New(slog.DiscardHandler)}
}

// write puts a file into a folder of the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const second = `{"schema_version":"v2.4","namespace":"Shop","name_for_human":"[[title]]","description_for_human":"Sells.","contact_email":"a@example.com",
"functions":[
 {"name":"list","description":"All things.","states":{"reasoning":{"examples":"what is there?","instructions":["Be brief."]}}},
 {"name":"gone","capabilities":{"confirmation":{"type":"AdaptiveCard","title":"Sure?","body":"It costs."},"response_semantics":{"data_path":"$"}}},
 {"name":"paint","description":"Of another runtime."}],
"runtimes":[
 {"type":"LocalPlugin","spec":{"local_endpoint":"x"},"run_for_functions":["paint"]},
 {"type":"OpenApi","auth":{"type":"OAuthPluginVault","reference_id":"r1"},"run_for_functions":["l*","gone"],"spec":{"api_description":%s}},
 {"type":"OpenApi","spec":{"url":"/other.yaml"}}],
"capabilities":{"conversation_starters":[{"title":"T","text":"show me things"}]}}`

// TestSecondVersion reads a manifest of version 2 that holds its document.
func TestSecondVersion(t *testing.T) {
	inline, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t, "x")
	h.set("/.well-known/ai-plugin.json", strings.Replace(second, "%s", string(inline), 1))
	got, err := reader(t, h).Read(t.Context(), h.source())
	if err != nil {
		t.Fatal(err)
	}
	m := got.Plugin.Manifest
	if m.NameForHuman != "Shop" || m.Auth != "oauth" || m.Login.Reference != "r1" {
		t.Errorf("read %q with auth %s %+v", m.NameForHuman, m.Auth, m.Login)
	}
	want := map[string]plugin.Function{"list": {Description: "All things."}, "gone": {Title: "Sure?", Body: "It costs."}}
	if diff := cmp.Diff(want, m.Functions); diff != "" {
		t.Errorf("functions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(strings.Join([]string{
		"warn manifest-runtime runtimes[0]", "warn manifest-runtime runtimes[2]",
		"info manifest-instructions functions[0]", "info manifest-response functions[1]", "warn manifest-function functions",
	}, "\n"), codes(m.Notes)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	list, _ := got.Plugin.Operation("list")
	if diff := cmp.Diff([]string{"what is there?"}, list.Examples); diff != "" {
		t.Errorf("examples (-want +got):\n%s", diff)
	}
	r := got.Plugin.Report()
	if r.Verdict != "degraded" || len(r.Tools) != 1 || r.Operations[1].Verdict != "refused" || !strings.HasSuffix(codes(r.Operations[1].Notes), "error unlisted functions") {
		t.Errorf("an operation that the manifest does not list is offered: %+v", r)
	}
}

// TestDomain says what is not at home on the plugin's domain.
func TestDomain(t *testing.T) {
	h := newHost(t, "x")
	h.set("/.well-known/ai-plugin.json", strings.ReplaceAll(whole, "https://shop.example/o.json", "/openapi.yaml"))
	got, err := reader(t, h).Read(t.Context(), h.source())
	if err != nil {
		t.Fatal(err)
	}
	if notes := codes(got.Plugin.Report().Notes); strings.Contains(notes, "elsewhere") {
		t.Errorf("a plugin on loopback is judged by its domain:\n%s", notes)
	}
	at := func(address string) *url.URL {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	m := got.Plugin.Manifest
	for _, test := range []struct{ at, found, asked, want string }{
		{"https://shop.example/m", "https://api.shop.example/o", "shop.example", ""},
		{"https://www.shop.example/m", "https://shop.example/o", "www.shop.example", ""},
		{"https://shop.example/m", "https://shop.example/o", "www.shop.example", ""},
		{"https://eu.shop.example/m", "https://eu.shop.example/o", "shop.example", ""},
		{"https://shop.example/m", "https://cdn.example/o", "shop.example", "warn document-elsewhere api.url"},
		{"https://shop.example/m", "https://shop.example.evil/o", "other.example", "warn manifest-redirect\nwarn document-elsewhere api.url"},
		{"https://store.test/m", "https://store.test/o", "store.test", "info legal-elsewhere legal_info_url\ninfo contact-elsewhere contact_email"},
		{"http://127.0.0.1:80/m", "https://cdn.example/o", "127.0.0.1", ""},
	} {
		notes := m.Domain(at(test.at), at(test.found), test.asked, "https://"+strings.TrimPrefix(at(test.at).Hostname(), "www."))
		if diff := cmp.Diff(test.want, codes(notes)); diff != "" {
			t.Errorf("%s, %s, asked for %s (-want +got):\n%s", test.at, test.found, test.asked, diff)
		}
	}
	if notes := m.Domain(at("https://shop.example/m"), at("https://shop.example/o"), "shop.example", "https://a.test", "https://a.test/v2"); codes(notes) != "warn server-elsewhere servers" {
		t.Errorf("servers elsewhere: %q", codes(notes))
	}
}

func TestFile(t *testing.T) {
	r := reader(t)
	plain := write(t, "o.yaml", document)
	got, err := r.File(t.Context(), plain, nil, "https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	if o := got.Plugin.Document.Operations[0]; o.Server != "https://example.com" || got.Plugin.Manifest.NameForHuman != "T" {
		t.Errorf("%q at %s", got.Plugin.Manifest.NameForHuman, o.Server)
	}
	manifest := write(t, "m.json", "\xef\xbb\xbf"+whole)
	got, err = r.File(t.Context(), manifest, []byte(document), "https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	if o := got.Plugin.Document.Operations[0]; o.Server != "https://shop.example" || got.Plugin.Manifest.NameForHuman != "Shop" {
		t.Errorf("the document's address is not the manifest's: %s", o.Server)
	}
	if version := got.Plugin.Version; len(version) != 64 {
		t.Errorf("the version is %q", version)
	}
	for _, test := range []struct{ name, path, base, want string }{
		{"missing", filepath.Join(t.TempDir(), "none.yaml"), "https://example.com", "no such file"},
		{"a folder", t.TempDir(), "https://example.com", "is a directory"},
		{"empty", write(t, "e.yaml", ""), "https://example.com", "empty"},
		{"a web page", write(t, "w.html", "<html>"), "https://example.com", "web page"},
		{"nonsense", write(t, "n.yaml", "hello: world"), "https://example.com", "n.yaml: this is not an OpenAPI document"},
		{"broken JSON", write(t, "b.json", "{"), "https://example.com", "not valid JSON"},
		{"a base that is none", plain, "example.com", "--base"},
		{"a manifest whose document cannot be read", write(t, "m.json", strings.Replace(whole, "https://shop.example/o.json", "http://127.0.0.1:1/o.json", 1)), "https://example.com", "--spec FILE"},
	} {
		_, err := r.File(t.Context(), test.path, nil, test.base)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: %v; want one line with %q", test.name, err, test.want)
		}
	}
}

// TestCorpora reads every manifest of the corpora, and each pair of manifest and
// document whole.
func TestCorpora(t *testing.T) {
	dir := corporatest.Path(t, "")
	pairs := 0
	files, err := filepath.Glob(filepath.Join(dir, "plugins", "manifests*", "*.json"))
	if err != nil || len(files) < 145 {
		t.Fatalf("%d manifests, %v", len(files), err)
	}
	for _, file := range files {
		host := strings.TrimSuffix(filepath.Base(file), ".json")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := &url.URL{Scheme: "https", Host: host, Path: "/.well-known/ai-plugin.json"}
		if _, err := plugin.ReadManifest(data, at); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		for _, kind := range []string{".json", ".yaml"} {
			spec, err := os.ReadFile(filepath.Join(dir, "plugins", "specs", host+kind))
			if err != nil {
				continue
			}
			pairs++
			got, err := reader(t).File(t.Context(), file, spec, "https://"+host)
			if err != nil {
				t.Errorf("%s: %v", host, err)
				continue
			}
			if r := got.Plugin.Report(); r.Verdict == "refused" || r.Plugin.NameForHuman == "" {
				t.Errorf("%s is %s", host, r.Verdict)
			}
		}
	}
	if pairs < 140 {
		t.Errorf("%d pairs of manifest and document, at least 140 wanted", pairs)
	}
	data, err := os.ReadFile(filepath.Join(dir, "store-manifests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var store []struct {
		Domain   string          `json:"domain"`
		Manifest json.RawMessage `json:"manifest"`
	}
	if err := json.Unmarshal(data, &store); err != nil || len(store) < 300 {
		t.Fatalf("%d manifests of the store, %v", len(store), err)
	}
	kinds := map[string]int{}
	for _, s := range store {
		m, err := plugin.ReadManifest(s.Manifest, &url.URL{Scheme: "https", Host: s.Domain, Path: "/.well-known/ai-plugin.json"})
		if err != nil {
			t.Errorf("%s: %v", s.Domain, err)
		}
		kinds[m.Auth]++
	}
	if diff := cmp.Diff(map[string]int{"none": 165, "oauth": 93, "service_http": 42}, kinds); diff != "" {
		t.Errorf("auth of the store's manifests (-want +got):\n%s", diff)
	}
	files, err = filepath.Glob(filepath.Join(dir, "m365", "*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d manifests of version 2, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := plugin.ReadManifest(data, &url.URL{Scheme: "https", Host: "contoso.com", Path: "/m.json"})
		if err != nil || len(m.Functions) != 3 || len(m.Examples[""]) != 1 || m.DocumentURL != "http://contoso.com/openapi.yaml" {
			t.Errorf("%s: %d functions, document %s, %v", file, len(m.Functions), m.DocumentURL, err)
		}
	}
}

// TestServerVariables: a value behind the address stands in the document's server, is
// stored with the plugin and names another version.
func TestServerVariables(t *testing.T) {
	h := newHost(t, "x")
	h.set("/openapi.yaml", "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://{team}.tracker.example'}]\npaths: {/issues: {get: {operationId: list}}}\n")
	r := reader(t, h)
	waiting, err := r.Read(t.Context(), h.source())
	if err != nil {
		t.Fatal(err)
	}
	if v := waiting.Plugin.Document.Variables; len(v) != 1 || v[0].Name != "team" || !v[0].Needed || len(waiting.Plugin.Usable()) != 0 {
		t.Errorf("without a value: variables %+v, %d operations can be called", v, len(waiting.Plugin.Usable()))
	}
	given, err := r.Read(t.Context(), h.source()+"#team=red")
	if err != nil {
		t.Fatal(err)
	}
	p := given.Plugin
	if p.ID != waiting.Plugin.ID || p.Version == waiting.Plugin.Version || p.Variables["team"] != "red" {
		t.Errorf("with a value: id %s, version %s, variables %v", p.ID, p.Version, p.Variables)
	}
	if call, err := p.Call(p.Usable()[0], nil); err != nil || call.Request.URL != "https://red.tracker.example/issues" {
		t.Errorf("the call goes to %s, %v", call.Request.URL, err)
	}
	for _, source := range []string{"#%zz", "#team=a;b"} {
		if got, err := r.Read(t.Context(), h.source()+source); err == nil && len(got.Plugin.Usable()) > 0 {
			t.Errorf("%s was taken", source)
		}
	}
}

// TestReportLost: a path that lies where it cannot be read is missing in the operations, and
// lowers the verdict on the plugin.
func TestReportLost(t *testing.T) {
	t.Parallel()
	const doc = `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"servers":[{"url":"https://api.example"}],"paths":{"/here":{"get":{"operationId":"here"}}%s}}`
	for _, c := range []struct{ more, want string }{
		{"", "ok"},
		{`,"/there":{"$ref":"there.json"}`, "degraded"},
	} {
		d, err := openapi.Read(t.Context(), openapi.Source{Data: fmt.Appendf(nil, doc, c.more)}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r := (&plugin.Plugin{Document: d}).Report(); r.Verdict != c.want || len(r.Operations) != 1 {
			t.Errorf("%s: %s with %d operations", c.more, r.Verdict, len(r.Operations))
		}
	}
}

// TestReadWithoutTLS: who writes a host that speaks plain http is told how to write it; in a
// chat that would not help.
func TestReadWithoutTLS(t *testing.T) {
	h := newHost(t, "one")
	host := strings.TrimPrefix(h.URL, "http://")
	const hint = "; if it is meant to be without, write http://"
	for _, typed := range []bool{false, true} {
		r := reader(t, h)
		r.Typed = typed
		_, err := r.Read(t.Context(), host)
		if err == nil || strings.Contains(err.Error(), hint+host) == typed {
			t.Errorf("typed in a chat %v: %v", typed, err)
		}
	}
}
