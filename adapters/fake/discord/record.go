package discord

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Request is one that the application made.
type Request struct {
	Time   time.Time
	Method string // "POST"
	// Route is Discord's name of the path, "/channels/{channel}/messages"; empty: there
	// is no such route. The path is without /api and the version.
	Route, Path string
	Version     string // "v10"
	Query       string
	Header      http.Header // without the token
	Authorized  bool        // by the bot's token
	Body        json.RawMessage
	Files       []File // of a multipart body
	Multipart   bool

	Status int    // of HTTP; 0: the connection was cut
	Code   int    // Discord's, 0: it was good, or has none
	Error  string // Discord's words, empty: it was good
	Answer json.RawMessage
}

// Name is the method with the route: "POST /channels/{channel}/messages".
func (r Request) Name() string { return r.Method + " " + r.Route }

// Requests are those that were made so far, oldest first: of some routes, by their
// names, or all.
func (d *Discord) Requests(names ...string) []Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Request
	for _, r := range d.requests {
		if len(names) == 0 || slices.Contains(names, r.Name()) {
			out = append(out, r)
		}
	}
	return out
}

// addRequest adds a request. The lock is held.
func (d *Discord) addRequest(r Request) {
	d.requests = append(d.requests, r)
	d.Logger.Debug("request", "name", r.Name(), "status", r.Status, "code", r.Code, "error", r.Error)
}

// Delivery is something that the application was told.
type Delivery struct {
	Time     time.Time
	Event    string // "MESSAGE_CREATE"; "INTERACTION_CREATE" also over HTTP
	Payload  json.RawMessage
	Sessions int    // so many heard it, or will when they resume
	URL      string // of HTTP
}

// Deliveries are everything that the application was told, or would have been told
// had somebody listened, oldest first: of some events, or all.
func (d *Discord) Deliveries(events ...string) []Delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Delivery
	for _, o := range d.deliveries {
		if len(events) == 0 || slices.Contains(events, o.Event) {
			out = append(out, o)
		}
	}
	return out
}

// Fault is how the fake misbehaves once.
type Fault struct {
	Status     int             // of HTTP: 429, 500, 502, 403
	Code       int             // Discord's
	Message    string          // its words
	RetryAfter time.Duration   // of 429
	Scope      string          // of 429: "user", "shared", "global"; defaults to "user"
	Cut        bool            // the connection is cut instead of an answer
	Done       bool            // what was asked is done nevertheless, so that the application cannot know
	Hold       <-chan struct{} // the answer waits until it is closed
}

// performs reports whether what was asked is done.
func (f *Fault) performs() bool { return f.Done || f.Status == 0 && !f.Cut }

// Fail makes the next request of a route, "POST /channels/{channel}/messages", end in
// a fault; several calls of Fail line up.
func (d *Discord) Fail(name string, f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults.Add(name, f)
}

// Typing says that the application was seen typing.
type Typing struct {
	Time    time.Time
	Channel string
}

// Typings are all times that the application was seen typing, oldest first.
func (d *Discord) Typings() []Typing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.typings)
}
