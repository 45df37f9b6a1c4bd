// Package modeltest holds what tests of models share: Run, the suite that every
// model.Model passes, and Chat, a scripted Chat Completions server that sends
// what it is told to byte for byte and refuses requests that a real server
// would refuse.
package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Query is a Chat Completions request, as far as scripts look at it.
type Query struct {
	Header   http.Header `json:"-"`
	Body     []byte      `json:"-"` // as it came
	Model    string      `json:"model"`
	Stream   bool        `json:"stream"`
	Messages []Said      `json:"messages"`
	Tools    []struct {
		Type     string `json:"type"`
		Function struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Parameters  json.RawMessage `json:"parameters"`
		} `json:"function"`
	} `json:"tools"`
}

// Said is one message of a Query.
type Said struct {
	Role      string `json:"role"`
	Content   string `json:"content"`
	ToolCalls []struct {
		ID       string `json:"id"`
		Function struct {
			Name      string `json:"name"`
			Arguments string `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
	ToolCallID string `json:"tool_call_id"`
}

// Last is the last message; the zero value when there is none.
func (q Query) Last() Said {
	if len(q.Messages) == 0 {
		return Said{}
	}
	return q.Messages[len(q.Messages)-1]
}

// Has reports whether a tool is offered.
func (q Query) Has(tool string) bool {
	for _, t := range q.Tools {
		if t.Function.Name == tool {
			return true
		}
	}
	return false
}

// Answer writes the answer to a query.
type Answer func(w http.ResponseWriter, r *http.Request, q Query)

// Chat is a Chat Completions server.
type Chat struct {
	// URL is the base URL, up to and with /v1.
	URL string

	t       testing.TB
	mu      sync.Mutex
	answers []Answer
	always  Answer
	queries []Query
}

// NewChat starts a server that gives each answer once, in order, and closes with
// the test. What is asked beyond that fails the test.
func NewChat(t testing.TB, answers ...Answer) *Chat {
	t.Helper()
	c := &Chat{t: t, answers: answers}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL + "/v1"
	return c
}

// NewActor starts a server that answers every query by one function.
func NewActor(t testing.TB, act func(Query) Answer) *Chat {
	t.Helper()
	c := NewChat(t)
	c.always = func(w http.ResponseWriter, r *http.Request, q Query) { act(q)(w, r, q) }
	return c
}

// Then adds answers.
func (c *Chat) Then(answers ...Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, answers...)
}

// Queries gives the requests so far, those refused among them.
func (c *Chat) Queries() []Query {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.queries)
}

// ServeHTTP answers one request.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	q := Query{Header: r.Header.Clone(), Body: body}
	fault := check(r, body, &q)
	answer := c.take(q, fault)
	if fault != nil {
		c.t.Errorf("a request that a Chat Completions server refuses: %v", fault)
		JSON(http.StatusBadRequest, `{"error":{"message":"bad request","type":"invalid_request_error"}}`)(w, r, q)
		return
	}
	answer(w, r, q)
}

// take keeps the query and takes the next answer.
func (c *Chat) take(q Query, fault error) Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = append(c.queries, q)
	switch {
	case fault != nil:
	case len(c.answers) > 0:
		answer := c.answers[0]
		c.answers = c.answers[1:]
		return answer
	case c.always == nil:
		c.t.Errorf("query %d has no answer in the script", len(c.queries))
		return JSON(http.StatusInternalServerError, `{"error":{"message":"no answer in the script"}}`)
	}
	return c.always
}

// Text answers with text, in a chunk for each word.
func Text(text string) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		var b strings.Builder
		for _, word := range strings.SplitAfter(text, " ") {
			b.WriteString(Chunk(map[string]any{"content": word}, ""))
		}
		Stream(b.String()+Chunk(map[string]any{}, "stop")+Usage(len(q.Body)/4, len(text)/4)+Done)(w, r, q)
	}
}

// Call answers with calls; each is name and arguments as JSON.
func Call(calls ...[2]string) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		var b strings.Builder
		for i, call := range calls {
			b.WriteString(Chunk(map[string]any{"tool_calls": []any{map[string]any{
				"index": i, "id": fmt.Sprintf("call_%d_%d", len(q.Messages), i), "type": "function",
				"function": map[string]any{"name": call[0], "arguments": call[1]},
			}}}, ""))
		}
		Stream(b.String()+Chunk(map[string]any{}, "tool_calls")+Usage(len(q.Body)/4, 10)+Done)(w, r, q)
	}
}

// Done is the end of a stream.
const Done = "data: [DONE]\n\n"

// Chunk is one event of a stream: what is added, and the reason to stop where it
// is not empty.
func Chunk(delta map[string]any, finish string) string {
	var reason any
	if finish != "" {
		reason = finish
	}
	raw, err := json.Marshal(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
		"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": reason}},
	})
	if err != nil {
		panic(fmt.Sprintf("a delta that is no JSON: %v", err))
	}
	return "data: " + string(raw) + "\n\n"
}

// Usage is the event that counts tokens.
func Usage(input, output int) string {
	return fmt.Sprintf(`data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n",
		input, output, input+output)
}

// Stream answers with an event stream, byte for byte.
func Stream(raw string) Answer {
	return Raw(http.StatusOK, http.Header{"Content-Type": {"text/event-stream"}}, raw)
}

// JSON answers with a JSON document, byte for byte.
func JSON(status int, raw string) Answer {
	return Raw(status, http.Header{"Content-Type": {"application/json"}}, raw)
}

// Raw answers with status, header and body.
func Raw(status int, header http.Header, raw string) Answer {
	return func(w http.ResponseWriter, _ *http.Request, _ Query) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, raw)
	}
}

// Hang sends raw as an event stream and then nothing until the client goes away.
func Hang(raw string) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		Stream(raw)(w, r, q)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// Break sends raw as an event stream and breaks the connection.
func Break(raw string) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		Stream(raw)(w, r, q)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
