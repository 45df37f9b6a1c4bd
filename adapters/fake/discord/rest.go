package discord

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// call is a request of a route. The fake is locked while it runs.
type call struct {
	*Discord
	vars    map[string]string
	query   url.Values
	version string
	form    object // the body, when it is an object
	list    []any  // the body, when it is an array
	files   []upload
	status  int // of a good answer; 0: 200, or 204 without a body
}

// userAgent is how applications have to name themselves.
var userAgent = regexp.MustCompile(`^DiscordBot \(\S+, \S+\)`)

// serveAPI serves the REST API.
func (d *Discord) serveAPI(w http.ResponseWriter, r *http.Request) {
	record := Request{Method: r.Method, Version: r.PathValue("version"), Query: r.URL.RawQuery, Header: r.Header.Clone()}
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/api/"), "/")
	record.Path = "/" + path
	record.Authorized = r.Header.Get("Authorization") == "Bot "+Token
	record.Header.Del("Authorization")
	c := &call{Discord: d, query: r.URL.Query(), version: record.Version}
	m, vars, other := findRoute(r.Method, record.Path)
	c.vars = vars
	broken := c.readBody(r, &record)

	d.mu.Lock()
	if m != nil {
		record.Route = m.path
	}
	record.Time = d.Clock.Now()
	fault := d.takeFault(record.Name())
	var said any
	var err error
	if fault == nil || fault.performs() {
		said, err = c.runRoute(m, other, broken, &record, w.Header())
	}
	status, body := c.response(said, err, fault, w.Header())
	if fault != nil && fault.Cut {
		status, body = 0, nil
	}
	record.Status, record.Answer = status, body
	if status >= http.StatusBadRequest {
		var wrong struct {
			Code    int
			Message string
		}
		_ = json.Unmarshal(body, &wrong)
		record.Code, record.Error = wrong.Code, wrong.Message
	}
	d.addRequest(record)
	d.mu.Changed()
	d.mu.Unlock()

	if fault != nil && fault.Hold != nil {
		select {
		case <-fault.Hold:
		case <-d.ctx.Done():
		case <-r.Context().Done():
		}
	}
	if fault != nil && fault.Cut {
		panic(http.ErrAbortHandler)
	}
	if body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// runRoute does what is asked, if it may be done. The lock is held.
func (c *call) runRoute(m *route, other bool, broken error, r *Request, h http.Header) (any, error) {
	switch {
	case !userAgent.MatchString(r.Header.Get("User-Agent")):
		return nil, refuse(internalNetwork) // so says the guard before the API
	case c.version != "v9" && c.version != "v10":
		return nil, refuse(invalidVersion)
	case m == nil && other:
		return nil, httpError(http.StatusMethodNotAllowed)
	case m == nil:
		return nil, httpError(http.StatusNotFound)
	case !m.open && !r.Authorized:
		return nil, httpError(http.StatusUnauthorized)
	}
	for _, name := range []string{"channel", "message", "user", "guild", "command", "interaction"} {
		if id, ok := c.vars[name]; ok && !rule.IsSnowflake(id) {
			return nil, invalidField(name+"_id", "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", id)
		}
	}
	if f := c.rateLimit(m, c.vars, h); f != nil {
		return nil, &tooMany{f}
	}
	if broken != nil {
		return nil, broken
	}
	return m.run(c)
}

// tooMany says that a request came too early.
type tooMany struct{ *Fault }

// Error is Discord's words.
func (t *tooMany) Error() string { return "You are being rate limited." }

// response is the status and the body of the answer.
func (c *call) response(said any, err error, fault *Fault, h http.Header) (int, []byte) {
	status := c.status
	if status == 0 {
		status = http.StatusOK
	}
	if fault == nil {
		if early, ok := errors.AsType[*tooMany](err); ok {
			fault = early.Fault
		}
	}
	switch r, refused := errors.AsType[*apiError](err); {
	case fault != nil && fault.Status == http.StatusTooManyRequests:
		status, said = fault.Status, fault.rateLimitBody(h)
	case fault != nil && fault.Status > 0:
		status, said = fault.Status, object{"message": fault.Message, "code": fault.Code}
	case refused:
		status, said = r.status, r.body()
	case err != nil:
		status, said = http.StatusInternalServerError, object{"message": "500: Internal Server Error", "code": 0}
	case said == nil:
		return http.StatusNoContent, nil
	}
	body, _ := json.Marshal(said)
	return status, body
}

// takeFault takes the fault that waits for a route, if one does. The lock is held.
func (d *Discord) takeFault(name string) *Fault {
	if len(d.faults[name]) == 0 {
		return nil
	}
	f := d.faults[name][0]
	d.faults[name] = d.faults[name][1:]
	return &f
}

// findRoute finds the route of a path, and what stands for its variables. other says
// that there is one for another verb.
func findRoute(verb, path string) (m *route, vars map[string]string, other bool) {
	parts := strings.Split(path, "/")
	for i := range routes {
		found, ok := matchRoute(routes[i].path, parts)
		if ok && routes[i].verb == verb {
			return &routes[i], found, false
		}
		other = other || ok
	}
	return nil, nil, other
}

func matchRoute(route string, parts []string) (map[string]string, bool) {
	vars, pattern := map[string]string{}, strings.Split(route, "/")
	if len(pattern) != len(parts) {
		return nil, false
	}
	for i, p := range pattern {
		said, err := url.PathUnescape(parts[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(p, "{"):
			vars[p[1:len(p)-1]] = said
		case p != said:
			return nil, false
		}
	}
	return vars, true
}
