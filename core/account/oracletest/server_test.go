package oracletest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"aidesk/core/account"
	"aidesk/core/egress"
	"aidesk/core/secret"
	"aidesk/store/bolt"
)

const (
	scope    = "desk/slack/T1"
	public   = "https://desk.example"
	redirect = public + "/oauth/callback/7"
)

var client = account.Client{ID: "desk", Secret: "s3cr&t +ü"}

// mayExpire is a storage whose codes can be made to expire.
type mayExpire struct {
	*storage.Storage
	expired atomic.Bool
}

// AuthRequestByCode finds none for a code that is expired.
func (s *mayExpire) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	if s.expired.Load() {
		return nil, errors.New("code expired")
	}
	return s.Storage.AuthRequestByCode(ctx, code)
}

// seals seals with one key for every workspace.
type seals struct{ ring *secret.Ring }

func (s seals) Seal(_ context.Context, scope, path string, value []byte) (string, error) {
	return s.ring.Seal(scope+" "+path, value)
}

func (s seals) Open(_ context.Context, scope, path, sealed string) ([]byte, error) {
	return s.ring.Open(scope+" "+path, sealed)
}

// desk is aidesk's accounts beside a running authorization server.
type desk struct {
	*account.Accounts
	t       *testing.T
	server  *httptest.Server
	storage *mayExpire
	revoked atomic.Int64 // how often the server was asked to revoke a token
	ahead   atomic.Int64 // of the clock of the accounts, in nanoseconds

	mu    sync.Mutex
	asked []string // grant types of token requests
}

// newDesk starts both.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t}
	var handler http.Handler
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			d.note(r)
		}
		handler.ServeHTTP(w, r)
		if r.URL.Path == "/revoke" {
			d.revoked.Add(1)
		}
	}))
	t.Cleanup(d.server.Close)
	d.storage = &mayExpire{Storage: storage.NewStorageWithClients(storage.NewUserStore(d.server.URL), map[string]*storage.Client{
		client.ID: storage.WebClient(client.ID, client.Secret.Reveal(), redirect, public+"/oauth/callback/"+account.RedirectID(d.provider(false, true), client.ID)),
		"public":  storage.NativeClient("public", redirect),
	})}
	handler = exampleop.SetupServer(d.server.URL, d.storage, slog.New(slog.DiscardHandler), false)

	guard, err := egress.New(egress.Rules{AllowHosts: []string{strings.TrimPrefix(d.server.URL, "http://")}})
	if err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		t.Fatal(err)
	}
	d.Accounts = &account.Accounts{
		Records: db, Hold: db.Hold, Owner: "here", Seals: seals{ring}, Guard: guard, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) },
	}
	return d
}

// note notes a token request, and makes a form of a JSON body: this server reads no JSON.
func (d *desk) note(r *http.Request) {
	if r.Header.Get("Content-Type") == "application/json" {
		var object map[string]string
		_ = json.NewDecoder(r.Body).Decode(&object)
		form := url.Values{}
		for name, value := range object {
			form.Set(name, value)
		}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form.Encode())), int64(len(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	form, _ := url.ParseQuery(string(body))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, form.Get("grant_type"))
}

// count is how many token requests of a kind came.
func (d *desk) count(kind string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, k := range d.asked {
		if k == kind {
			n++
		}
	}
	return n
}

// provider is the server as a manifest names it.
func (d *desk) provider(asJSON, basic bool) account.Provider {
	return account.Provider{
		AuthorizeURL: d.server.URL + "/auth?prompt=consent", TokenURL: d.server.URL + "/oauth/token",
		Scope: "openid profile offline_access", JSON: asJSON, Basic: basic,
	}
}

// login is what a member does in a browser: it opens the address, logs in, and comes back
// with a code.
func (d *desk) login(address, state string) (code string) {
	d.t.Helper()
	back := d.consent(address)
	if back.Query().Get("code") == "" {
		d.t.Fatalf("did not come back with a code: %v", back)
	}
	if got := back.Query().Get("state"); got != state {
		d.t.Fatalf("came back with the state %q", got)
	}
	return back.Query().Get("code")
}

// consent is what a member does in a browser, until it is sent back.
func (d *desk) consent(address string) *url.URL {
	d.t.Helper()
	jar, _ := cookiejar.New(nil)
	var back *url.URL
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), public) {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	response, err := browser.Get(address)
	if err != nil {
		d.t.Fatal(err)
	}
	response.Body.Close()
	id := response.Request.URL.Query().Get("authRequestID")
	if id == "" {
		d.t.Fatalf("no page to log in: %s at %s", response.Status, response.Request.URL)
	}
	response, err = browser.PostForm(d.server.URL+"/login/username", url.Values{"id": {id}, "username": {"test-user2"}, "password": {"verysecure"}})
	if err != nil {
		d.t.Fatal(err)
	}
	response.Body.Close()
	if back == nil {
		d.t.Fatalf("did not come back: %s", response.Status)
	}
	return back
}

// connect connects an account and returns its key.
func (d *desk) connect(p account.Provider, c account.Client) string {
	d.t.Helper()
	ctx := d.t.Context()
	if err := d.SetClient(ctx, scope, "plugin", c); err != nil {
		d.t.Fatal(err)
	}
	verifier := account.Verifier()
	code := d.login(account.AuthorizeURL(p, c, redirect, "the state", verifier.Reveal()), "the state")
	token, err := d.Exchange(ctx, "plugin", p, c, code, redirect, verifier)
	if err != nil {
		d.t.Fatal(err)
	}
	a, credential := token.Into(account.Account{
		Scope: scope, Plugin: "plugin", Owner: scope + "/U1", Label: "Ann's", Kind: account.OAuth,
		Hosts: []string{strings.TrimPrefix(d.server.URL, "http://")}, Provider: &p,
	})
	if a.Due.IsZero() || credential[account.FieldRefresh] == "" {
		d.t.Fatalf("due %s, %d fields", a.Due, len(credential))
	}
	a, err = d.Put(ctx, a, credential)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.Key(a)
}

// call asks the server who the member is, and reports whether it took the credential.
func (d *desk) call(key string, c account.Credential) bool {
	d.t.Helper()
	a, err := d.Get(d.t.Context(), key)
	if err != nil {
		d.t.Fatal(err)
	}
	r := egress.Request{Method: http.MethodGet, URL: d.server.URL + "/userinfo"}
	if err := c.Add(&r, []account.Slot{{Field: account.FieldAccess, In: "header", Name: "Authorization", Prefix: a.Prefix()}}, a.Hosts); err != nil {
		d.t.Fatal(err)
	}
	response, _, err := d.Guard.Do(d.t.Context(), "plugin", r)
	if err != nil {
		d.t.Fatal(err)
	}
	if response.Status == http.StatusOK && !strings.Contains(string(response.Body), "test-user2") {
		d.t.Errorf("the server answered %s", response.Body)
	}
	return response.Status == http.StatusOK
}
