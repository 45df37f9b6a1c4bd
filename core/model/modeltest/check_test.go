package modeltest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCheck shows what the server of Chat Completions refuses.
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

// TestCheckResponses shows what the server of Responses refuses.
func TestCheckResponses(t *testing.T) {
	const (
		begin  = `{"model":"m","store":false,"include":["reasoning.encrypted_content"],"input":[{"role":"user","content":"hi"}`
		call   = `,{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}`
		result = `,{"type":"function_call_output","call_id":"a","output":"1"}`
		state  = `,{"type":"reasoning","id":"r","summary":[]}`
	)
	tests := []struct{ name, body, want string }{
		{"good", begin + state + call + result + `],"tools":[{"type":"function","name":"f","parameters":{},"strict":false}]}`, ""},
		{"two calls", begin + call + strings.Replace(call, `"a"`, `"b"`, 1) + result + strings.Replace(result, `"a"`, `"b"`, 1) + `]}`, ""},
		{"stored", strings.Replace(begin, "false", "true", 1) + `]}`, "not stateless"},
		{"nothing sealed", strings.Replace(begin, `"reasoning.encrypted_content"`, "", 1) + `]}`, "not stateless"},
		{"no model", strings.Replace(begin, `"model":"m",`, "", 1) + `]}`, "no model"},
		{"orphaned result", begin + result + `]}`, "no call waits"},
		{"result twice", begin + call + result + result + `]}`, "no call waits"},
		{"result of nothing", begin + call + `,{"type":"function_call_output","output":"1"}]}`, "no call waits"},
		{"result without output", begin + call + `,{"type":"function_call_output","call_id":"a"}]}`, "no output"},
		{"unanswered call", begin + call + `]}`, "have no result"},
		{"call answered late", begin + call + `,{"role":"user","content":"hi"}` + result + `]}`, "have no result"},
		{"id twice", begin + call + result + call + result + `]}`, `call id "a"`},
		{"long id", begin + strings.ReplaceAll(call+result, `"a"`, `"`+strings.Repeat("a", 65)+`"`) + `]}`, "call id"},
		{"state that led to nothing", begin + state + `,{"role":"user","content":"hi"}]}`, "led to nothing"},
		{"state at the end", begin + state + `]}`, "led to nothing"},
		{"kind of item", begin + `,{"type":"tool_call"}]}`, `type "tool_call"`},
		{"strict not said", begin + `],"tools":[{"type":"function","name":"f","parameters":{}}]}`, "strict"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { refuses(t, Responses, test.body, test.want) })
	}
}

// TestCheckMessages shows what the server of Messages refuses.
func TestCheckMessages(t *testing.T) {
	const (
		begin  = `{"model":"m","max_tokens":9,"tools":[{"name":"f","input_schema":{}}],"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}`
		call   = `,{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]}`
		result = `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"}]}`
		mark   = `,"cache_control":{"type":"ephemeral"}`
	)
	tests := []struct{ name, body, want string }{
		{"good", begin + call + result + `]}`, ""},
		{"words behind a result", begin + call + strings.Replace(result, `}]}`, `},{"type":"text","text":"and?"}]}`, 1) + `]}`, ""},
		{"words before a result", begin + call + strings.Replace(result, `[{`, `[{"type":"text","text":"and?"},{`, 1) + `]}`, "content[1]"},
		{"no bound", strings.Replace(begin, "9", "0", 1) + `]}`, "max_tokens"},
		{"sides", begin + result + `]}`, `role "user", not "assistant"`},
		{"last word", begin + call + `]}`, "last word"},
		{"orphaned result", begin + `,{"role":"assistant","content":[{"type":"text","text":"x"}]}` + result + `]}`, "no call waits"},
		{"unanswered call", begin + call + `,{"role":"user","content":[{"type":"text","text":"hi"}]}]}`, "have no result"},
		{"blank", strings.Replace(begin, `"hi"`, `" "`, 1) + `]}`, "blank"},
		{"nothing", strings.Replace(begin, `{"type":"text","text":"hi"}`, ``, 1) + `]}`, "no content"},
		{"odd id", begin + strings.ReplaceAll(call+result, `"a"`, `"a.b"`) + `]}`, "a.b"},
		{"input that is no object", begin + strings.Replace(call, `"input":{}`, `"input":"{}"`, 1) + result + `]}`, "input"},
		{"no tools", strings.Replace(begin, `"tools":[{"name":"f","input_schema":{}}],`, "", 1) + call + result + `]}`, "no tools"},
		{"thought without signature", begin + strings.Replace(call, `[{`, `[{"type":"thinking","thinking":"x"},{`, 1) + result + `]}`, "thinking"},
		{"thought at the end", begin + strings.Replace(call, `{}}]`, `{}},{"type":"thinking","thinking":"x","signature":"s"}]`, 1) + result + `]}`, "led to nothing"},
		{"five breakpoints", strings.Replace(begin, `"hi"`, `"hi"`+strings.Repeat(mark, 5), 1) + `]}`, "5 cache breakpoints"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { refuses(t, Messages, test.body, test.want) })
	}
}

func refuses(t *testing.T, d Dialect, body, want string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, d.path, nil)
	r.Header.Set("Content-Type", "application/json")
	err := d.check(r, []byte(body), &Query{})
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}
