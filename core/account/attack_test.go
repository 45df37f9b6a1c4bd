package account_test

import (
	"errors"
	"net/url"
	"path"
	"strings"
	"testing"

	"aidesk/core/account"
	"aidesk/core/account/connecttest"
	"aidesk/store"
)

// TestStolenLink is of a link that another opens. Eve is in the same workspace and has an
// account at the provider.
func TestStolenLink(t *testing.T) {
	t.Parallel()

	t.Run("before Ann opened it", func(t *testing.T) {
		t.Parallel()
		s := connecttest.NewStage(t)
		c, token := begin(t, s, s.Ann())
		eve := &browser{Stage: s}
		digits := eve.login(t, "eve", token) // her own account, she hopes, for Ann to work with
		if _, err := s.Connections().Finish(t.Context(), s.Eve().By, c.ID, digits); !errors.Is(err, account.ErrMember) {
			t.Errorf("Eve finishes: %v", err)
		}
		ann := &browser{Stage: s}
		if _, _, err := s.Connections().Continue(t.Context(), token); !errors.Is(err, account.ErrUsed) {
			t.Errorf("Ann continues: %v", err)
		}
		if _, _, err := s.Connections().Digits(t.Context(), ann.cookie); !errors.Is(err, account.ErrBrowser) {
			t.Errorf("Ann is shown digits: %v", err)
		}
		s.Pass(account.Life)
		if err := s.Connections().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		nothing(t, s)
	})

	t.Run("while Ann logs in", func(t *testing.T) {
		t.Parallel()
		s := connecttest.NewStage(t)
		c, token := begin(t, s, s.Ann())
		eve, ann := &browser{Stage: s}, &browser{Stage: s}
		atEve := eve.consent(t, "eve", eve.proceed(t, token))
		atAnn := ann.consent(t, "ann", ann.proceed(t, token)) // the later one holds
		if err := eve.come(t, atEve); !errors.Is(err, account.ErrBrowser) {
			t.Errorf("Eve comes back: %v", err)
		}
		if err := eve.come(t, atAnn); !errors.Is(err, account.ErrBrowser) {
			t.Errorf("Eve comes with Ann's code: %v", err)
		}
		if err := ann.come(t, atEve); !errors.Is(err, account.ErrMixed) {
			t.Errorf("Ann comes with Eve's code: %v", err)
		}
		if err := ann.come(t, atAnn); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Connections().Digits(t.Context(), eve.cookie); !errors.Is(err, account.ErrBrowser) {
			t.Errorf("Eve is shown digits: %v", err)
		}
		if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, ann.digits(t)); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("after Ann consented", func(t *testing.T) {
		t.Parallel()
		s := connecttest.NewStage(t)
		c, token := begin(t, s, s.Ann())
		digits := (&browser{Stage: s}).login(t, "ann", token)
		for range 2 {
			if _, err := s.Connections().Open(t.Context(), token); !errors.Is(err, account.ErrUsed) {
				t.Errorf("opened: %v", err)
			}
			if _, _, err := s.Connections().Continue(t.Context(), token); !errors.Is(err, account.ErrUsed) {
				t.Errorf("continued: %v", err)
			}
			if _, err := s.Connections().Keys(t.Context(), token, nil); !errors.Is(err, account.ErrUsed) {
				t.Errorf("typed keys: %v", err)
			}
			if _, _, err := s.Connections().Digits(t.Context(), token); !errors.Is(err, account.ErrBrowser) {
				t.Errorf("the link as a cookie: %v", err)
			}
			if _, err := s.Connections().Finish(t.Context(), s.Eve().By, c.ID, digits); !errors.Is(err, account.ErrMember) {
				t.Errorf("finished: %v", err)
			}
		}
		if err := s.Connections().Discard(t.Context(), s.Eve().By, c.ID); !errors.Is(err, account.ErrMember) {
			t.Errorf("discarded: %v", err)
		}
		if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits); err != nil {
			t.Fatal(err)
		}
	})
}

// TestForeignLogin is of Eve who begins and makes Ann complete: Ann's account would be Eve's.
// The digits are in Ann's browser, and Eve can only guess.
func TestForeignLogin(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Eve())
	digits := (&browser{Stage: s}).login(t, "ann", token)
	for range 3 {
		if _, err := s.Connections().Finish(t.Context(), s.Eve().By, c.ID, other(digits)); err == nil {
			t.Fatal("a guess was right")
		}
	}
	if _, err := s.Connections().Finish(t.Context(), s.Eve().By, c.ID, digits); !errors.Is(err, account.ErrLink) {
		t.Errorf("after three guesses: %v", err)
	}
	nothing(t, s)
}

// TestForeignAccount is of Eve who sends Ann the end of her own login: Ann would work with
// Eve's account, and put into it what she thinks is hers.
func TestForeignAccount(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	_, eveToken := begin(t, s, s.Eve())
	eve := &browser{Stage: s}
	trap := eve.consent(t, "eve", eve.proceed(t, eveToken))

	ann := &browser{Stage: s}
	if err := ann.come(t, trap); !errors.Is(err, account.ErrBrowser) {
		t.Errorf("Ann has no login: %v", err)
	}
	c, token := begin(t, s, s.Ann())
	address := ann.proceed(t, token)
	if err := ann.come(t, trap); !errors.Is(err, account.ErrMixed) {
		t.Errorf("Ann has one: %v", err)
	}
	// Eve's code in the answer of Ann's login, whose state she would have to know.
	mine := ann.consent(t, "ann", address)
	mixed := mine.Query()
	mixed.Set("code", trap.Query().Get("code"))
	if _, err := s.Connections().Callback(t.Context(), path.Base(mine.Path), ann.cookie, mixed); !errors.Is(err, account.ErrRefused) {
		t.Errorf("Eve's code with Ann's state: %v", err) // by PKCE
	}
	if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, "123456"); !errors.Is(err, account.ErrLink) {
		t.Errorf("finished: %v", err)
	}
	nothing(t, s)
}

// TestStolenCallback is of code and state that another learned, before Ann's browser came.
func TestStolenCallback(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	ann := &browser{Stage: s}
	back := ann.consent(t, "ann", ann.proceed(t, token))
	_, eveToken := begin(t, s, s.Eve())
	eve := &browser{Stage: s}
	eve.proceed(t, eveToken)
	id, _, _ := strings.Cut(ann.cookie, ".")
	for cookie, want := range map[string]error{
		"":                                 account.ErrBrowser,
		"x":                                account.ErrBrowser,
		id:                                 account.ErrBrowser,
		id + ".":                           account.ErrBrowser,
		id + "." + strings.Repeat("a", 52): account.ErrBrowser,
		id + "." + strings.Repeat("a", 65): account.ErrBrowser,
		token:                              account.ErrBrowser,
		eve.cookie:                         account.ErrMixed,
		strings.Repeat("a", 42) + ".a":     account.ErrLink,
		strings.Repeat("A", 42) + ".a":     account.ErrBrowser,
		"../../account/slack/T1.a":         account.ErrBrowser,
	} {
		thief := &browser{Stage: s, cookie: cookie}
		if err := thief.come(t, back); !errors.Is(err, want) {
			t.Errorf("with the cookie %q: %v", cookie, err)
		}
	}
	if s.Provider.Asked() != 0 {
		t.Error("a code was exchanged")
	}
	if err := ann.come(t, back); err != nil {
		t.Fatalf("Ann herself: %v", err)
	}
	digits := ann.digits(t)
	for range 3 {
		if err := ann.come(t, back); !errors.Is(err, account.ErrUsed) {
			t.Errorf("replayed: %v", err)
		}
	}
	if s.Provider.Asked() != 1 || ann.digits(t) != digits {
		t.Error("a replayed answer had an effect")
	}
	if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits); err != nil {
		t.Fatal(err)
	}
	if err := ann.come(t, back); !errors.Is(err, account.ErrUsed) {
		t.Errorf("replayed at the end: %v", err)
	}
}

// TestPluginMixUp is of a plugin whose login page forwards the browser to an honest provider,
// so that the honest code would be posted to its own token address.
func TestPluginMixUp(t *testing.T) {
	t.Parallel()
	for _, sameClient := range []bool{false, true} {
		s := connecttest.NewStage(t)
		hostile := connecttest.NewProvider(t)
		s.Allow(s.Provider, hostile)
		s.SetClient("slack/T1", "evil.example")
		n := s.Ann()
		provider := hostile.Account()
		n.Plugin, n.Name, n.Login.Provider = "evil.example", "Evil", &provider
		if sameClient { // it names the honest page itself
			provider.AuthorizeURL = s.Provider.Account().AuthorizeURL
		}
		c, token := begin(t, s, n)
		ann := &browser{Stage: s}
		address, err := url.Parse(ann.proceed(t, token))
		if err != nil {
			t.Fatal(err)
		}
		// The honest provider knows only the honest plugin's address.
		q := address.Query()
		if q.Get("redirect_uri") == s.Connections().RedirectURL(s.Provider.Account(), connecttest.ClientID) {
			t.Fatal("two plugins have one address")
		}
		q.Set("redirect_uri", s.Connections().RedirectURL(s.Provider.Account(), connecttest.ClientID))
		back := ann.consent(t, "ann", s.Provider.URL+"/authorize?"+q.Encode())
		if err := ann.come(t, back); !errors.Is(err, account.ErrMixed) {
			t.Errorf("the honest answer: %v", err)
		}
		if hostile.Asked()+s.Provider.Asked() != 0 {
			t.Error("a code was sent")
		}
		if _, err := s.Connections().Look(t.Context(), c.ID); !errors.Is(err, account.ErrLink) {
			t.Errorf("the login goes on: %v", err)
		}
		nothing(t, s)
	}
}

// TestTwoWorkspaces is of logins at one plugin from two workspaces, and of one person in both.
func TestTwoWorkspaces(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	ann, annToken := begin(t, s, s.Ann())
	zoe, zoeToken := begin(t, s, s.Zoe())
	one, two := &browser{Stage: s}, &browser{Stage: s}
	toAnn, toZoe := one.consent(t, "ann", one.proceed(t, annToken)), two.consent(t, "zoe", two.proceed(t, zoeToken))
	for _, crossed := range []struct {
		b  *browser
		at *url.URL
	}{{one, toZoe}, {two, toAnn}} {
		if err := crossed.b.come(t, crossed.at); !errors.Is(err, account.ErrMixed) {
			t.Errorf("an answer of the other workspace: %v", err)
		}
	}
	for _, straight := range []struct {
		b  *browser
		at *url.URL
	}{{one, toAnn}, {two, toZoe}} {
		if err := straight.b.come(t, straight.at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Connections().Finish(t.Context(), s.Zoe().By, ann.ID, one.digits(t)); !errors.Is(err, account.ErrMember) {
		t.Errorf("Zoe finishes Ann's: %v", err)
	}
	if _, err := s.Connections().Finish(t.Context(), s.Ann().By, ann.ID, two.digits(t)); err == nil {
		t.Error("Zoe's digits finish Ann's login")
	}
	for n, c := range map[string]account.Connection{s.Ann().By: ann, s.Zoe().By: zoe} {
		b := map[string]*browser{s.Ann().By: one, s.Zoe().By: two}[n]
		if _, err := s.Connections().Finish(t.Context(), n, c.ID, b.digits(t)); err != nil {
			t.Fatal(err)
		}
	}
	for scope, owner := range map[string]string{"slack/T1": s.Ann().By, "slack/T2": s.Zoe().By} {
		if all := accounts(t, s, scope); len(all) != 1 || all[0].Owner != owner {
			t.Errorf("%s: %+v", scope, all)
		}
	}
}

// TestAnswers changes the answer of the provider, as it comes to the right browser.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const promised, silent = true, false
	for _, test := range []struct {
		name   string
		issuer bool // the provider promised that its answers name it
		change func(id *string, q url.Values)
		want   error
		goesOn bool // the right answer still works
	}{
		{"as it came", silent, func(*string, url.Values) {}, nil, false},
		{"as it came, issuer", promised, func(*string, url.Values) {}, nil, false},
		{"unknown parameters", silent, func(_ *string, q url.Values) { q.Set("session_state", "x"); q.Set("scope", "a b") }, nil, false},
		{"another issuer", promised, func(_ *string, q url.Values) { q.Set("iss", "https://evil.example") }, account.ErrMixed, false},
		{"another issuer than its description names", silent, func(_ *string, q url.Values) { q.Set("iss", "https://evil.example") }, account.ErrMixed, false},
		{"no issuer", promised, func(_ *string, q url.Values) { q.Del("iss") }, account.ErrMixed, false},
		{"two issuers", promised, func(_ *string, q url.Values) { q.Add("iss", q.Get("iss")) }, account.ErrMixed, false},
		{"two issuers, none promised", silent, func(_ *string, q url.Values) { q.Add("iss", q.Get("iss")) }, account.ErrMixed, false},
		{"another state", silent, func(_ *string, q url.Values) { q.Set("state", strings.Repeat("a", 52)) }, account.ErrMixed, true},
		{"no state", silent, func(_ *string, q url.Values) { q.Del("state") }, account.ErrMixed, true},
		{"empty state", silent, func(_ *string, q url.Values) { q.Set("state", "") }, account.ErrMixed, true},
		{"two states", silent, func(_ *string, q url.Values) { q.Add("state", q.Get("state")) }, account.ErrMixed, true},
		{"declined by another state", silent, func(_ *string, q url.Values) { q.Set("error", "access_denied"); q.Set("state", "x") }, account.ErrMixed, true},
		{"declined", silent, func(_ *string, q url.Values) { q.Del("code"); q.Set("error", "access_denied") }, account.ErrDenied, false},
		{"declined with a code", silent, func(_ *string, q url.Values) { q.Set("error", "access_denied") }, account.ErrDenied, false},
		{"an error", silent, func(_ *string, q url.Values) { q.Del("code"); q.Set("error", "canary-invalid_scope") }, account.ErrRefused, false},
		{"an empty error", silent, func(_ *string, q url.Values) { q.Set("error", "") }, account.ErrRefused, false},
		{"no code", silent, func(_ *string, q url.Values) { q.Del("code") }, account.ErrRefused, false},
		{"two codes", silent, func(_ *string, q url.Values) { q.Add("code", "x") }, account.ErrRefused, false},
		{"another code", silent, func(_ *string, q url.Values) { q.Set("code", "canary-other") }, account.ErrRefused, false},
		{"a long code", silent, func(_ *string, q url.Values) { q.Set("code", strings.Repeat("c", 5000)) }, account.ErrRefused, false},
		{"another address", silent, func(id *string, _ url.Values) { *id = strings.Repeat("a", 26) }, account.ErrMixed, false},
		{"no address", silent, func(id *string, _ url.Values) { *id = "" }, account.ErrMixed, false},
		{"the address in capitals", silent, func(id *string, _ url.Values) { *id = strings.ToUpper(*id) }, account.ErrMixed, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := connecttest.NewStage(t)
			n := s.Ann()
			if test.issuer {
				n.Login.Provider.Issuer = s.Provider.URL
			}
			c, token := begin(t, s, n)
			b := &browser{Stage: s}
			back := b.consent(t, "ann", b.proceed(t, token))
			id, q := path.Base(back.Path), back.Query()
			test.change(&id, q)
			if _, err := s.Connections().Callback(t.Context(), id, b.cookie, q); !errors.Is(err, test.want) {
				t.Fatalf("got %v", err)
			}
			switch {
			case test.want == nil:
				b.digits(t)
				return
			case test.goesOn:
				if err := b.come(t, back); err != nil {
					t.Errorf("the right answer after it: %v", err)
				}
				return
			}
			if err := b.come(t, back); !errors.Is(err, account.ErrLink) {
				t.Errorf("the right answer after it: %v", err)
			}
			nothing(t, s)
			if left := s.Stored("connect/"); left != "" {
				t.Errorf("left: %s", left)
			}
			if log := s.Log(); strings.Count(log, "\n") != 1 || !strings.Contains(log, c.ID) || strings.Contains(log, "canary") || strings.Contains(log, s.Provider.URL) {
				t.Errorf("the log: %s", log)
			}
		})
	}
}

// TestClientChanged is of an administrator who sets another client while somebody logs in.
func TestClientChanged(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	_, token := begin(t, s, s.Ann())
	b := &browser{Stage: s}
	back := b.consent(t, "ann", b.proceed(t, token))
	if err := s.Accounts().SetClient(t.Context(), "slack/T1", "trello.example", account.Client{ID: "client-2"}); err != nil {
		t.Fatal(err)
	}
	if err := b.come(t, back); !errors.Is(err, account.ErrRefused) || s.Provider.Asked() != 0 {
		t.Errorf("got %v", err)
	}
	nothing(t, s)
}

// TestSwapped puts what is sealed in one login into another.
func TestSwapped(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	ann, annToken := begin(t, s, s.Ann())
	eve, eveToken := begin(t, s, s.Eve())
	digits := (&browser{Stage: s}).login(t, "ann", annToken)
	eveDigits := (&browser{Stage: s}).login(t, "eve", eveToken)
	read := func(id string) store.Record {
		record, err := s.Records().Get(t.Context(), "connect/"+id)
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	sealed := func(r store.Record) string {
		_, after, _ := strings.Cut(string(r.Value), `"sealed":`)
		text, _, _ := strings.Cut(after, "}")
		return text
	}
	from, to := read(ann.ID), read(eve.ID)
	to.Value = []byte(strings.Replace(string(to.Value), sealed(to), sealed(from), 1))
	if _, err := s.Records().Put(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{digits, eveDigits} {
		if _, err := s.Connections().Finish(t.Context(), s.Eve().By, eve.ID, typed); err == nil {
			t.Error("finished with what is another's")
		}
	}
	if all := accounts(t, s, "slack/T1"); len(all) > 0 {
		t.Errorf("accounts: %+v", all)
	}
}

// TestRedirectID is one for each place to log in, place to get tokens and client.
func TestRedirectID(t *testing.T) {
	t.Parallel()
	base := account.Provider{AuthorizeURL: "https://a.example/x", TokenURL: "https://a.example/t"}
	seen := map[string]bool{}
	for _, one := range []struct {
		p  account.Provider
		id string
	}{
		{base, "c"},
		{base, "d"},
		{base, ""},
		{account.Provider{AuthorizeURL: base.AuthorizeURL, TokenURL: "https://b.example/t"}, "c"},
		{account.Provider{AuthorizeURL: "https://b.example/x", TokenURL: base.TokenURL}, "c"},
		{account.Provider{AuthorizeURL: base.TokenURL, TokenURL: base.AuthorizeURL}, "c"},
		{account.Provider{AuthorizeURL: base.AuthorizeURL + "&" + base.TokenURL, TokenURL: ""}, "c"},
		{account.Provider{AuthorizeURL: base.AuthorizeURL, TokenURL: base.TokenURL + "&c"}, ""},
	} {
		id := account.RedirectID(one.p, one.id)
		if seen[id] || len(id) != 26 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("%+v: %s", one, id)
		}
		seen[id] = true
	}
	withScope := base
	withScope.Scope, withScope.JSON = "read", true
	if account.RedirectID(withScope, "c") != account.RedirectID(base, "c") {
		t.Error("a scope changes the address that was registered")
	}
}

// FuzzCallback brings any answer to any browser: only the right one, whole, goes on.
func FuzzCallback(f *testing.F) {
	s := connecttest.NewStage(f)
	for _, seed := range []string{"", "code=a&state=b", "error=access_denied", "iss=x&iss=y&state=", "state=%00&code=%ff", "code[]=a;state=b", "%zz"} {
		f.Add(seed, "", "")
		f.Add(seed, strings.Repeat("a", 26), strings.Repeat("a", 42)+".b")
	}
	_, token := begin(f, s, s.Ann())
	b := &browser{Stage: s}
	b.proceed(f, token)
	own := "own"
	f.Add("state=x&error=access_denied", "", own)
	f.Fuzz(func(t *testing.T, query, id, cookie string) {
		if cookie == own {
			cookie = b.cookie
		}
		values, _ := url.ParseQuery(query) // what can be read of it
		if _, err := s.Connections().Callback(t.Context(), id, cookie, values); err == nil {
			t.Fatalf("%q went on", query)
		}
		if _, err := s.Connections().Open(t.Context(), token); err != nil {
			t.Fatalf("%q ended a login: %v", query, err)
		}
	})
}
