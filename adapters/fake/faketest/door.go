package faketest

import (
	"net/http"
	"sync"
)

// Handler is the address of an app that is started anew while its platform keeps calling it: who
// stands behind it changes. With nobody there it answers 404.
type Handler struct {
	mu      sync.Mutex
	handler http.Handler
}

// Set puts a handler behind the door.
func (d *Handler) Set(h http.Handler) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handler = h
}

// ServeHTTP serves with the newest handler.
func (d *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	h := d.handler
	d.mu.Unlock()
	if h == nil {
		h = http.NotFoundHandler()
	}
	h.ServeHTTP(w, r)
}
