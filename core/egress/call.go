package egress

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// Request is a call of a plugin's API as it goes to the network. Nothing is
// added to it but a User-Agent, Accept-Encoding and what HTTP itself needs.
type Request struct {
	Method  string
	URL     string // absolute
	Header  http.Header
	Body    []byte        // nil for none
	Effect  bool          // sent at most once, on a connection of its own, redirects not followed
	Port    uint16        // a port besides 80 and 443 that an admin approved with the plugin; 0 for none
	Timeout time.Duration // for everything together; defaults to 45 s
	Limit   int64         // of the decompressed body in bytes; defaults to 1 MiB
}

// Response is the answer to a [Request].
type Response struct {
	Status    int // as answered; a status other than 200 is no error, a redirect that was not followed neither
	Header    http.Header
	Body      []byte // decompressed
	Truncated bool   // there was more than Body
}

// Sent says how far a request came.
type Sent int

// How far a request came.
const (
	Unsent   Sent = iota // no byte of the request left: it may be tried again
	Unknown              // it was sent or may have been, and no answer came
	Answered             // the status and header of the answer arrived, so the outcome is known
)

// String gives the word for a log.
func (s Sent) String() string { return [...]string{"unsent", "unknown", "answered"}[s] }

// Do sends a call of a plugin; plugin is as for Fetch. A read (GET or HEAD) follows up to 5 redirects
// within its own origin; every other redirect is the answer. When the body of an
// answer breaks off, the response holds what had come, with [Answered] and an
// error.
//
// The error is [ErrRefused], [ErrTimeout] or another failure of the network, in
// one line that never carries the path or query of the URL.
func (g *Guard) Do(ctx context.Context, plugin string, request Request) (Response, Sent, error) {
	u, err := parse(request.URL)
	if err != nil {
		return Response{}, Unsent, err
	}
	if request.Timeout <= 0 {
		request.Timeout = callTime
	}
	if request.Limit <= 0 {
		request.Limit = callLimit
	}
	h := hop{kind: Read, plugin: plugin, url: u, port: request.Port}
	if request.Effect {
		h.kind = Effect
	}
	way, err := g.route(h)
	if err != nil {
		return Response{}, Unsent, err
	}
	ctx, cancel := context.WithTimeout(ctx, request.Timeout)
	defer cancel()
	for follow := maxRedirects; ; follow-- {
		response, sent, err := g.send(ctx, way, h, request)
		if err != nil {
			return Response{}, sent, err
		}
		next := g.follow(way, h, request, response)
		if next == nil {
			defer func() { _ = response.Body.Close() }()
			return request.answer(response, h.url)
		}
		_ = response.Body.Close()
		if follow == 0 {
			return Response{}, Unknown, &guardError{text: fmt.Sprintf("%s redirects more than %d times", hostOf(u), maxRedirects)}
		}
		h.from, h.url = h.url, next
	}
}

// follow gives the address at which a read goes on; nil when the response is
// the answer. It goes on only by the same transports: a rule that opens a host to calls may
// not open it to redirects.
func (g *Guard) follow(used *transports, h hop, request Request, response *http.Response) *url.URL {
	if request.Effect || request.Method != http.MethodGet && request.Method != http.MethodHead {
		return nil
	}
	next, err := target(response, h.url)
	if err != nil || next == nil || !sameOrigin(h.url, next) {
		return nil
	}
	h.from, h.url = h.url, next
	if way, err := g.route(h); err != nil || way != used {
		return nil
	}
	return next
}

// send makes one exchange.
func (g *Guard) send(ctx context.Context, way *transports, h hop, request Request) (*http.Response, Sent, error) {
	var body io.Reader
	if len(request.Body) > 0 {
		body = bytes.NewReader(request.Body)
	}
	// A connection is got before the first byte of the request and after the
	// last of what may fail without one: name, dial, proxy and TLS handshake.
	var got atomic.Bool
	transport := way.reused
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got.Store(true) }})
	if request.Effect {
		transport = way.single
		ctx = context.WithValue(ctx, attemptKey{}, new(attempt))
	}
	out, err := http.NewRequestWithContext(ctx, request.Method, h.url.String(), body)
	if err != nil || request.Method == http.MethodConnect {
		return nil, Unsent, refuse("the request to %s has no method or address that can be sent", hostOf(h.url))
	}
	if request.Effect {
		out.GetBody = nil
	}
	if request.Header != nil {
		out.Header = request.Header.Clone()
	}
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", g.agent(h.kind))
	}
	response, err := transport.RoundTrip(out)
	switch {
	case err == nil:
		return response, Answered, nil
	case got.Load():
		return nil, Unknown, describeError(err, hostOf(h.url))
	}
	return nil, Unsent, describeError(err, hostOf(h.url))
}

// answer reads a response within the request's limit.
func (r Request) answer(response *http.Response, from *url.URL) (Response, Sent, error) {
	answer := Response{Status: response.StatusCode, Header: response.Header}
	var err error
	answer.Body, answer.Truncated, err = readBody(response.Body, r.Limit)
	if err != nil {
		return answer, Answered, describeError(err, hostOf(from))
	}
	return answer, Answered, nil
}
