package egress

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// breaker answers the first request on every connection and reads the second
// one whole, then hangs up: what provokes net/http to send again.
type breaker struct {
	net.Listener
	first bool // hang up on the first request already

	mu   sync.Mutex
	seen []string // methods
}

func newBreaker(t *testing.T, first bool) *breaker {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &breaker{Listener: listener, first: first}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go b.serve(conn)
		}
	}()
	return b
}

func (b *breaker) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		b.mu.Lock()
		b.seen = append(b.seen, request.Method)
		b.mu.Unlock()
		if b.first || request.Method != http.MethodGet {
			return
		}
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	}
}

func (b *breaker) count(method string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, m := range b.seen {
		if m == method {
			n++
		}
	}
	return n
}

// A call with effect is sent once, whatever its header and however the
// connection ends. The reads in the table show that the server does provoke
// what is to be prevented.
func TestSentOnce(t *testing.T) {
	key := http.Header{"Idempotency-Key": {"k"}}
	for _, c := range []struct {
		name    string
		request Request
		want    int
	}{
		{"effect with body", Request{Method: "POST", Header: key, Body: []byte("{}"), Effect: true}, 1},
		{"effect without body", Request{Method: "POST", Header: key, Effect: true}, 1},
		{"deletion", Request{Method: "DELETE", Header: key, Effect: true}, 1},
		{"GET with effect", Request{Method: "OPTIONS", Header: key, Effect: true}, 1},
		{"read with body", Request{Method: "POST", Header: key, Body: []byte("{}")}, 2},
		{"read without body", Request{Method: "POST", Header: key}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBreaker(t, false)
			g, err := New(Rules{AllowHosts: []string{b.Addr().String()}, AllowAll: true})
			if err != nil {
				t.Fatal(err)
			}
			defer idle(g)
			c.request.URL = "http://" + b.Addr().String() + "/?key=SECRET"
			warm := Request{Method: "GET", URL: c.request.URL}
			if _, _, err := g.Do(t.Context(), "p", warm); err != nil { // a kept connection stands ready
				t.Fatal(err)
			}
			_, sent, err := g.Do(t.Context(), "p", c.request)
			if err == nil || sent != Unknown || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("got %s, %v, want unknown", sent, err)
			}
			if got := b.count(c.request.Method); got != c.want {
				t.Errorf("the server saw it %d times, want %d", got, c.want)
			}
		})
	}
}

// The client for libraries holds to the same.
func TestClientSendsOnce(t *testing.T) {
	b := newBreaker(t, true)
	g, err := New(Rules{AllowHosts: []string{b.Addr().String()}, AllowAll: true})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+b.Addr().String(), strings.NewReader("code=1"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", "k")
	response, err := g.Client("p").Do(request)
	if err == nil {
		_ = response.Body.Close()
		t.Fatal("an answer from a broken connection")
	}
	if got := b.count("POST"); got != 1 {
		t.Errorf("the server saw it %d times", got)
	}
}

func TestClient(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			_, _ = w.Write(make([]byte, callLimit+1))
			return
		}
		fmt.Fprint(w, r.UserAgent())
		if r.URL.Path == "/redirect" {
			t.Error("unreachable: written above")
		}
	})
	moved := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, server.URL, http.StatusTemporaryRedirect)
	})
	client := local(t, server, moved).Client("p")
	for _, c := range []struct {
		url    string
		status int
		fault  string
	}{
		{server.URL, 200, ""},
		{moved.URL, 307, ""},
		{server.URL + "/large", 200, "request body too large"},
		{"http://127.0.0.1/", 0, "127.0.0.1:80 is a loopback address"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		status, err := func() (int, error) {
			response, err := client.Do(request)
			if err != nil {
				return 0, err
			}
			defer func() { _ = response.Body.Close() }()
			_, err = io.Copy(io.Discard, response.Body)
			return response.StatusCode, err
		}()
		if status != c.status || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: got %d, %v", c.url, status, err)
		}
	}
}

func TestOneDialPerAttempt(t *testing.T) {
	server := serve(t, publicSite)
	g := local(t, server)
	ctx := context.WithValue(t.Context(), attemptKey{}, new(attempt))
	conn, err := g.dial(ctx, server.Listener.Addr().String(), notMetadata)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if _, err = g.dial(ctx, server.Listener.Addr().String(), notMetadata); err == nil {
		t.Error("a second connection for one attempt")
	}
}

func TestDo(t *testing.T) {
	var got *http.Request
	var body string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		switch r.URL.Path {
		case "/large":
			fmt.Fprint(w, long(100))
		case "/broken":
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "half")
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, long(1000))
			_ = z.Close()
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusTemporaryRedirect)
		default:
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, "tea")
		}
	})
	server.Config.ErrorLog = quiet()
	g := local(t, server)
	header := http.Header{"X-Key": {"secret"}, "Content-Type": {"application/json"}}
	for _, c := range []struct {
		path    string
		request Request
		want    Response
		sent    Sent
		fault   string
		seen    string
	}{
		{"/a?b=c#d", Request{Method: "POST", Header: header, Body: []byte(`{"x":1}`), Effect: true}, Response{Status: 418, Body: []byte("tea")}, Answered, "", `POST /a?b=c {"x":1} secret`},
		{"/a", Request{Method: "PUT", Header: header, Body: []byte("1")}, Response{Status: 418, Body: []byte("tea")}, Answered, "", "PUT /a 1 secret"},
		{"/a", Request{Method: "DELETE", Effect: true}, Response{Status: 418, Body: []byte("tea")}, Answered, "", "DELETE /a  "},
		{"/large", Request{Method: "GET", Limit: 10}, Response{Status: 200, Body: []byte(long(10)), Truncated: true}, Answered, "", "GET /large  "},
		{"/large", Request{Method: "GET", Limit: 100}, Response{Status: 200, Body: []byte(long(100))}, Answered, "", "GET /large  "},
		{"/gzip", Request{Method: "POST", Effect: true, Limit: 10}, Response{Status: 200, Body: []byte(long(10)), Truncated: true}, Answered, "", "POST /gzip  "},
		{"/broken", Request{Method: "POST", Effect: true}, Response{Status: 200, Body: []byte("half")}, Answered, " closed the connection before the answer was complete", "POST /broken  "},
		{"/moved", Request{Method: "POST", Body: []byte("1"), Effect: true}, Response{Status: 307}, Answered, "", "POST /moved 1 "},
		{"/moved", Request{Method: "POST", Body: []byte("1")}, Response{Status: 307}, Answered, "", "POST /moved 1 "},
		{"/moved", Request{Method: "GET", Header: header}, Response{Status: 418, Body: []byte("tea")}, Answered, "", "GET /here  secret"},
		{"/loop", Request{Method: "GET"}, Response{}, Unknown, " redirects more than 5 times", "GET /loop  "},
		{"/a", Request{Method: "CONNECT", Effect: true}, Response{}, Unsent, "the request to " + server.Listener.Addr().String() + " has no method or address that can be sent", ""},
		{"/a", Request{Method: "BAD METHOD"}, Response{}, Unsent, "the request to " + server.Listener.Addr().String() + " has no method or address that can be sent", ""},
		{"/a", Request{Method: "GET", Header: http.Header{"X-A": {"a\nb"}}}, Response{}, Unsent, ` was not asked: invalid header field value for "X-A"`, ""},
	} {
		got, body = nil, ""
		c.request.URL = server.URL + c.path
		answer, sent, err := g.Do(t.Context(), "p", c.request)
		answer.Header = nil
		if len(answer.Body) == 0 {
			answer.Body = nil
		}
		if diff := cmp.Diff(c.want, answer); diff != "" || sent != c.sent {
			t.Errorf("%s %s: got %s, want %s\n%s", c.request.Method, c.path, sent, c.sent, diff)
		}
		fault := ""
		if err != nil {
			fault = strings.TrimPrefix(err.Error(), server.Listener.Addr().String())
		}
		if fault != c.fault {
			t.Errorf("%s %s: got fault %q, want %q", c.request.Method, c.path, fault, c.fault)
		}
		seen := ""
		if got != nil {
			seen = fmt.Sprint(got.Method, " ", got.URL, " ", body, " ", got.Header.Get("X-Key"))
			if got.UserAgent() != "aidesk/dev" || got.Header.Get("Referer") != "" {
				t.Errorf("%s: header %v", c.path, got.Header)
			}
		}
		if seen != c.seen {
			t.Errorf("%s %s: the server saw %q, want %q", c.request.Method, c.path, seen, c.seen)
		}
	}
}

// What is unsent, unknown and answered when time is up or the caller stops.
func TestSentWhenStopped(t *testing.T) {
	arrived := make(chan struct{}, 1)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	g := local(t, server)
	call := Request{Method: "POST", URL: server.URL, Body: []byte("1"), Effect: true, Timeout: 50 * time.Millisecond}
	_, sent, err := g.Do(t.Context(), "p", call)
	if sent != Unknown || !errors.Is(err, ErrTimeout) {
		t.Errorf("silence: got %s, %v", sent, err)
	}
	<-arrived
	call.Timeout = 0
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, sent, err = g.Do(ctx, "p", call)
	if sent != Unknown || !errors.Is(err, context.Canceled) {
		t.Errorf("stopped after sending: got %s, %v", sent, err)
	}
	_, sent, err = g.Do(ctx, "p", call)
	if sent != Unsent || !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before: got %s, %v", sent, err)
	}
	server.Close()
	_, sent, err = g.Do(t.Context(), "p", call)
	if sent != Unsent || err == nil || !strings.HasSuffix(err.Error(), "cannot be reached: connection refused") {
		t.Errorf("nobody listens: got %s, %v", sent, err)
	}
}

// A body that is sent in the end is the one that was given, large or small.
func TestLargeBodyArrives(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789"), 100_000)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(body, want) || r.ContentLength != int64(len(want)) {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	answer, _, err := local(t, server).Do(t.Context(), "p", Request{Method: "PUT", URL: server.URL, Body: want, Effect: true})
	if err != nil || answer.Status != 200 {
		t.Errorf("got %d, %v", answer.Status, err)
	}
}
