package main

import (
	"crypto/subtle"
	"io"
	"net/http"
	"strings"
	"sync"

	"aidesk/adapters/session"
)

// Bounds of what strangers can make the web server hold before they have shown who they are.
const (
	freeBody   = 16 << 10 // bytes of each request's body that always have room: most events are shorter
	sharedBody = 16 << 20 // bytes of all bodies beyond that together
)

// bodyRoom bounds the bytes of bodies that are held at once over all webhooks.
type bodyRoom struct {
	mu   sync.Mutex
	held int64
}

// handler bounds the bodies of requests to next: a body for which there is no room reads as
// session.ErrBusy.
func (m *bodyRoom) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := &countedBody{ReadCloser: http.MaxBytesReader(w, r.Body, maxRequestBody), room: m}
		defer body.release()
		r.Body = body
		next.ServeHTTP(w, r)
	})
}

// countedBody is a body that takes room for what is read of it beyond freeBody.
type countedBody struct {
	io.ReadCloser
	room        *bodyRoom
	read, taken int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if more := b.read - freeBody - b.taken; more > 0 {
		if !b.room.take(more) {
			return 0, session.ErrBusy
		}
		b.taken += more
	}
	return n, err
}

func (b *countedBody) release() { b.room.take(-b.taken) }

func (m *bodyRoom) take(bytes int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if bytes > 0 && m.held+bytes > sharedBody {
		return false
	}
	m.held += bytes
	return true
}

// withToken serves next to those who send the token as a bearer, and to nobody where there is
// no token.
func withToken(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token == "" {
			writeLine(w, http.StatusNotFound, "metrics are served once http.metrics_token is set")
			return
		}
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			writeLine(w, http.StatusUnauthorized, "send http.metrics_token as a bearer token")
			return
		}
		next.ServeHTTP(w, r)
	})
}
