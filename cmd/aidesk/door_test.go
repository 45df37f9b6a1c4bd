package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"aidesk/adapters/session"
)

// TestBodyRoom: long bodies share their room, give it back, and leave short ones theirs.
func TestBodyRoom(t *testing.T) {
	t.Parallel()
	room := &bodyRoom{held: sharedBody - 10_000}
	post := func(size int) int {
		w := httptest.NewRecorder()
		room.handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if body, ok := session.ReadBody(w, r); ok && len(body) != size {
				t.Errorf("%d bytes arrived as %d", size, len(body))
			}
		})).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(make([]byte, size))))
		return w.Code
	}
	for size, want := range map[int]int{
		freeBody: http.StatusOK, freeBody + 10_000: http.StatusOK, freeBody + 10_001: http.StatusServiceUnavailable, 2 << 20: http.StatusRequestEntityTooLarge,
	} {
		if got := post(size); got != want {
			t.Errorf("%d bytes: status %d, want %d", size, got, want)
		}
	}
	if room.held != sharedBody-10_000 {
		t.Errorf("%d bytes were not given back", room.held-sharedBody+10_000)
	}
}
