package fake

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Object is a JSON object.
type Object = map[string]any

// maxRequest is how much of a request to the control API is read.
const maxRequest = 25 << 20

// Console is what people and programs control a fake by: the control API below /_control/,
// whose request bodies are of type R. The page in a browser uses it, too.
type Console[R any] struct {
	State *State
	// Ended is done when the fake is closed.
	Ended context.Context //nolint:containedctx // the fake's, as requests must end with it
	// Timeout bounds a control: for how long it waits until the application has answered.
	Timeout time.Duration
	// Controls are what can be done, by the last element of the path. What they return
	// is added to the answer. What is typed on the page is given to the control "say".
	Controls map[string]func(ctx context.Context, r R) (Object, error)
	// Records are what can be read, by the last element of the path.
	Records map[string]func(q url.Values) any
	// Page gathers what the page shows to a user in a channel; both may be empty.
	Page func(user, channel string) Page
}

// Routes adds the control API to a server.
func (c *Console[R]) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /_control/{control}", local(c.serveControl))
	mux.HandleFunc("GET /_control/{record}", local(c.serveRecord))
	mux.HandleFunc("GET /_control/page", local(c.servePage))
}

// local serves programs of this machine, and pages that come from the same server: no page
// from elsewhere may press buttons here, also not by a name that leads to this machine.
func local(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !Local(r) {
			http.Error(w, "this is for programs on this machine, and for its own page", http.StatusForbidden)
			return
		}
		serve(w, r)
	}
}

// Local reports whether a request names this machine by a loopback address, and comes from
// no other page.
func Local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return false
	}
	site, follows := r.Header.Get("Sec-Fetch-Site"), r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" // a link is harmless
	if site != "" && site != "same-origin" && site != "none" && !follows {
		return false
	}
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "http://"+r.Host
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

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
