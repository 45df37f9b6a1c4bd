package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"aidesk/adapters/session"
)

// client calls Slack's Web API. It retries nothing: a request whose answer was lost may
// have taken effect. Tokens are sent in a header and appear in no error.
type client struct {
	http  *http.Client
	base  *url.URL // ends with a slash
	token string
	now   func() time.Time

	mu           sync.Mutex
	blockedUntil map[string]time.Time // by method, or method and channel: when Slack's rate limit ends
	scopes       string               // as the last answer named them, comma-separated
	tokenFault   error                // why Slack refuses the token; nil: it does not
}

// apiError is an answer of Slack that refuses a call.
type apiError struct {
	method   string
	code     string
	needed   string // scopes
	provided string
	detail   []string
	after    time.Duration // of ratelimited
}

// Error names the method and the code, and what Slack says about it.
func (r *apiError) Error() string {
	out := r.method + ": " + r.code
	if r.needed != "" {
		out += ", needs the scope " + r.needed
	}
	if len(r.detail) > 0 {
		out += " (" + strings.Join(r.detail, "; ") + ")"
	}
	return out
}

// codeRateLimited is the code of an apiError for a rate limit.
const codeRateLimited = "ratelimited"

const maxResponse = 8 << 20 // of an answer

// codeOf returns the code of an apiError, or "" for any other error.
func codeOf(err error) string {
	if r, ok := errors.AsType[*apiError](err); ok {
		return r.code
	}
	return ""
}

// call calls a method with the bot token. A body of url.Values is sent as a form, any
// other as JSON. about is the channel if Slack limits the method's rate per channel, else
// empty. The answer is decoded into out, unless that is nil.
func (w *client) call(ctx context.Context, method, about string, body, out any) error {
	err := w.callWithToken(ctx, w.token, method, about, body, out)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch code := codeOf(err); {
	case err == nil:
		w.tokenFault = nil
	case authErrors[code]:
		w.tokenFault = fmt.Errorf("slack refuses the bot token (%s): %s", code, remedy(err))
	}
	return err
}

// callWithToken is call with another token.
func (w *client) callWithToken(ctx context.Context, token, method, about string, body, out any) error {
	key := method + " " + about
	if wait := w.waitTime(key); wait > 0 {
		return &apiError{method: method, code: codeRateLimited, after: wait}
	}
	data, kind, err := encode(body)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.base.JoinPath(method).String(), bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := w.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", method, session.WithoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusTooManyRequests {
		return w.rateLimited(key, method, resp.Header)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: Slack answers with status %d", method, resp.StatusCode)
	}
	data, err = io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err != nil {
		return fmt.Errorf("%s: reading the answer: %w", method, err)
	}
	return w.read(key, method, resp.Header, data, out)
}

// encode returns a body with its content type.
func encode(body any) (data []byte, kind string, err error) {
	if form, ok := body.(url.Values); ok {
		return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
	}
	data, err = json.Marshal(body)
	return data, "application/json; charset=utf-8", err
}

// read decodes an answer.
func (w *client) read(key, method string, header http.Header, data []byte, out any) error {
	if scopes := header.Get("X-Oauth-Scopes"); scopes != "" && strings.HasPrefix(method, "auth.") {
		w.mu.Lock()
		w.scopes = scopes
		w.mu.Unlock()
	}
	var answer struct {
		OK       *bool    `json:"ok"`
		Error    string   `json:"error"`
		Needed   string   `json:"needed"`
		Provided string   `json:"provided"`
		Errors   []string `json:"errors"`
		Metadata struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	if err := session.DecodeLenient(data, &answer); err != nil || answer.OK == nil {
		return fmt.Errorf("%s: Slack's answer is not one", method)
	}
	switch {
	case answer.Error == codeRateLimited:
		return w.rateLimited(key, method, header)
	case !*answer.OK:
		return &apiError{method: method, code: answer.Error, needed: answer.Needed, provided: answer.Provided, detail: append(answer.Metadata.Messages, answer.Errors...)}
	case out == nil:
		return nil
	}
	if err := session.DecodeLenient(data, out); err != nil {
		return fmt.Errorf("%s: reading the answer: %w", method, err)
	}
	return nil
}

// rateLimited notes a rate limit and returns the error for it.
func (w *client) rateLimited(key, method string, header http.Header) error {
	after := time.Second
	if n, err := strconv.Atoi(header.Get("Retry-After")); err == nil && n > 0 {
		after = time.Duration(n) * time.Second
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.blockedUntil[key] = w.now().Add(after)
	return &apiError{method: method, code: codeRateLimited, after: after}
}

// waitTime is how long a method must not be called because of a rate limit.
func (w *client) waitTime(key string) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	until, ok := w.blockedUntil[key]
	if !ok {
		return 0
	}
	wait := until.Sub(w.now())
	if wait <= 0 {
		delete(w.blockedUntil, key)
	}
	return wait
}

// tokenError returns why Slack refuses the token, or nil.
func (w *client) tokenError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tokenFault
}

// hasScope reports whether the token has a scope. Where the scopes are not known the
// answer is yes: the call will tell.
func (w *client) hasScope(scope string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.scopes == "" || containsScope(w.scopes, scope)
}

func containsScope(scopes, scope string) bool {
	for s := range strings.SplitSeq(scopes, ",") {
		if strings.TrimSpace(s) == scope {
			return true
		}
	}
	return false
}

// post posts data, without a token, to an address that Slack gave. The address has to be
// on a host of Slack's or on that of the Web API.
func (w *client) post(ctx context.Context, address, kind string, data []byte) error {
	u, err := url.Parse(address)
	if err != nil || !w.trusted(u) {
		return errors.New("an address that Slack gave is not Slack's")
	}
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(data))
	if err != nil {
		return errors.New("an address that Slack gave cannot be used")
	}
	req.Header.Set("Content-Type", kind)
	resp, err := w.http.Do(req)
	if err != nil {
		return session.WithoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// trusted reports whether an address is Slack's.
func (w *client) trusted(u *url.URL) bool {
	if u.Scheme == w.base.Scheme && u.Host == w.base.Host {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}
