package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aidesk/cmd/aidesk/logintest"
)

// TestLoginBadKey: a key that cannot be one is refused on the page in one line, without being
// shown, and the page takes another.
func TestLoginBadKey(t *testing.T) {
	t.Parallel()
	k := keyPlaces[2]
	s := newLoginStageWith(t, newSlackLogins(t), logintest.NewProvider(t), k.plugin(t))
	s.do(byName)
	ada, _ := s.at.users()
	card := s.question(k.name)
	link, b := s.link(card), logintest.NewBrowser(t, "ada")
	for name, bad := range map[string]string{
		"empty": "", "blank": "  ", "line break": key("header") + "\nX-Other: 1", "carriage return": "a\rb" + key("header"),
		"nul": "a\x00b" + key("header"), "too long": strings.Repeat("k", 10<<10), "no UTF-8": "\xff\xfe" + key("header"),
	} {
		p := b.Continue(link, bad)
		if p.Status != http.StatusUnprocessableEntity || logintest.Digits(p.Body) != "" || !strings.Contains(p.Body, `role="alert"`) || strings.Contains(p.Body, logintest.Canary) {
			t.Errorf("a key that is %s: %d %s", name, p.Status, tail(p.Body, 700))
		}
	}
	if p := b.Post(strings.SplitN(link, "?", 2)[0], url.Values{"t": {query(link, "t")}, "field-0": {strings.Repeat("k", 1<<20)}}); p.Status != http.StatusBadRequest {
		t.Errorf("a form of a megabyte: %d", p.Status)
	}
	s.enter(ada, card, b.LogIn(link, key("header")))
	s.answeredOf(card)
}

// TestLoginBadAnswer: whatever a provider answers to the token request, the member's browser
// reads one line, or the login goes on as if nothing was odd.
func TestLoginBadAnswer(t *testing.T) {
	t.Parallel()
	give := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		}
	}
	token := func(expires string) http.HandlerFunc {
		return give("application/json", fmt.Sprintf(`{"access_token":%q,"token_type":"bearer","expires_in":%s}`, logintest.Canary+"access-odd", expires))
	}
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		good   bool
	}{
		{"5 MB", give("application/json", `{"access_token":"`+strings.Repeat("x", 5<<20)+`"}`), false},
		{"HTML", give("text/html", "<html><body>"+logintest.Canary+"page</body></html>"), false},
		{"nothing", give("application/json", ""), false},
		{"an empty token", give("application/json", `{"access_token":""}`), false},
		{"a token with a line break", give("application/json", `{"access_token":"a\nb","expires_in":3600}`), false},
		{"an error with 200", give("application/json", `{"error":"invalid_grant","error_description":"`+logintest.Canary+`why"}`), false},
		{"a redirect", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/token")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, false},
		{"a broken connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false},
		{"a life as text", token(`"3600"`), true},
		{"a life with a fraction", token("3600.0"), true},
		{"no life", token("null"), true},
		{"a life of words", token(`"soon"`), true},
		{"JSON as text", give("text/plain", `{"access_token":"`+logintest.Canary+`access-odd","token_type":"bearer"}`), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, newSlackLogins(t))
			ada, _ := s.at.users()
			s.at.mention(ada, "my boards please")
			card := s.direct(ada, "Connect Boards to go on")
			s.provider.Answer(tt.answer)
			b := logintest.NewBrowser(t, "ada")
			p := b.Follow(b.Continue(s.link(card)))
			digits := logintest.Digits(p.Body)
			if (digits != "") != tt.good {
				t.Fatalf("the page: %d %s", p.Status, tail(p.Body, 700))
			}
			if !tt.good {
				if p.Status/100 != 4 && p.Status != http.StatusBadGateway || strings.Contains(p.Body, logintest.Canary) {
					t.Errorf("the page: %d %s", p.Status, tail(p.Body, 700))
				}
				s.press(ada, card, "Enter code")
				s.at.fill(ada, "Code", "123 456")
			} else {
				s.enter(ada, card, digits)
				s.find("a call", func(shown) bool { return len(s.plugin.Calls()) > 0 })
			}
			s.idle()
			if n := len(s.list()); n > 0 != tt.good {
				t.Errorf("%d accounts", n)
			}
			if tt.good && s.plugin.Calls()[0].Header.Get("Authorization") != "Bearer "+logintest.Canary+"access-odd" {
				t.Errorf("it went as %s", s.plugin.Calls()[0].Whole())
			}
			if all := s.log.String() + s.at.sent() + s.queries(0); strings.Contains(all, logintest.Canary) {
				t.Error("what the provider answered is in the log, a message or a request to the model")
			}
		})
	}
}

// TestLoginBadCallback: a browser that comes back from the provider without its cookie, with
// another's, or with another state, connects nothing; the right one still can, unless the
// state was spent.
func TestLoginBadCallback(t *testing.T) {
	t.Parallel()
	s := newLoginStage(t, newSlackLogins(t))
	ada, _ := s.at.users()
	s.at.mention(ada, "my boards please")
	card := s.direct(ada, "Connect Boards to go on")
	b := logintest.NewBrowser(t, "ada")
	at := b.Get(b.Continue(s.link(card)).At).At // consented, not opened yet
	for name, p := range map[string]logintest.Page{
		"no cookie":        logintest.NewBrowser(t, "ada").Get(at),
		"no cookie, HEAD":  logintest.NewBrowser(t, "ada").Get(strings.Split(at, "?")[0]),
		"no cookie at all": logintest.NewBrowser(t, "ben").Get(s.proxy.URL + "/oauth/digits"),
		"another callback": logintest.NewBrowser(t, "ben").Get(s.proxy.URL + "/oauth/callback/aaaa?code=x&state=y"),
	} {
		if p.Status/100 != 4 || logintest.Digits(p.Body) != "" || strings.Contains(p.Body, logintest.Canary) {
			t.Errorf("%s: %d %s", name, p.Status, tail(p.Body, 600))
		}
	}
	digits := logintest.Digits(b.Follow(b.Get(at)).Body)
	if digits == "" {
		t.Fatal("the browser that logged in reads no digits")
	}
	s.enter(ada, card, digits)
	s.direct(ada, answerWords(logintest.Private("ada")))
}

// TestLoginBadAddress: a plugin whose authorize or token address is no address of a provider,
// or is inside the network, gets nobody to log in; the member reads why in one line.
func TestLoginBadAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, authorize, token string }{
		{"files", "file:///etc/passwd", "file:///etc/passwd"},
		{"a file for the token", "GOOD/authorize", "file:///etc/shadow"},
		{"script", "javascript:alert(1)", "GOOD/token"},
		{"data", "data:text/html,hello", "GOOD/token"},
		{"private", "http://10.0.0.1/authorize", "http://10.0.0.1/token"},
		{"private with https", "https://10.0.0.1/authorize", "https://192.168.0.1/token"},
		{"metadata", "http://169.254.169.254/authorize", "http://169.254.169.254/latest/meta-data"},
		{"metadata for the token", "GOOD/authorize", "https://169.254.169.254/latest/meta-data"},
		{"loopback that is not open", "http://127.0.0.1:1/authorize", "http://127.0.0.1:1/token"},
		{"with a user", "http://ann:secret@GOODHOST/authorize", "GOOD/token"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			provider := logintest.NewProvider(t)
			fill := strings.NewReplacer("GOODHOST", host(provider.URL), "GOOD", provider.URL)
			plugin := logintest.NewPlugin(t, "boards", fmt.Sprintf(`{"type":"oauth","client_url":%q,"authorization_url":%q,"scope":"","authorization_content_type":"application/json"}`,
				fill.Replace(tt.authorize), fill.Replace(tt.token)), "", logintest.Bearer(provider))
			s := newLoginStageWith(t, newSlackLogins(t), provider, plugin)
			ada, _ := s.at.users()
			s.at.mention(ada, "my boards please")
			s.find("an end", func(m shown) bool {
				return strings.Contains(m.text, "That did not work") || strings.Contains(m.text, "Something went wrong") || strings.Contains(m.text, "[Enter code]")
			})
			s.idle()
			for _, m := range s.at.all() {
				if link := loginLink.FindString(m.raw); link != "" {
					b := logintest.NewBrowser(t, "ada")
					p := b.Continue(link)
					if strings.HasPrefix(p.At, "file:") || strings.HasPrefix(p.At, "javascript:") || strings.HasPrefix(p.At, "data:") || strings.Contains(p.At, "169.254") || strings.Contains(p.At, "10.0.0.1") || strings.Contains(p.At, "127.0.0.1:1/") {
						t.Errorf("the browser is sent to %s", p.At)
					}
					if strings.HasPrefix(p.At, provider.URL) {
						p = b.Follow(p)
						if logintest.Digits(p.Body) != "" {
							t.Errorf("somebody is logged in: %s", tail(p.Body, 500))
						}
					}
				}
				if strings.Contains(m.text, "Something went wrong") {
					t.Errorf("the member reads %s", m.text)
				}
			}
			s.nothingConnected()
		})
	}
}
