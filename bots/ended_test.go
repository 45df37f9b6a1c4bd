package bots_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/secret"
	seals "aidesk/core/secret/workspace"
	"aidesk/store/bolt"
)

// registry is a platform that knows who is a member.
type registry struct {
	desktop

	mu    sync.Mutex
	asked []string
	says  map[string]func() (chat.Member, error) // by member; nil: they are one
}

func (r *registry) Member(_ context.Context, p chat.Place, id string) (chat.Member, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, p.Workspace+"/"+id)
	if say := r.says[p.Workspace+"/"+id]; say != nil {
		return say()
	}
	return chat.Member{ID: id}, nil
}

// TestEndedAccounts: the accounts of whoever is certainly not there any more end within an
// hour; those of a member who cannot be looked up stay.
func TestEndedAccounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		guard, err := egress.New(egress.Rules{})
		if err != nil {
			t.Fatal(err)
		}
		accounts := &account.Accounts{
			Records: db, Hold: db.Hold, Owner: "test", Seals: seals.New(newRing(t, secret.Generate("k1")), db), Guard: guard, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		}
		later := func() (chat.Member, error) { return chat.Member{}, &chat.Later{Reason: "away"} }
		platform := &registry{says: map[string]func() (chat.Member, error){
			"w/gone":    func() (chat.Member, error) { return chat.Member{}, fmt.Errorf("looking: %w", chat.ErrNoMember) },
			"w/doubt":   func() (chat.Member, error) { return chat.Member{}, errors.New("missing_scope") },
			"w/other":   func() (chat.Member, error) { return chat.Member{ID: "x", Deactivated: true}, nil },
			"away/gone": later,
		}}
		platform.at = func(ctx context.Context, _ chat.Handler, _ chat.Keeper) error { <-ctx.Done(); return nil }
		b := &bot.Bot{Name: "desk", Adapters: []chat.Adapter{platform}, Logins: &bot.Logins{Connections: &account.Connections{Accounts: accounts}}}
		put := func(platform, workspace, member string) {
			t.Helper()
			at := chat.Place{Platform: platform, Workspace: workspace}
			a := account.Account{Scope: b.Scope(at), Plugin: "p", Member: member, Label: member, Kind: account.UserKey, Hosts: []string{"p"}}
			if member != "shared" {
				a.Owner = b.Owner(at, member)
			}
			if _, err := accounts.Put(t.Context(), a, account.Credential{"key": "k"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range []string{"ann", "gone", "doubt", "other", "shared"} {
			put("desktop", "w", m)
		}
		put("desktop", "away", "gone")
		put("desktop", "a/b", "ann")
		put("slack", "w", "gone") // the bot is there no more
		for i := range 300 {
			put("desktop", "big", fmt.Sprintf("m%03d", i))
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error)
		desk := &bots.Desk{Store: db, Secrets: newRing(t, secret.Generate("k1")), Bots: []*bot.Bot{b}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}
		go func() { ended <- desk.Run(ctx) }()

		left := func() string {
			t.Helper()
			all, err := accounts.All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, a := range all {
				if !strings.Contains(a.Scope, "/big") {
					names = append(names, strings.TrimPrefix(a.Scope, "desk/")+":"+a.Label)
				}
			}
			slices.Sort(names)
			return strings.Join(names, " ")
		}
		time.Sleep(time.Hour)
		if got, want := left(), "desktop/a%2Fb:ann desktop/away:gone desktop/w:ann desktop/w:doubt desktop/w:other desktop/w:shared slack/w:gone"; got != want {
			t.Errorf("left are %s; want %s", got, want)
		}
		platform.mu.Lock()
		if !slices.Contains(platform.asked, "big/m299") || !slices.Contains(platform.asked, "a/b/ann") {
			t.Errorf("not everybody was looked up: %d", len(platform.asked))
		}
		// From now on they are deactivated.
		platform.says["w/ann"] = func() (chat.Member, error) { return chat.Member{ID: "ann", Deactivated: true}, nil }
		platform.says["away/gone"] = platform.says["w/gone"]
		platform.mu.Unlock()
		time.Sleep(time.Hour)
		if got, want := left(), "desktop/a%2Fb:ann desktop/w:doubt desktop/w:other desktop/w:shared slack/w:gone"; got != want {
			t.Errorf("after another hour %s; want %s", got, want)
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}
