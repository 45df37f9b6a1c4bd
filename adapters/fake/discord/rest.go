package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"aidesk/adapters/fake"
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
	fault := d.faults.Take(record.Name())
	var result any
	var err error
	if fault == nil || fault.performs() {
		result, err = c.runRoute(m, other, broken, &record, w.Header())
	}
	status, body := c.response(result, err, fault, w.Header())
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

	if fault != nil {
		fake.Delay(d.ctx, r, fault.Hold, fault.Cut)
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
func (c *call) response(result any, err error, fault *Fault, h http.Header) (int, []byte) {
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
		status, result = fault.Status, fault.rateLimitBody(h)
	case fault != nil && fault.Status > 0:
		status, result = fault.Status, object{"message": fault.Message, "code": fault.Code}
	case refused:
		status, result = r.status, r.body()
	case err != nil:
		status, result = http.StatusInternalServerError, object{"message": "500: Internal Server Error", "code": 0}
	case result == nil:
		return http.StatusNoContent, nil
	}
	body, _ := json.Marshal(result)
	return status, body
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
		result, err := url.PathUnescape(parts[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(p, "{"):
			vars[p[1:len(p)-1]] = result
		case p != result:
			return nil, false
		}
	}
	return vars, true
}

// Sizes of requests and files, in bytes.
const (
	maxBody = 25 << 20
	maxFile = 10 << 20
)

// upload is a file of a request; n is the number by which attachments name it.
type upload struct {
	number int
	File
}

// filePart names a file of a multipart body. Undocumented, and taken by Discord: file0.
var filePart = regexp.MustCompile(`^files?\[?(\d+)\]?$`)

// readBody reads the body of a request: JSON, or a multipart form with payload_json.
func (c *call) readBody(r *http.Request, record *Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return refuse(entityTooLarge)
		}
		return refuse(invalidJSON)
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
		return nil
	case kind == "multipart/form-data":
		record.Multipart = true
		if body, err = c.readParts(multipart.NewReader(bytes.NewReader(body), params["boundary"])); err != nil {
			return err
		}
		for _, f := range c.files {
			record.Files = append(record.Files, f.File)
		}
	case kind != "application/json":
		return &apiError{
			status: http.StatusBadRequest, code: invalidForm,
			message: `Expected "Content-Type" header to be one of {'application/json'}.`,
		}
	}
	if len(body) == 0 {
		return nil
	}
	record.Body = body
	return c.decodeJSON(body)
}

// decodeJSON takes a JSON body apart. Numbers stay as they are written.
func (c *call) decodeJSON(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil || decoder.More() {
		return refuse(invalidJSON)
	}
	switch v := v.(type) {
	case object:
		c.form = v
	case []any:
		c.list = v
	default:
		return invalidField("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
	}
	return nil
}

// readParts reads a multipart form, and returns its JSON.
func (c *call) readParts(form *multipart.Reader) ([]byte, error) {
	var payload []byte
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return payload, nil
		}
		if err != nil {
			return nil, invalidField("", "CONTENT_TYPE_INVALID", "the multipart form is broken")
		}
		body, err := io.ReadAll(p)
		if err != nil {
			return nil, invalidField("", "CONTENT_TYPE_INVALID", "the multipart form is broken")
		}
		switch found := filePart.FindStringSubmatch(p.FormName()); {
		case p.FormName() == "payload_json":
			payload = body
		case found != nil && p.FileName() != "":
			if len(body) > maxFile {
				return nil, refuse(entityTooLarge)
			}
			n, _ := strconv.Atoi(found[1])
			kind := p.Header.Get("Content-Type")
			if kind == "" {
				kind = "application/octet-stream"
			}
			c.files = append(c.files, upload{n, File{Name: cleanName(p.FileName()), Type: kind, Content: body}})
		default:
			return nil, invalidField("", "CONTENT_TYPE_INVALID", "the multipart form has an unknown part %q", p.FormName())
		}
	}
}

// cleanName is a file's name as Discord keeps it.
func cleanName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, name)
}

// content is what a request wants a message to say, with the files that came along.
type content struct {
	rule.Message

	files []upload
}

// readContent reads the body of a request that makes or changes a message. def is what
// may be mentioned when the body does not say it.
func readContent(form object, files []upload, def rule.Mentions) (content, error) {
	var numbers []int
	for _, f := range files {
		numbers = append(numbers, f.number)
	}
	m, faults := rule.ReadMessage(form, numbers, def)
	return content{m, files}, invalidFormBody(faults)
}
