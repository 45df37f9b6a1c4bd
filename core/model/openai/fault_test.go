package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

func TestBrokenConnection(t *testing.T) {
	server := modeltest.NewChat(t, modeltest.Break(modeltest.Chunk(map[string]any{"content": "he"}, "")))
	var text string
	_, err := newChat(server).Generate(t.Context(), modeltest.Full(), func(e model.Event) { text += e.Text })
	if fault, ok := errors.AsType[*model.Error](err); !ok || fault.Kind != model.Truncated || text != "he" {
		t.Errorf("got %v after %q", err, text)
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

// TestCancel ends a request in mid-answer.
func TestCancel(t *testing.T) {
	server := modeltest.NewChat(t, modeltest.Hang(modeltest.Chunk(map[string]any{"content": "he"}, "")))
	ctx, cancel := context.WithCancel(t.Context())
	response, err := newChat(server).Generate(ctx, modeltest.Full(), func(model.Event) { cancel() })
	if !errors.Is(err, context.Canceled) || response != nil {
		t.Errorf("got %+v, %v", response, err)
	}
}

// piece is what a slow server sends, and when.
type piece struct {
	after time.Duration
	bytes string
}

// slow is a transport whose server takes its time.
type slow struct {
	headers time.Duration
	pieces  []piece
	hang    bool // do not end the answer
}

// RoundTrip answers like a server.
func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	if err := sleep(r.Context(), s.headers); err != nil {
		return nil, err
	}
	body, w := io.Pipe()
	go func() {
		for _, p := range s.pieces {
			if err := sleep(r.Context(), p.after); err != nil {
				_ = w.CloseWithError(err)
				return
			}
			_, _ = io.WriteString(w, p.bytes)
		}
		if s.hang {
			<-r.Context().Done()
			_ = w.CloseWithError(r.Context().Err())
		}
		_ = w.Close()
	}()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: body, Request: r}, nil
}

// sleep waits on the clock of the test's bubble.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func TestTimeouts(t *testing.T) {
	word := modeltest.Chunk(map[string]any{"content": "hey "}, "")
	end := modeltest.Chunk(map[string]any{}, "stop")
	many := func(n int, after time.Duration) (list []piece) {
		for range n {
			list = append(list, piece{after, word})
		}
		return list
	}
	tests := []struct {
		name string
		slow slow
		kind model.Kind // "": it answers
		took time.Duration
	}{
		{"no headers", slow{headers: time.Hour}, model.Network, 30 * time.Second},
		{"no first byte", slow{headers: 20 * time.Second, hang: true}, model.Network, 30 * time.Second},
		{"idle", slow{pieces: []piece{{20 * time.Second, word}}, hang: true}, model.Truncated, 50 * time.Second},
		{"slow but steady", slow{pieces: append(many(4, 25*time.Second), piece{10 * time.Second, end})}, "", 110 * time.Second},
		{"for ever", slow{pieces: many(100, 20*time.Second)}, model.Truncated, 120 * time.Second},
		{"comments are a sign of life", slow{pieces: []piece{{20 * time.Second, ": x\n\n"}, {25 * time.Second, word}, {time.Second, end}}}, "", 46 * time.Second},
		{"never closed", slow{pieces: []piece{{time.Second, word + end}}, hang: true}, "", 3 * time.Second},
		{"usage late", slow{pieces: []piece{{time.Second, word + end}, {time.Second, modeltest.Usage(3, 4)}}}, "", 2 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := NewChat(Config{BaseURL: "http://models.example/v1", Model: "m", Client: &http.Client{Transport: test.slow}})
				start := time.Now()
				response, err := m.Generate(t.Context(), modeltest.Small(), nil)
				if took := time.Since(start); took != test.took {
					t.Errorf("it took %s, want %s", took, test.took)
				}
				fault, _ := errors.AsType[*model.Error](err)
				switch {
				case test.kind == "" && (err != nil || !strings.HasPrefix(response.Message.TextOf(), "hey ")):
					t.Errorf("got %+v, %v", response, err)
				case test.kind != "" && (fault == nil || fault.Kind != test.kind):
					t.Errorf("got %v, want %s", err, test.kind)
				}
			})
		})
	}
}

func TestInfo(t *testing.T) {
	got := NewChat(Config{BaseURL: "https://models.example:8443/v1/", Model: "m"}).Info()
	if want := (model.Info{Wire: ChatWire, Name: "m", Host: "models.example:8443"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
