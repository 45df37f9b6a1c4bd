package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

// TestStatus answers with error statuses; testdata/status.golden says what they
// become.
func TestStatus(t *testing.T) {
	wrap := func(message, kind, code string) string {
		raw, err := json.Marshal(map[string]any{"error": map[string]any{"message": message, "type": kind, "code": json.RawMessage(code)}})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	tests := []struct {
		name   string
		status int
		header http.Header
		body   string
	}{
		{"bad key", 401, nil, wrap("Incorrect API key provided: key-****test.", "invalid_request_error", `"invalid_api_key"`)},
		{"no money", 402, nil, `{"error":{"code":402,"message":"Insufficient credits"}}`},
		{"forbidden", 403, nil, `{"error":"forbidden"}`},
		{"moderated", 403, nil, `{"error":{"code":403,"message":"flagged by moderation"}}`},
		{"no such model", 404, nil, `{"error":{"message":"model \"scripted\" not found, try pulling it first","type":"api_error","param":null,"code":null}}`},
		{"no such page", 404, http.Header{"Content-Type": {"text/html"}}, "<html>404</html>"},
		{"too long", 400, nil, wrap("This model's maximum context length is 8192 tokens.", "invalid_request_error", `"context_length_exceeded"`)},
		{"too large", 413, nil, ""},
		{"filtered", 400, nil, wrap("The response was filtered", "x", `"content_filter"`)},
		{"bad schema", 400, nil, wrap("Invalid schema for function 'probe_look': None is not of type 'object'", "invalid_request_error", `"invalid_function_parameters"`)},
		{"rate", 429, http.Header{"Retry-After": {"7"}}, wrap("Rate limit reached for scripted", "tokens", `"rate_limit_exceeded"`)},
		{"rate in milliseconds", 429, http.Header{"Retry-After-Ms": {"1500"}, "Retry-After": {"2"}}, "{}"},
		{"rate with a date", 503, http.Header{"Retry-After": {"Tue, 01 Dec 2026 09:01:30 GMT"}, "Date": {"Tue, 01 Dec 2026 09:00:00 GMT"}}, "{}"},
		{"rate in the past", 429, http.Header{"Retry-After": {"-5"}}, "{}"},
		{"rate for ever", 429, http.Header{"Retry-After": {"99999999999"}}, "{}"},
		{"rate in words", 429, http.Header{"Retry-After": {"soon"}}, "slow down"},
		{"timeout", 408, nil, ""},
		{"failed", 500, nil, "<html><body>Internal Server Error</body></html>"},
		{"failed with words", 500, nil, `{"detail":"template error"}`},
		{"overloaded", 529, nil, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`},
		{"teapot", 418, nil, `{"message":["no","coffee"]}`},
		{"redirect", 307, http.Header{"Location": {"https://elsewhere.example/v1/chat/completions"}}, ""},
		{"nothing", 204, nil, ""},
		{"repeats the question", 400, nil, wrap(`Invalid content "a <word>": look up a <word> and another, Bob said; call c9 of ann@x.example`, "x", "null")},
		{"very long", 400, nil, wrap(strings.Repeat("no ", 400), "x", "null")},
		{"of two lines", 400, nil, wrap("a\nb\x1b[31m\x00", "x", "null")},
		{"huge", 400, nil, `{"error":{"message":"` + strings.Repeat("x", 64<<10) + `"}}`},
	}
	var got strings.Builder
	for _, test := range tests {
		server := modeltest.NewChat(t, modeltest.Raw(test.status, test.header, test.body))
		fmt.Fprintf(&got, "-- %s --\n%s", test.name, modeltest.Show(t, newChat(server), modeltest.Full()))
	}
	modeltest.Golden(t, "testdata/status.golden", got.String(), *update)
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	tests := []struct {
		name, url string
		kind      model.Kind
		says      string
	}{
		{"closed", server.URL + "/v1", model.Network, "cannot be reached"},
		{"no scheme", "models.example/v1", model.Network, "unsupported protocol scheme"},
		{"no address", "http://[::1", model.BadRequest, "missing ']'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewChat(Config{BaseURL: test.url, Model: "m", APIKey: "key-of-the-test"}).Generate(t.Context(), modeltest.Full(), nil)
			fault, ok := errors.AsType[*model.Error](err)
			if !ok || fault.Kind != test.kind || !strings.Contains(fault.Message, test.says) || strings.Contains(fault.Message, "key-of") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestRedirect sends nobody's words to another address.
func TestRedirect(t *testing.T) {
	var asked bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	server := modeltest.NewChat(t, modeltest.Raw(http.StatusTemporaryRedirect, http.Header{"Location": {elsewhere.URL}}, ""))
	_, err := newChat(server).Generate(t.Context(), modeltest.Full(), nil)
	if fault, ok := errors.AsType[*model.Error](err); !ok || fault.Kind != model.Protocol || asked {
		t.Errorf("got %v, asked elsewhere: %v", err, asked)
	}
}

func TestTooLarge(t *testing.T) {
	server := modeltest.NewChat(t,
		modeltest.Stream("data: "+strings.Repeat("x", 4<<20+1<<16)+"\n\n"),
		modeltest.Stream(strings.Repeat("data: "+strings.Repeat("x", 1<<16)+"\n", 70)),
		modeltest.Stream(strings.Repeat(": no answer yet\n", 1<<20+1)))
	for _, want := range []model.Kind{model.Protocol, model.Protocol, model.Truncated} {
		_, err := newChat(server).Generate(t.Context(), modeltest.Full(), nil)
		if fault, ok := errors.AsType[*model.Error](err); !ok || fault.Kind != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestInfo(t *testing.T) {
	got := NewChat(Config{BaseURL: "https://models.example:8443/v1/", Model: "m"}).Info()
	if want := (model.Info{Wire: ChatWire, Name: "m", Host: "models.example:8443"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = NewResponses(Config{Model: "m", Images: true}).Info()
	if want := (model.Info{Wire: ResponsesWire, Name: "m", Host: "api.openai.com", Image: 10 << 20}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
