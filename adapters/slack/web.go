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

// web calls Slack's Web API. It repeats nothing: a request whose answer was lost may
// have had its effect. Tokens go out in a header and stand in no error.
type web struct {
	client *http.Client
	base   *url.URL // ends with a slash
	token  string
	now    func() time.Time

	mu     sync.Mutex
	until  map[string]time.Time // by method, or method and channel: when Slack wants to hear of it again
	scopes string               // as the last answer named them, comma-separated
	fault  error                // why Slack refuses the token, until it takes it again
}

// refusal is Slack's word that it did not do what it was asked.
type refusal struct {
	method   string
	code     string
	needed   string // scopes
	provided string
	detail   []string
	after    time.Duration // of ratelimited
}

// Error names the method and the code, and what Slack says about it.
func (r *refusal) Error() string {
	out := r.method + ": " + r.code
	if r.needed != "" {
		out += ", needs the scope " + r.needed
	}
	if len(r.detail) > 0 {
		out += " (" + strings.Join(r.detail, "; ") + ")"
	}
	return out
}

// limited is the code of a refusal that says to come back later.
const limited = "ratelimited"

const mostBytes = 8 << 20 // of an answer

// codeOf returns the code by which Slack refused, or "" if it did not say no.
func codeOf(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.code
	}
	return ""
}

// call calls a method with the bot's token. A body of url.Values goes out as a form,
// any other as JSON. about is the channel for which Slack counts the method apart, or
// empty. What Slack answers is decoded into out, unless that is nil.
func (w *web) call(ctx context.Context, method, about string, body, out any) error {
	err := w.ask(ctx, w.token, method, about, body, out)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch code := codeOf(err); {
	case err == nil:
		w.fault = nil
	case hopeless[code]:
		w.fault = fmt.Errorf("slack refuses the bot token (%s): %s", code, remedy(err))
	}
	return err
}

// ask is call with a token of one's own.
func (w *web) ask(ctx context.Context, token, method, about string, body, out any) error {
	key := method + " " + about
	if wait := w.wait(key); wait > 0 {
		return &refusal{method: method, code: limited, after: wait}
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
	resp, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", method, session.WithoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusTooManyRequests {
		return w.slow(key, method, resp.Header)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: Slack answers with status %d", method, resp.StatusCode)
	}
	data, err = io.ReadAll(io.LimitReader(resp.Body, mostBytes))
	if err != nil {
		return fmt.Errorf("%s: reading the answer: %w", method, err)
	}
	return w.read(key, method, resp.Header, data, out)
}

// encode writes a body and says of what kind it is.
func encode(body any) (data []byte, kind string, err error) {
	if form, ok := body.(url.Values); ok {
		return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
	}
	data, err = json.Marshal(body)
	return data, "application/json; charset=utf-8", err
}

// read reads an answer.
func (w *web) read(key, method string, header http.Header, data []byte, out any) error {
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
	case answer.Error == limited:
		return w.slow(key, method, header)
	case !*answer.OK:
		return &refusal{method: method, code: answer.Error, needed: answer.Needed, provided: answer.Provided, detail: append(answer.Metadata.Messages, answer.Errors...)}
	case out == nil:
		return nil
	}
	if err := session.DecodeLenient(data, out); err != nil {
		return fmt.Errorf("%s: reading the answer: %w", method, err)
	}
	return nil
}

// slow remembers that Slack wants to be left alone.
func (w *web) slow(key, method string, header http.Header) error {
	after := time.Second
	if n, err := strconv.Atoi(header.Get("Retry-After")); err == nil && n > 0 {
		after = time.Duration(n) * time.Second
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until[key] = w.now().Add(after)
	return &refusal{method: method, code: limited, after: after}
}

// wait is how long a method must not be called yet.
func (w *web) wait(key string) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	until, ok := w.until[key]
	if !ok {
		return 0
	}
	wait := until.Sub(w.now())
	if wait <= 0 {
		delete(w.until, key)
	}
	return wait
}

// fails says why the token is refused, or nil.
func (w *web) fails() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// may says whether the token is known to have a scope. Unknown counts as yes: Slack
// says no soon enough.
func (w *web) may(scope string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.scopes == "" || granted(w.scopes, scope)
}

func granted(scopes, scope string) bool {
	for s := range strings.SplitSeq(scopes, ",") {
		if strings.TrimSpace(s) == scope {
			return true
		}
	}
	return false
}

// deliver posts data to an address that Slack gave, without a token. Only Slack's own
// hosts and that of the Web API get it.
func (w *web) deliver(ctx context.Context, address, kind string, data []byte) error {
	u, err := url.Parse(address)
	if err != nil || !w.ours(u) {
		return errors.New("an address that Slack gave is not Slack's")
	}
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(data))
	if err != nil {
		return errors.New("an address that Slack gave cannot be used")
	}
	req.Header.Set("Content-Type", kind)
	resp, err := w.client.Do(req)
	if err != nil {
		return session.WithoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// ours says whether an address is Slack's.
func (w *web) ours(u *url.URL) bool {
	if u.Scheme == w.base.Scheme && u.Host == w.base.Host {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}
