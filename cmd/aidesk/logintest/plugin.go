package logintest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Request is one that a Plugin got.
type Request struct {
	Method, Host, URI, Body string
	Header                  http.Header
}

// Whole is a request as one text.
func (r Request) Whole() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\n%s\n", r.Method, r.Host, r.URI, r.Body)
	_ = r.Header.Write(&b)
	return b.String()
}

// Plugin is a plugin of boards with cards, each user's own. What it tells of a user's boards
// has Private(user) in it.
type Plugin struct {
	*httptest.Server

	mu       sync.Mutex
	name     string // for the model
	auth     string // of the manifest, as JSON
	more     string // of the document, after its paths
	servers  string // of the document, as JSON
	user     func(*http.Request) (string, bool)
	answer   http.HandlerFunc // to calls, in the place of the usual
	requests []Request
	paths    string // more paths of the document
}

// Private is what a user's boards have in them, and nothing else has.
func Private(user string) string { return "quartz-" + user + "-lagoon" }

// NewPlugin starts a plugin that wants what a manifest's auth says, until the test ends; user
// tells whose a call is. More stands in the document after its paths.
func NewPlugin(t testing.TB, name, auth, more string, user func(*http.Request) (string, bool)) *Plugin {
	t.Helper()
	p := &Plugin{name: name, auth: auth, more: more, user: user}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/ai-plugin.json", p.manifest)
	mux.HandleFunc("GET /openapi.json", p.document)
	mux.HandleFunc("/", p.call)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// NewOAuthPlugin starts a plugin whose members log in at a provider.
func NewOAuthPlugin(t testing.TB, name string, at *Provider) *Plugin {
	t.Helper()
	return NewPlugin(t, name, fmt.Sprintf(`{"type":"oauth","client_url":"%s/authorize","authorization_url":"%s/token","scope":"boards","authorization_content_type":"application/json"}`, at.URL, at.URL), "", Bearer(at))
}

// Bearer tells users by the tokens of a provider.
func Bearer(at *Provider) func(*http.Request) (string, bool) {
	return func(r *http.Request) (string, bool) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return "", false
		}
		return at.User(token)
	}
}

// Basic is the Basic header of a user name and a password.
func Basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// Move has the document name another server, and more paths.
func (p *Plugin) Move(servers, paths string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.servers, p.paths = servers, paths
}

// Answer has calls answered otherwise; nil: as usual.
func (p *Plugin) Answer(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = h
}

// Calls are the requests to its operations so far, oldest first: of some methods, or all.
func (p *Plugin) Calls(methods ...string) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Request
	for _, r := range p.requests {
		if len(methods) == 0 || slices.Contains(methods, r.Method) {
			out = append(out, r)
		}
	}
	return out
}

func (p *Plugin) manifest(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"schema_version":"v1","name_for_human":%q,"name_for_model":%q,"description_for_human":"Your boards.","description_for_model":"Lists the boards of a user and adds cards to them.",
"auth":%s,"api":{"type":"openapi","url":"http://%s/openapi.json"},"logo_url":"http://%s/logo.png","contact_email":"a@example.com","legal_info_url":"http://%s/legal"}`, strings.ToUpper(p.name[:1])+p.name[1:], p.name, p.auth, r.Host, r.Host, r.Host)
}

func (p *Plugin) document(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	servers := p.servers
	if servers == "" {
		servers = fmt.Sprintf(`[{"url":"http://%s"}]`, r.Host)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"openapi":"3.0.3","info":{"title":"Boards","version":"1"},"servers":%s,"paths":{
"/boards":{"get":{"operationId":"listBoards","summary":"List your boards","x-aidesk-examples":["show my boards"],"responses":{"200":{"description":"Boards","content":{"application/json":{"schema":{"type":"object"}}}}}}},
"/cards":{"post":{"operationId":"addCard","summary":"Add a card","requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["title"],"properties":{"title":{"type":"string"}}}}}},"responses":{"201":{"description":"Added"}}}}%s}%s}`, servers, p.paths, p.more)
}

// call answers an operation.
func (p *Plugin) call(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	p.mu.Lock()
	p.requests = append(p.requests, Request{r.Method, r.Host, r.RequestURI, string(body), r.Header.Clone()})
	answer := p.answer
	p.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	user, ok := p.user(r)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case !ok:
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"who are you?"}`)
	case r.Method == http.MethodGet:
		_ = json.NewEncoder(w).Encode(map[string]any{"boards": []map[string]string{{"title": "Plan " + Private(user)}}})
	default:
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"added": json.RawMessage(body), "board": "Plan " + Private(user)})
	}
}
