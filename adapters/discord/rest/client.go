// Package rest calls Discord's REST API. [Client] waits for rate limits before Discord has
// to refuse (limiter.go). What Discord refuses is an [Error]; errors.go also says what an
// admin can do about it.
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

// Client calls Discord's REST API. It never repeats a request, because one whose answer
// was lost may have had an effect. Errors contain neither the token nor the path, since
// the path of an interaction is a secret.
type Client struct {
	client  *http.Client
	base    *url.URL // ends with a slash, without the version
	token   string
	limiter *limiter

	mu         sync.Mutex
	tokenFault error // why Discord refuses the token; nil when it accepts it
}

// NewClient makes a client of the API at base, which ends with a slash.
func NewClient(client *http.Client, base *url.URL, token string) *Client {
	return &Client{client: client, base: base, token: token, limiter: newLimiter(time.Now)}
}

const (
	apiVersion = "v10"
	maxAnswer  = 8 << 20 // bytes of an answer

	// UserAgent has the form that Discord requires.
	UserAgent = "DiscordBot (https://aidesk.example, 1)"
)

// Call is one request.
type Call struct {
	Method string
	// Path is below the version, with %s for each of IDs.
	Path string
	IDs  []string
	// Query follows the path.
	Query url.Values
	// Body is sent as JSON, unless it is nil; Files are sent with it.
	Body  any
	Files []chat.File
	// MaxWait is how long to wait for a rate limit.
	MaxWait time.Duration
}

// route names a call without ids and secrets.
func (c Call) route() string { return c.Method + " " + strings.ReplaceAll(c.Path, "%s", "*") }

// bucketKey is the key of a call's rate limit: its route and its main id. Discord limits
// each channel, server and interaction separately.
func (c Call) bucketKey() string {
	if strings.HasPrefix(c.Path, "/webhooks/") || strings.HasPrefix(c.Path, "/interactions/") {
		return c.route() + " " + strings.Join(c.IDs[:min(2, len(c.IDs))], "/")
	}
	return c.route() + " " + strings.Join(c.IDs[:min(1, len(c.IDs))], "/")
}

// Do makes a call and decodes the answer into out, unless out is nil. If Discord
// refuses, or the rate limit would take longer than MaxWait, the error is an *Error.
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
		_ = session.DecodeLenient(answer, &said) // the page of a proxy is not JSON
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

// encode returns the body and its content type.
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

// checkToken remembers whether Discord accepts the token. Calls with the token of an
// interaction (free) say nothing about it.
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

// TokenFault returns why Discord refuses the token, or nil.
func (w *Client) TokenFault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tokenFault
}

// Clip cuts a text of Discord after some bytes.
func Clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
