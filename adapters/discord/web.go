package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"time"

	"aidesk/core/chat"
)

// web calls Discord's REST API. It repeats nothing: a request whose answer was lost may
// have had its effect. The token goes out in a header and stands in no error; no error
// names a path, for those of interactions are secrets.
type web struct {
	client *http.Client
	base   *url.URL // ends with a slash, without the version
	token  string
	pace   *pace

	mu    sync.Mutex
	fault error // why Discord refuses the token, until it takes it again
}

// refusal is Discord's word that it did not do what it was asked.
type refusal struct {
	route   string // without ids and tokens
	status  int
	code    int    // Discord's own; 0: none
	message string // Discord's words
	detail  string // what is wrong with the body
	after   time.Duration
}

// Error names the route and what Discord says.
func (r *refusal) Error() string {
	out := fmt.Sprintf("%s: status %d", r.route, r.status)
	if r.code != 0 {
		out += fmt.Sprintf(", code %d", r.code)
	}
	if r.message != "" {
		out += " (" + r.message + ")"
	}
	if r.detail != "" {
		out += ": " + r.detail
	}
	return out
}

const (
	version   = "v10"
	callTime  = 10 * time.Second                         // the longest a call takes
	mostBytes = 8 << 20                                  // of an answer
	userAgent = "DiscordBot (https://aidesk.example, 1)" // Discord wants this form
)

// codeOf is the code by which Discord refused, or 0 if it did not say no.
func codeOf(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.code
	}
	return 0
}

// statusOf is the status by which Discord refused, or 0 if it did not answer so.
func statusOf(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.status
	}
	return 0
}

// limited says whether Discord, or our own pace, wants a request later.
func limited(err error) bool { return statusOf(err) == http.StatusTooManyRequests }

// call is one request.
type call struct {
	method string
	// path below the version, with %s for each of ids.
	path string
	ids  []string
	// query follows the path.
	query url.Values
	// body is sent as JSON, unless it is nil; files go with it.
	body  any
	files []chat.File
	// patience is how long it may wait for its turn.
	patience time.Duration
}

// route names a call without what is secret or of no interest in it.
func (c call) route() string { return c.method + " " + strings.ReplaceAll(c.path, "%s", "*") }

// key is the bucket of a call: its route, and the place that it is about. Discord
// counts apart what happens in different channels, servers and interactions.
func (c call) key() string {
	if strings.HasPrefix(c.path, "/webhooks/") || strings.HasPrefix(c.path, "/interactions/") {
		return c.route() + " " + strings.Join(c.ids[:min(2, len(c.ids))], "/")
	}
	return c.route() + " " + strings.Join(c.ids[:min(1, len(c.ids))], "/")
}

// ask makes a call. What Discord answers is decoded into out, unless that is nil.
func (w *web) ask(ctx context.Context, c call, out any) error {
	data, kind, err := c.encode()
	if err != nil {
		return fmt.Errorf("%s: %w", c.route(), err)
	}
	free := strings.HasPrefix(c.path, "/interactions/") || strings.HasPrefix(c.path, "/webhooks/")
	if wait, ok := w.pace.book(ctx, c.key(), free, c.patience); !ok {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%s: %w", c.route(), err)
		}
		return &refusal{route: c.route(), status: http.StatusTooManyRequests, message: "too much at once", after: wait}
	}
	header, status, answer, err := w.send(ctx, c, data, kind)
	if err != nil {
		w.pace.land(c.key(), nil, 0, 0)
		return fmt.Errorf("%s: %w", c.route(), stripped(err))
	}
	var said struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		After   float64         `json:"retry_after"`
		Errors  json.RawMessage `json:"errors"`
	}
	if status >= http.StatusMultipleChoices {
		_ = lenient(answer, &said) // a proxy's page says nothing
	}
	after := w.pace.land(c.key(), header, status, time.Duration(said.After*float64(time.Second)))
	w.judge(status, free)
	if status >= http.StatusMultipleChoices {
		return &refusal{route: c.route(), status: status, code: said.Code, message: said.Message, detail: clip(string(said.Errors), 400), after: after}
	}
	if out == nil || status == http.StatusNoContent {
		return nil
	}
	if err := lenient(answer, out); err != nil {
		return fmt.Errorf("%s: reading the answer: %w", c.route(), err)
	}
	return nil
}

// send makes a request and reads the answer.
func (w *web) send(ctx context.Context, c call, data []byte, kind string) (header http.Header, status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	escaped := make([]any, len(c.ids))
	for i, id := range c.ids {
		escaped[i] = url.PathEscape(id)
	}
	address := w.base.String() + version + fmt.Sprintf(c.path, escaped...)
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.method, address, bytes.NewReader(data))
	if err != nil {
		return nil, 0, nil, errors.New("the address cannot be used")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Authorization", "Bot "+w.token)
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, mostBytes))
	return resp.Header, resp.StatusCode, answer, err
}

// encode writes the body and says of what kind it is.
func (c call) encode() (data []byte, kind string, err error) {
	if c.body == nil {
		return nil, "", nil
	}
	if data, err = json.Marshal(c.body); err != nil || len(c.files) == 0 {
		return data, "application/json", err
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part := func(name, file, kind string, data []byte) {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name="%s"`, name)
		if file != "" {
			disposition += fmt.Sprintf(`; filename="%s"`, strings.NewReplacer(`\`, "_", `"`, "_").Replace(file))
		}
		h.Set("Content-Disposition", disposition)
		h.Set("Content-Type", kind)
		p, _ := m.CreatePart(h) // a buffer takes everything
		_, _ = p.Write(data)
	}
	part("payload_json", "", "application/json", data)
	for i, f := range c.files {
		part(fmt.Sprintf("files[%d]", i), f.Name, "text/plain; charset=utf-8", []byte(f.Text))
	}
	err = m.Close()
	return b.Bytes(), m.FormDataContentType(), err
}

// judge notes whether Discord takes the token. A token of an interaction says nothing
// about it.
func (w *web) judge(status int, free bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case free:
	case status == http.StatusUnauthorized:
		w.fault = errors.New("discord refuses the bot token: " + tokenRemedy)
	case status < http.StatusMultipleChoices:
		w.fault = nil
	}
}

// fails says why the token is refused, or nil.
func (w *web) fails() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// stripped is an error without the address, which may hold a secret.
func stripped(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// clip is the beginning of what Discord says.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
