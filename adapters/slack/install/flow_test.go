package install

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/slack/setup"
	"aidesk/core/installation"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store/bolt"
)

// TestAnswers: what Slack, or who stands in its place, may answer to a code: it is installed
// or not, one line says so, and no secret is in the log nor sent elsewhere.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const good = `{"ok":true,"access_token":"xoxb-token","token_type":"bot","scope":"chat:write","bot_user_id":"U1","app_id":"A1","team":{"id":"T1","name":"Acme"},"enterprise":null,"is_enterprise_install":false,"authed_user":{"id":"U2"}%s}`
	const me = `{"ok":true,"user_id":"U1","bot_id":"B1","team_id":"T1","url":"https://acme.slack.com/"}`
	const wide = `{"ok":true,"access_token":"xoxb-token","token_type":"bot","bot_user_id":"U1","team":null,"enterprise":{"id":"E1","name":"Org"},"is_enterprise_install":true,"authed_user":{"id":"U2"}}`
	plain := fmt.Sprintf(good, "")
	for _, c := range []struct {
		name, access, who string
		status            int // of the first answer
		id                string
		life              time.Duration
	}{
		{name: "a workspace", access: plain, who: me, id: "T1"},
		{name: "with rotation", access: fmt.Sprintf(good, `,"refresh_token":"xoxe-1-r","expires_in":43200`), who: me, id: "T1", life: 12 * time.Hour},
		{name: "numbers as texts", access: fmt.Sprintf(good, `,"refresh_token":"xoxe-1-r","expires_in":"43200"`), who: me, id: "T1", life: 12 * time.Hour},
		{name: "numbers with a point", access: fmt.Sprintf(good, `,"refresh_token":"xoxe-1-r","expires_in":43200.0`), who: me, id: "T1", life: 12 * time.Hour},
		{name: "endless", access: fmt.Sprintf(good, `,"refresh_token":"xoxe-1-r","expires_in":1e300`), who: me, id: "T1", life: 30 * 24 * time.Hour},
		{name: "nonsense for a time", access: fmt.Sprintf(good, `,"refresh_token":"xoxe-1-r","expires_in":"soon"`), who: me, id: "T1"},
		{name: "an organisation", access: wide, who: `{"ok":true,"user_id":"U1","bot_id":"B1","team_id":"E1"}`, id: "E1"},
		{name: "a token of another workspace", access: plain, who: strings.Replace(me, "T1", "T9", 1)},
		{name: "a token of another bot", access: plain, who: strings.Replace(me, "U1", "U9", 1)},
		{name: "a token that is refused", access: plain, who: `{"ok":false,"error":"invalid_auth"}`},
		{name: "a member's token", access: strings.Replace(plain, `"bot"`, `"user"`, 1), who: me},
		{name: "no workspace", access: strings.Replace(plain, `"T1"`, `null`, 1), who: me},
		{name: "a workspace that is a path", access: strings.Replace(plain, `"T1"`, `"T1/../T2"`, 1), who: me},
		{name: "no token", access: strings.Replace(plain, `xoxb-token`, ``, 1), who: me},
		{name: "HTML", access: `<html>xoxb-token</html>`, who: me},
		{name: "nothing", access: ``, who: me},
		{name: "far too long", access: `{"ok":true,"x":"` + strings.Repeat("x", 5<<20) + `"}`, who: me},
		{name: "a refusal with our secret in it", access: `{"ok":false,"error":"no client-hush here"}`, who: me},
		{name: "a redirect", status: http.StatusTemporaryRedirect, access: plain, who: me},
		{name: "a fault", status: http.StatusInternalServerError, access: "xoxb-token", who: me},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var elsewhere []string
			other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { elsewhere = append(elsewhere, r.URL.Path) }))
			defer other.Close()
			slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/api/oauth.v2.access":
					if id, hush, ok := r.BasicAuth(); !ok || id != "1.2" || hush != "client-hush" || r.FormValue("code") != "code-hush" || r.URL.RawQuery != "" {
						t.Errorf("asked with %q in %s", id, r.URL)
					}
					if c.status != 0 {
						w.Header().Set("Location", other.URL)
						w.WriteHeader(c.status)
					}
					_, _ = w.Write([]byte(c.access))
				case "/api/auth.test":
					_, _ = w.Write([]byte(c.who))
				default:
					t.Errorf("asked for %s", r.URL.Path)
				}
			}))
			defer slack.Close()
			var log bytes.Buffer
			f, all := flow(t, slack.URL, &log)
			page, cookie := open(t, f)
			back := httptest.NewRequestWithContext(t.Context(), http.MethodGet, setup.PathCallback+"?code=code-hush&state="+url.QueryEscape(page), http.NoBody)
			back.AddCookie(cookie)
			answer := httptest.NewRecorder()
			mux := http.NewServeMux()
			f.AddTo(mux)
			mux.ServeHTTP(answer, back)

			kept, err := all.All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.id == "" && (answer.Code == http.StatusOK || len(kept) > 0):
				t.Errorf("installed: %d %s", answer.Code, answer.Body)
			case c.id == "":
			case answer.Code != http.StatusOK || len(kept) != 1 || kept[0].ID != c.id || kept[0].Life != c.life || kept[0].Expires.IsZero() != (c.life == 0):
				t.Errorf("%d %s: %+v", answer.Code, answer.Body, kept)
			}
			if answer.Body.Len() > 300 || strings.Count(answer.Body.String(), "\n") != 1 {
				t.Errorf("the page says %s", answer.Body)
			}
			for _, hush := range []string{"hush", "xoxb-token", "xoxe"} {
				if strings.Contains(log.String()+answer.Body.String(), hush) {
					t.Errorf("%s is shown: %s\n%s", hush, answer.Body, log.String())
				}
			}
			if len(elsewhere) > 0 {
				t.Errorf("a redirect was followed: %q", elsewhere)
			}
		})
	}
}

// TestStart: the way to Slack names what is asked for, and its cookie is this browser's alone.
func TestStart(t *testing.T) {
	t.Parallel()
	f, _ := flow(t, "https://slack.example", &bytes.Buffer{})
	_, cookie := open(t, f)
	if cookie.Name != "__Host-aidesk-slack" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 600 {
		t.Errorf("the cookie is %+v", cookie)
	}
	u, err := url.Parse(f.authorizeURL("s"))
	if err != nil || u.Host != "slack.example" || u.Path != "/oauth/v2/authorize" || u.Query().Get("redirect_uri") != "https://desk.example.com/slack/oauth/callback" ||
		!strings.Contains(u.Query().Get("scope"), "chat:write") || strings.Contains(u.String(), "hush") {
		t.Errorf("it leads to %s", u)
	}
}

// TestPlain: the name of a workspace is no page of its own.
func TestPlain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Acme": "Acme", "": "your workspace", "\n": "your workspace", "a\r\nb": "ab", "a\u202eb": "ab", strings.Repeat("é", 100): strings.Repeat("é", 80) + "…",
	} {
		if got := plain(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// flow is an app at a Slack.
func flow(t *testing.T, slack string, log *bytes.Buffer) (*Flow, *installation.Installations) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(slack + "/api/")
	if err != nil {
		t.Fatal(err)
	}
	all := &installation.Installations{Bot: "desk", Platform: "slack", Store: db, Keys: workspace.New(ring, db), Now: time.Now}
	f, err := New(Config{
		ClientID: "1.2", ClientSecret: "client-hush", PublicURL: "https://desk.example.com/", Installations: all, Secrets: ring, Base: base,
		Client: &http.Client{}, Logger: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, all
}

// open opens the start, and returns the state and the cookie.
func open(t *testing.T, f *Flow) (string, *http.Cookie) {
	t.Helper()
	mux := http.NewServeMux()
	f.AddTo(mux)
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, setup.PathStart, http.NoBody))
	to, err := url.Parse(answer.Header().Get("Location"))
	cookies := answer.Result().Cookies()
	if err != nil || answer.Code != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("%d, %v, %v", answer.Code, err, cookies)
	}
	return to.Query().Get("state"), cookies[0]
}
