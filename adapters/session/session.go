// Package session holds what the adapters of messengers need alike, and nothing that
// only one of them knows: who the app is ([Identity]), whether it runs ([RunState]),
// events worked in order ([Dispatcher]), the state of its connections
// ([ConnectionStatus]), the sign of work ([StatusBoard]), what it remembers for a moment
// ([Cache]) and over a restart ([PersistentCache]), what became of a reply
// ([Delivered], [Delivery]), and the trial messages of the doctor ([TryAll]).
package session

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Sleep waits for d or for the end of ctx.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// DecodeLenient decodes JSON. A field that has another type than expected is left
// empty, and the rest is read: platforms add and change fields that nobody here needs.
func DecodeLenient(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// WithoutURL is a network error without the address, which may be a secret.
func WithoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// HTTPClient returns a copy of c, or a client with the timeout where c is nil, that
// follows no redirects: none of the APIs redirects, and a token must not travel.
func HTTPClient(c *http.Client, timeout time.Duration) *http.Client {
	client := http.Client{Timeout: timeout}
	if c != nil {
		client = *c
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

const (
	// SignatureLife is how old a signed request may be.
	SignatureLife = 5 * time.Minute

	maxRequest = 1 << 20 // bytes of a request's body
)

// RequirePost answers a request that is no POST, and reports whether it is one.
func RequirePost(w http.ResponseWriter, r *http.Request, platform string) bool {
	if r.Method == http.MethodPost {
		return true
	}
	w.Header().Set("Allow", http.MethodPost)
	http.Error(w, platform+" uses POST here.", http.StatusMethodNotAllowed)
	return false
}

// ErrBusy is what a body reads as while too much is being read already.
var ErrBusy = errors.New("too much is being read at once")

// ReadBody reads the body of a request from a platform, at most 1 MiB. If that fails it
// answers the request and reports false. Headers are judged before: this is where a
// stranger's bytes begin to cost memory.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if r.ContentLength > maxRequest {
		http.Error(w, "The request is longer than 1 MiB.", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if errors.Is(err, ErrBusy) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Too much at once; try again.", http.StatusServiceUnavailable)
		return nil, false
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, "The request is longer than 1 MiB.", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	if err != nil {
		http.Error(w, "The request could not be read.", http.StatusBadRequest)
		return nil, false
	}
	return body, true
}
