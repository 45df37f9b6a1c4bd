package slack_test

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
)

// ears is a Slack that says yes to everything, for tests in which time stands still.
// Where busy is set, it says after so many messages, once, that this was too much.
type ears struct {
	busy int

	mu    sync.Mutex
	heard []string
}

func (e *ears) client() *http.Client { return &http.Client{Transport: e} }

// RoundTrip answers a request.
func (e *ears) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy > 0 && len(e.heard) == e.busy {
		e.busy = 0
		return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"2"}}, Body: http.NoBody, Request: r}, nil
	}
	e.heard = append(e.heard, path.Base(r.URL.Path))
	body := fmt.Sprintf(`{"ok":true,"channel":"C1","ts":"1700000000.%06d"}`, len(e.heard))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// calls is how often a method was called.
func (e *ears) calls(method string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, h := range e.heard {
		if h == method {
			n++
		}
	}
	return n
}
