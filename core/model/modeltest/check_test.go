package modeltest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCheck shows what the server refuses.
func TestCheck(t *testing.T) {
	const (
		begin  = `{"model":"m","messages":[{"role":"user","content":"hi"}`
		call   = `,{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}`
		result = `,{"role":"tool","tool_call_id":"a","content":"1"}`
	)
	tests := []struct{ name, path, body, want string }{
		{"good", "", begin + call + result + `],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}`, ""},
		{"another path", "/v1/completions", begin + `]}`, "path"},
		{"no JSON", "", "{", "reading the body"},
		{"no model", "", `{"messages":[{"role":"user","content":"hi"}]}`, "no model"},
		{"no messages", "", `{"model":"m"}`, "no messages"},
		{"orphaned result", "", begin + result + `]}`, "no call waits"},
		{"result twice", "", begin + call + result + result + `]}`, "no call waits"},
		{"unanswered call", "", begin + call + `]}`, "have no result"},
		{"call answered late", "", begin + call + `,{"role":"user","content":"hi"}` + result + `]}`, "have no result"},
		{"id twice", "", begin + call + result + call + result + `]}`, `call id "a"`},
		{"no content", "", begin + `,{"role":"user","content":""}]}`, "says nothing"},
		{"role", "", begin + `,{"role":"outcome","content":"x"}]}`, `role "outcome"`},
		{"a user that calls", "", begin + strings.Replace(call, "assistant", "user", 1) + result + `]}`, "user calls"},
		{"call of a bad name", "", begin + strings.Replace(call, `"f"`, `"f.g"`, 1) + result + `]}`, `call of "f.g"`},
		{"arguments", "", begin + strings.Replace(call, `{}"`, `{"`, 1) + result + `]}`, "arguments"},
		{"tool of a bad name", "", begin + `],"tools":[{"type":"function","function":{"name":"bad name!","parameters":{}}}]}`, "tools[0]"},
		{"tool without a schema", "", begin + `],"tools":[{"type":"function","function":{"name":"f"}}]}`, "no schema"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := test.path
			if path == "" {
				path = "/v1/chat/completions"
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
			r.Header.Set("Content-Type", "application/json")
			err := Chat.check(r, []byte(test.body), &Query{})
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
