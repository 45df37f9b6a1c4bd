package discord_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// stand stands for a test, so that its failing can be seen.
type stand struct {
	*testing.T
	ends   []func()
	failed string
}

func (s *stand) Cleanup(f func()) { s.ends = append(s.ends, f) }

func (s *stand) Fatalf(format string, args ...any) { s.failed += fmt.Sprintf(format, args...) }

// TestJudge: the judge refuses what Discord's document refuses, also where a fake was
// told to take it, and nothing else.
func TestJudge(t *testing.T) {
	t.Parallel()
	j, err := openapi()
	if err != nil {
		t.Fatal(err)
	}
	if j == nil {
		t.Skip("AIDESK_CORPORA is not set")
	}
	post := func(body string) fakediscord.Request {
		return fakediscord.Request{Method: "POST", Path: messages, Body: []byte(body)}
	}
	tests := []struct {
		name string
		r    fakediscord.Request
		good bool
	}{
		{"a message", post(`{"content":"c","attachments":[{"id":0,"filename":"f"}]}`), true},
		{"permissions as a text", fakediscord.Request{Method: "PUT", Path: commands, Body: []byte(grammar)}, true},
		{"an original message", fakediscord.Request{Method: "GET", Path: "/webhooks/1/token/messages/%40original"}, true},
		{"a long title", post(`{"embeds":[{"title":"` + long(257) + `"}]}`), false},
		{"11 embeds", post(`{"embeds":` + many(11, `{"title":"t"}`) + `}`), false},
		{"a long id", post(`{"components":[` + row(button(long(101))) + `]}`), false},
		{"6 buttons", post(`{"components":[{"type":1,"components":` + many(6, button("a")) + `}]}`), false},
		{"an empty row", post(`{"components":[` + row() + `]}`), false},
		{"a wrong kind of mention", post(`{"content":"c","allowed_mentions":{"parse":["all"]}}`), false},
		{"an unknown answer", fakediscord.Request{Method: "POST", Path: "/interactions/1/token/callback", Body: []byte(`{"type":99}`)}, false},
		{"a long answer", fakediscord.Request{Method: "POST", Path: "/interactions/1/token/callback", Body: []byte(`{"type":4,"data":{"content":"` + long(2001) + `"}}`)}, false},
		{"26 choices", fakediscord.Request{Method: "POST", Path: "/interactions/1/token/callback", Body: []byte(`{"type":8,"data":{"choices":` + many(26, `{"name":"n","value":"v"}`) + `}}`)}, false},
		{"a long title of a modal", fakediscord.Request{Method: "POST", Path: "/interactions/1/token/callback", Body: []byte(`{"type":9,"data":{"custom_id":"f","title":"` + long(46) + `","components":[` + row(`{"type":4,"custom_id":"i","style":1,"label":"L"}`) + `]}}`)}, false},
		{"no id", fakediscord.Request{Method: "GET", Path: "/channels/general"}, false},
		{"no route", fakediscord.Request{Method: "GET", Path: "/nowhere"}, false},
		{"an answer of another shape", fakediscord.Request{Method: "GET", Path: "/users/@me", Status: 200, Answer: []byte(`{"id":7}`)}, false},
	}
	for _, tt := range tests {
		err := j.Request(tt.r)
		if tt.r.Answer != nil {
			err = errors.Join(err, j.Answer(tt.r))
		}
		if (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}

	s := &stand{T: t}
	d := faketest.Discord(s, fakediscord.Config{})
	j.Attach(s, d)
	ask(t, d, "POST", messages, `{"content":"good"}`)
	ask(t, d, "POST", messages, `{"content":"`+long(4001)+`"}`)
	for _, end := range slices.Backward(s.ends) {
		end()
	}
	if !strings.Contains(s.failed, "maxLength") || strings.Contains(s.failed, "good") {
		t.Errorf("attached, it says %q", s.failed)
	}
}
