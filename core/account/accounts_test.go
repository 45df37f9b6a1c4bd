package account

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

const scope = "desk/slack/T1"

var ann = Account{
	Scope: scope, Plugin: "plugin", Owner: scope + "/U1", Member: "U1", Label: "Ann's Plugin", Kind: UserKey, Hosts: []string{"api.example"},
}

// ringSeals seals with one key for every workspace, and binds values to it.
type ringSeals struct{ ring *secret.Ring }

func (s ringSeals) Seal(_ context.Context, scope, path string, value []byte) (string, error) {
	return s.ring.Seal(scope+" "+path, value)
}

func (s ringSeals) Open(_ context.Context, scope, path, sealed string) ([]byte, error) {
	return s.ring.Open(scope+" "+path, sealed)
}

// clock is a clock that tests set.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time      { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) add(d time.Duration) { c.at.Add(int64(d)) }

// locked is a buffer for a log.
type locked struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// bench is Accounts on a real store, with a provider.
type bench struct {
	*Accounts
	*provider
	t     *testing.T
	db    *bolt.DB
	file  string
	clock *clock
	log   *locked
}

// newBench starts one; its provider answers token requests with handler.
func newBench(t *testing.T, handler http.HandlerFunc) *bench {
	t.Helper()
	b := &bench{t: t, file: filepath.Join(t.TempDir(), "desk.db"), clock: &clock{}, log: &locked{}}
	b.clock.at.Store(time.Date(2026, 11, 3, 12, 10, 0, 0, time.UTC).UnixNano())
	db, err := bolt.Open(b.file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.db = db
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		b.noCanary("the store", read(t, b.file))
		b.noCanary("the log", b.log.Bytes())
	})
	if handler == nil {
		handler = http.NotFound
	}
	b.provider = newProvider(t, handler)
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		t.Fatal(err)
	}
	b.Accounts = &Accounts{
		Records: db, Hold: db.Hold, Owner: "here", Seals: ringSeals{ring}, Guard: b.guard, Now: b.clock.now,
		Logger: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return b
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	all, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// noCanary fails where a text holds a secret of a test; all of them have the word in them.
func (b *bench) noCanary(what string, text []byte) {
	b.t.Helper()
	if at := bytes.Index(text, []byte("canary")); at >= 0 {
		b.t.Errorf("%s holds a secret: %q", what, text[max(0, at-40):min(len(text), at+40)])
	}
}

// must fails with an unwanted error, and looks for secrets in a wanted one.
func (b *bench) must(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("error %v, want %v", err, want)
	}
	if err != nil {
		b.noCanary("an error", []byte(fmt.Sprintf("%v %+v %#v", err, err, err)))
		if strings.Contains(err.Error(), "\n") {
			b.t.Errorf("an error of several lines: %v", err)
		}
	}
}

// put keeps an account.
func (b *bench) put(a Account, c Credential) (Account, string) {
	b.t.Helper()
	kept, err := b.Put(b.t.Context(), a, c)
	b.must(err, nil)
	return kept, b.Key(kept)
}

// connect keeps an account of OAuth whose first tokens end in 1.
func (b *bench) connect(life time.Duration) (Account, string) {
	b.t.Helper()
	b.must(b.SetClient(b.t.Context(), scope, "plugin", Client{ID: "id", Secret: "canary-client"}), nil)
	at, a := b.at(), ann
	a.Kind, a.Provider = OAuth, &at
	token := Token{Access: "canary-at-1", Refresh: "canary-rt-1", Life: life, Scope: "read", Type: typeBearer}
	if life > 0 {
		token.Expires = b.clock.now().Add(life)
	}
	a, c := token.Into(a)
	return b.put(a, c)
}

// rotating answers the n-th refresh with tokens that end in n+1, if the last one was sent.
func rotating(count *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			http.NotFound(w, r)
			return
		}
		n := count.Add(1)
		if r.FormValue("refresh_token") != fmt.Sprintf("canary-rt-%d", n) {
			answerWith(400, "", `{"error":"invalid_grant"}`)(w, r)
			return
		}
		fmt.Fprintf(w, `{"access_token":"canary-at-%d","refresh_token":"canary-rt-%d","expires_in":3600}`, n+1, n+1)
	}
}

// TestPut keeps, lists, uses, connects again and removes accounts.
func TestPut(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := t.Context()
	_, err := b.Get(ctx, "account/desk/slack/T1/plugin/nobody/1")
	b.must(err, ErrNotConnected)
	_, err = b.Get(ctx, "enable/desk")
	b.must(err, ErrNotConnected)

	kept, key := b.put(ann, Credential{"key": "canary-1", "empty": ""})
	if kept.ID == "" || kept.State != Connected || !kept.Created.Equal(b.clock.now()) || kept.Version == 0 || len(kept.Sealed) != 1 {
		t.Errorf("kept %+v", kept)
	}
	if want := "account/desk/slack/T1/plugin/desk%2Fslack%2FT1%2FU1/" + kept.ID; key != want {
		t.Errorf("key %s, want %s", key, want)
	}
	c, used, err := b.Use(ctx, key)
	b.must(err, nil)
	hour := b.clock.now().Truncate(time.Hour)
	if c["key"] != "canary-1" || !used.Used.Equal(hour) {
		t.Errorf("used %v", used.Used)
	}
	b.clock.add(20 * time.Minute)
	_, again, err := b.Use(ctx, key)
	b.must(err, nil)
	if again.Version != used.Version {
		t.Errorf("a use was noted twice an hour")
	}
	b.clock.add(time.Hour)
	_, again, err = b.Use(ctx, key)
	b.must(err, nil)
	if again.Version == used.Version || !again.Used.Equal(hour.Add(time.Hour)) {
		t.Errorf("a later use was not noted: %v", again.Used)
	}

	// Connected again: the same account, with what was known of it.
	renewed, renewedKey := b.put(Account{
		ID: kept.ID, Scope: scope, Plugin: "plugin", Owner: ann.Owner, Label: "Ann's other", Kind: UserKey, Hosts: ann.Hosts,
	}, Credential{"key": "canary-2"})
	if renewedKey != key || !renewed.Created.Equal(kept.Created) || !renewed.Used.Equal(again.Used) {
		t.Errorf("connected again: %+v", renewed)
	}
	c, _, err = b.Use(ctx, key)
	b.must(err, nil)
	if c["key"] != "canary-2" {
		t.Error("the old key is used")
	}

	for name, bad := range map[string]Account{
		"no workspace": {Plugin: "p", Kind: UserKey, Hosts: ann.Hosts}, "no plugin": {Scope: scope, Kind: UserKey, Hosts: ann.Hosts},
		"no hosts": {Scope: scope, Plugin: "p", Kind: UserKey}, "no kind": {Scope: scope, Plugin: "p", Hosts: ann.Hosts},
		"no provider": {Scope: scope, Plugin: "p", Kind: OAuth, Hosts: ann.Hosts},
	} {
		if _, err := b.Put(ctx, bad, Credential{"key": "canary"}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, bad := range map[string]Credential{"nothing": {}, "empty": {"key": ""}, "a line break": {"key": "canary\n"}, "too long": {"key": secret.Text("canary" + strings.Repeat("x", maxValue))}} {
		_, err := b.Put(ctx, ann, bad)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else {
			b.must(err, err)
		}
	}

	told, err := b.Remove(ctx, key)
	b.must(err, nil)
	if told {
		t.Error("nobody can have confirmed the removal of a key")
	}
	_, _, err = b.Use(ctx, key)
	b.must(err, ErrNotConnected)
	_, err = b.Remove(ctx, key)
	b.must(err, ErrNotConnected)
}

// TestOf: a member's own accounts come first, then the shared ones; nobody sees another's.
func TestOf(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := t.Context()
	add := func(scope, plugin, owner, label string) string {
		b.clock.add(time.Second)
		_, key := b.put(Account{Scope: scope, Plugin: plugin, Owner: owner, Label: label, Kind: UserKey, Hosts: ann.Hosts}, Credential{"key": "canary"})
		return key
	}
	add(scope, "plugin", "", "shared 1")
	add(scope, "plugin", ann.Owner, "own 1")
	ended := add(scope, "plugin", ann.Owner, "ended")
	add(scope, "plugin", ann.Owner, "own 2")
	add(scope, "plugin", scope+"/U2", "Ben's")
	add(scope, "plugin", scope+"/U12", "like Ann's")
	add(scope, "plugin/2", ann.Owner, "another plugin's")
	add("desk/slack/T12", "plugin", "desk/slack/T12/U1", "another workspace's")
	add(scope, "plugin", "shared", "of one called shared")
	_, err := b.change(ctx, ended, func(a Account, _ bool) (Account, error) { a.State = Revoked; return a, nil })
	b.must(err, nil)

	labels := func(all []Account, err error) []string {
		t.Helper()
		b.must(err, nil)
		var found []string
		for _, a := range all {
			found = append(found, a.Label)
		}
		return found
	}
	for _, test := range []struct {
		owner string
		want  []string
	}{
		{ann.Owner, []string{"own 1", "own 2", "shared 1"}},
		{scope + "/U2", []string{"Ben's", "shared 1"}},
		{"", []string{"shared 1"}},
		{scope + "/U3", []string{"shared 1"}},
	} {
		if diff := cmp.Diff(test.want, labels(b.Of(ctx, scope, test.owner, "plugin"))); diff != "" {
			t.Errorf("of %q (-want +got):\n%s", test.owner, diff)
		}
	}
	if all := labels(b.List(ctx, scope)); len(all) != 8 {
		t.Errorf("listed %q", all)
	}
	_, _, err = b.Use(ctx, ended)
	b.must(err, ErrNotConnected)

	// Forgetting a member, then removing a plugin.
	b.must(b.Forget(ctx, scope, ann.Owner), nil)
	if err := b.Forget(ctx, scope, ""); err == nil {
		t.Error("nobody was forgotten")
	}
	if diff := cmp.Diff([]string{"shared 1"}, labels(b.Of(ctx, scope, ann.Owner, "plugin"))); diff != "" {
		t.Errorf("after forgetting (-want +got):\n%s", diff)
	}
	b.must(b.SetClient(ctx, scope, "plugin", Client{ID: "id"}), nil)
	removed, err := b.RemovePlugin(ctx, scope, "plugin")
	if got := labels(removed, err); len(got) != 4 {
		t.Errorf("removed %q", got)
	}
	if all := labels(b.List(ctx, scope)); len(all) != 0 {
		t.Errorf("left %q", all)
	}
	if all := labels(b.List(ctx, "desk/slack/T12")); len(all) != 1 {
		t.Errorf("of another workspace: %q", all)
	}
	_, err = b.Client(ctx, scope, "plugin")
	b.must(err, ErrNoClient)
}

// TestClient keeps the OAuth client of a plugin.
func TestClient(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := t.Context()
	_, err := b.Client(ctx, scope, "plugin")
	b.must(err, ErrNoClient)
	for _, want := range []Client{{"id", "canary-1"}, {"id2", "canary-2"}, {"public", ""}} {
		b.must(b.SetClient(ctx, scope, "plugin", want), nil)
		got, err := b.Client(ctx, scope, "plugin")
		b.must(err, nil)
		if got != want {
			t.Errorf("got %s, want %s", got.ID, want.ID)
		}
	}
	if err := b.SetClient(ctx, scope, "plugin", Client{ID: "id", Secret: "canary\n"}); err == nil {
		t.Error("a line break in the secret")
	}
	_, err = b.Client(ctx, "desk/slack/T2", "plugin")
	b.must(err, ErrNoClient)
	b.must(b.SetClient(ctx, scope, "plugin", Client{}), nil)
	_, err = b.Client(ctx, scope, "plugin")
	b.must(err, ErrNoClient)
}

// TestSwapped: a record or a sealed value that was moved opens nowhere else.
func TestSwapped(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := t.Context()
	mine, myKey := b.put(ann, Credential{"key": "canary-1", "user": "canary-user"})
	bens := ann
	bens.Owner = scope + "/U2"
	his, hisKey := b.put(bens, Credential{"key": "canary-2", "user": "canary-user"})
	write := func(key string, a Account) {
		t.Helper()
		record, err := b.db.Get(ctx, key)
		b.must(err, nil)
		record.Value, err = json.Marshal(a)
		b.must(err, nil)
		_, err = b.db.Put(ctx, record)
		b.must(err, nil)
	}
	refused := func(what string) {
		t.Helper()
		c, _, err := b.Use(ctx, hisKey)
		if err == nil {
			t.Errorf("%s: opened %d fields", what, len(c))
			return
		}
		b.must(err, err)
	}
	write(hisKey, mine)
	refused("the whole record")
	moved := his
	moved.Sealed = mine.Sealed
	write(hisKey, moved)
	refused("the values of another")
	moved.Sealed = map[string]string{"key": his.Sealed["user"], "user": his.Sealed["key"]}
	write(hisKey, moved)
	refused("one field for another")
	write(hisKey, his)
	_, _, err := b.Use(ctx, hisKey)
	b.must(err, nil)

	// A damaged record hides no other, and can be removed.
	record, err := b.db.Get(ctx, hisKey)
	b.must(err, nil)
	record.Value = []byte("{")
	_, err = b.db.Put(ctx, record)
	b.must(err, nil)
	all, err := b.List(ctx, scope)
	b.must(err, nil)
	if len(all) != 1 || b.Key(all[0]) != myKey {
		t.Errorf("listed %d", len(all))
	}
	_, err = b.Remove(ctx, hisKey)
	b.must(err, nil)
	_, err = b.db.Get(ctx, hisKey)
	b.must(err, store.ErrNotFound)
}

// TestKey: two different accounts never have one key.
func TestKey(t *testing.T) {
	t.Parallel()
	b := &Accounts{}
	seen := map[string]Account{}
	for _, plugin := range []string{"p", "p/q", "p%2Fq", "p%"} {
		for _, owner := range []string{"", "shared", "%shared", "%25shared", "o", "o/shared", "o%2Fshared"} {
			for _, id := range []string{"1", "o/1", "1/2", "1%2F2"} {
				a := Account{Scope: scope, Plugin: plugin, Owner: owner, ID: id}
				key := b.Key(a)
				if other, ok := seen[key]; ok || strings.Count(key, "/") != 6 {
					t.Errorf("%+v and %+v have the key %s", a, other, key)
				}
				seen[key] = a
			}
		}
	}
}
