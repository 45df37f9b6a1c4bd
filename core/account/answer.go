package account

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/core/secret"
)

// longestLife is what is believed of a token's life; one that is said to live longer
// counts as one of which nothing is said.
const longestLife = 10 * 365 * 24 * time.Hour

// readToken reads the answer to a token request, however it is written: providers send
// numbers as texts, JSON as text/plain, forms, and errors with status 200. sent are the
// secrets of the request, which no error may repeat.
func readToken(status int, body []byte, sent []string, now time.Time) (Token, error) {
	values, form := readAnswer(body)
	if code, failed := values.code(sent); failed || status >= 400 {
		return Token{}, refusal(status, code)
	}
	fail := func(text string) (Token, error) {
		return Token{}, &TokenError{Outcome: Lost, Status: status, text: text}
	}
	switch {
	case form == "":
		return fail("the provider's answer is neither JSON nor a form")
	case form == "HTML":
		return fail("the provider answered with a page instead of a token: look at the token address")
	case values.text("access_token") == "":
		return fail("the provider's answer has no access token")
	}
	t := Token{
		Access: secret.Text(values.text("access_token")), Refresh: secret.Text(values.text("refresh_token")),
		Scope: values.scope(), Type: typeBearer,
	}
	for field, value := range map[string]secret.Text{"access_token": t.Access, "refresh_token": t.Refresh} {
		if checkValue(field, value.Reveal()) != nil {
			return fail("the provider's " + strings.ReplaceAll(field, "_", " ") + " is too long or has a line break or control character")
		}
	}
	switch strings.ToLower(values.text("token_type")) {
	case "basic":
		t.Type = typeBasic
	case "mac", "dpop", "pop":
		return fail("the provider's token needs a signature of each request, which aidesk cannot make")
	}
	if t.Life = values.life(now); t.Life > 0 {
		t.Expires = now.Add(t.Life).UTC()
	}
	return t, nil
}

// answer is what an answer holds, by name; values are JSON.
type answer map[string]json.RawMessage

// readAnswer reads an object of JSON or a form, and says which it is. The content type
// is not asked: it is wrong too often.
func readAnswer(body []byte) (values answer, form string) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")))
	switch {
	case len(body) == 0:
		return nil, ""
	case body[0] == '<':
		return nil, "HTML"
	case body[0] == '{':
		if json.Unmarshal(body, &values) != nil {
			return nil, ""
		}
		return values, "JSON"
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil || !fields.Has("access_token") && !fields.Has("error") {
		return nil, ""
	}
	values = answer{}
	for name := range fields {
		values[name], _ = json.Marshal(fields.Get(name)) //nolint:errchkjson // a string always can be
	}
	return values, "form"
}

// text is a value as a text; a number as it is written.
func (a answer) text(name string) string {
	raw := a[name]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// scope is what was granted, a list as words.
func (a answer) scope() string {
	var words []string
	if json.Unmarshal(a["scope"], &words) == nil {
		return strings.Join(words, " ")
	}
	return a.text("scope")
}

// life is how long a token lives; 0 where the answer does not say it, or says what cannot
// be: zero, a negative number, a time that is past. Such a token is used until it is
// rejected, and then refreshed.
func (a answer) life(now time.Time) time.Duration {
	if seconds, err := strconv.ParseFloat(strings.TrimSpace(a.text("expires_in")), 64); err == nil {
		return bounded(seconds)
	}
	at := strings.TrimSpace(a.text("expires_at"))
	if moment, err := time.Parse(time.RFC3339, at); err == nil {
		return bounded(moment.Sub(now).Seconds())
	}
	if seconds, err := strconv.ParseFloat(at, 64); err == nil {
		if seconds > 1e11 { // milliseconds
			seconds /= 1000
		}
		return bounded(seconds - float64(now.Unix()))
	}
	return 0
}

// bounded is a life in seconds, 0 where it cannot be one.
func bounded(seconds float64) time.Duration {
	if seconds > 0 && seconds < longestLife.Seconds() { // not so of NaN
		return time.Duration(seconds * float64(time.Second))
	}
	return 0
}

// codeForm is what an error code looks like.
var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{1,39}$`)

// code is the error code of an answer, and whether it is an error. A text that does not
// look like a code, or holds a secret that was sent or a part of it, is not passed on.
func (a answer) code(sent []string) (string, bool) {
	raw, ok := a["error"]
	if !ok || slices.Contains([]string{"null", "false", `""`, "0"}, string(raw)) {
		return "", false
	}
	code := a.text("error")
	var object answer
	if json.Unmarshal(raw, &object) == nil {
		for _, name := range []string{"code", "type", "error"} {
			if code = object.text(name); codeForm.MatchString(code) {
				break
			}
		}
	}
	secretly := func(s string) bool {
		return s != "" && (strings.Contains(code, s) || len(code) > 3 && strings.Contains(s, code))
	}
	if !codeForm.MatchString(code) || slices.ContainsFunc(sent, secretly) {
		return "", true
	}
	return code, true
}

// forNow are codes that say nothing of the code or token that was sent.
var forNow = []string{"temporarily_unavailable", "server_error", "slow_down", "invalid_client", "incorrect_client_credentials"}

// refusal is the error of an answer that is one.
func refusal(status int, code string) *TokenError {
	e := &TokenError{Outcome: Refused, Status: status, Code: code}
	switch {
	case code == "invalid_client", code == "incorrect_client_credentials":
		e.Outcome, e.text = Busy, "the provider does not accept the client id and secret that an administrator set ("+code+")"
		return e
	case slices.Contains(forNow, code), status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		e.Outcome = Busy
	case code == "" && status >= 400 && status != http.StatusBadRequest && status != http.StatusUnauthorized && status != http.StatusForbidden:
		e.Outcome = Busy // the address is gone, or something before the provider answered
	}
	if e.text = fmt.Sprintf("the provider answered with status %d", status); code != "" {
		e.text = "the provider refused: " + code
	}
	return e
}
