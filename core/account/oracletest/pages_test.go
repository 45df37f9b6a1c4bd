package oracletest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"aidesk/bots/login"
	"aidesk/core/account"
)

// page is what a browser with a cookie gets of our pages; it keeps the cookie.
func page(pages http.Handler, cookie *string, method, address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Cookie", *cookie)
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		*cookie = c.Name + "=" + c.Value
	}
	return w
}

// TestPages connects an account by our pages, from the link to the digits, and changes the
// answer of the server on the way.
func TestPages(t *testing.T) {
	tests := []struct {
		name   string
		change func(d *desk, back, stolen url.Values)
		want   int // status of our page
		line   string
	}{
		{"as it came", func(*desk, url.Values, url.Values) {}, http.StatusSeeOther, ""},
		{"code of another login", func(_ *desk, back, other url.Values) { back["code"] = other["code"] }, http.StatusBadGateway, "did not work"},
		{"state of another login", func(_ *desk, back, other url.Values) { back["state"] = other["state"] }, http.StatusForbidden, "belongs to another login"},
		{"answer to another login", func(_ *desk, back, other url.Values) { back["code"], back["state"] = other["code"], other["state"] }, http.StatusForbidden, "belongs to another login"},
		{"expired code", func(d *desk, _, _ url.Values) { d.storage.expired.Store(true) }, http.StatusBadGateway, "did not work"},
		{"declined", func(_ *desk, back, _ url.Values) { back.Del("code"); back.Set("error", "access_denied") }, http.StatusForbidden, "declined"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t)
			ctx := t.Context()
			if err := d.SetClient(ctx, scope, "plugin", client); err != nil {
				t.Fatal(err)
			}
			connections := &account.Connections{Accounts: d.Accounts, Redirect: login.RedirectBase(public)}
			pages, err := login.New(connections, public, d.Now)
			if err != nil {
				t.Fatal(err)
			}
			provider := d.provider(false, true)
			begin := func(member string) (id, cookie string, back *url.URL) {
				c, token, err := connections.Begin(ctx, account.NewConnection{
					Scope: scope, Plugin: "plugin", Name: "Plugin", By: scope + "/" + member, Member: member, MemberName: member, Workspace: "Acme",
					Platform: "Slack", Conversation: scope + "/C1", Label: member + "'s Plugin",
					Login: account.Login{Kind: account.OAuth, Provider: &provider}, Hosts: []string{strings.TrimPrefix(d.server.URL, "http://")},
				})
				if err != nil {
					t.Fatal(err)
				}
				if w := page(pages, &cookie, http.MethodGet, pages.Link(token), nil); w.Code != http.StatusOK || cookie != "" {
					t.Fatalf("the page: %d", w.Code)
				}
				w := page(pages, &cookie, http.MethodPost, public+"/oauth/start", url.Values{"t": {token}})
				if w.Code != http.StatusSeeOther {
					t.Fatalf("continue: %d %s", w.Code, w.Body)
				}
				return c.ID, cookie, d.consent(w.Header().Get("Location"))
			}
			_, _, other := begin("U2")
			id, cookie, back := begin("U1")
			query := back.Query()
			test.change(d, query, other.Query())
			back.RawQuery = query.Encode()
			w := page(pages, &cookie, http.MethodGet, back.String(), nil)
			if w.Code != test.want || !strings.Contains(w.Body.String(), test.line) {
				t.Fatalf("the answer: %d %s", w.Code, w.Body)
			}
			if test.line != "" {
				if all, err := d.List(ctx, scope); err != nil || len(all) > 0 {
					t.Errorf("accounts: %+v, %v", all, err)
				}
				return
			}
			digits := regexp.MustCompile(`\d{3} \d{3}`).FindString(page(pages, &cookie, http.MethodGet, public+"/oauth/digits", nil).Body.String())
			a, err := connections.Finish(ctx, scope+"/U1", id, digits)
			if err != nil {
				t.Fatal(err)
			}
			credential, _, err := d.Use(ctx, d.Key(a))
			if err != nil || !d.call(d.Key(a), credential) {
				t.Errorf("used: %v", err)
			}
			if w := page(pages, &cookie, http.MethodGet, back.String(), nil); w.Code != http.StatusConflict || d.count("authorization_code") != 1 {
				t.Errorf("replayed: %d", w.Code)
			}
		})
	}
}

// TestGivenBack: three wrong digits revoke the tokens at the server.
func TestGivenBack(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	if err := d.SetClient(ctx, scope, "plugin", client); err != nil {
		t.Fatal(err)
	}
	provider := d.provider(false, true)
	connections := &account.Connections{Accounts: d.Accounts, Redirect: login.RedirectBase(public)}
	c, token, err := connections.Begin(ctx, account.NewConnection{
		Scope: scope, Plugin: "plugin", By: scope + "/U1", Login: account.Login{Kind: account.OAuth, Provider: &provider}, Hosts: []string{"127.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	cookie, address, err := connections.Continue(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	back := d.consent(address)
	if _, err := connections.Callback(ctx, account.RedirectID(provider, client.ID), cookie, back.Query()); err != nil {
		t.Fatal(err)
	}
	_, digits, err := connections.Digits(ctx, cookie)
	if err != nil {
		t.Fatal(err)
	}
	wrong := "000000"
	if digits == wrong {
		wrong = "000001"
	}
	for range 3 {
		if _, err := connections.Finish(ctx, scope+"/U1", c.ID, wrong); err == nil {
			t.Fatal("wrong digits were taken")
		}
	}
	if d.revoked.Load() == 0 {
		t.Error("the server was not asked to revoke")
	}
}
