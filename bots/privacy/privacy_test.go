package privacy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/plugin"
	"aidesk/store"
	"aidesk/store/bolt"
)

var (
	at    = chat.Place{Platform: "slack", Workspace: "T1"}
	start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
)

// desk is a store with something of every kind of two members.
type desk struct {
	*testing.T
	store store.Store
	bot   *bot.Bot
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, now: start}
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{Now: func() time.Time { return d.now }})
	d.must(err)
	t.Cleanup(func() { _ = db.Close() })
	d.store = db
	d.bot = &bot.Bot{Name: "desk", Plugins: &plugin.Registry{Bot: "desk", Records: db, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return d.now }}}
	for _, id := range []string{"U1", "U2"} {
		d.keep(id, "C1")
	}
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) member(id string) privacy.Member {
	return privacy.Member{Bot: d.bot, Store: d.store, Place: at, ID: id}
}

// keep keeps something of each kind of a member, who asked in a channel.
func (d *desk) keep(id, channel string) {
	d.Helper()
	ctx, owner := d.Context(), d.bot.Owner(at, id)
	place := at
	place.Channel, place.Thread = channel, "1"
	conversation := chat.Key("desk") + "/" + place.Conversation()
	body, err := json.Marshal(bot.Event{Chat: &chat.Event{
		ID: "f", Place: place, Member: id, Token: "v1.sealed-token",
		Filled: &chat.Submitted{Form: "f", Values: map[string]string{"key": "v1.sealed-key", "name": "name of " + id}, Secret: []string{"key"}},
	}})
	d.must(err)
	_, err = d.store.Ingest(ctx, store.Event{ID: "m of " + id, Conversation: conversation, Member: owner, Kind: bot.KindMessage, Body: []byte(`{}`)},
		store.Event{ID: "t of " + id, Conversation: conversation, Member: owner, Kind: bot.KindForm, Due: start.Add(1000 * time.Hour), Body: body})
	d.must(err)
	leases, err := d.store.Claim(ctx, "test", 1, 0, time.Minute)
	d.must(err)
	w, err := d.store.Work(ctx, leases[0])
	d.must(err)
	d.must(d.store.Commit(ctx, leases[0], store.Commit{
		Done:    []uint64{w.Events[0].Seq},
		Entries: []store.Entry{{Member: owner, Sources: []string{"message of " + id}, Body: []byte(`{"message":{"role":"user","text":"words of ` + id + `"}}`)}, {Member: owner, Body: []byte(`{"rating":{"words":"rated by ` + id + `"}}`)}},
		Actions: []store.Transition{{Action: store.Action{ID: "a of " + id, Conversation: conversation, Member: owner, State: "waiting", Body: []byte(`{"card":"of ` + id + `"}`)}}},
		Replies: []store.Reply{{ID: "r of " + id, Conversation: conversation, Member: owner, Adapter: "x", Body: []byte(`{"answer":"to ` + id + `"}`)}},
		Buttons: []store.Button{{ID: "b of " + id, Conversation: conversation, Member: owner, Body: []byte("no JSON of " + id)}},
		Usages:  []store.Usage{{Scope: d.bot.Scope(at), Member: owner, Model: "model of " + id, Time: start}},
		Audits: []store.Audit{d.bot.Audit(start, place, audit.Line{
			Action: "call.done", Actor: audit.Actor{Kind: audit.Member, ID: id}, Names: map[string]string{id: "called " + id},
		})},
		Puts: []store.Record{
			{Key: "enable/desk/slack/T1/" + id, Value: []byte(`{"on":["plugin of ` + id + `"]}`)},
			{Key: "seen/desk/slack/T1/" + id, Value: []byte(`"2026-11-23T09:00:00Z"`)},
			{Key: grant.Key(owner, "g"), Value: []byte(`{"grant":"of ` + id + `"}`)},
			{Key: "schedule/" + owner + "/s", Value: []byte(`{"question":"of ` + id + `"}`)},
			{Key: "zone/" + owner, Value: []byte(`"zone of ` + id + `"`)},
			{Key: privacy.NoticeKey(owner), Value: []byte(`"told ` + id + `"`)},
			{Key: privacy.LeftOutKey(owner), Value: []byte("true")},
		},
	}))
	d.must(d.store.Release(ctx, leases[0], 0))
}

func (d *desk) export(id string) string {
	d.Helper()
	var out bytes.Buffer
	d.must(privacy.Export(d.Context(), &out, d.member(id), d.now))
	if !json.Valid(out.Bytes()) {
		d.Fatalf("no JSON:\n%s", out.String())
	}
	return out.String()
}

// TestExport: everything of the member, nothing of another's and nothing sealed.
func TestExport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	got := d.export("U1")
	for _, want := range []string{
		"words of U1", "rated by U1", "of U1", "to U1", "name of U1", "model of U1", "called U1", "plugin of U1", "zone of U1", "told U1", "call.done", `"version": 1`,
		`"seen/desk/slack/T1/U1"`, `"left-out/desk/slack/T1/U1"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, not := range []string{"U2", "sealed"} {
		if strings.Contains(got, not) {
			t.Errorf("%q is in it", not)
		}
	}
	var read struct {
		Kept map[string]struct {
			Remains string
			Items   []json.RawMessage
		}
	}
	d.must(json.Unmarshal([]byte(got), &read))
	for _, k := range privacy.Kinds() {
		if (read.Kept[k.Name].Remains == "") != (k.Forget != nil) {
			t.Errorf("%s: remains %q", k.Name, read.Kept[k.Name].Remains)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestForget: what is left is what stays, without the name; another's is untouched.
func TestForget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.export("U2")
	d.must(privacy.Forget(d.Context(), d.member("U1"), d.now))
	got := d.export("U1")
	for _, not := range []string{"words of U1", "rated by U1", "to U1", "name of U1", "plugin of U1", "zone of U1", "told U1", "called U1", "seen/", "grant/", "schedule/"} {
		if strings.Contains(got, not) {
			t.Errorf("%q is still there", not)
		}
	}
	for _, want := range []string{"model of U1", "call.done", "left-out/"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is gone", want)
		}
	}
	if after := d.export("U2"); after != before {
		t.Errorf("another's was\n%s\nand is\n%s", before, after)
	}
	d.must(privacy.Forget(d.Context(), d.member("U1"), d.now))
	d.must(privacy.Forget(d.Context(), d.member("U9"), d.now))
}

// TestHold: who is held, or asked in a channel that is, is forgotten when the last hold ends.
func TestHold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, by := t.Context(), audit.Actor{Kind: audit.Member, ID: "UADMIN"}
	change := func(what privacy.Held, on bool, want string) {
		t.Helper()
		got, err := privacy.ChangeHold(ctx, d.store, d.bot, at, what, by, on, d.now)
		d.must(err)
		d.must(privacy.FinishHolds(ctx, d.store, d.bot, d.now))
		if !strings.Contains(got, want) {
			t.Errorf("said %q, want %q", got, want)
		}
	}
	kept := func(id string, want bool) {
		t.Helper()
		if got := strings.Contains(d.export(id), "words of "+id); got != want {
			t.Errorf("%s: kept %t", id, got)
		}
	}
	change(privacy.Held{Member: "U1"}, false, "not held")
	change(privacy.Held{Member: "U1"}, true, "Held")
	change(privacy.Held{Member: "U1"}, true, "already")
	change(privacy.Held{Channel: "C1"}, true, "Held")
	for range 2 {
		if err := privacy.Forget(ctx, d.member("U1"), d.now); !errors.Is(err, privacy.ErrHeld) {
			t.Errorf("forgotten: %v", err)
		}
	}
	if err := privacy.Forget(ctx, d.member("U2"), d.now); !errors.Is(err, privacy.ErrHeld) {
		t.Errorf("forgotten though they asked in the channel: %v", err)
	}
	d.must(privacy.Forget(ctx, d.member("U3"), d.now)) // nothing is kept of them there
	d.now = d.now.Add(1000 * time.Hour)
	held, err := privacy.Holds(ctx, d.store)
	d.must(err)
	old := store.Old{Conversations: d.now, Audit: d.now, Held: held}
	if n, err := d.store.Purge(ctx, old); err != nil || n != 0 {
		t.Errorf("purged %d, %v", n, err)
	}
	change(privacy.Held{Member: "U1"}, false, "unless something else holds them: 1")
	kept("U1", true) // the channel still holds them
	kept("U2", true)
	all, err := privacy.ListHolds(ctx, d.store, d.bot, at)
	d.must(err)
	if h := all[privacy.Held{Channel: "C1"}]; len(all) != 1 || len(h.Asked) != 2 || h.By != "UADMIN" {
		t.Errorf("held: %+v", all)
	}
	change(privacy.Held{Channel: "C1"}, false, "unless something else holds them: 2")
	kept("U1", false)
	kept("U2", false)
	var actions []string
	d.must(d.store.Audits(ctx, d.bot.Scope(at), func(a store.Audit) bool {
		l, err := audit.Read(a.Body)
		d.must(err)
		actions = append(actions, l.Action)
		return true
	}))
	slices.Sort(actions)
	if got := strings.Join(slices.Compact(actions), " "); got != "call.done hold.begun hold.ended member.forgotten" {
		t.Errorf("the audit has %s", got)
	}
}

// TestRetract: a message that is deleted while its words are held takes them with it later.
func TestRetract(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, hold := t.Context(), privacy.Held{Member: "U1"}
	_, err := privacy.ChangeHold(ctx, d.store, d.bot, at, hold, audit.Actor{}, true, d.now)
	d.must(err)
	for _, id := range []string{"U1", "U2", "U1"} {
		d.must(privacy.Retract(ctx, d.store, "message of "+id))
	}
	if !strings.Contains(d.export("U1"), "words of U1") || strings.Contains(d.export("U2"), "words of U2") {
		t.Error("what is held went, or what is not stayed")
	}
	_, err = privacy.ChangeHold(ctx, d.store, d.bot, at, hold, audit.Actor{}, false, d.now)
	d.must(err)
	d.must(privacy.FinishHolds(ctx, d.store, d.bot, d.now))
	if got := d.export("U1"); strings.Contains(got, "words of U1") || !strings.Contains(got, "rated by U1") {
		t.Errorf("after the hold:\n%s", got)
	}
	d.must(d.store.Scan(ctx, "hold", func(r store.Record) bool { t.Errorf("%s is left", r.Key); return true }))
}

// TestTrim: an old trace goes but for what says that there was an answer, an old rating whole.
func TestTrim(t *testing.T) {
	t.Parallel()
	const entry = `{"message":{"text":"x"},"links":["l"],"why":{"answer":"r1","model":"m","steps":[{"operation":"o"}],"in":5}}`
	trim := privacy.Trim(start, start.Add(time.Hour))
	for _, c := range []struct {
		name, body string
		written    time.Time
		want       string
	}{
		{"an old trace", entry, start.Add(-time.Second), `{"links":["l"],"message":{"text":"x"},"why":{"answer":"r1","model":"m"}}`},
		{"once more", `{"links":["l"],"message":{"text":"x"},"why":{"answer":"r1","model":"m"}}`, start.Add(-time.Second), `{"links":["l"],"message":{"text":"x"},"why":{"answer":"r1","model":"m"}}`},
		{"a new trace", entry, start, entry},
		{"none", `{"message":{"text":"\"why\": because"}}`, start.Add(-time.Second), `{"message":{"text":"\"why\": because"}}`},
		{"damaged", `{"why":`, start.Add(-time.Second), `{"why":`},
		{"an old rating", `{"rating":{"good":true}}`, start.Add(59 * time.Minute), ""},
		{"a new rating", `{"rating":{"good":true}}`, start.Add(time.Hour), `{"rating":{"good":true}}`},
	} {
		if got := string(trim(c.written, []byte(c.body))); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	if privacy.Trim(time.Time{}, time.Time{}) != nil {
		t.Error("nothing is to be trimmed")
	}
}
