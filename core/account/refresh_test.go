package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/store"
)

// TestUseRefreshes a token that is due, keeps it and uses it.
func TestUseRefreshes(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	b := newBench(t, rotating(&count))
	ctx := t.Context()
	_, key := b.connect(time.Hour)
	for i, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "canary-at-1"},
		{59 * time.Minute, "canary-at-1"},
		{30 * time.Second, "canary-at-2"}, // half a minute before its end
		{59 * time.Minute, "canary-at-2"},
		{5 * time.Hour, "canary-at-3"},
	} {
		b.clock.add(step.after)
		c, a, err := b.Use(ctx, key)
		b.must(err, nil)
		if c[FieldAccess].Reveal() != step.want || a.Scopes != "read" || !a.Expires.IsZero() {
			t.Errorf("step %d: %s, scopes %q", i, c[FieldAccess].Reveal(), a.Scopes)
		}
	}
	if n := len(b.requests("/token")); n != 2 {
		t.Errorf("%d token requests", n)
	}
}

// TestOnce: fifty at once make one request, whether a token is due or was rejected.
func TestOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"due", "rejected", "both", "two processes", "busy", "refused"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var count atomic.Int64
			handler := rotating(&count)
			switch kind {
			case "busy":
				handler = answerWith(503, "", "")
			case "refused":
				handler = answerWith(400, "", `{"error":"invalid_grant"}`)
			}
			started := make(chan struct{}, 100)
			var once sync.Once
			b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
				once.Do(func() {
					for range 50 { // the first answer waits until all are on their way
						<-started
					}
				})
				handler(w, r)
			})
			_, key := b.connect(time.Hour)
			used := Credential{FieldAccess: "canary-at-1", FieldRefresh: "canary-rt-1"}
			if kind != "rejected" {
				b.clock.add(time.Hour)
			}
			other := &Accounts{Records: b.Records, Hold: b.Hold, Owner: "there", Seals: b.Seals, Guard: b.Guard, Now: b.Now, Logger: b.Logger}
			var group sync.WaitGroup
			for i := range 50 {
				group.Go(func() {
					s := b.Accounts
					if kind == "two processes" && i%2 == 0 {
						s = other
					}
					started <- struct{}{}
					var c Credential
					var err error
					if kind == "rejected" || kind == "both" && i%2 == 0 {
						c, err = s.Rejected(t.Context(), key, used)
					} else {
						c, _, err = s.Use(t.Context(), key)
					}
					switch {
					case kind == "refused" && !errors.Is(err, ErrExpired), kind == "busy" && (err == nil || errors.Is(err, ErrExpired)):
						t.Errorf("error %v", err)
					case kind != "refused" && kind != "busy" && (err != nil || c[FieldAccess] != "canary-at-2"):
						t.Errorf("%s, error %v", c[FieldAccess].Reveal(), err)
					}
				})
			}
			group.Wait()
			if n := len(b.requests("/token")); n != 1 {
				t.Errorf("%d token requests", n)
			}
			if kind != "busy" {
				return
			}
			// A provider that is busy is no reason to connect again.
			a, err := b.Get(t.Context(), key)
			b.must(err, nil)
			if a.State != Connected {
				t.Errorf("the account is %s", a.State)
			}
			b.clock.add(pause)
			if _, _, err := b.Use(t.Context(), key); err == nil || len(b.requests("/token")) != 2 {
				t.Errorf("later: %d token requests, %v", len(b.requests("/token")), err)
			}
		})
	}
}

// TestRejected: one refresh, then the account has to be connected again.
func TestRejected(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	b := newBench(t, rotating(&count))
	ctx := t.Context()
	_, key := b.connect(0) // the provider did not say how long it lives
	b.clock.add(1000 * time.Hour)
	first, _, err := b.Use(ctx, key)
	b.must(err, nil)
	second, err := b.Rejected(ctx, key, first)
	b.must(err, nil)
	if second[FieldAccess] != "canary-at-2" {
		t.Fatalf("got %s", second[FieldAccess].Reveal())
	}
	// Who used the old one meanwhile gets the new one, without a request.
	again, err := b.Rejected(ctx, key, first)
	b.must(err, nil)
	if again[FieldAccess] != "canary-at-2" || count.Load() != 1 {
		t.Errorf("%s after %d requests", again[FieldAccess].Reveal(), count.Load())
	}
	// It held a while, so its rejection is worth a request.
	b.clock.add(2 * time.Minute)
	third, err := b.Rejected(ctx, key, second)
	b.must(err, nil)
	if third[FieldAccess] != "canary-at-3" {
		t.Errorf("got %s", third[FieldAccess].Reveal())
	}
	// That one is rejected at once: no request, no loop.
	_, err = b.Rejected(ctx, key, third)
	b.must(err, ErrExpired)
	_, err = b.Rejected(ctx, key, third)
	b.must(err, ErrExpired)
	_, a, err := b.Use(ctx, key)
	b.must(err, ErrExpired)
	if a.State != Expired || count.Load() != 2 {
		t.Errorf("%s after %d requests", a.State, count.Load())
	}
	// Connected again, a late rejection of the old token does no harm.
	at := b.at()
	a.Provider = &at
	b.put(a, Credential{FieldAccess: "canary-at-9", FieldRefresh: "canary-rt-9"})
	now, err := b.Rejected(ctx, key, third)
	b.must(err, nil)
	if now[FieldAccess] != "canary-at-9" {
		t.Errorf("got %s", now[FieldAccess].Reveal())
	}
}

// TestRejectedKey: a key that is rejected is expired, unless another was given meanwhile.
func TestRejectedKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := t.Context()
	kept, _ := b.put(ann, Credential{"key": "canary-1"})
	kept, key := b.put(kept, Credential{"key": "canary-2"})
	c, err := b.Rejected(ctx, key, Credential{"key": "canary-1"})
	b.must(err, nil)
	if c["key"] != "canary-2" {
		t.Error("not the new key")
	}
	_, err = b.Rejected(ctx, key, c)
	b.must(err, ErrExpired)
	all, err := b.Of(ctx, scope, ann.Owner, "plugin")
	b.must(err, nil)
	if len(all) != 1 || all[0].State != Expired {
		t.Errorf("listed %+v", all)
	}
	kept.Expires = b.clock.now().Add(time.Minute)
	b.put(kept, Credential{"key": "canary-3"})
	_, _, err = b.Use(ctx, key)
	b.must(err, nil)
	b.clock.add(time.Minute)
	_, _, err = b.Use(ctx, key)
	b.must(err, ErrExpired)
	_, err = b.Rejected(ctx, "account/desk/slack/T1/plugin/o/1", c)
	b.must(err, ErrNotConnected)
}

// TestRefreshFailures: what a failed refresh makes of an account.
func TestRefreshFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		change  func(b *bench)
		expired bool // else the account stays
	}{
		{"the provider refuses", answerWith(400, "", `{"error":"invalid_grant"}`), nil, true},
		{"it refuses with 403", answerWith(403, "", `{"error":"unauthorized_client"}`), nil, true},
		{"the answer is lost", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, true},
		{"the answer is a page", answerWith(200, "text/html", "<html>"), nil, true},
		{"the provider is busy", answerWith(503, "", ""), nil, false},
		{"the client is not known", answerWith(401, "", `{"error":"invalid_client"}`), nil, false},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
		}, nil, false},
		{"nobody is there", http.NotFound, func(b *bench) { b.Close() }, false},
		{"no client is set", http.NotFound, func(b *bench) { b.must(b.SetClient(b.t.Context(), scope, "plugin", Client{}), nil) }, false},
		{"another client is set", http.NotFound, func(b *bench) {
			b.must(b.SetClient(b.t.Context(), scope, "plugin", Client{ID: "other", Secret: "canary-other"}), nil)
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, test.handler)
			_, key := b.connect(time.Hour)
			b.clock.add(time.Hour)
			if test.change != nil {
				test.change(b)
			}
			_, _, err := b.Use(t.Context(), key)
			if err == nil || errors.Is(err, ErrExpired) != test.expired {
				t.Fatalf("error %v", err)
			}
			b.must(err, err)
			a, err := b.Get(t.Context(), key)
			b.must(err, nil)
			if (a.State == Expired) != test.expired {
				t.Errorf("the account is %s", a.State)
			}
		})
	}
}

// TestRefreshStopped: who stops waiting neither loses the token nor keeps others waiting.
func TestRefreshStopped(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	asked, answer := make(chan struct{}), make(chan struct{})
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-answer
		rotating(&count)(w, r)
	})
	_, key := b.connect(time.Hour)
	b.clock.add(time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, _, err := b.Use(ctx, key)
		done <- err
	}()
	<-asked
	waiting, stopWaiting := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		_, _, err := b.Use(waiting, key)
		waited <- err
	}()
	stopWaiting()
	b.must(<-waited, context.Canceled)
	stop()
	close(answer)
	b.must(<-done, nil)
	c, _, err := b.Use(t.Context(), key)
	b.must(err, nil)
	if c[FieldAccess] != "canary-at-2" || count.Load() != 1 {
		t.Errorf("%s after %d requests", c[FieldAccess].Reveal(), count.Load())
	}
}

// stumbling are records whose next Puts fail.
type stumbling struct {
	store.Records
	fails atomic.Int64
	with  error
}

func (s *stumbling) Put(ctx context.Context, r store.Record) (uint64, error) {
	if s.fails.Add(-1) >= 0 {
		return 0, s.with
	}
	return s.Records.Put(ctx, r)
}

// TestNotKept: a token that could not be kept is not used, and as its old one is spent, the
// account has to be connected again: nothing is asked for over and over.
func TestNotKept(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	b := newBench(t, rotating(&count))
	_, key := b.connect(time.Hour)
	b.clock.add(time.Hour)
	full := errors.New("no space left")
	records := &stumbling{Records: b.db, with: full}
	b.Records = records

	records.fails.Store(1)
	_, _, err := b.Use(t.Context(), key)
	b.must(err, full)
	for range 3 {
		_, _, err = b.Use(t.Context(), key)
		b.must(err, ErrExpired)
	}
	if count.Load() != 2 {
		t.Errorf("%d token requests", count.Load())
	}

	// Others who write the record meanwhile keep no token from being kept.
	count.Store(0)
	_, key = b.connect(time.Hour)
	b.clock.add(time.Hour)
	records.with = store.ErrConflict
	records.fails.Store(tries - 1)
	c, _, err := b.Use(t.Context(), key)
	b.must(err, nil)
	if c[FieldAccess] != "canary-at-2" {
		t.Errorf("got %s", c[FieldAccess].Reveal())
	}
}

// TestLeaseLost: two that refresh at once, as the lease was lost, both end with the token of
// the one whom the provider answered, whoever comes first.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	for _, winner := range []int{0, 1} { // whose answer arrives first: 0 is who gets a token
		var count atomic.Int64
		asked, release := make(chan struct{}, 2), [2]chan struct{}{make(chan struct{}), make(chan struct{})}
		b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
			n := count.Load()
			rotating(&count)(w, r)
			asked <- struct{}{}
			<-release[n] // what was written stays here until the handler returns
		})
		b.Hold = func(context.Context, string, string, time.Duration) (bool, error) { return true, nil }
		_, key := b.connect(time.Hour)
		b.clock.add(time.Hour)
		done := make(chan error)
		for range 2 {
			go func() {
				c, _, err := b.Use(t.Context(), key)
				if err == nil && c[FieldAccess] != "canary-at-2" {
					err = errors.New("another token")
				}
				done <- err
			}()
			<-asked
		}
		close(release[winner])
		first := <-done
		close(release[1-winner])
		b.must(<-done, nil)
		if winner == 0 {
			b.must(first, nil)
		} else {
			b.must(first, ErrExpired)
		}
		a, err := b.Get(t.Context(), key)
		b.must(err, nil)
		if a.State != Connected {
			t.Errorf("the account is %s", a.State)
		}
	}
}

// TestEndedMeanwhile: a refresh under way does not bring back what was removed, and what
// it got is revoked; an account connected again keeps what it was connected with.
func TestEndedMeanwhile(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"removed", "connected again", "key of the store turned"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var count atomic.Int64
			asked, answer := make(chan struct{}), make(chan struct{})
			var b *bench
			b = newBench(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/token":
					close(asked)
					<-answer
					rotating(&count)(w, r)
				case "/.well-known/oauth-authorization-server":
					_ = json.NewEncoder(w).Encode(map[string]string{"token_endpoint": b.URL + "/token", "revocation_endpoint": b.URL + "/revoke"})
				}
			})
			a, key := b.connect(time.Hour)
			b.clock.add(time.Hour)
			type result struct {
				c   Credential
				err error
			}
			done := make(chan result)
			go func() {
				c, _, err := b.Use(t.Context(), key)
				done <- result{c, err}
			}()
			<-asked
			switch kind {
			case "removed":
				told, err := b.Remove(t.Context(), key)
				b.must(err, nil)
				if !told {
					t.Error("the provider did not confirm")
				}
			case "connected again":
				a.Due = time.Time{}
				b.put(a, Credential{FieldAccess: "canary-at-9", FieldRefresh: "canary-rt-9"})
			default:
				_, err := b.change(t.Context(), key, func(a Account, _ bool) (Account, error) {
					c, err := b.open(t.Context(), a)
					if err == nil {
						a.Sealed, err = b.seal(t.Context(), a, c)
					}
					return a, err
				})
				b.must(err, nil)
			}
			close(answer)
			got := <-done
			var revoked []string
			for _, r := range b.requests("/revoke") {
				_, token, _ := strings.Cut(r.Body, "token=")
				revoked = append(revoked, token)
			}
			switch kind {
			case "removed":
				b.must(got.err, ErrNotConnected)
				if len(revoked) != 4 || revoked[0] != "canary-rt-1&token_type_hint=refresh_token" || revoked[2] != "canary-rt-2&token_type_hint=refresh_token" {
					t.Errorf("revoked %q", revoked)
				}
				_, err := b.db.Get(t.Context(), key)
				b.must(err, store.ErrNotFound)
			case "connected again":
				b.must(got.err, nil)
				if got.c[FieldAccess] != "canary-at-9" || len(revoked) != 0 {
					t.Errorf("used %s, revoked %q", got.c[FieldAccess].Reveal(), revoked)
				}
			default:
				b.must(got.err, nil)
				if got.c[FieldAccess] != "canary-at-2" || len(revoked) != 0 {
					t.Errorf("used %s, revoked %q", got.c[FieldAccess].Reveal(), revoked)
				}
			}
		})
	}
}

// TestRemove revokes where the provider confirms it, and deletes whatever it does.
func TestRemove(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"confirmed": 200, "refused": 400, "broken": 500, "not offered": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b *bench
			b = newBench(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/revoke": // nobody uses it meanwhile
					accounts, err := b.List(t.Context(), scope)
					if err == nil && len(accounts) == 1 {
						_, _, err = b.Use(t.Context(), b.Key(accounts[0]))
					}
					if !errors.Is(err, ErrNotConnected) {
						t.Errorf("used while it is revoked: %v", err)
					}
					w.WriteHeader(status)
				case strings.HasPrefix(r.URL.Path, "/.well-known/") && status > 0:
					fmt.Fprintf(w, `{"token_endpoint":"%s/token","revocation_endpoint":"%s/revoke"}`, b.URL, b.URL)
				default:
					http.NotFound(w, r)
				}
			})
			_, key := b.connect(time.Hour)
			told, err := b.Remove(t.Context(), key)
			b.must(err, nil)
			if told != (status == 200) {
				t.Errorf("told %v", told)
			}
			_, err = b.db.Get(t.Context(), key)
			b.must(err, store.ErrNotFound)
		})
	}
}

// TestRemoveMany asks a provider once where tokens are revoked, however many there are.
func TestRemoveMany(t *testing.T) {
	t.Parallel()
	b := newBench(t, http.NotFound)
	a, _ := b.connect(time.Hour)
	for i := range 100 {
		a.ID = strconv.Itoa(i)
		b.put(a, Credential{FieldAccess: "canary-at", FieldRefresh: "canary-rt"})
	}
	b.must(b.Forget(t.Context(), scope, ann.Owner), nil)
	all, err := b.List(t.Context(), scope)
	b.must(err, nil)
	if len(all) != 0 || len(b.requests(wellKnown[0])) != 1 {
		t.Errorf("%d are left, %d requests", len(all), len(b.requests(wellKnown[0])))
	}
}

// TestExchangeHTTPS: secrets go over plain http only where the operator says so.
func TestExchangeHTTPS(t *testing.T) {
	t.Parallel()
	b := newBench(t, answerWith(200, "", `{"access_token":"canary-at","expires_in":60}`))
	token, err := b.Exchange(t.Context(), "plugin", b.at(), Client{ID: "id"}, "code", "https://desk.example/cb", "v")
	b.must(err, nil)
	if !token.Expires.Equal(b.clock.now().Add(time.Minute)) {
		t.Errorf("expires %s", token.Expires)
	}
	a, _ := token.Into(Account{})
	if !a.Expires.Equal(token.Expires) || !a.Due.IsZero() { // it cannot be refreshed
		t.Errorf("expires %s, due %s", a.Expires, a.Due)
	}
	_, err = b.Exchange(t.Context(), "plugin", Provider{TokenURL: "http://login.example/token"}, Client{ID: "id"}, "code", "https://desk.example/cb", "v")
	if err == nil || err.Error() != "the provider's token address needs https" {
		t.Errorf("error %v", err)
	}
}
