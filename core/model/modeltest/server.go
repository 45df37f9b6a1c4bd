// Package modeltest holds what tests of models share: Run, the suite that every
// model.Model passes; RunWire, that of every wire, quirks of servers included; and
// Server, a scripted server of language models that speaks one of three dialects
// byte for byte and refuses requests that a real server would refuse.
package modeltest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Query is a request of any dialect in the form of Chat Completions, as far as
// scripts look at it.
type Query struct {
	Header   http.Header       `json:"-"`
	Body     []byte            `json:"-"` // as it came
	State    []json.RawMessage `json:"-"` // the provider's own, as it was sent back
	Model    string            `json:"model"`
	Stream   bool              `json:"stream"`
	Messages []Said            `json:"messages"`
	Tools    []Offer           `json:"tools"`

	dialect Dialect
}

// Offer is one tool of a Query.
type Offer struct {
	Type     string   `json:"type"`
	Function Function `json:"function"`
}

// Function is what a tool calls.
type Function struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
}

// Said is one message of a Query.
type Said struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	Files      []string   `json:"-"` // that come with it: type, name and bytes
	ToolCalls  []ToolCall `json:"tool_calls"`
	ToolCallID string     `json:"tool_call_id"`
}

// ToolCall is one call of a message.
type ToolCall struct {
	ID       string `json:"id"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
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
	return slices.ContainsFunc(q.Tools, func(t Offer) bool { return t.Function.Name == tool })
}

// Answer writes the answer to a query.
type Answer func(w http.ResponseWriter, r *http.Request, q Query)

// Server is a server of language models.
type Server struct {
	// URL is the base URL, up to and with /v1.
	URL string

	dialect Dialect
	t       testing.TB
	mu      sync.Mutex
	answers []Answer
	always  Answer
	queries []Query
}

// New starts a server that gives each answer once, in order, and closes with
// the test. What is asked beyond that fails the test.
func New(t testing.TB, d Dialect, answers ...Answer) *Server {
	t.Helper()
	s := &Server{t: t, dialect: d, answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL + "/v1"
	return s
}

// NewChat starts a server of Chat Completions.
func NewChat(t testing.TB, answers ...Answer) *Server {
	t.Helper()
	return New(t, Chat, answers...)
}

// NewActor starts a server that answers every query by one function.
func NewActor(t testing.TB, d Dialect, act func(Query) Answer) *Server {
	t.Helper()
	s := New(t, d)
	s.always = func(w http.ResponseWriter, r *http.Request, q Query) { act(q)(w, r, q) }
	return s
}

// Then adds answers.
func (s *Server) Then(answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, answers...)
}

// Queries gives the requests so far, those refused among them.
func (s *Server) Queries() []Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.queries)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	q := Query{Header: r.Header.Clone(), Body: body, dialect: s.dialect}
	fault := s.dialect.check(r, body, &q)
	answer := s.take(q, fault)
	if fault != nil {
		s.t.Errorf("a request that a server of %s refuses: %v\n%s", s.dialect.name, fault, body)
		Fault(http.StatusBadRequest, "invalid_request_error", "", "bad request")(w, r, q)
		return
	}
	answer(w, r, q)
}

// take keeps the query and takes the next answer.
func (s *Server) take(q Query, fault error) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queries = append(s.queries, q)
	switch {
	case fault != nil:
	case len(s.answers) > 0:
		answer := s.answers[0]
		s.answers = s.answers[1:]
		return answer
	case s.always == nil:
		s.t.Errorf("query %d has no answer in the script", len(s.queries))
		return Fault(http.StatusInternalServerError, "server_error", "", "no answer in the script")
	}
	return s.always
}

// Text answers with text, in a piece for each word.
func Text(text string) Answer { return Say(Spoken{Text: strings.SplitAfter(text, " ")}) }

// Call answers with calls; each is name and arguments as JSON.
func Call(calls ...[2]string) Answer { return Say(Spoken{Calls: calls}) }

// Say answers with what is spoken, in the server's dialect.
func Say(said Spoken) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		Stream(q.dialect.write(q.dialect.speak(said, q)))(w, r, q)
	}
}

// Cut sends most of what is spoken and breaks the connection before its end.
func Cut(said Spoken) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		events := q.dialect.speak(said, q)
		Break(q.dialect.frames(events[:len(events)-2]))(w, r, q)
	}
}

// Fault answers with an error, in the server's dialect.
func Fault(status int, kind, code, message string) Answer {
	return func(w http.ResponseWriter, r *http.Request, q Query) {
		JSON(status, encode(q.dialect.fault(kind, code, message)))(w, r, q)
	}
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
