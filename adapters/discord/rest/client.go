// Package rest calls Discord's REST API: [Client] keeps to the limits that Discord's answers
// name (bucket.go), and what Discord refuses is an [Error], for which remedy.go says in
// plain words what to do.
package rest

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

	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// Client calls Discord's REST API. It repeats nothing: a request whose answer was lost may
// have had its effect. The token goes out in a header and stands in no error; no error
// names a path, for those of interactions are secrets.
type Client struct {
	client  *http.Client
	base    *url.URL // ends with a slash, without the version
	token   string
	limiter *limiter

	mu         sync.Mutex
	tokenFault error // why Discord refuses the token, until it takes it again
}

// NewClient makes a client of the API at base, which ends with a slash.
func NewClient(client *http.Client, base *url.URL, token string) *Client {
	return &Client{client: client, base: base, token: token, limiter: newLimiter(time.Now)}
}

const (
	apiVersion = "v10"
	maxAnswer  = 8 << 20                                  // of an answer
	UserAgent  = "DiscordBot (https://aidesk.example, 1)" // Discord wants this form
)

// Call is one request.
type Call struct {
	Method string
	// path below the version, with %s for each of ids.
	Path string
	IDs  []string
	// query follows the path.
	Query url.Values
	// body is sent as JSON, unless it is nil; files go with it.
	Body  any
	Files []chat.File
	// patience is how long it may wait for its turn.
	MaxWait time.Duration
}

// route names a call without what is secret or of no interest in it.
func (c Call) route() string { return c.Method + " " + strings.ReplaceAll(c.Path, "%s", "*") }

// bucketKey is the bucket of a call: its route, and the place that it is about. Discord
// counts apart what happens in different channels, servers and interactions.
func (c Call) bucketKey() string {
	if strings.HasPrefix(c.Path, "/webhooks/") || strings.HasPrefix(c.Path, "/interactions/") {
		return c.route() + " " + strings.Join(c.IDs[:min(2, len(c.IDs))], "/")
	}
	return c.route() + " " + strings.Join(c.IDs[:min(1, len(c.IDs))], "/")
}

// Do makes a call. What Discord answers is decoded into out, unless that is nil.
func (w *Client) Do(ctx context.Context, c Call, out any) error {
	data, kind, err := c.encode()
	if err != nil {
		return fmt.Errorf("%s: %w", c.route(), err)
	}
	free := strings.HasPrefix(c.Path, "/interactions/") || strings.HasPrefix(c.Path, "/webhooks/")
	if wait, ok := w.limiter.reserve(ctx, c.bucketKey(), free, c.MaxWait); !ok {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%s: %w", c.route(), err)
		}
		return &Error{route: c.route(), Status: http.StatusTooManyRequests, message: "too much at once", RetryAfter: wait}
	}
	header, status, answer, err := w.send(ctx, c, data, kind)
	if err != nil {
		w.limiter.release(c.bucketKey(), nil, 0, 0)
		return fmt.Errorf("%s: %w", c.route(), session.WithoutURL(err))
	}
	var said struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		After   float64         `json:"retry_after"`
		Errors  json.RawMessage `json:"errors"`
	}
	if status >= http.StatusMultipleChoices {
		_ = session.DecodeLenient(answer, &said) // a proxy's page says nothing
	}
	after := w.limiter.release(c.bucketKey(), header, status, time.Duration(said.After*float64(time.Second)))
	w.checkToken(status, free)
	if status >= http.StatusMultipleChoices {
		return &Error{route: c.route(), Status: status, Code: said.Code, message: said.Message, detail: Clip(string(said.Errors), 400), RetryAfter: after}
	}
	if out == nil || status == http.StatusNoContent {
		return nil
	}
	if err := session.DecodeLenient(answer, out); err != nil {
		return fmt.Errorf("%s: reading the answer: %w", c.route(), err)
	}
	return nil
}

// send makes a request and reads the answer.
func (w *Client) send(ctx context.Context, c Call, data []byte, kind string) (header http.Header, status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	escaped := make([]any, len(c.IDs))
	for i, id := range c.IDs {
		escaped[i] = url.PathEscape(id)
	}
	address := w.base.String() + apiVersion + fmt.Sprintf(c.Path, escaped...)
	if len(c.Query) > 0 {
		address += "?" + c.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, address, bytes.NewReader(data))
	if err != nil {
		return nil, 0, nil, errors.New("the address cannot be used")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("User-Agent", UserAgent)
	req.Header.Set("Authorization", "Bot "+w.token)
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp.Header, resp.StatusCode, answer, err
}

// encode writes the body and says of what kind it is.
func (c Call) encode() (data []byte, kind string, err error) {
	if c.Body == nil {
		return nil, "", nil
	}
	if data, err = json.Marshal(c.Body); err != nil || len(c.Files) == 0 {
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
	for i, f := range c.Files {
		part(fmt.Sprintf("files[%d]", i), f.Name, "text/plain; charset=utf-8", []byte(f.Text))
	}
	err = m.Close()
	return b.Bytes(), m.FormDataContentType(), err
}

// checkToken notes whether Discord takes the token. A token of an interaction says nothing
// about it.
func (w *Client) checkToken(status int, free bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case free:
	case status == http.StatusUnauthorized:
		w.tokenFault = errors.New("discord refuses the bot token: " + TokenRemedy)
	case status < http.StatusMultipleChoices:
		w.tokenFault = nil
	}
}

// TokenFault says why the token is refused, or nil.
func (w *Client) TokenFault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tokenFault
}

// Clip is the beginning of what Discord says.
func Clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
