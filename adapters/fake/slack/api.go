package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/adapters/fake"
	"aidesk/adapters/fake/slack/rule"
)

// apiError is an error of the Web API, with what comes beside it.
type apiError struct {
	code  string
	extra object
}

// Error is Slack's word.
func (r *apiError) Error() string { return r.code }

func refuse(word string) error { return &apiError{code: word} }

// refuseArgs refuses arguments, and says which.
func refuseArgs(faults ...string) error {
	return &apiError{"invalid_arguments", object{"response_metadata": object{"messages": faults}}}
}

// call is a call of a method. The fake is locked while it runs.
type call struct {
	*Slack
	args
}

// requireScope refuses a call unless the app has one of some scopes.
func (c *call) requireScope(scopes ...string) error {
	if c.App.granted(scopes...) {
		return nil
	}
	return &apiError{"missing_scope", object{"needed": scopes[0], "provided": strings.Join(c.App.Scopes, ",")}}
}

// serveAPI serves the Web API.
func (s *Slack) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	a, err := readArgs(r)
	given, header := tokenOf(r, a)
	if name == "oauth.v2.access" {
		if id, secret, ok := r.BasicAuth(); ok {
			a["client_id"], a["client_secret"] = id, secret
		}
	}
	delete(a, "token")

	s.mu.Lock()
	reply, status, fault, wait := object{}, http.StatusOK, s.faults.Take(name), time.Duration(0)
	if fault == nil || fault.performs() {
		if err == nil {
			reply, wait, err = s.callMethod(name, given, header, a)
		}
		if wait > 0 {
			status = http.StatusTooManyRequests
		}
	}
	if fault != nil {
		status, wait = max(fault.Status, http.StatusOK), fault.RetryAfter
		if fault.Error != "" {
			err = refuse(fault.Error)
		} else if status == http.StatusTooManyRequests {
			err = refuse("ratelimited")
		}
	}
	record := Request{Method: name, Args: a, Token: given, Status: status}
	reply = responseBody(reply, err)
	record.Error, _ = reply["error"].(string)
	body, _ := json.Marshal(reply)
	record.Answer = body
	if fault != nil && fault.Cut {
		record.Status, record.Answer = 0, nil
	}
	scopes := strings.Join(s.App.Scopes, ",")
	s.addRequest(record)
	s.mu.Changed()
	s.mu.Unlock()

	if fault != nil {
		fake.Delay(s.ctx, r, fault.Hold, fault.Cut)
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	if s.mayBe(given) {
		w.Header().Set("X-Oauth-Scopes", scopes)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// responseBody is the body of an answer.
func responseBody(reply object, err error) object {
	out := object{"ok": err == nil}
	if err == nil {
		maps.Copy(out, reply)
		return out
	}
	out["error"] = err.Error()
	if r, ok := errors.AsType[*apiError](err); ok {
		maps.Copy(out, r.extra)
	}
	if r, ok := errors.AsType[*rule.Refusal](err); ok && r.Faults != nil {
		out["response_metadata"] = object{"messages": r.Faults}
	}
	return out
}

// callMethod runs a method. A wait says that it came too early. The lock is held.
func (s *Slack) callMethod(name, given string, header bool, a args) (object, time.Duration, error) {
	m, ok := methods[name]
	if !ok {
		return nil, 0, refuse("unknown_method")
	}
	if err := s.authorize(m, given, header); err != nil {
		return nil, 0, err
	}
	c := &call{s, a}
	if len(m.scope) > 0 {
		if err := c.requireScope(m.scope...); err != nil {
			return nil, 0, err
		}
	}
	if wait := s.rateLimitWait(name, m.tier, a["channel"]); wait > 0 {
		return nil, wait, refuse("ratelimited")
	}
	reply, err := m.run(c)
	return reply, 0, err
}

// authorize looks at a token.
func (s *Slack) authorize(m method, given string, header bool) error {
	switch {
	case m.noToken:
		return nil
	case given == "", m.appToken && !header:
		return refuse("not_authed")
	case s.tokenFault(given) != "":
		return refuse(s.tokenFault(given))
	case m.appToken != (given == AppToken):
		return refuse("not_allowed_token_type")
	}
	return nil
}

// Revoke makes a token invalid, as the word says: "token_revoked", "account_inactive",
// "invalid_auth". An empty word makes it valid again.
func (s *Slack) Revoke(token, word string) {
	defer s.mu.Changing()()
	s.revoked[token] = word
}

// SetScopes changes what the app may do, as a new installation does.
func (s *Slack) SetScopes(scopes ...string) {
	defer s.mu.Changing()()
	s.App.Scopes = slices.Clone(scopes)
}

// object is a JSON object.
type object = map[string]any

// args are those of a call. What is not a string is JSON.
type args map[string]string

// maxBody is how much of a request is read.
const maxBody = 16 << 20

// readArgs reads the arguments of a request: from the query, a form, a form with
// parts or a JSON object.
func readArgs(r *http.Request) (args, error) {
	a := args{}
	a.addForm(r.URL.Query())
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return a, errors.New("invalid_post_type")
	}
	switch kind {
	case "application/json":
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return a, fmt.Errorf("read the body: %w", err)
		}
		var all map[string]json.RawMessage
		if len(body) > 0 && json.Unmarshal(body, &all) != nil {
			return a, errors.New("invalid_json")
		}
		for name, value := range all {
			var text string
			switch {
			case string(value) == "null":
			case json.Unmarshal(value, &text) == nil:
				a[name] = text
			default:
				a[name] = string(value)
			}
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return a, errors.New("invalid_form_data")
		}
		a.addForm(r.MultipartForm.Value)
	default:
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return a, fmt.Errorf("read the body: %w", err)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return a, errors.New("invalid_form_data")
		}
		a.addForm(form)
	}
	return a, nil
}

func (a args) addForm(form url.Values) {
	for name, values := range form {
		if len(values) > 0 {
			a[name] = values[0]
		}
	}
}

// isTrue reads a boolean; Slack takes it in several ways.
func (a args) isTrue(name string) bool {
	v := strings.ToLower(a[name])
	return v == "true" || v == "1"
}

// limit is how many items of a list are asked for, within bounds.
func (a args) limit(otherwise, most int) int {
	n, err := strconv.Atoi(a["limit"])
	if err != nil || n <= 0 {
		n = otherwise
	}
	return min(n, most)
}

// tokenOf is what the request proves itself with, and whether that stood in a header.
func tokenOf(r *http.Request, a args) (token string, header bool) {
	kind, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "Bearer") && rest != "" {
		return strings.TrimSpace(rest), true
	}
	return a["token"], false
}
