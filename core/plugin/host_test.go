package plugin_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/plugin"
	"aidesk/store"
	"aidesk/store/bolt"
)

// host is a site on loopback that serves what it is given, and remembers what its
// API was asked.
type host struct {
	*httptest.Server
	address string

	mu    sync.Mutex
	files map[string]string // by path; "" is a 404
	api   http.HandlerFunc
	asked []string // "METHOD /path body"
}

const manifest = `{"schema_version":"v1","name_for_model":"%s","name_for_human":"The %s","description_for_model":"d","description_for_human":"h",
"auth":{"type":"none"},"api":{"type":"openapi","url":"/openapi.yaml"},"legal_info_url":"/legal"}`

const document = `openapi: 3.0.3
info: {title: T, version: "1"}
paths:
  /things:
    get: {operationId: list, summary: List, responses: {"200": {description: d}}}
    post: {operationId: add, summary: Add, requestBody: {content: {application/json: {schema: {type: object, properties: {n: {type: integer}}}}}}, responses: {"200": {description: d}}}
`

// newHost serves a plugin with that name until the test ends.
func newHost(t *testing.T, name string) *host {
	h := &host{files: map[string]string{
		"/.well-known/ai-plugin.json": fmt.Sprintf(manifest, name, name), "/openapi.yaml": document,
	}}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	h.address = h.Listener.Addr().String()
	return h
}

func (h *host) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	text, file := h.files[r.URL.Path]
	api := h.api
	if !file {
		h.asked = append(h.asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
	}
	h.mu.Unlock()
	switch {
	case file && text == "":
		http.NotFound(w, r)
	case file:
		_, _ = io.WriteString(w, text)
	case api != nil:
		api(w, r)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true}`)
	}
}

// set changes a file.
func (h *host) set(path, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[path] = text
}

// answers changes what the API answers.
func (h *host) answers(f http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.api, h.asked = f, nil
}

func (h *host) calls() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.asked...)
}

func (h *host) source() string { return "http://" + h.address }

// place is a workspace.
var place = chat.Place{Platform: "test", Workspace: "W1", Channel: "C1"}

// open is a store on disk.
func open(t *testing.T) store.Store {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// guard opens nothing but these hosts.
func guard(t *testing.T, hosts []*host) *egress.Guard {
	t.Helper()
	var rules egress.Rules
	for _, h := range hosts {
		rules.Trusted = append(rules.Trusted, egress.Trusted{Host: h.address, Plugin: h.address})
	}
	g, err := egress.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// registry is one over a store, to which these hosts are open.
func registry(t *testing.T, s store.Store, hosts ...*host) *plugin.Registry {
	t.Helper()
	return &plugin.Registry{Bot: "desk", Records: s, Guard: guard(t, hosts), Logger: slog.New(slog.DiscardHandler), Now: time.Now}
}

// configure registers hosts.
func configure(t *testing.T, r *plugin.Registry, hosts ...*host) error {
	t.Helper()
	var all []plugin.Configured
	for _, h := range hosts {
		all = append(all, plugin.Configured{Source: h.source()})
	}
	return r.Configure(t.Context(), all)
}

// names are the names of the plugins that are registered.
func names(t *testing.T, r *plugin.Registry) string {
	t.Helper()
	plugins, err := r.List(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range plugins {
		all = append(all, p.Name)
	}
	return strings.Join(all, " ")
}
