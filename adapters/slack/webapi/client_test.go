package webapi

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

// scripted answers every request with the same answer.
type scripted struct {
	status int
	header http.Header
	body   string
}

// RoundTrip answers a request.
func (s scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.status, Header: s.header, Body: io.NopCloser(strings.NewReader(s.body)), Request: r}, nil
}

// posted is the answer to chat.postMessage with an element that slack-go does not know.
const posted = `{"ok":true,"channel":"C1","ts":"1.000001","message":{"type":"message","blocks":[
	{"type":"actions","elements":[{"type":"element_of_next_year","action_id":"a"}]}]}}`

// TestAnswers: an answer means what Slack says, whatever else is in it.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scripted
		want  string
		after time.Duration
	}{
		"posted":                     {scripted: scripted{status: 200, body: posted}},
		"refused":                    {scripted: scripted{status: 200, body: `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["too long"]},"errors":["at /1"]}`}, want: "chat.postMessage: invalid_blocks (too long; at /1)"},
		"refused for a scope":        {scripted: scripted{status: 200, body: `{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"commands"}`}, want: "chat.postMessage: missing_scope, needs the scope chat:write"},
		"refused with odd details":   {scripted: scripted{status: 200, body: `{"ok":false,"error":"invalid_blocks","errors":[{"odd":1}],"response_metadata":[]}`}, want: "chat.postMessage: invalid_blocks"},
		"refused without a code":     {scripted: scripted{status: 200, body: `{"ok":false}`}, want: "chat.postMessage: unknown_error"},
		"no answer":                  {scripted: scripted{status: 200, body: `{}`}, want: "chat.postMessage: Slack's answer is not one"},
		"no JSON":                    {scripted: scripted{status: 200, body: `<html>`}, want: "chat.postMessage: Slack's answer is not one"},
		"too long":                   {scripted: scripted{status: 200, body: `{"ok":true,"x":"` + strings.Repeat("x", maxResponse) + `"}`}, want: "chat.postMessage: Slack's answer is not one"},
		"a fault":                    {scripted: scripted{status: 503, body: "oops"}, want: "chat.postMessage: Slack answers with status 503"},
		"too often":                  {scripted: scripted{status: 429, header: http.Header{"Retry-After": {"7"}}}, want: "chat.postMessage: ratelimited", after: 7 * time.Second},
		"too often, no time":         {scripted: scripted{status: 429}, want: "chat.postMessage: ratelimited", after: time.Second},
		"too often, an odd time":     {scripted: scripted{status: 429, header: http.Header{"Retry-After": {"soon"}}}, want: "chat.postMessage: ratelimited", after: time.Second},
		"too often, with status 200": {scripted: scripted{status: 200, header: http.Header{"Retry-After": {"3"}}, body: `{"ok":false,"error":"ratelimited"}`}, want: "chat.postMessage: ratelimited", after: 3 * time.Second},
	} {
		base := &url.URL{Scheme: "https", Host: "slack.com", Path: "/api/"}
		web := New(base, Static("xoxb-1"), "xapp-1", &http.Client{Transport: c.scripted}, time.Now)
		post := func() (channel string, err error) {
			err = web.Do(t.Context(), "chat.postMessage", "C1", func(ctx context.Context) (err error) {
				channel, _, err = web.Slack().PostMessageContext(ctx, "C1", slackgo.MsgOptionText("hi", false))
				return err
			})
			return channel, err
		}
		channel, err := post()
		if text := errorText(err); text != c.want || err == nil && channel != "C1" {
			t.Errorf("%s: posted in %q, error %q; want error %q", name, channel, text, c.want)
		}
		if after, _ := RateLimitOf(err); after != c.after {
			t.Errorf("%s: again after %s, want %s", name, after, c.after)
		}
		if c.after > 0 {
			web.answers.http.Transport = scripted{status: 200, body: posted}
			if _, err := post(); CodeOf(err) != CodeRateLimited {
				t.Errorf("%s: Slack is asked again at once: %v", name, err)
			}
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestSlackGo: alone, slack-go takes a message that was posted for one that was not, and
// an empty answer for success. Where it no longer does, prepare can be simpler.
func TestSlackGo(t *testing.T) {
	t.Parallel()
	for body, fails := range map[string]bool{posted: true, `{}`: false} {
		alone := slackgo.New("xoxb-1", slackgo.OptionHTTPClient(&http.Client{Transport: scripted{status: 200, body: body}}))
		if _, _, err := alone.PostMessageContext(t.Context(), "C1", slackgo.MsgOptionText("hi", false)); (err != nil) != fails {
			t.Errorf("slack-go says %v of %s", err, body)
		}
	}
}
