package slack_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// TestPrivateFiles: a file that a user attaches, here over the control API, is given to who
// has the app's token and its scope; everybody else sees the page where people log in.
func TestPrivateFiles(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	browser := faketest.Browser{T: t, URL: s.URL}
	posted := browser.Control("post", `{"user":"U00000ADA","channel":"C0GENERAL","text":"look","files":[{"name":"plan.png","type":"image/png","content":"iVBORw=="}]}`, `"ok":true`)
	ts, _ := posted["ts"].(string)
	m, _ := s.Message(fakeslack.General, ts)
	if len(m.Files) != 1 || m.Files[0].Title != "plan.png" || m.Files[0].User != fakeslack.Ada {
		t.Fatalf("posted %+v", m)
	}
	read := func(token string) (kind, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/files-pri/"+fakeslack.TeamID+"-"+m.Files[0].ID+"/download/plan.png", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		data, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("status %d, %v", answer.StatusCode, err)
		}
		return answer.Header.Get("Content-Type"), string(data)
	}
	if kind, body := read(fakeslack.BotToken); kind != "image/png" || body != "\x89PNG" {
		t.Errorf("got %s %q", kind, body)
	}
	for _, token := range []string{"", "xoxb-another"} {
		if kind, body := read(token); !strings.HasPrefix(kind, "text/html") || !strings.Contains(body, "Sign in") {
			t.Errorf("with %q: %s %q", token, kind, body)
		}
	}
	s.SetScopes("chat:write")
	if kind, _ := read(fakeslack.BotToken); !strings.HasPrefix(kind, "text/html") {
		t.Errorf("without the scope: %s", kind)
	}
}
