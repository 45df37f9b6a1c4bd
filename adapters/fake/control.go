package fake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Object is a JSON object.
type Object = map[string]any

// maxRequest is how much of a request to the control API is read.
const maxRequest = 25 << 20

// Console is what people and programs control a fake by: a page in the browser, and the
// control API below /_control/, whose request bodies are of type R.
type Console[R any] struct {
	State *State
	// Ended is done when the fake is closed.
	Ended context.Context //nolint:containedctx // the fake's, as requests must end with it
	// Timeout bounds a control: for how long it waits until the application has answered.
	Timeout time.Duration
	// Controls are what can be done, by the last element of the path. What they return
	// is added to the answer. The page's text field is the control "say".
	Controls map[string]func(ctx context.Context, r R) (Object, error)
	// Records are what can be read, by the last element of the path.
	Records map[string]func(q url.Values) any
	// Page gathers what the page shows to a user in a channel; both may be empty.
	Page func(user, channel string) Page
}

// Routes adds the page and the control API to a server.
func (c *Console[R]) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /_control/{control}", c.serveControl)
	mux.HandleFunc("GET /_control/{record}", c.serveRecord)
	mux.HandleFunc("GET /_control/changed", c.serveChanged)
	mux.HandleFunc("POST /_page/{control}", c.servePageControl)
	mux.HandleFunc("GET /{$}", c.servePage)
}

// run runs one control and waits until the application has answered it.
func (c *Console[R]) run(ctx context.Context, name string, r R) (Object, error) {
	control, ok := c.Controls[name]
	if !ok {
		return nil, fmt.Errorf("there is no control %q", name)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return control(ctx, r)
}

// serveControl runs the control that a JSON body describes. The answer is {"ok":true,…},
// or {"ok":false,"error":…} with status 409.
func (c *Console[R]) serveControl(w http.ResponseWriter, r *http.Request) {
	var request R
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err == nil {
		err = json.Unmarshal(body, &request)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, Object{"ok": false, "error": "the body is no JSON object of a control: " + err.Error()})
		return
	}
	result, err := c.run(r.Context(), r.PathValue("control"), request)
	if err != nil {
		writeJSON(w, http.StatusConflict, Object{"ok": false, "error": err.Error()})
		return
	}
	out := Object{"ok": true}
	maps.Copy(out, result)
	writeJSON(w, http.StatusOK, out)
}

// serveRecord answers with what the fake has recorded.
func (c *Console[R]) serveRecord(w http.ResponseWriter, r *http.Request) {
	record, ok := c.Records[r.PathValue("record")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, record(r.URL.Query()))
}

// longPoll is how long serveChanged waits at most.
const longPoll = 25 * time.Second

// serveChanged answers true as soon as the version is above the one in the query
// (?after=12; without, above the present one), or false after a while; nothing when the
// fake is closed.
func (c *Console[R]) serveChanged(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		c.State.Lock()
		after = c.State.Version()
		c.State.Unlock()
	}
	ctx, cancel := context.WithTimeout(r.Context(), longPoll)
	defer cancel()
	defer context.AfterFunc(c.Ended, cancel)()
	_, err = c.State.After(ctx, after)
	if err == nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		writeJSON(w, http.StatusOK, err == nil)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
