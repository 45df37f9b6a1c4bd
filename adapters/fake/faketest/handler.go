package faketest

import (
	"net/http"
	"sync"
)

// Handler is an http.Handler that can be replaced while it serves, as when an app is
// restarted at the same address. Without a handler set it answers 404.
type Handler struct {
	mu      sync.Mutex
	current http.Handler
}

// Set replaces the handler.
func (h *Handler) Set(next http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.current = next
}

// ServeHTTP serves with the handler that was set last.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	current := h.current
	h.mu.Unlock()
	if current == nil {
		current = http.NotFoundHandler()
	}
	current.ServeHTTP(w, r)
}
