package plugin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/plugin"
	"aidesk/store"
)

// TestConfigure: what is configured is registered, what is no longer is not.
func TestConfigure(t *testing.T) {
	one, two := newHost(t, "one"), newHost(t, "two")
	s := open(t)
	r := registry(t, s, one, two)
	if err := configure(t, r, one, two); err != nil {
		t.Fatal(err)
	}
	if got := names(t, r); got != "one two" {
		t.Errorf("registered %q", got)
	}
	p, err := r.Find(t.Context(), place, "The ONE")
	if err != nil || p.ID != one.address || !p.Locked || p.Manifest.LegalURL != one.source()+"/legal" {
		t.Errorf("found %+v, %v", p, err)
	}
	if _, err := r.Find(t.Context(), place, "three"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("finding nobody: %v", err)
	}
	if err := configure(t, r, two); err != nil {
		t.Fatal(err)
	}
	if got := names(t, registry(t, s, one, two)); got != "two" {
		t.Errorf("after one was taken out of the configuration: %q", got)
	}
}

// TestConfigureUnreachable: the stored version of a plugin serves on; one that was
// never read is a fault that takes no other with it.
func TestConfigureUnreachable(t *testing.T) {
	one, two := newHost(t, "one"), newHost(t, "two")
	s := open(t)
	if err := configure(t, registry(t, s, one), one); err != nil {
		t.Fatal(err)
	}
	one.Close()
	two.set("/openapi.yaml", "")
	r := registry(t, s, one, two)
	err := configure(t, r, one, two)
	if err == nil || !strings.Contains(err.Error(), two.address) || strings.Contains(err.Error(), one.address) || strings.Contains(err.Error(), "\n") {
		t.Errorf("the fault is %v; want one line about %s", err, two.address)
	}
	if got := names(t, r); got != "one" {
		t.Errorf("registered %q; want the stored version of one", got)
	}
}

// TestChangedDocument: what was approved serves over restarts, whatever the source has become,
// until an administrator takes what waits; then calls made for the one before no longer fit.
func TestChangedDocument(t *testing.T) {
	one := newHost(t, "one")
	r := registry(t, open(t), one)
	find := func() *plugin.Plugin {
		t.Helper()
		p, err := r.Find(t.Context(), place, "one")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	restart := func() {
		t.Helper()
		if err := configure(t, r, one); err != nil {
			t.Fatal(err)
		}
	}
	restart()
	before := find()
	if _, _, err := r.Review(t.Context(), before); !errors.Is(err, plugin.ErrNothingWaits) {
		t.Errorf("a review of nothing: %v", err)
	}
	one.set("/openapi.yaml", strings.NewReplacer("summary: List", "summary: Show", "n: {type: integer}", "n: {type: string}").Replace(document)+
		"  /all:\n    delete: {operationId: clear, servers: [{url: 'https://elsewhere.example'}], responses: {\"200\": {description: d}}}\n")
	restart()
	restart()
	waits := find()
	if waits.Version != before.Version || waits.Waiting == nil || len(waits.Document.Operations) != 2 {
		t.Fatalf("version %s after %s, waiting %v", waits.Version, before.Version, waits.Waiting)
	}
	_, d, err := r.Review(t.Context(), waits)
	if err != nil {
		t.Fatal(err)
	}
	want := plugin.Difference{
		Added: []string{"DELETE /all (clear)"}, Changed: []string{"POST /things (add)"}, Hosts: []string{"https://elsewhere.example"},
		Reworded: []plugin.Rewording{{Of: "GET /things (list)", Before: "List", After: "Show"}}, Held: []string{"list", "add"},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := r.Approve(place, waits, plugin.Waiting{Version: "another"}, plugin.Stamp{}); !errors.Is(err, plugin.ErrNothingWaits) {
		t.Errorf("another version than the one that was shown: %v", err)
	}
	record, err := r.Approve(place, waits, *waits.Waiting, plugin.Stamp{By: "U1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Records.Put(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	restart()
	if after := find(); after.Version != waits.Waiting.Version || after.Waiting != nil || after.Name != before.Name || len(after.Document.Operations) != 3 {
		t.Errorf("version %s, waiting %v, name %s", after.Version, after.Waiting, after.Name)
	}
	one.set("/openapi.yaml", document)
	restart()
	one.set("/openapi.yaml", strings.Replace(document, "summary: Add", "summary: Put", 1))
	r.TakeChanges = true
	restart()
	if p := find(); p.Waiting != nil || len(p.Document.Operations) != 2 {
		t.Errorf("where changes are taken: waiting %v, %d operations", p.Waiting, len(p.Document.Operations))
	}
}

// TestMovedDocument: the same bytes found elsewhere wait too, for servers may be relative to
// where a document is.
func TestMovedDocument(t *testing.T) {
	other := newHost(t, "other")
	r := registry(t, open(t))
	manifest := fmt.Sprintf(manifest, "one", "one")
	moved := false
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch {
		case q.URL.Path != "/openapi.yaml":
			_, _ = io.WriteString(w, manifest)
		case moved:
			http.Redirect(w, q, other.source()+"/openapi.yaml", http.StatusFound)
		default:
			_, _ = io.WriteString(w, document)
		}
	}))
	t.Cleanup(front.Close)
	var err error
	if r.Guard, err = egress.New(egress.Rules{AllowHosts: []string{other.address, front.Listener.Addr().String()}}); err != nil {
		t.Fatal(err)
	}
	find := func() *plugin.Plugin {
		t.Helper()
		if err := r.Configure(t.Context(), []plugin.Configured{{Source: front.URL}}); err != nil {
			t.Fatal(err)
		}
		p, err := r.Find(t.Context(), place, "one")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := find()
	moved = true
	after := find()
	if o, _ := after.Operation("list"); after.Waiting == nil || o.Server != before.Document.Operations[0].Server {
		t.Fatalf("calls go to %s without a review", o.Server)
	}
	_, d, err := r.Review(t.Context(), after)
	if err != nil || len(d.Hosts) != 1 || !strings.HasPrefix(d.Hosts[0], other.source()) {
		t.Errorf("the review shows %+v, %v", d, err)
	}
}

// TestSameBytes: two hosts that serve the very same bytes are two plugins, and calls
// of each go to its own host.
func TestSameBytes(t *testing.T) {
	one, two := newHost(t, "twin"), newHost(t, "twin")
	s := open(t)
	check := func(r *plugin.Registry) {
		t.Helper()
		if got := names(t, r); got != "twin twin-2" {
			t.Fatalf("registered %q", got)
		}
		plugins, _ := r.List(t.Context(), place)
		for _, p := range plugins {
			o, ok := p.Operation("list")
			if !ok || o.Host != p.ID {
				t.Errorf("calls of %s go to %s", p.ID, o.Host)
			}
		}
	}
	r := registry(t, s, one, two)
	if err := configure(t, r, one, two); err != nil {
		t.Fatal(err)
	}
	check(r)
	check(registry(t, s, one, two)) // compiled from what is stored
}

// TestSwitch: what is enabled is each member's own, over a default.
func TestSwitch(t *testing.T) {
	one, two := newHost(t, "one"), newHost(t, "two")
	s := open(t)
	r := registry(t, s, one, two)
	if err := r.Configure(t.Context(), []plugin.Configured{{Source: one.source(), Default: true}, {Source: two.source()}}); err != nil {
		t.Fatal(err)
	}
	enabled := func(p chat.Place, member string) string {
		t.Helper()
		on, off, err := r.Enabled(t.Context(), p, member)
		if err != nil || len(on)+len(off) != 2 {
			t.Fatalf("%d and %d plugins: %v", len(on), len(off), err)
		}
		var all []string
		for _, p := range on {
			all = append(all, p.Name)
		}
		return strings.Join(all, " ")
	}
	turn := func(member, name string, on, changes bool) {
		t.Helper()
		p, err := r.Find(t.Context(), place, name)
		if err != nil {
			t.Fatal(err)
		}
		record, changed, err := r.Switch(t.Context(), place, member, p, on)
		if err != nil || changed != changes {
			t.Fatalf("switching %s for %s: changed %v, %v", name, member, changed, err)
		}
		if changed {
			if _, err := s.Put(t.Context(), record); err != nil {
				t.Fatal(err)
			}
		}
	}
	elsewhere := place
	elsewhere.Workspace = "W2"
	for _, step := range []struct {
		name    string
		on      bool
		changes bool
		want    string
	}{
		{"one", true, false, "one"},
		{"two", true, true, "one two"},
		{"two", true, false, "one two"},
		{"one", false, true, "two"},
		{"one", false, false, "two"},
		{"two", false, true, ""},
		{"one", true, true, "one"},
	} {
		turn("ada", step.name, step.on, step.changes)
		if got := enabled(place, "ada"); got != step.want {
			t.Errorf("after %s %v: %q; want %q", step.name, step.on, got, step.want)
		}
		if got := enabled(place, "ben") + "," + enabled(elsewhere, "ada"); got != "one,one" {
			t.Errorf("others have %q", got)
		}
	}
}

// TestReadBad: whatever a site serves instead of a plugin, the operator gets one line
// that names the site, and nothing is registered.
func TestReadBad(t *testing.T) {
	tests := []struct {
		name               string
		manifest, document string
		want               string
	}{
		{"no manifest", "", document, "HTTP 404"},
		{"HTML", "<!doctype html><title>Sign in</title>", document, "web page"},
		{"blank", " \n ", document, "empty"},
		{"not JSON", "{\"name_for_model\": ", document, "not valid JSON"},
		{"other JSON", `{"hello": "world"}`, document, "no plugin manifest"},
		{"a list", `[1,2]`, document, "no plugin manifest"},
		{"a number for a name", `{"name_for_model": 7, "api": {"url": "/openapi.yaml"}}`, document, "name_for_model"},
		{"a list for api", `{"name_for_model": "x", "api": []}`, document, "api"},
		{"no document named", `{"name_for_model": "x", "api": {}}`, document, "api.url"},
		{"document by another scheme", `{"name_for_model": "x", "api": {"url": "file:///etc/passwd"}}`, document, "api.url"},
		{"document in the network behind", `{"name_for_model": "x", "api": {"url": "http://169.254.169.254/latest"}}`, document, "169.254.169.254"},
		{"huge", `{"name_for_model": "` + strings.Repeat("x", 300<<10) + `"}`, document, "the manifest"},
		{"no document", fmt.Sprintf(manifest, "x", "x"), "", "HTTP 404"},
		{"document is HTML", fmt.Sprintf(manifest, "x", "x"), "<html>nothing</html>", ""},
		{"document is no document", fmt.Sprintf(manifest, "x", "x"), "hello: world", ""},
		{"document is broken", fmt.Sprintf(manifest, "x", "x"), "openapi: [", ""},
		{"document without paths", fmt.Sprintf(manifest, "x", "x"), "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n", ""},
		{"document that bites its tail", fmt.Sprintf(manifest, "x", "x"), "openapi: 3.0.3\ninfo: {title: T, version: '1'}\na: &a {b: *a}\npaths: *a\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHost(t, "x")
			h.set("/.well-known/ai-plugin.json", test.manifest)
			h.set("/openapi.yaml", test.document)
			r := registry(t, open(t), h)
			err := configure(t, r, h)
			if err == nil {
				t.Fatalf("registered %q", names(t, r))
			}
			line := err.Error()
			if !strings.Contains(line, test.want) || !strings.Contains(line, "127.0.0.1") && !strings.Contains(line, "169.254") || strings.Contains(line, "\n") || len(line) > 400 {
				t.Errorf("the fault is %q; want one line with %q", line, test.want)
			}
			if got := names(t, r); got != "" {
				t.Errorf("registered %q", got)
			}
		})
	}
}

// TestTyped: what the operator opened to a plugin of the configuration, or to development,
// is closed to an address that an administrator types in a chat.
func TestTyped(t *testing.T) {
	h := newHost(t, "stays")
	h.set("/inner.yaml", document)
	rules := egress.Rules{AllowHosts: []string{h.address}, Trusted: []egress.Trusted{{Host: h.address, Plugin: h.address}}}
	r := registry(t, open(t))
	read := func(path string) error {
		var err error
		if r.Guard, err = egress.New(rules); err != nil {
			t.Fatal(err)
		}
		_, err = r.Read(t.Context(), place, h.source()+path)
		return err
	}
	for _, path := range []string{"", "/inner.yaml"} {
		if err := read(path); !errors.Is(err, egress.ErrRefused) {
			t.Errorf("%q: %v", path, err)
		}
	}
	rules.AllowAll = true
	if err := read("/inner.yaml"); err != nil {
		t.Errorf("where who types also started the program: %v", err)
	}
}

// TestCyclicSchema: a schema that contains itself is no reason to refuse.
func TestCyclicSchema(t *testing.T) {
	h := newHost(t, "tree")
	h.set("/openapi.yaml", document+`components: {schemas: {Node: {type: object, properties: {next: {$ref: "#/components/schemas/Node"}}}}}
`)
	r := registry(t, open(t), h)
	if err := configure(t, r, h); err != nil {
		t.Fatal(err)
	}
}

// slowDocuments is a store whose documents come only when released.
type slowDocuments struct {
	store.Records
	asked   atomic.Int32
	release chan struct{}
}

func (s *slowDocuments) Document(ctx context.Context, hash string) ([]byte, error) {
	s.asked.Add(1)
	<-s.release
	return s.Records.Document(ctx, hash)
}

// TestCompileOnce: many who want the same plugin compile it once, and one of them who
// gives up takes it from nobody.
func TestCompileOnce(t *testing.T) {
	one := newHost(t, "one")
	s := open(t)
	if err := configure(t, registry(t, s, one), one); err != nil {
		t.Fatal(err)
	}
	slow := &slowDocuments{Records: s, release: make(chan struct{})}
	r := registry(t, s, one)
	r.Records = slow
	ctx, giveUp := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			ctx := ctx
			if i > 0 {
				ctx = t.Context()
			}
			if plugins, err := r.List(ctx, place); i > 0 && (err != nil || len(plugins) != 1) {
				t.Errorf("%d plugins, %v", len(plugins), err)
			}
		})
	}
	for slow.asked.Load() == 0 {
		runtime.Gosched()
	}
	giveUp()
	close(slow.release)
	group.Wait()
	if n := slow.asked.Load(); n != 2 {
		t.Errorf("the store was asked for %d documents, want manifest and document once", n)
	}
}
