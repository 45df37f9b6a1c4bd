package faketest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aidesk/adapters/fake"
)

// Browser uses the control API of a fake as the page of one of its users does.
type Browser struct {
	T       testing.TB
	URL     string // the fake's
	User    string
	Channel string
}

// Get returns the body of an address of the fake.
func (b Browser) Get(path string) string {
	b.T.Helper()
	return b.do(http.MethodGet, path, "", "")
}

// Page is what the page shows.
func (b Browser) Page() fake.Page {
	b.T.Helper()
	var out fake.Page
	text := b.Get("/_control/page?" + url.Values{"user": {b.User}, "channel": {b.Channel}}.Encode())
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		b.T.Fatalf("%v: %s", err, text)
	}
	return out
}

// Shows fails the test unless the page shows all words.
func (b Browser) Shows(words ...string) {
	b.T.Helper()
	page, err := json.Marshal(b.Page())
	if err != nil {
		b.T.Fatal(err)
	}
	for _, w := range words {
		if !strings.Contains(string(page), w) {
			b.T.Errorf("the page does not show %q:\n%s", w, page)
		}
	}
}

// Does uses the control API as the page does: with who the user is, and where. It fails the
// test unless the answer contains what is wanted. The fields are names and values.
func (b Browser) Does(control, want string, fields ...any) {
	b.T.Helper()
	body := fake.Object{"user": b.User, "channel": b.Channel}
	for i := 0; i < len(fields); i += 2 {
		body[fields[i].(string)] = fields[i+1]
	}
	text, err := json.Marshal(body)
	if err != nil {
		b.T.Fatal(err)
	}
	b.Control(control, string(text), want)
}

// Control uses the control API with a JSON body, and fails the test unless the answer
// contains what is wanted.
func (b Browser) Control(control, body, want string) map[string]any {
	b.T.Helper()
	var out map[string]any
	answer := b.do(http.MethodPost, "/_control/"+control, "application/json", body)
	if err := json.Unmarshal([]byte(answer), &out); err != nil || !strings.Contains(answer, want) {
		b.T.Errorf("%s %s: %s; want %s", control, body, answer, want)
	}
	return out
}

func (b Browser) do(method, path, kind, body string) string {
	b.T.Helper()
	r, err := http.NewRequestWithContext(b.T.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.T.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	return string(text)
}

// Result waits for what becomes of something that a user did.
func Result[A any](t testing.TB, r interface {
	Wait(ctx context.Context) (A, error)
}, err error,
) A {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := r.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
