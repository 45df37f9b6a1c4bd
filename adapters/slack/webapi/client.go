// Package webapi calls Slack's Web API through slack-go, and knows what its errors mean:
// for a reply that is being sent, and for an admin who can remove the cause. See
// docs/decisions/0009.
package webapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/session"
)

// maxResponse is how many bytes of an answer are read.
const maxResponse = 8 << 20

// Client calls Slack's Web API through slack-go, and adds what that does not do: it keeps
// to the rate limits that Slack has reported, bounds the time of a call and the length of
// its answer, and turns all errors into Errors. It retries nothing: a request whose
// answer was lost may have taken effect.
type Client struct {
	answers  answerReader
	base     *url.URL // ends with a slash
	appToken string
	tokens   TokenSource
	now      func() time.Time

	mu           sync.Mutex
	slack        *slackgo.Client // with token
	token        string
	blockedUntil map[string]time.Time // by method, or method and channel: when Slack's rate limit ends
	scopes       string               // comma-separated, as an answer to auth.test named them
	tokenFault   error                // why Slack refuses the bot token; nil: it does not
	refused      string               // the code of that
}

// TokenSource gives the bot token that a call is made with. rejected is empty, or a token
// that Slack has just called expired: then another one is wanted. ErrRemoved says that there
// is none any more; after any other error the call was not made and may be tried again.
type TokenSource func(ctx context.Context, rejected string) (string, error)

// ErrRemoved says that the app is not in the workspace any more.
var ErrRemoved = errors.New("the app is not installed in this workspace any more")

// Static is the source of a token that never changes.
func Static(token string) TokenSource {
	return func(context.Context, string) (string, error) { return token, nil }
}

// New makes a client of the Web API at base, whose path ends with a slash.
func New(base *url.URL, tokens TokenSource, appToken string, c *http.Client, now func() time.Time) *Client {
	out := &Client{answers: answerReader{c}, base: base, appToken: appToken, tokens: tokens, now: now, blockedUntil: map[string]time.Time{}}
	out.use("")
	return out
}

// use makes calls with a token from now on.
func (c *Client) use(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slack != nil && c.token == token {
		return
	}
	c.token = token
	c.slack = slackgo.New(token, slackgo.OptionAPIURL(c.base.String()), slackgo.OptionHTTPClient(c.answers),
		slackgo.OptionAppLevelToken(c.appToken), slackgo.OptionLog(log.New(io.Discard, "", 0)))
}

// Slack is slack-go's client, for calls within Do.
func (c *Client) Slack() *slackgo.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slack
}

// Token gives the bot token for a request that is made elsewhere.
func (c *Client) Token(ctx context.Context) (string, error) { return c.renew(ctx, "token", "") }

// renew gets the token for a call of a method.
func (c *Client) renew(ctx context.Context, method, rejected string) (string, error) {
	token, err := c.tokens(ctx, rejected)
	switch {
	case errors.Is(err, ErrRemoved):
		return "", fmt.Errorf("%s: %w", method, err)
	case err != nil:
		return "", &Error{Method: method, Code: CodeNoToken, detail: []string{err.Error()}}
	}
	c.use(token)
	return token, nil
}

// Do makes one call of a method with the bot token. channel is set if Slack limits the
// method's rate per channel. A call that came with a token which has expired is made once
// more, with the next one.
func (c *Client) Do(ctx context.Context, method, channel string, call func(context.Context) error) error {
	token, err := c.renew(ctx, method, "")
	if err != nil {
		return err
	}
	err = c.DoWithToken(ctx, method, channel, call)
	if CodeOf(err) == "token_expired" {
		next, failed := c.renew(ctx, method, token)
		if failed != nil {
			return failed
		}
		if next != token {
			err = c.DoWithToken(ctx, method, channel, call)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch code := CodeOf(err); {
	case err == nil:
		c.tokenFault, c.refused = nil, ""
	case IsAuthCode(code):
		c.refused = code
		c.tokenFault = fmt.Errorf("slack refuses the bot token (%s): %s", code, Remedy(err))
	}
	return err
}

// DoWithToken is do for a call with another token.
func (c *Client) DoWithToken(ctx context.Context, method, channel string, call func(context.Context) error) error {
	key := method + " " + channel
	if wait := c.waitTime(key); wait > 0 {
		return &Error{Method: method, Code: CodeRateLimited, After: wait}
	}
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	err := call(ctx)
	if err == nil {
		return nil
	}
	if limit, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		c.block(key, limit.RetryAfter)
		return &Error{Method: method, Code: CodeRateLimited, After: limit.RetryAfter}
	}
	if refused, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return newError(method, refused)
	}
	if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		return fmt.Errorf("%s: Slack answers with status %d", method, status.Code)
	}
	return fmt.Errorf("%s: %w", method, session.WithoutURL(err))
}

// Fetch calls a method with the bot token and decodes the answer leniently into out. It is
// for answers that slack-go cannot decode (a message with one element that it does not
// know) or of which it drops a field.
func (c *Client) Fetch(ctx context.Context, method string, form url.Values, out any) error {
	return c.Do(ctx, method, "", func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath(method).String(), strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Authorization", "Bearer "+c.current())
		answer, err := c.answers.read(req)
		if err != nil {
			return err
		}
		if scopes := answer.header.Get("X-Oauth-Scopes"); scopes != "" && method == "auth.test" {
			c.mu.Lock()
			c.scopes = scopes
			c.mu.Unlock()
		}
		if err := answer.Err(); err != nil {
			return err
		}
		if err := session.DecodeLenient(answer.body, out); err != nil {
			return fmt.Errorf("reading the answer: %w", err)
		}
		return nil
	})
}

// Post posts data, without a token, to an address that Slack gave. The address has to be
// on a host of Slack's or on that of the Web API.
func (c *Client) Post(ctx context.Context, address, contentType string, data []byte) error {
	u, err := url.Parse(address)
	if err != nil || !c.trusted(u) {
		return errors.New("an address that Slack gave is not Slack's")
	}
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(data))
	if err != nil {
		return errors.New("an address that Slack gave cannot be used")
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := c.answers.http.Do(req)
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
func (c *Client) trusted(u *url.URL) bool {
	if u.Scheme == c.base.Scheme && u.Host == c.base.Host {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}

// block notes a rate limit.
func (c *Client) block(key string, after time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blockedUntil[key] = c.now().Add(after)
}

// waitTime is how long a method must not be called because of a rate limit.
func (c *Client) waitTime(key string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.blockedUntil[key]
	if !ok {
		return 0
	}
	wait := until.Sub(c.now())
	if wait <= 0 {
		delete(c.blockedUntil, key)
	}
	return wait
}

// TokenError returns why Slack refuses the bot token, or nil.
func (c *Client) TokenError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokenFault
}

// Refused returns the code with which Slack refused the bot token last, or "".
func (c *Client) Refused() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

// current is the token in use.
func (c *Client) current() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// SetScopes notes the scopes of the bot token, comma-separated.
func (c *Client) SetScopes(scopes string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scopes = scopes
}

// KnownScopes are the scopes of the bot token, or "" if they are not known.
func (c *Client) KnownScopes() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.scopes
}

// HasScope reports whether the bot token has a scope. Where the scopes are not known the
// answer is yes: the call will tell.
func (c *Client) HasScope(scope string) bool {
	scopes := c.KnownScopes()
	return scopes == "" || ContainsScope(scopes, scope)
}

// ContainsScope reports whether a comma-separated list of scopes has a scope.
func ContainsScope(scopes, scope string) bool {
	for s := range strings.SplitSeq(scopes, ",") {
		if strings.TrimSpace(s) == scope {
			return true
		}
	}
	return false
}

// answerReader is the HTTP client of slack-go. It prepares answers so that slack-go can
// rely on them: each is bounded in length, names its rate limit in a valid header, and
// has no parts that slack-go would decode although nobody reads them.
type answerReader struct{ http *http.Client }

// answer is an answer of the Web API.
type answer struct {
	slackgo.SlackResponse
	header http.Header
	body   []byte
}

// Do sends a request and returns the prepared answer.
func (a answerReader) Do(req *http.Request) (*http.Response, error) {
	answer, err := a.read(req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(http.StatusOK), StatusCode: http.StatusOK, Header: answer.header,
		Body: io.NopCloser(bytes.NewReader(answer.body)), ContentLength: int64(len(answer.body)), Request: req,
	}, nil
}

// read sends a request and reads the answer. An HTTP status other than 200 and a rate
// limit are errors; a refusal is not.
func (a answerReader) read(req *http.Request) (answer, error) {
	resp, err := a.http.Do(req) //nolint:gosec // the address is that of the Web API
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusTooManyRequests:
		return answer{}, &slackgo.RateLimitedError{RetryAfter: retryAfter(resp.Header)}
	default:
		return answer{}, slackgo.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	out, err := prepare(data)
	if err != nil {
		return answer{}, err
	}
	if out.Error == CodeRateLimited {
		return answer{}, &slackgo.RateLimitedError{RetryAfter: retryAfter(resp.Header)}
	}
	out.header = resp.Header
	return out, nil
}

// prepare checks that data is an answer, and removes what slack-go would decode in vain:
// the message or view that a call has made (an element that slack-go does not know would
// turn success into an error), and errors in a form that it does not know.
func prepare(data []byte) (out answer, err error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil || fields["ok"] == nil || json.Unmarshal(fields["ok"], &out.Ok) != nil {
		return out, errors.New("Slack's answer is not one") //nolint:staticcheck // Slack is a name
	}
	for _, name := range []string{"message", "view", "files"} {
		delete(fields, name)
	}
	for name, into := range map[string]any{
		"error": &out.Error, "needed": &out.Needed, "provided": &out.Provided, "response_metadata": &out.ResponseMetadata, "errors": &out.Errors,
	} {
		if raw := fields[name]; raw != nil && json.Unmarshal(raw, into) != nil {
			delete(fields, name)
		}
	}
	if !out.Ok && out.Error == "" { // slack-go would take this for success
		out.Error = "unknown_error"
		fields["error"] = json.RawMessage(`"unknown_error"`)
	}
	out.body, err = json.Marshal(fields)
	return out, err
}

// retryAfter is how long a rate limit lasts: a second if the answer does not say.
func retryAfter(header http.Header) time.Duration {
	if n, err := strconv.Atoi(header.Get("Retry-After")); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return time.Second
}
