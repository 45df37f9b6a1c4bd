//go:build unix

package crashtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Questions name a key and what kind of answer they want; all that comes of one names its
// key, so that it can be counted.
const (
	kindShort   = "short"   // a sentence
	kindLong    = "long"    // several messages at Discord
	kindLongest = "longest" // several messages at Slack
	kindCard    = "card"    // a card
)

// pieces are of how many paragraphs, of 620 characters each, an answer is made; 0: it is short.
func pieces(kind string) int { return map[string]int{kindLong: 8, kindLongest: 36}[kind] }

var (
	asked   = regexp.MustCompile(`ask (q\d{5}) (short|longest|long|card)`)
	outcome = regexp.MustCompile(`\\?"made\\?": ?\\?"(q\d{5})`)
)

func question(key, kind string) string { return "ask " + key + " " + kind }

// What the program says of a question, in the model's words.
func shortAnswer(key string) string  { return "Answer " + key + "." }
func cardAnswer(key string) string   { return "Prepared " + key + "." }
func cardEnd(key string) string      { return "Finished " + key + "." }
func piece(key string, n int) string { return fmt.Sprintf("Piece %s-%02d.", key, n) }

func longAnswer(key, kind string) string {
	var out []string
	for n := range pieces(kind) {
		out = append(out, piece(key, n)+strings.Repeat(" There is more to say about this than anybody would like to read.", 9))
	}
	return strings.Join(out, "\n\n")
}

// model is a scripted model that speaks Chat Completions. What it says follows from what it
// is asked alone, so that a turn that is worked again says the same.
type model struct {
	*httptest.Server
	w *world

	mu    sync.Mutex
	begun map[string]int // how often a question or the end of a press was put to it
	down  time.Time      // until when it fails
}

func newModel(w *world) *model {
	m := &model{w: w, begun: map[string]int{}}
	m.Server = httptest.NewServer(m)
	w.t.Cleanup(func() { m.CloseClientConnections(); m.Close() })
	return m
}

// times is how often the model was asked about a key.
func (m *model) times(key string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.begun[key]
}

type said struct {
	Role      string `json:"role"`
	Content   string `json:"content"`
	ToolCalls []any  `json:"tool_calls"`
}

// ServeHTTP answers one request.
func (m *model) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	var query struct{ Messages []said }
	if err := json.NewDecoder(r.Body).Decode(&query); err != nil {
		return // the program was killed
	}
	text, calls := m.answer(query.Messages)
	m.w.pass(m.w.dice.between(0, 40*time.Millisecond))
	switch {
	case m.out():
		http.Error(out, `{"error":{"message":"overloaded","type":"server_error"}}`, http.StatusServiceUnavailable)
		return
	case m.w.draw() == faultLost:
		panic(http.ErrAbortHandler)
	case m.w.draw() == faultHung:
		select {
		case <-m.w.soon():
		case <-r.Context().Done():
			return
		}
	}
	out.Header().Set("Content-Type", "text/event-stream")
	for _, delta := range deltas(text, calls) {
		body, _ := json.Marshal(map[string]any{"id": "c", "object": "chat.completion.chunk", "choices": []any{delta}})
		fmt.Fprintf(out, "data: %s\n\n", body)
	}
	fmt.Fprint(out, "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":10,\"total_tokens\":110}}\n\ndata: [DONE]\n\n")
}

// out throws the dice for an outage, and reports whether there is one.
func (m *model) out() bool {
	if !m.w.faulty.Load() || m.w.rates.outage == 0 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.w.dice.share() < m.w.rates.outage {
		m.down = time.Now().Add(time.Second)
	}
	return time.Now().Before(m.down)
}

// answer is what the model says to a transcript: a text, or the keys of the calls it makes.
func (m *model) answer(messages []said) (text string, calls []string) {
	last := len(messages) - 1
	for last >= 0 && messages[last].Role != "user" {
		last--
	}
	if last < 0 {
		return "Nothing was said.", nil
	}
	questions := asked.FindAllStringSubmatch(messages[last].Content, -1)
	fresh := !slices.ContainsFunc(messages[last:], func(s said) bool { return s.Role == "tool" })
	var words []string
	for _, q := range questions {
		key, kind := q[1], q[2]
		if fresh {
			m.count(key)
		}
		switch {
		case kind == kindCard && fresh:
			calls = append(calls, key)
		case kind == kindCard:
			words = append(words, cardAnswer(key))
		case pieces(kind) > 0:
			words = append(words, longAnswer(key, kind))
		default:
			words = append(words, shortAnswer(key))
		}
	}
	if len(questions) == 0 {
		words = append(words, "Noted.")
		for _, o := range outcome.FindAllStringSubmatch(messages[last].Content, -1) {
			m.count(cardEnd(o[1]))
			words[0] = cardEnd(o[1])
		}
	}
	if calls != nil {
		return "", calls
	}
	return strings.Join(words, "\n\n"), nil
}

func (m *model) count(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begun[key]++
}

// deltas are the pieces of an answer.
func deltas(text string, calls []string) []any {
	chunk := func(delta map[string]any, finish any) any {
		return map[string]any{"index": 0, "delta": delta, "finish_reason": finish}
	}
	var out []any
	for i, key := range calls {
		args, _ := json.Marshal(map[string]any{"body": map[string]string{"key": key}})
		out = append(out, chunk(map[string]any{"tool_calls": []any{map[string]any{
			"index": i, "id": "call_" + key, "type": "function",
			"function": map[string]any{"name": "maker__make", "arguments": string(args)},
		}}}, nil))
	}
	if calls != nil {
		return append(out, chunk(map[string]any{}, "tool_calls"))
	}
	return append(out, chunk(map[string]any{"content": text}, nil), chunk(map[string]any{}, "stop"))
}

// plugin is a plugin with one operation that changes something.
type plugin struct {
	*httptest.Server
	w *world

	mu    sync.Mutex
	posts map[string]int
	cut   int // answers that nobody heard, for the connection ended
}

const pluginDocument = `openapi: 3.0.3
info: {title: Maker, version: "1"}
paths:
  /things:
    post:
      operationId: make
      summary: Make a thing
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [key], properties: {key: {type: string}}}}}
      responses: {"200": {description: made, content: {application/json: {schema: {type: object, properties: {made: {type: string}}}}}}}
`

func newPlugin(w *world) *plugin {
	p := &plugin{w: w, posts: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/ai-plugin.json", func(out http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(out, `{"schema_version":"v1","name_for_model":"maker","name_for_human":"Maker","description_for_model":"Makes things.",
			"description_for_human":"Makes things.","auth":{"type":"none"},"api":{"type":"openapi","url":"/openapi.yaml"}}`)
	})
	mux.HandleFunc("GET /openapi.yaml", func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, pluginDocument) })
	mux.HandleFunc("POST /things", p.make)
	p.Server = httptest.NewServer(mux)
	w.t.Cleanup(func() { p.CloseClientConnections(); p.Close() })
	return p
}

// make counts a request before it answers.
func (p *plugin) make(out http.ResponseWriter, r *http.Request) {
	var thing struct{ Key string }
	if err := json.NewDecoder(r.Body).Decode(&thing); err != nil {
		return // it never came whole
	}
	p.mu.Lock()
	p.posts[thing.Key]++
	p.mu.Unlock()
	p.w.pass(p.w.dice.between(0, 80*time.Millisecond))
	if p.w.draw() == faultUnheard {
		p.mu.Lock()
		p.cut++
		p.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	out.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(out, `{"made":%q}`, thing.Key)
}

// sent is how often each key was posted.
func (p *plugin) sent(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.posts[key]
}

// unheard is how many answers were cut.
func (p *plugin) unheard() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cut
}
