package bottest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Shop is a plugin on loopback: goods that can be listed, and orders that can be
// placed. Everything that its API was asked and answered is on record. Ways in
// which it can fail are set with On.
type Shop struct {
	Address string // host:port

	server *httptest.Server
	mu     sync.Mutex
	on     map[string]http.HandlerFunc // instead of what the shop would answer, by "METHOD /path"
	calls  []Request
	orders int
	more   string   // lines behind its document
	edits  []string // what stands in it instead of what: pairs
	gone   bool
	name   string
}

// Request is one request to an API with its answer.
type Request struct {
	Method, Path, Query, Body string
	Status                    int
	Answer                    string
}

// Good is something that the shop sells.
type Good struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Price string `json:"price"`
	URL   string `json:"url"`
}

// NewShop opens a shop until the test ends. Its name is what members type.
func NewShop(t testing.TB, name string) *Shop {
	s := &Shop{name: name, on: map[string]http.HandlerFunc{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.server, s.Address = server, server.Listener.Addr().String()
	return s
}

// On answers "METHOD /path" in the shop's stead; nil gives it back to the shop.
func (s *Shop) On(pattern string, answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on[pattern] = answer
}

// Extend appends lines to the shop's document.
func (s *Shop) Extend(lines string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.more += lines
}

// Change replaces texts of the shop's document, given in pairs; without any it is as it was.
func (s *Shop) Change(pairs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edits = pairs
}

// Hide has the shop's manifest and document gone, or there again.
func (s *Shop) Hide(gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = gone
}

// Goods are what the shop sells.
func (s *Shop) Goods() []Good {
	var goods []Good
	for i, name := range []string{"Copper Kettle", "Oak Ladder", "Silver Whistle", "Wool Blanket"} {
		id := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
		goods = append(goods, Good{id, name, fmt.Sprintf("%d.50", 10+7*i), "http://" + s.Address + "/pages/" + id})
	}
	return goods
}

// Calls are the requests to the API so far; those for the manifest, the document
// and pages are not among them.
func (s *Shop) Calls() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.calls...)
}

// Count is how many calls with a method there were.
func (s *Shop) Count(method string) int {
	n := 0
	for _, c := range s.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// ServeHTTP answers and writes down. A call is on record before it is answered.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	document, gone := strings.NewReplacer(s.edits...).Replace(shopDocument+s.more), s.gone
	s.mu.Unlock()
	switch {
	case gone && (r.URL.Path == "/.well-known/ai-plugin.json" || r.URL.Path == "/openapi.yaml"):
		http.NotFound(w, r)
		return
	case r.URL.Path == "/.well-known/ai-plugin.json":
		s.manifest(w)
		return
	case r.URL.Path == "/openapi.yaml":
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = io.WriteString(w, strings.ReplaceAll(document, "ORIGIN", "http://"+s.Address))
		return
	case strings.HasPrefix(r.URL.Path, "/pages/"):
		s.page(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	call := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: string(body)}
	s.mu.Lock()
	other := s.on[r.Method+" "+r.URL.Path]
	if other == nil {
		call.Status, call.Answer = s.answer(call)
	}
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	if other != nil {
		other(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(call.Status)
	_, _ = io.WriteString(w, call.Answer)
}

func (s *Shop) answer(c Request) (int, string) {
	var out any
	status := http.StatusOK
	switch c.Method + " " + c.Path {
	case "GET /goods":
		out = map[string]any{"goods": s.Goods()}
	case "GET /orders":
		out = map[string]any{"count": s.orders}
	case "POST /orders":
		s.orders++
		status, out = http.StatusCreated, map[string]any{"order": "A-" + strconv.Itoa(s.orders), "url": "http://" + s.Address + "/pages/order-" + strconv.Itoa(s.orders)}
	default:
		status, out = http.StatusNotFound, map[string]any{"error": "there is nothing here"}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return http.StatusInternalServerError, ""
	}
	return status, string(body)
}

func (s *Shop) manifest(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"schema_version": "v1", "name_for_model": s.name, "name_for_human": strings.ToUpper(s.name[:1]) + s.name[1:],
		"description_for_model": "Lists goods and takes orders at " + s.name + ".", "description_for_human": "Goods and orders.",
		"auth": map[string]string{"type": "none"}, "api": map[string]string{"type": "openapi", "url": "http://" + s.Address + "/openapi.yaml"},
		"logo_url": "http://" + s.Address + "/pages/logo.png", "contact_email": "hello@example.com", "legal_info_url": "http://" + s.Address + "/pages/legal",
	})
}

// page is the page of a good with the fields of a card, or its picture.
func (s *Shop) page(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/pages/")
	if strings.HasSuffix(name, ".png") {
		w.Header().Set("Content-Type", "image/png")
		_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 300, 200)))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><title>x</title><meta property="og:site_name" content="The %[1]s"><meta property="og:title" content="About %[2]s">`+
		`<meta property="og:description" content="All about %[2]s."><meta property="og:image" content="/pages/%[2]s.png">`, s.name, html.EscapeString(name))
}

// Slow answers nothing until the test ends or the caller goes; began is closed
// when the first call is there.
func Slow(t testing.TB) (answer http.HandlerFunc, began <-chan struct{}) {
	here, over := make(chan struct{}), make(chan struct{})
	var once sync.Once
	t.Cleanup(func() { close(over) })
	return func(_ http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(here) })
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}, here
}

// Torn takes the call and breaks the connection without an answer.
func Torn(w http.ResponseWriter, _ *http.Request) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
		}
	}
}

// Endless answers with JSON that never ends, up to a gigabyte.
func Endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"goods":["`)
	block := bytes.Repeat([]byte("x"), 1<<20)
	for range 1 << 10 {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// Fixed answers with a status, a content type and a body.
func Fixed(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const shopDocument = `openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "ORIGIN"}]
paths:
  /goods:
    get:
      operationId: listGoods
      summary: List the goods
      x-aidesk-examples: ["show me the goods", "which {kind} goods do you sell?"]
      parameters:
        - {name: kind, in: query, description: Only goods of this kind., schema: {type: string, maxLength: 40}, example: metal}
      responses: {"200": {description: The goods.}}
  /orders:
    get:
      operationId: countOrders
      summary: Count the orders
      x-aidesk-examples: ["how many orders are there?"]
      responses: {"200": {description: How many.}}
    post:
      operationId: placeOrder
      summary: Place an order
      x-aidesk-examples: ["order {count} of {good} please"]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [good, count]
              additionalProperties: false
              properties:
                good: {type: string, description: What to order., maxLength: 2000}
                count: {type: integer, minimum: 1, maximum: 99, description: How many.}
                note: {type: string, description: A word to the seller., maxLength: 20000}
      responses: {"201": {description: Placed.}}
`
