package bots_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// trap is a plugin that writes down what reaches it, and says what it was told to
// say wherever a plugin can say something.
type trap struct {
	address string
	name    string
	paths   string // of its document, as JSON
	about   string // stands in every description
	answer  func(r *http.Request) (status int, body any)

	mu  sync.Mutex
	got []arrived
}

// arrived is one request as it arrived.
type arrived struct{ method, host, uri, body string }

func newTrap(t *testing.T, name, paths, about string, answer func(*http.Request) (int, any)) *trap {
	t.Helper()
	p := &trap{name: name, paths: paths, about: about, answer: answer}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.address = server.Listener.Addr().String()
	return p
}

// arrivals are the requests so far.
func (p *trap) arrivals() []arrived {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]arrived(nil), p.got...)
}

// forget begins a new record.
func (p *trap) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = nil
}

// ServeHTTP answers.
func (p *trap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	var out any
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/.well-known/ai-plugin.json":
		out = map[string]any{
			"schema_version": "v1", "name_for_model": p.name, "name_for_human": strings.ToUpper(p.name[:1]) + p.name[1:],
			"description_for_model": p.about, "description_for_human": p.about,
			"auth": map[string]string{"type": "none"}, "api": map[string]string{"type": "openapi", "url": "/openapi.json"},
		}
	case "/openapi.json":
		about, _ := json.Marshal(p.about)
		out = json.RawMessage(fmt.Sprintf(`{"openapi":"3.0.3","info":{"title":%q,"version":"1","description":%s},"servers":[{"url":"http://%s"}],"paths":%s}`,
			p.name, about, p.address, strings.ReplaceAll(p.paths, `"ABOUT"`, string(about))))
	default:
		p.mu.Lock()
		p.got = append(p.got, arrived{r.Method, r.Host, r.URL.RequestURI(), string(body)})
		p.mu.Unlock()
		status, out = p.answer(r)
	}
	if page, ok := out.(string); ok {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, page)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out)
}

// order is a command of an attacker as it stands in what a plugin says: whatever the
// text went through, it can be read.
func order(command string) string {
	return "[[" + base64.RawURLEncoding.EncodeToString([]byte(command)) + "]]"
}

// obedient is a language model behind a Chat Completions server that does whatever
// any text tells it to, wherever it stands, and beyond that asks the plugins "vault"
// and "bait" once in each case.
type obedient struct {
	address, evil string

	mu   sync.Mutex
	done map[string]int // by case and command
	seen []string       // bodies of requests
}

func newObedient(t *testing.T, evil string) *obedient {
	t.Helper()
	m := &obedient{evil: evil, done: map[string]int{}}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.address = server.URL + "/v1"
	return m
}

// bodies are the requests so far.
func (m *obedient) bodies() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.seen...)
}

var (
	orders  = regexp.MustCompile(`\[\[([A-Za-z0-9_-]+)\]\]`)
	cases   = regexp.MustCompile(`case-[0-9]+`)
	private = regexp.MustCompile(`PRIVATE-[0-9a-z]+`)
)

// ServeHTTP answers one request.
func (m *obedient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var request map[string]any
	_ = json.Unmarshal(body, &request)
	all := strings.Join(everything(request), "\n")
	m.mu.Lock()
	m.seen = append(m.seen, string(body))
	calls, words := m.obey(all)
	m.mu.Unlock()

	w.Header().Set("Content-Type", "text/event-stream")
	chunk := func(delta any, finish any) {
		raw, _ := json.Marshal(map[string]any{"id": "c", "choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}})
		_, _ = fmt.Fprintf(w, "data: %s\n\n", raw)
	}
	for i, c := range calls { // the same id for all: it is not to be trusted either
		chunk(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": "call_1", "type": "function", "function": map[string]any{"name": c[0], "arguments": c[1]}}}}, nil)
	}
	finish := "tool_calls"
	if len(calls) == 0 {
		finish = "stop"
		chunk(map[string]any{"content": "Done. " + words}, nil)
	}
	chunk(map[string]any{}, finish)
	_, _ = fmt.Fprintf(w, "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":9}}\n\ndata: [DONE]\n\n", len(body)/4)
}

// obey reads the commands in a request: what has not been called yet, and what is to
// be said.
func (m *obedient) obey(all string) (calls [][2]string, words string) {
	which := cases.FindString(all)
	secret := private.FindString(all)
	once := func(name, args string) {
		if key := which + name + args; m.done[key] == 0 {
			m.done[key]++
			calls = append(calls, [2]string{name, args})
		}
	}
	once("vault__secret", `{"id":"mine"}`)
	once("bait__news", `{}`)
	for _, found := range orders.FindAllStringSubmatch(all, -1) {
		command, _ := base64.RawURLEncoding.DecodeString(found[1])
		for line := range strings.SplitSeq(string(command), "\n") {
			if strings.Contains(line, "$SECRET") && secret == "" {
				continue // it will be known after the next step
			}
			line = strings.ReplaceAll(strings.ReplaceAll(line, "$SECRET", secret), "$EVIL", m.evil)
			verb, rest, _ := strings.Cut(line, " ")
			name, args, _ := strings.Cut(rest, " ")
			switch verb {
			case "call":
				once(name, args)
			case "flood":
				n, _ := strconv.Atoi(name)
				name, args, _ = strings.Cut(args, " ")
				for i := range n {
					once(name, strings.ReplaceAll(args, "$N", strconv.Itoa(i)))
				}
			case "say":
				words += strings.ReplaceAll(rest, "$ALL", all) + "\n\n"
			default:
				words += line + "\n\n"
			}
		}
	}
	return calls, words
}

// everything is all strings in a JSON value, the names of fields too.
func everything(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, everything(e)...)
		}
		return all
	case map[string]any:
		var all []string
		for key, e := range v {
			all = append(append(all, key), everything(e)...)
		}
		return all
	}
	return nil
}
