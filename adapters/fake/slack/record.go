package slack

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Request is one that the app made.
type Request struct {
	Time   time.Time
	Method string            // "chat.postMessage"; also "response_url" and "upload"
	Args   map[string]string // what is not a string is JSON
	Token  string
	Status int             // of HTTP; 0: the connection was cut
	Error  string          // Slack's word for it, empty: it was good
	Answer json.RawMessage // what it was told, nil if not JSON
}

// Requests are those that were made so far, oldest first: of some methods, or all.
func (s *Slack) Requests(methods ...string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Request
	for _, r := range s.requests {
		if len(methods) == 0 || slices.Contains(methods, r.Method) {
			r.Args = maps.Clone(r.Args)
			out = append(out, r)
		}
	}
	return out
}

// addRequest adds a request. The lock is held.
func (s *Slack) addRequest(r Request) {
	r.Time = s.Clock.Now()
	s.requests = append(s.requests, r)
	s.Logger.Debug("request", "method", r.Method, "status", r.Status, "error", r.Error)
}

// Kind is how a delivery is meant; the words are those of Socket Mode.
type Kind string

// The kinds of deliveries.
const (
	Events      Kind = "events_api"
	Interactive Kind = "interactive"
	Commands    Kind = "slash_commands"
)

// Delivery is one attempt to tell the app something.
type Delivery struct {
	Receipt string // the same for all attempts
	Kind    Kind
	Payload json.RawMessage
	Via     string // "socket 3" or a request URL; empty: there was no way
	Attempt int    // from 0
	Reason  string // of the attempt, from the second on: "timeout", "http_error"
	Sent    time.Time
	Took    time.Duration // until it was answered, or given up

	Acked   bool
	Answer  []byte // the body or payload of the acknowledgement
	Status  int    // of HTTP
	Failure string // why it was not acknowledged, as Slack says it to a retry
}

// Deliveries are all attempts that ended, in that order.
func (s *Slack) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries)
}

// Fault is how the fake misbehaves once.
type Fault struct {
	Error      string          // answered as Slack's error: "internal_error"
	Status     int             // of HTTP, 200 if 0
	RetryAfter time.Duration   // with Status 429
	Cut        bool            // the connection is cut instead of an answer
	Done       bool            // what was asked is done nevertheless, so that the app cannot know
	Hold       <-chan struct{} // the answer waits until it is closed
}

// performs reports whether what was asked is done.
func (f *Fault) performs() bool { return f.Done || f.Error == "" && f.Status == 0 && !f.Cut }

// Fail makes the next call of a method end in a fault; several calls of Fail line up.
func (s *Slack) Fail(method string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.Add(method, f)
}
