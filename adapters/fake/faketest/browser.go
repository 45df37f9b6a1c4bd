package faketest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Browser uses the page and the control API of a fake as one of its users does.
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

// Shows fails the test unless the page shows all words.
func (b Browser) Shows(words ...string) {
	b.T.Helper()
	page := b.Get("/?" + url.Values{"user": {b.User}, "channel": {b.Channel}}.Encode())
	for _, w := range words {
		if !strings.Contains(page, w) {
			b.T.Errorf("the page does not show %q:\n%s", w, page)
		}
	}
}

// Submit submits a form of the page: a control, and the names and values of its fields.
// It returns the page that follows.
func (b Browser) Submit(control string, fields ...string) string {
	b.T.Helper()
	form := url.Values{"user": {b.User}, "channel": {b.Channel}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1]) // of boxes to tick, one each
	}
	return b.do(http.MethodPost, "/_page/"+control, "application/x-www-form-urlencoded", form.Encode())
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
