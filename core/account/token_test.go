package account

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/egress"
)

// seen is a request that a provider got.
type seen struct {
	Path   string
	Header http.Header
	Body   string
}

// provider is a server that plays one: it notes what it gets.
type provider struct {
	*httptest.Server
	guard *egress.Guard

	mu  sync.Mutex
	got []seen
}

// newProvider starts a provider that the rules of a guard open.
func newProvider(t *testing.T, handler http.HandlerFunc) *provider {
	t.Helper()
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		p.mu.Lock()
		p.got = append(p.got, seen{r.URL.RequestURI(), r.Header.Clone(), string(body)})
		p.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(p.Close)
	guard, err := egress.New(egress.Rules{AllowHosts: []string{strings.TrimPrefix(p.URL, "http://")}})
	if err != nil {
		t.Fatal(err)
	}
	p.guard = guard
	return p
}

// requests are those that came to a path.
func (p *provider) requests(path string) []seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []seen
	for _, r := range p.got {
		if r.Path == path {
			found = append(found, r)
		}
	}
	return found
}

// at is the Provider that a member logs in at.
func (p *provider) at() Provider {
	return Provider{AuthorizeURL: p.URL + "/authorize", TokenURL: p.URL + "/token", Scope: "read write"}
}

// answer is a handler that always answers the same.
func answerWith(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestAnswers reads what providers answer to a token request.
func TestAnswers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	hour := func(t Token) Token {
		t.Life, t.Expires = time.Hour, now.Add(time.Hour)
		return t
	}
	plain := Token{Access: "at", Type: "Bearer"}
	tests := []struct {
		name, body string
		want       Token
	}{
		{"plain", `{"access_token":"at","token_type":"bearer"}`, plain},
		{"all of it", `{"access_token":"at","refresh_token":"rt","scope":"a b","token_type":"Bearer","expires_in":3600}`, hour(Token{Access: "at", Refresh: "rt", Scope: "a b", Type: "Bearer"})},
		{"seconds as a text", `{"access_token":"at","expires_in":"3600"}`, hour(plain)},
		{"a fraction as a text", `{"access_token":"at","expires_in":"3600.0"}`, hour(plain)},
		{"a fraction", `{"access_token":"at","expires_in":3600.0}`, hour(plain)},
		{"an exponent", `{"access_token":"at","expires_in":3.6e3}`, hour(plain)},
		{"null", `{"access_token":"at","expires_in":null}`, plain},
		{"zero", `{"access_token":"at","expires_in":0}`, plain},
		{"negative", `{"access_token":"at","expires_in":-1}`, plain},
		{"huge", `{"access_token":"at","expires_in":1e300}`, plain},
		{"no number", `{"access_token":"at","expires_in":"1h"}`, plain},
		{"NaN", `{"access_token":"at","expires_in":"NaN"}`, plain},
		{"an object", `{"access_token":"at","expires_in":{"a":1}}`, plain},
		{"a moment", `{"access_token":"at","expires_at":1793710800}`, hour(plain)},
		{"a moment in milliseconds", `{"access_token":"at","expires_at":"1793710800000"}`, hour(plain)},
		{"a moment as a date", `{"access_token":"at","expires_at":"2026-11-03T14:00:00+01:00"}`, hour(plain)},
		{"a moment that is past", `{"access_token":"at","expires_at":1}`, plain},
		{"a byte order mark", "\xEF\xBB\xBF  {\"access_token\":\"at\"}\n", plain},
		{"a number as token", `{"access_token":123456789012345678901234567890}`, Token{Access: "123456789012345678901234567890", Type: "Bearer"}},
		{"a form", `access_token=at&refresh_token=r%2Bt&scope=a+b&expires_in=3600&token_type=bearer`, hour(Token{Access: "at", Refresh: "r+t", Scope: "a b", Type: "Bearer"})},
		{"scopes in a list", `{"access_token":"at","scope":["a","b"]}`, Token{Access: "at", Scope: "a b", Type: "Bearer"}},
		{"an empty error", `{"access_token":"at","error":"","error_description":null}`, plain},
		{"a strange type", `{"access_token":"at","token_type":"user"}`, plain},
		{"type basic", `{"access_token":"at","token_type":"Basic"}`, Token{Access: "at", Type: "Basic"}},
		{"a type that is no text", `{"access_token":"at","token_type":["x"],"refresh_token":null}`, plain},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := readToken(http.StatusOK, []byte(test.body), nil, now)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %s, %s of %q until %s (%s)", got.Access.Reveal(), got.Refresh.Reveal(), got.Scope+"/"+got.Type, got.Expires, got.Life)
			}
		})
	}
}

// TestAnswersRefused: what is no token is an error that says why in one line, and holds
// nothing of the answer but the error code.
func TestAnswersRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		status     int
		outcome    Outcome
		want       string
	}{
		{"an error with 400", `{"error":"invalid_grant","error_description":"` + canary + `"}`, 400, Refused, "the provider refused: invalid_grant"},
		{"an error with 200", `{"error":"bad_verification_code"}`, 200, Refused, "the provider refused: bad_verification_code"},
		{"an error beside a token", `{"error":"invalid_grant","access_token":"` + canary + `"}`, 200, Refused, "the provider refused: invalid_grant"},
		{"an error in a form", "error=invalid_grant&error_description=" + canary, 200, Refused, "the provider refused: invalid_grant"},
		{"an error as an object", `{"error":{"message":"` + canary + `","type":"OAuthException","code":190}}`, 400, Refused, "the provider refused: OAuthException"},
		{"an error that is true", `{"error":true}`, 200, Refused, "the provider answered with status 200"},
		{"an error that repeats a secret", `{"error":"` + canary + `"}`, 400, Refused, "the provider answered with status 400"},
		{"an error that repeats a part of it", `{"error":"` + canary[:9] + `"}`, 400, Refused, "the provider answered with status 400"},
		{"a sentence", `{"error":"it went wrong: ` + canary + `"}`, 403, Refused, "the provider answered with status 403"},
		{"the client", `{"error":"invalid_client"}`, 401, Busy, "the provider does not accept the client id and secret that an administrator set (invalid_client)"},
		{"busy", `<html>` + canary, 503, Busy, "the provider answered with status 503"},
		{"too often", ``, 429, Busy, "the provider answered with status 429"},
		{"gone", canary, 404, Busy, "the provider answered with status 404"},
		{"a page", "\n<!doctype html>" + canary, 200, Lost, "the provider answered with a page instead of a token: look at the token address"},
		{"nothing", "", 200, Lost, "the provider's answer is neither JSON nor a form"},
		{"words", canary, 200, Lost, "the provider's answer is neither JSON nor a form"},
		{"half of it", `{"access_token":"` + canary, 200, Lost, "the provider's answer is neither JSON nor a form"},
		{"a list", `["` + canary + `"]`, 200, Lost, "the provider's answer is neither JSON nor a form"},
		{"no token", `{"id_token":"` + canary + `"}`, 200, Lost, "the provider's answer has no access token"},
		{"an object for a token", `{"access_token":{"a":"` + canary + `"}}`, 200, Lost, "the provider's answer has no access token"},
		{"a line break in it", `{"access_token":"` + canary + `\n"}`, 200, Lost, "the provider's access token is too long or has a line break or control character"},
		{"a line break in the other", `{"access_token":"a","refresh_token":"` + canary + `\u0000"}`, 200, Lost, "the provider's refresh token is too long or has a line break or control character"},
		{"mac", `{"access_token":"` + canary + `","token_type":"mac"}`, 200, Lost, "the provider's token needs a signature of each request, which aidesk cannot make"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := readToken(test.status, []byte(test.body), []string{canary, ""}, time.Now())
			failed, ok := errors.AsType[*TokenError](err)
			if !ok || failed.Error() != test.want || failed.Outcome != test.outcome || strings.Contains(err.Error(), canary) {
				t.Errorf("error: %v (%v)", err, failed)
			}
		})
	}
}

// TestTokenRequests: what is sent is in the declared form, and the secret is in one place.
func TestTokenRequests(t *testing.T) {
	t.Parallel()
	client := Client{ID: "id:1", Secret: "s3cr&t <ü>"}
	exchange := url.Values{
		"grant_type": {"authorization_code"}, "code": {"the code"}, "redirect_uri": {"https://desk.example/oauth/callback/1"}, "code_verifier": {"v"},
	}
	with := func(more ...string) url.Values {
		all := url.Values{}
		maps.Copy(all, exchange)
		for i := 0; i < len(more); i += 2 {
			all.Set(more[i], more[i+1])
		}
		return all
	}
	tests := []struct {
		name        string
		json, basic bool
		client      Client
		want        url.Values
		wantBasic   bool
	}{
		{"a form", false, false, client, with("client_id", "id:1", "client_secret", "s3cr&t <ü>"), false},
		{"JSON", true, false, client, with("client_id", "id:1", "client_secret", "s3cr&t <ü>"), false},
		{"a form, the secret in the header", false, true, client, exchange, true},
		{"JSON, the secret in the header", true, true, client, exchange, true},
		{"a public client", false, true, Client{ID: "id:1"}, with("client_id", "id:1"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, answerWith(200, "text/plain", `{"access_token":"at"}`))
			at := p.at()
			at.JSON, at.Basic = test.json, test.basic
			token, err := Exchange(t.Context(), p.guard.Client("plugin"), at, test.client, "the code", "https://desk.example/oauth/callback/1", "v")
			if err != nil || token.Access != "at" || token.Scope != "read write" {
				t.Fatalf("%v, scope %q", err, token.Scope)
			}
			if len(p.got) != 1 {
				t.Fatalf("%d requests", len(p.got))
			}
			got, form := p.got[0], url.Values{}
			if test.json {
				var object map[string]string
				if err := json.Unmarshal([]byte(got.Body), &object); err != nil {
					t.Fatal(err)
				}
				for name, value := range object {
					form.Set(name, value)
				}
			} else if form, err = url.ParseQuery(got.Body); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, form); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			user, password, ok := (&http.Request{Header: got.Header}).BasicAuth()
			if ok != test.wantBasic || ok && (user != "id%3A1" || password != "s3cr%26t+%3C%C3%BC%3E") {
				t.Errorf("header: %q %q %v", user, password, ok)
			}
			if kind := got.Header.Get("Content-Type"); (kind == "application/json") != test.json {
				t.Errorf("content type %q", kind)
			}
		})
	}
}

// TestTokenSending: a request leaves once, follows no redirect and reads no endless
// answer; its failure tells whether it may have left.
func TestTokenSending(t *testing.T) {
	t.Parallel()
	elsewhere := newProvider(t, answerWith(200, "", `{"access_token":"stolen"}`))
	tests := []struct {
		name    string
		handler http.HandlerFunc
		outcome Outcome
		want    string
	}{
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/token", http.StatusTemporaryRedirect)
		}, Busy, "redirects its token address"},
		{"too long", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"access_token":"`+strings.Repeat("x", 5<<20)+`"}`)
		}, Lost, "more than 64 KiB"},
		{"too long an error", answerWith(503, "text/html", strings.Repeat("x", 1<<20)), Busy, "status 503"},
		{"hung up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Lost, "did not come"},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"access_token":"at"}`)
		}, Lost, "broke off"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, test.handler)
			_, err := Refresh(t.Context(), p.guard.Client("plugin"), p.at(), Client{ID: "id", Secret: canary}, canary)
			failed, ok := errors.AsType[*TokenError](err)
			if !ok || failed.Outcome != test.outcome || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error: %v", err)
			}
			if n := len(p.requests("/token")); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
	t.Cleanup(func() {
		if len(elsewhere.got) != 0 {
			t.Errorf("another host got %v", elsewhere.got)
		}
	})
	p := newProvider(t, answerWith(200, "", `{"access_token":"at"}`))
	for name, address := range map[string]string{"refused": "http://169.254.169.254/token", "no URL": "http://a b/", "a file": "file:///etc/passwd", "nobody there": "http://127.0.0.1:1/token"} {
		_, err := Refresh(t.Context(), p.guard.Client("plugin"), Provider{TokenURL: address}, Client{ID: "id"}, canary)
		if failed, ok := errors.AsType[*TokenError](err); !ok || failed.Outcome != Unsent {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Refresh(ctx, p.guard.Client("plugin"), p.at(), Client{ID: "id"}, canary); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// TestRefreshKeeps: an old refresh token holds where no new one comes.
func TestRefreshKeeps(t *testing.T) {
	t.Parallel()
	p := newProvider(t, answerWith(200, "", `{"access_token":"at"}`))
	token, err := Refresh(t.Context(), p.guard.Client("plugin"), p.at(), Client{ID: "id"}, "rt")
	if err != nil || token.Refresh != "rt" || token.Scope != "" {
		t.Errorf("%v: %s, %q", err, token.Refresh.Reveal(), token.Scope)
	}
	if body := p.got[0].Body; body != "client_id=id&grant_type=refresh_token&refresh_token=rt" {
		t.Errorf("body %s", body)
	}
}

// TestAuthorizeURL: PKCE is always with it, and the provider's own query stays.
func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // of RFC 7636, appendix B
	const ours = "response_type=code&client_id=id%261&redirect_uri=https%3A%2F%2Fdesk.example%2Fcb&scope=read%20a%2Cb&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	tests := []struct{ address, want string }{
		{"https://login.example", "https://login.example?" + ours},
		{"https://login.example/a%2Fb?tenant=%7e1&&state=theirs&response_type=token#top", "https://login.example/a%2Fb?tenant=%7e1&" + ours},
	}
	for _, test := range tests {
		p := Provider{AuthorizeURL: test.address, Scope: "read a,b"}
		if got := AuthorizeURL(p, Client{ID: "id&1", Secret: canary}, "https://desk.example/cb", "s", verifier); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
	if got := AuthorizeURL(Provider{AuthorizeURL: "https://login.example"}, Client{ID: "id"}, "r", "s", verifier); strings.Contains(got, "scope") {
		t.Errorf("an empty scope: %s", got)
	}
	if a, b := Verifier(), Verifier(); a == b || len(a) < 43 || len(a) > 128 {
		t.Errorf("verifiers of %d and %d characters", len(a), len(b))
	}
}

// TestRevoke revokes where the provider says so, at its own host.
func TestRevoke(t *testing.T) {
	t.Parallel()
	other := newProvider(t, answerWith(200, "", ""))
	type description map[string]string
	tests := []struct {
		name  string
		path  string
		about func(base string) description
		told  bool
	}{
		{"OAuth's description", "/.well-known/oauth-authorization-server", func(b string) description {
			return description{"token_endpoint": b + "/token", "revocation_endpoint": b + "/revoke"}
		}, true},
		{"OpenID's", "/.well-known/openid-configuration", func(b string) description {
			return description{"token_endpoint": b + "/token", "revocation_endpoint": b + "/revoke"}
		}, true},
		{"none", "/elsewhere", func(string) description { return nil }, false},
		{"of another tenant", "/.well-known/openid-configuration", func(b string) description {
			return description{"token_endpoint": b + "/other/token", "revocation_endpoint": b + "/revoke"}
		}, false},
		{"at another host", "/.well-known/openid-configuration", func(b string) description {
			return description{"token_endpoint": b + "/token", "revocation_endpoint": other.URL + "/revoke"}
		}, false},
		{"without an address", "/.well-known/openid-configuration", func(b string) description {
			return description{"token_endpoint": b + "/token"}
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var p *provider
			p = newProvider(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case test.path:
					_ = json.NewEncoder(w).Encode(test.about(p.URL))
				case "/revoke":
				default:
					http.NotFound(w, r)
				}
			})
			told, err := Revoke(t.Context(), p.guard.Client("plugin"), p.at(), Client{ID: "id", Secret: "s"}, Token{Access: "at", Refresh: "rt"})
			if err != nil || told != test.told {
				t.Fatalf("%v, %v", told, err)
			}
			var bodies []string
			for _, r := range p.requests("/revoke") {
				bodies = append(bodies, r.Body)
			}
			var want []string
			if test.told {
				want = []string{
					"client_id=id&client_secret=s&token=rt&token_type_hint=refresh_token",
					"client_id=id&client_secret=s&token=at&token_type_hint=access_token",
				}
			}
			if diff := cmp.Diff(want, bodies); diff != "" || len(other.got) != 0 {
				t.Errorf("revocations (-want +got):\n%s\nanother host: %v", diff, other.got)
			}
		})
	}
}

// FuzzAnswer: no answer makes the reader fall over, and no error holds what was sent.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{`{"access_token":"at","expires_in":"3600.0"}`, "access_token=at", "<html>", `{"error":{"code":"x"}}`, "\xEF\xBB\xBF{}"} {
		f.Add(200, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		token, err := readToken(status, body, []string{canary}, time.Unix(1e9, 0))
		switch {
		case err != nil && strings.Contains(err.Error(), canary):
			t.Fatalf("error: %v", err)
		case err == nil && (token.Access == "" || checkValue("", token.Access.Reveal()) != nil || token.Life < 0 || token.Type != typeBearer && token.Type != typeBasic):
			t.Fatalf("token %q", token.Access.Reveal())
		}
	})
}
