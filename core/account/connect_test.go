package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/account"
	"aidesk/core/account/connecttest"
	"aidesk/core/secret"
	"aidesk/store"
)

// browser is where somebody logs in: it has one cookie.
type browser struct {
	*connecttest.Stage

	cookie string
}

// begin makes a login and returns its link.
func begin(t testing.TB, s *connecttest.Stage, n account.NewConnection) (account.Connection, string) {
	t.Helper()
	c, token, err := s.Connections().Begin(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return c, token
}

// proceed goes on to the provider and returns the address to which it was sent.
func (b *browser) proceed(t testing.TB, token string) string {
	t.Helper()
	cookie, address, err := b.Connections().Continue(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	b.cookie = cookie
	return address
}

// consent logs in at the provider and returns the address to which the browser is sent back.
func (b *browser) consent(t testing.TB, user, address string) *url.URL {
	t.Helper()
	back, err := b.Provider.Consent(user, address)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// come opens an address to which a browser is sent back.
func (b *browser) come(t testing.TB, back *url.URL) error {
	t.Helper()
	_, err := b.Connections().Callback(t.Context(), path.Base(back.Path), b.cookie, back.Query())
	return err
}

// login does all that a browser does, and returns the digits.
func (b *browser) login(t testing.TB, user, token string) string {
	t.Helper()
	if err := b.come(t, b.consent(t, user, b.proceed(t, token))); err != nil {
		t.Fatal(err)
	}
	return b.digits(t)
}

func (b *browser) digits(t testing.TB) string {
	t.Helper()
	_, digits, err := b.Connections().Digits(t.Context(), b.cookie)
	if err != nil {
		t.Fatal(err)
	}
	return digits
}

// accounts are those of a workspace.
func accounts(t testing.TB, s *connecttest.Stage, scope string) []account.Account {
	t.Helper()
	all, err := s.Accounts().List(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// nothing holds that nobody has an account, and that no token is alive at the provider.
func nothing(t testing.TB, s *connecttest.Stage) {
	t.Helper()
	for _, scope := range []string{"slack/T1", "slack/T2"} {
		if all := accounts(t, s, scope); len(all) > 0 {
			t.Errorf("there is an account: %+v", all)
		}
	}
	if live := s.Provider.Live(); len(live) > 0 {
		t.Errorf("tokens are alive: %v", live)
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	b := &browser{Stage: s}
	digits := b.login(t, "ann", token)
	stored := s.Stored("connect/")
	made, err := s.Connections().Finish(t.Context(), "slack/T1/U1", c.ID, digits[:3]+" - "+digits[3:]+"\n")
	if err != nil {
		t.Fatal(err)
	}
	want := account.Account{
		Scope: "slack/T1", Plugin: "trello.example", Owner: "slack/T1/U1", Member: "U1", Label: "Ann's Trello", Kind: account.OAuth,
		Hosts: []string{"api.trello.example"}, Scopes: "read", State: account.Connected, Created: s.Now(), Provider: s.Ann().Login.Provider,
		ClientID: connecttest.ClientID, TokenType: "Bearer", Connection: c.ID,
	}
	want.ID, want.Version, want.Due = made.ID, made.Version, made.Due
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("the account (-want +got):\n%s", diff)
	}
	credential, _, err := s.Accounts().Use(t.Context(), s.Accounts().Key(made))
	if err != nil || credential[account.FieldAccess].Reveal() != "canary-access-ann-1" || credential[account.FieldRefresh].Reveal() != "canary-refresh-ann" {
		t.Errorf("the credential: %v", err)
	}
	again, err := s.Connections().Finish(t.Context(), "slack/T1/U1", c.ID, digits)
	if err != nil || again.ID != made.ID || len(accounts(t, s, "slack/T1")) != 1 {
		t.Errorf("finished again: %+v, %v", again, err)
	}
	if _, _, err := s.Connections().Digits(t.Context(), b.cookie); !errors.Is(err, account.ErrUsed) {
		t.Errorf("digits that were typed are shown: %v", err)
	}
	if _, err := s.Connections().Open(t.Context(), token); !errors.Is(err, account.ErrUsed) {
		t.Errorf("a link that was used: %v", err)
	}
	secrets := []string{"canary", digits, strings.SplitN(token, ".", 2)[1], strings.SplitN(b.cookie, ".", 2)[1]}
	for _, secret := range secrets {
		if strings.Contains(stored+s.Stored("")+s.Log(), secret) {
			t.Errorf("%s is stored or logged in the clear", secret)
		}
	}
	s.Pass(account.Life)
	if err := s.Connections().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := s.Stored("connect/"); left != "" || len(s.Provider.Live()) != 1 {
		t.Errorf("left: %s", left)
	}
}

// TestConnectAgain connects an account that is known: it keeps its id, and what an
// administrator decided.
func TestConnectAgain(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	n := s.Ann()
	n.Shared = true
	var made account.Account
	for round := range 2 {
		n.Account = made.ID
		c, token := begin(t, s, n)
		var err error
		made, err = s.Connections().Finish(t.Context(), n.By, c.ID, (&browser{Stage: s}).login(t, "ann", token))
		if err != nil {
			t.Fatal(err)
		}
		if all := accounts(t, s, "slack/T1"); len(all) != 1 || all[0].ID != made.ID || !all[0].Shared() || all[0].Member != "U1" {
			t.Fatalf("round %d: %+v", round, all)
		}
		credential, _, err := s.Accounts().Use(t.Context(), s.Accounts().Key(made))
		if want := fmt.Sprintf("canary-access-ann-%d", round+1); err != nil || credential[account.FieldAccess].Reveal() != want {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

// TestKeys types keys on the page.
func TestKeys(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, user, key, want string }{
		{"good", "ann@acme.example", "canary-key", ""},
		{"blanks around it", " ann@acme.example\t", "canary-key\r\n", ""},
		{"empty", "ann@acme.example", "", "API key is empty"},
		{"blank", "ann@acme.example", " \n\t ", "API key is empty"},
		{"line break", "ann@acme.example", "canary\r\nX-Admin: 1", "API key has a line break in it"},
		{"line separator", "ann@acme.example", "canary\u2028x", "API key has a character in it that no key has"},
		{"zero byte", "ann\x00", "canary", "User name has a character in it that no key has"},
		{"no text", "ann", "canary\xff", "API key has a character in it that no key has"},
		{"long", "ann", strings.Repeat("k", 5000), "API key is too long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := connecttest.NewStage(t)
			c, token := begin(t, s, s.Keyed())
			values := map[string]secret.Text{"user": secret.Text(test.user), "key": secret.Text(test.key), "other": "x"}
			cookie, err := s.Connections().Keys(t.Context(), token, values)
			if test.want != "" {
				if err == nil || err.Error() != test.want {
					t.Fatalf("got %v", err)
				}
				if _, err := s.Connections().Open(t.Context(), token); err != nil {
					t.Errorf("the link no longer works: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Connections().Keys(t.Context(), token, values); !errors.Is(err, account.ErrUsed) {
				t.Errorf("typed again: %v", err)
			}
			b := &browser{Stage: s, cookie: cookie}
			made, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, b.digits(t))
			if err != nil {
				t.Fatal(err)
			}
			credential, _, err := s.Accounts().Use(t.Context(), s.Accounts().Key(made))
			if err != nil || credential["user"].Reveal() != "ann@acme.example" || credential["key"].Reveal() != "canary-key" || len(credential) != 2 {
				t.Errorf("the credential: %v", err)
			}
			if strings.Contains(s.Stored("")+s.Log(), "canary") {
				t.Error("a key is stored in the clear")
			}
		})
	}
}

// TestServiceKey is of a key that an administrator gives: the workspace has it.
func TestServiceKey(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	n := s.Keyed()
	n.Login.Kind = account.ServiceKey
	c, token := begin(t, s, n)
	cookie, err := s.Connections().Keys(t.Context(), token, map[string]secret.Text{"user": "u", "key": "k"})
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Connections().Finish(t.Context(), n.By, c.ID, (&browser{Stage: s, cookie: cookie}).digits(t))
	if err != nil || !c.Shared || !made.Shared() || made.Member != "U1" || len(made.Roles)+len(made.Channels) > 0 {
		t.Errorf("%+v, %v", made, err)
	}
	if _, token = begin(t, s, n); token == "" {
		t.Fatal("no link")
	}
	if _, _, err := s.Connections().Continue(t.Context(), token); !errors.Is(err, account.ErrMixed) {
		t.Errorf("keys are typed, not logged in with: %v", err)
	}
	if err := s.Connections().ForgetPlugin(t.Context(), "slack/T2", n.Plugin); err != nil || s.Stored("connect/") == "" {
		t.Errorf("another workspace's plugin: %v", err)
	}
	if err := s.Connections().ForgetPlugin(t.Context(), "slack/T1", n.Plugin); err != nil || s.Stored("connect/") != "" {
		t.Errorf("the plugin is removed: %v", err)
	}
}

// TestBeginRefuses is of what cannot be connected.
func TestBeginRefuses(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	at := func(authorize, token string) account.NewConnection {
		n := s.Ann()
		n.Login.Provider = &account.Provider{AuthorizeURL: authorize, TokenURL: token}
		return n
	}
	good := "https://login.trello.example/authorize"
	for name, n := range map[string]account.NewConnection{
		"file":                  at("file:///etc/passwd", good),
		"script":                at("javascript:alert(1)", good),
		"no address":            at("trello", good),
		"metadata":              at("https://169.254.169.254/authorize", good),
		"private":               at("https://10.0.0.1:2096/authorize", good),
		"loopback":              at("https://localhost/authorize", good),
		"plain http":            at("http://login.trello.example/authorize", good),
		"user in it":            at("https://a:b@login.trello.example/authorize", good),
		"fragment":              at(good+"#x", good),
		"a header in the host":  at("https://x.example;script-src/authorize", good),
		"token file":            at(good, "file:///etc/passwd"),
		"token private":         at(good, "https://192.168.1.1/token"),
		"token plain http":      at(good, "http://login.trello.example/token"),
		"token of another port": at(good, "https://login.trello.example:2096/token"),
		"no provider":           func() account.NewConnection { n := s.Ann(); n.Login.Provider = nil; return n }(),
		"no login":              func() account.NewConnection { n := s.Ann(); n.Login.Kind = account.None; return n }(),
		"no hosts":              func() account.NewConnection { n := s.Ann(); n.Hosts = nil; return n }(),
		"no fields":             func() account.NewConnection { n := s.Keyed(); n.Login.Fields = nil; return n }(),
		"no client":             func() account.NewConnection { n := s.Ann(); n.Plugin = "other.example"; return n }(),
	} {
		if _, _, err := s.Connections().Begin(t.Context(), n); err == nil {
			t.Errorf("%s: begun", name)
		}
	}
	for _, n := range []account.NewConnection{at(good, good), at("https://login.trello.example:2096", good), at("https://[2606:4700::1]:2096/a?b=c", good)} {
		if _, _, err := s.Connections().Begin(t.Context(), n); err != nil {
			t.Errorf("%s: %v", n.Login.Provider.AuthorizeURL, err)
		}
	}
}

// TestLife is ten minutes for each step.
func TestLife(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		for step := range 4 {
			t.Run(fmt.Sprintf("step %d late %v", step, late), func(t *testing.T) {
				t.Parallel()
				s := connecttest.NewStage(t)
				c, token := begin(t, s, s.Ann())
				b := &browser{Stage: s}
				pass := func(at int) {
					if late && at == step {
						s.Pass(account.Life)
					} else {
						s.Pass(account.Life - time.Second)
					}
				}
				got := func() error {
					pass(0)
					cookie, address, err := s.Connections().Continue(t.Context(), token)
					if err != nil {
						return err
					}
					b.cookie = cookie
					back := b.consent(t, "ann", address)
					pass(1)
					if err := b.come(t, back); err != nil {
						return err
					}
					digits := b.digits(t)
					pass(2)
					if _, _, err := s.Connections().Digits(t.Context(), b.cookie); err != nil && step != 2 {
						return err
					}
					_, err = s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits)
					return err
				}()
				if late && step < 3 {
					if !errors.Is(got, account.ErrLink) {
						t.Fatalf("got %v", got)
					}
					if err := s.Connections().Sweep(t.Context()); err != nil {
						t.Fatal(err)
					}
					nothing(t, s)
					if left := s.Stored("connect/"); left != "" {
						t.Errorf("left: %s", left)
					}
				} else if got != nil {
					t.Fatal(got)
				}
			})
		}
	}
}

// TestDigits is what members type.
func TestDigits(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	finish := func(by, typed string) error {
		_, err := s.Connections().Finish(t.Context(), by, c.ID, typed)
		return err
	}
	if err := finish(s.Ann().By, "123456"); !errors.Is(err, account.ErrEarly) {
		t.Errorf("before the login: %v", err)
	}
	b := &browser{Stage: s}
	digits := b.login(t, "ann", token)
	for range 5 { // none of these is a try
		for _, typed := range []string{"", "12345", "1234567", "12345a", "one two", strings.Repeat(" ", 100), "١٢٣٤٥٦", "123456\x00"} {
			if err := finish(s.Ann().By, typed); !errors.Is(err, account.ErrDigits) {
				t.Errorf("%q: %v", typed, err)
			}
		}
		if err := finish(s.Eve().By, digits); !errors.Is(err, account.ErrMember) {
			t.Errorf("another member: %v", err)
		}
	}
	for _, left := range []int{2, 1, 0} {
		var wrong *account.WrongDigitsError
		if err := finish(s.Ann().By, other(digits)); !errors.As(err, &wrong) || wrong.Left != left {
			t.Errorf("wrong digits: %v", err)
		}
	}
	if err := finish(s.Ann().By, digits); !errors.Is(err, account.ErrLink) {
		t.Errorf("the right ones too late: %v", err)
	}
	nothing(t, s)
}

// other are six other digits.
func other(digits string) string {
	if digits == "000000" {
		return "000001"
	}
	return "000000"
}

// TestRestart restarts the program between any two steps.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	s.Restart()
	b := &browser{Stage: s}
	address := b.proceed(t, token)
	s.Restart()
	back := b.consent(t, "ann", address)
	if err := b.come(t, back); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	digits := b.digits(t)
	if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, other(digits)); err == nil {
		t.Fatal("wrong digits were taken")
	}
	s.Restart()
	made, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits)
	if err != nil {
		t.Fatal(err)
	}
	s.Restart()
	if again, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits); err != nil || again.ID != made.ID {
		t.Fatalf("finished again: %v", err)
	}
}

// breaking fails to write connections in one phase, as a crash before it would.
type breaking struct {
	store.Records

	phase account.Phase
}

var errCrash = errors.New("crashed")

func (b breaking) Put(ctx context.Context, r store.Record) (uint64, error) {
	if strings.HasPrefix(r.Key, "connect/") && strings.Contains(string(r.Value), `"phase":"`+string(b.phase)+`"`) {
		return 0, errCrash
	}
	return b.Records.Put(ctx, r)
}

// TestCrash ends the program before each writing.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, phase := range []account.Phase{account.Consenting, account.Exchanging, account.Waiting, account.Finishing, account.Finished} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			s := connecttest.NewStage(t)
			c, token := begin(t, s, s.Ann())
			s.Wrap = func(r store.Records) store.Records { return breaking{r, phase} }
			b := &browser{Stage: s}
			digits := ""
			failed := func() error {
				cookie, address, err := s.Connections().Continue(t.Context(), token)
				if err != nil {
					return err
				}
				b.cookie = cookie
				if err := b.come(t, b.consent(t, "ann", address)); err != nil {
					return err
				}
				digits = b.digits(t)
				_, err = s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits)
				return err
			}()
			if !errors.Is(failed, errCrash) {
				t.Fatalf("got %v", failed)
			}
			s.Wrap = nil
			if digits == "" { // the link still works
				if len(s.Provider.Live()) > 0 {
					t.Error("a token that was not kept is alive")
				}
				digits = b.login(t, "ann", token)
			}
			before := accounts(t, s, "slack/T1")
			made, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits)
			if err != nil {
				t.Fatal(err)
			}
			after := accounts(t, s, "slack/T1")
			if len(after) != 1 || after[0].ID != made.ID || len(before) == 1 && before[0].Version != after[0].Version {
				t.Errorf("before: %+v\nafter: %+v", before, after)
			}
		})
	}
}

// TestSweepAfterCrash does not revoke the tokens of an account whose connection was not
// marked as finished.
func TestSweepAfterCrash(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	digits := (&browser{Stage: s}).login(t, "ann", token)
	s.Wrap = func(r store.Records) store.Records { return breaking{r, account.Finished} }
	if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	s.Wrap = nil
	s.Pass(account.Life)
	if err := s.Connections().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.Provider.Live()) != 1 || s.Stored("connect/") != "" {
		t.Error("the tokens of an account were revoked")
	}
}

// TestRaces asks many processes at once for the same step.
func TestRaces(t *testing.T) {
	t.Parallel()
	const processes = 16
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	cookies, addresses := make([]string, processes), make([]string, processes)
	atOnce(processes, func(i int) {
		var err error
		if cookies[i], addresses[i], err = s.Connections().Continue(t.Context(), token); err != nil {
			cookies[i] = ""
		}
	})
	winner := &browser{Stage: s}
	var back *url.URL
	won := 0
	for i, cookie := range cookies {
		if cookie == "" {
			continue
		}
		b := &browser{Stage: s, cookie: cookie}
		at := b.consent(t, "ann", addresses[i])
		if _, _, err := s.Connections().Digits(t.Context(), cookie); errors.Is(err, account.ErrEarly) {
			won++
			winner, back = b, at
		}
	}
	if won > 1 || won == 0 && !gone(t, s, token) {
		t.Fatalf("%d browsers went on", won)
	}
	if won == 0 { // it was continued too often
		c, token = begin(t, s, s.Ann())
		back = winner.consent(t, "ann", winner.proceed(t, token))
	}
	results := make([]error, processes)
	atOnce(processes, func(i int) { results[i] = winner.come(t, back) })
	if won := count(results, nil); won != 1 || count(results, account.ErrUsed) != processes-1 || s.Provider.Asked() != 1 {
		t.Fatalf("%d callbacks went on: %v", won, results)
	}
	digits := winner.digits(t)
	ids := make([]string, processes)
	atOnce(processes, func(i int) {
		made, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, digits)
		ids[i], results[i] = made.ID, err
	})
	if count(results, nil) != processes {
		t.Errorf("finishing at once: %v", results)
	}
	if all := accounts(t, s, "slack/T1"); len(all) != 1 || strings.Join(ids, "") != strings.Repeat(all[0].ID, processes) {
		t.Errorf("accounts: %+v", all)
	}
}

func gone(t testing.TB, s *connecttest.Stage, token string) bool {
	_, err := s.Connections().Open(t.Context(), token)
	return errors.Is(err, account.ErrLink)
}

// TestGuessesAtOnce asks many processes at once for wrong digits: three are told so.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	digits := (&browser{Stage: s}).login(t, "ann", token)
	results := make([]error, 24)
	atOnce(len(results), func(i int) {
		_, results[i] = s.Connections().Finish(t.Context(), s.Ann().By, c.ID, other(digits))
	})
	told := 0
	for _, err := range results {
		var wrong *account.WrongDigitsError
		switch {
		case errors.As(err, &wrong):
			told++
		case !errors.Is(err, account.ErrLink):
			t.Errorf("got %v", err)
		}
	}
	if told != 3 {
		t.Errorf("%d guesses were answered", told)
	}
	nothing(t, s)
}

// TestContinueDuringExchange goes on anew while the code of before is exchanged: what comes of
// that is given back.
func TestContinueDuringExchange(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	c, token := begin(t, s, s.Ann())
	first, second := &browser{Stage: s}, &browser{Stage: s}
	back := first.consent(t, "ann", first.proceed(t, token))
	address := ""
	s.Provider.OnToken(func() { address = second.proceed(t, token) })
	if err := first.come(t, back); !errors.Is(err, account.ErrUsed) {
		t.Fatalf("got %v", err)
	}
	s.Provider.OnToken(nil)
	nothing(t, s)
	if _, _, err := s.Connections().Digits(t.Context(), first.cookie); !errors.Is(err, account.ErrBrowser) {
		t.Errorf("digits of the first browser: %v", err)
	}
	if err := second.come(t, second.consent(t, "ann", address)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connections().Finish(t.Context(), s.Ann().By, c.ID, second.digits(t)); err != nil {
		t.Fatal(err)
	}
}

// atOnce calls fn for each number at once.
func atOnce(n int, fn func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}

// count is how many of the errors are one.
func count(all []error, one error) int {
	n := 0
	for _, err := range all {
		if errors.Is(err, one) {
			n++
		}
	}
	return n
}

// TestMany begins far more than anybody finishes.
func TestMany(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	other, otherToken := begin(t, s, s.Eve())
	connections := s.Connections()
	first, last := "", ""
	for i := range 300 {
		_, token, err := connections.Begin(t.Context(), s.Ann())
		if err != nil {
			t.Fatal(err)
		}
		if last = token; i == 0 {
			first = token
		}
	}
	if n := strings.Count(s.Stored("connect/"), "\n"); n != 8+1 {
		t.Errorf("%d logins are kept", n)
	}
	if _, err := connections.Open(t.Context(), first); !errors.Is(err, account.ErrLink) {
		t.Errorf("the first link: %v", err)
	}
	for _, token := range []string{last, otherToken} {
		if _, err := connections.Open(t.Context(), token); err != nil {
			t.Errorf("a link that should work: %v", err)
		}
	}
	for range 10 {
		if _, _, err := connections.Continue(t.Context(), otherToken); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := connections.Continue(t.Context(), otherToken); !errors.Is(err, account.ErrLink) || !strings.Contains(s.Log(), other.ID) {
		t.Errorf("continued too often: %v", err)
	}
	if err := connections.Forget(t.Context(), "slack/T1", s.Ann().By); err != nil || s.Stored("connect/") != "" {
		t.Errorf("left: %s, %v", s.Stored("connect/"), err)
	}
}
