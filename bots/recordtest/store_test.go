package recordtest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/bots/bottest"
	"aidesk/bots/inbox"
	"aidesk/core/chat"
	"aidesk/core/model/modeltest"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

var record = flag.Bool("record", false, "write the recorded store anew, as this program leaves one")

// The recorded store and what Slack held when it was closed.
const (
	storeFile = "testdata/store.bolt.gz"
	slackFile = "testdata/store-slack.json"
)

// posted is a message that Slack held.
type posted struct {
	Channel  string          `json:"channel"`
	TS       string          `json:"ts"`
	Thread   string          `json:"thread,omitempty"`
	User     string          `json:"user"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

// TestRecords holds every bucket, key and value that a desk leaves in its store against
// a recording, but for what is another one in every run.
func TestRecords(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	w := live(t, path)
	golden(t, "records.golden", dump(t, path))
	if !*record {
		return
	}
	data, err := os.ReadFile(path)
	must(t, err)
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	must(t, err)
	_, err = z.Write(data)
	must(t, err)
	must(t, z.Close())
	must(t, os.WriteFile(storeFile, packed.Bytes(), 0o600))
	var all []posted
	for _, c := range w.slack.Channels() {
		for _, m := range w.slack.Messages(c.ID) {
			if m.Text == "" && m.Blocks == nil {
				m.Text = "a file"
			}
			if m.To == "" && !m.Deleted {
				all = append(all, posted{c.ID, m.TS, m.Thread, m.User, m.Text, m.Blocks, m.Metadata})
			}
		}
	}
	slices.SortFunc(all, func(a, b posted) int { return strings.Compare(a.TS, b.TS) })
	text, err := json.MarshalIndent(all, "", " ")
	must(t, err)
	must(t, os.WriteFile(slackFile, append(text, '\n'), 0o600))
}

// live lets a desk live until its store holds every kind of record: first it works as it
// should, then it delivers nothing and dies while it sends, and then it only accepts.
func live(t *testing.T, path string) *world {
	t.Helper()
	w := newWorld(t, modeltest.NewChat(t))
	d := w.open(path, run{limits: ample})
	s := newSlackStory(w, d)
	s.model.Then(goods, modeltest.Text("Take the **Copper Kettle**."))
	s.tape.step("a question", s.ask("which goods are there?"), "Take the")
	first := s.thread
	s.tape.step("why", s.more("why"))
	s.model.Then(modeltest.Text("It is forty-two."))
	s.tape.step("a question by command", s.command("/aidesk", "ask what is it?"), "forty-two")
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("a write", s.ask("order two kettles"), "Approve")
	s.tape.approval(w, bottest.Fixed(201, "application/json", `{"order":"A-1"}`), "confirmed it", "It is ordered.")
	s.tape.step("done", s.press(fakeslack.Ada, "Approve"), "It is ordered.")
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("another", s.ask("order two kettles once more"), "Approve")
	s.tape.step("denied", s.press(fakeslack.Ada, "Cancel"), "Cancelled by")
	s.tape.step("a plugin", s.command("/plugins-admin", "add http://"+depotAddress), "Add Depot")
	s.tape.step("its form", s.press(fakeslack.Ada, "Add Depot"), "views.open")
	s.tape.step("it is added", s.submit(nil))
	s.tape.step("default", s.command("/plugins-admin", "default depot off"))
	s.tape.step("scope", s.command("/plugins-admin", "scope depot enable"))
	s.tape.step("enabled", s.command("/plugins", "enable depot"))
	beside := newDiscordStory(w, d)
	beside.model.Then(modeltest.Text("Hello Discord."))
	beside.tape.step("a question in Discord", beside.ask("hello"), "Hello Discord")
	beside.model.Then(order, modeltest.Text("I prepared it."))
	beside.tape.step("a write in Discord", beside.ask("order kettles"), "Approve")
	s.tape.heard.Store(int64(len(s.tape.calls())))
	s.model.Then(order, modeltest.Text("This one waits."))
	s.tape.step("a card that waits", s.ask("order what waits"), "Approve")
	s.model.Then(noted, modeltest.Text("This one is sent when the desk dies."))
	s.tape.step("a card that is approved in the next life", s.ask("order a ladder"), "Approve")
	d.close()

	dying := &mortal{died: make(chan struct{})}
	limits := ample
	limits.TurnsPerMemberHour = 1
	d = w.open(path, run{limits: limits, wrap: func(s store.Store) store.Store { dying.Store = s; return dying }})
	s.desk = d
	s.model.Then(modeltest.Text("This answer is not delivered."))
	for _, text := range []string{"hello", "hello again"} { // the second is one too many
		before, _ := w.backlog(d)
		w.clock.Advance(time.Second)
		_, err := w.slack.Post(fakeslack.Ben, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, "")
		must(t, err)
		d.until("a reply in the outbox", func() bool { n, _ := w.backlog(d); return n > before })
	}
	s.press(fakeslack.Ada, "Approve")()
	select {
	case <-dying.died:
	case <-time.After(patience):
		t.Fatal("it did not die")
	}
	d.close()

	d = w.open(path, run{limits: ample, acceptOnly: true})
	s.desk = d
	s.thread = first
	before, _ := d.count()
	s.more("and which of them is the cheapest?")()
	s.command("/aidesk", "usage")()
	must(t, d.desk.Receive(t.Context(), chat.Event{
		ID: "f/SECRET", Time: w.clock.Now(), Member: fakeslack.Ben,
		Place:  chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: w.slack.DM(fakeslack.Ben), Direct: true},
		Filled: &chat.Submitted{Form: "run:shop.listGoods", Values: map[string]string{"kind": "a sealed word"}, Secret: []string{"kind"}},
	}))
	d.until("both to be received", func() bool { now, _ := d.count(); return now == before+3 })
	faketest.Idle(t, w.slack)
	d.close()
	return w
}

// backlog is how many replies are not delivered, and how many events not worked.
func (w *world) backlog(d *desk) (replies, events int) {
	w.t.Helper()
	b, err := d.store.Backlog(w.t.Context())
	must(w.t, err)
	return b.Replies, b.Events
}

// mortal is a store whose process delivers nothing and dies when it begins to send.
type mortal struct {
	store.Store
	dead atomic.Bool
	died chan struct{}
}

var errDead = errors.New("the process is dead")

func (m *mortal) Outbox(context.Context, string, []string, int) ([]store.Delivery, error) {
	return nil, nil
}

func (m *mortal) Claim(ctx context.Context, owner string, limit, share int, ttl time.Duration) ([]store.Lease, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.Store.Claim(ctx, owner, limit, share, ttl)
}

func (m *mortal) Commit(ctx context.Context, l store.Lease, c store.Commit) error {
	if m.dead.Load() {
		return errDead
	}
	err := m.Store.Commit(ctx, l, c)
	if err == nil && slices.ContainsFunc(c.Actions, func(t store.Transition) bool { return t.Action.State == "executing" }) {
		m.dead.Store(true)
		close(m.died)
		return errDead // so that nothing is sent
	}
	return err
}

// TestRecordedStore lets today's program go on with a store that an older one left.
func TestRecordedStore(t *testing.T) {
	t.Parallel()
	path := recorded(t)
	w := newWorld(t, modeltest.NewActor(t, modeltest.Chat, func(modeltest.Query) modeltest.Answer { return modeltest.Text("Recorded and answered.") }))
	card := w.replay()
	opened(t, path, w.clock.Now)
	for file, layout := range map[string]uint64{path: 5, path + ".v1.bak": 1} {
		if c, err := bolt.Inspect(file); err != nil || c != (bolt.Contents{Layout: layout}) {
			t.Errorf("%s: %+v, %v", file, c, err)
		}
	}
	d := w.open(path, run{limits: ample})
	s := newSlackStory(w, d)
	shows := func(channel, text string) (out []fakeslack.Message) {
		for _, m := range w.slack.From(channel) {
			if m.To == "" && !m.Deleted && strings.Contains(m.Text+string(m.Blocks), text) {
				out = append(out, m)
			}
		}
		return out
	}
	shown := func(channel, text string) func() bool {
		return func() bool { return len(shows(channel, text)) > 0 }
	}
	d.until("the reply that was not delivered", shown(fakeslack.General, "This answer is not delivered."))
	d.until("the call whose end is not known", shown(fakeslack.General, "may or may not have happened"))
	d.until("the message that was not worked", func() bool { return w.asked("which of them is the cheapest?") != nil })
	d.until("the command that was not worked", shown(w.slack.DM(fakeslack.Ada), "tokens"))
	d.until("the form whose value was sealed", func() bool {
		return slices.ContainsFunc(w.shop.Calls(), func(r bottest.Request) bool { return strings.Contains(r.Query, "sealed") })
	})
	d.until("everything", func() bool {
		b, err := d.store.Backlog(t.Context())
		must(t, err)
		return b.Replies == 0
	})
	if n := w.shop.Count(http.MethodPost); n != 0 {
		t.Fatalf("%d orders before an approval", n)
	}

	_, err := w.slack.Press(fakeslack.Ada, card.Channel, card.TS, buttonOf(card.Blocks, "Approve"))
	must(t, err)
	d.until("the outcome on the card", func() bool {
		m, _ := w.slack.Message(card.Channel, card.TS)
		return strings.Contains(string(m.Blocks), "confirmed it") && buttonOf(m.Blocks, "Approve") == ""
	})
	d.until("what the model says to it", shown(card.Channel, "Recorded and answered."))
	if n := w.shop.Count(http.MethodPost); n != 1 {
		t.Errorf("%d orders for one approval", n)
	}
	s.command("/plugins", "")()
	d.until("the plugin that was registered", shown(w.slack.DM(fakeslack.Ada), "Disable Depot"))
	if n := len(shows(fakeslack.General, "This answer is not delivered.")); n != 1 {
		t.Errorf("a reply was delivered %d times", n)
	}
	golden(t, "store-model.golden", names{}.plain(pretty(w.asked("which of them is the cheapest?"))))
	if log := d.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log:\n%s", log)
	}
	if len(w.discord.From(fakediscord.General)) > 0 {
		t.Error("something was said in Discord anew")
	}
}

// recorded is a copy of the recorded store.
func recorded(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "desk.db")
	packed, err := os.ReadFile(storeFile)
	must(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	must(t, err)
	data, err := io.ReadAll(z)
	must(t, err)
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

// asked is the request to the model in which something was asked; nil: there is none.
func (w *world) asked(text string) any {
	for _, q := range w.model.Queries() {
		if strings.Contains(q.Last().Content, text) {
			return decoded(q.Body)
		}
	}
	return nil
}

// replay gives the fake Slack the messages that it held, and returns the card that waits.
func (w *world) replay() (card fakeslack.Message) {
	w.t.Helper()
	text, err := os.ReadFile(slackFile)
	must(w.t, err)
	var all []posted
	must(w.t, json.Unmarshal(text, &all))
	deaf := app(w.t)
	deaf.Events = nil
	w.slack.SetApp(deaf)
	w.slack.DM(fakeslack.Ada)
	for _, p := range all {
		at, err := time.Parse("05.000000", "00."+strings.SplitN(p.TS, ".", 2)[1])
		must(w.t, err)
		seconds, err := time.ParseDuration(strings.SplitN(p.TS, ".", 2)[0] + "s")
		must(w.t, err)
		when := time.Unix(0, 0).Add(seconds + time.Duration(at.Nanosecond()))
		w.clock.Advance(max(0, when.Sub(w.clock.Now())))
		var ts string
		if p.User == fakeslack.BotUser {
			ts = w.post(p)
		} else {
			ts, err = w.slack.Post(p.User, p.Channel, p.Text, p.Thread)
			must(w.t, err)
		}
		if ts != p.TS {
			w.t.Fatalf("a message is at %s, want %s", ts, p.TS)
		}
		if strings.Contains(string(p.Blocks), "This one waits.") {
			card, _ = w.slack.Message(p.Channel, ts)
		}
	}
	faketest.Idle(w.t, w.slack)
	w.slack.SetApp(app(w.t))
	w.clock.Advance(time.Minute)
	return card
}

// post lets the app post a message, as the older program did.
func (w *world) post(p posted) string {
	w.t.Helper()
	body := map[string]any{"channel": p.Channel, "text": p.Text, "parse": "none", "mrkdwn": false}
	if p.Thread != "" {
		body["thread_ts"] = p.Thread
	}
	if p.Blocks != nil {
		body["blocks"] = p.Blocks
	}
	if p.Metadata != nil {
		body["metadata"] = p.Metadata
	}
	text, err := json.Marshal(body)
	must(w.t, err)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.slack.APIURL()+"chat.postMessage", bytes.NewReader(text))
	must(w.t, err)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+fakeslack.BotToken)
	got, err := http.DefaultClient.Do(r)
	must(w.t, err)
	defer got.Body.Close()
	var answer struct {
		TS    string `json:"ts"`
		Error string `json:"error"`
	}
	must(w.t, json.NewDecoder(got.Body).Decode(&answer))
	if answer.Error != "" {
		w.t.Fatalf("posting %s: %s", text, answer.Error)
	}
	return answer.TS
}

// opened checks that everything that the adapters kept opens.
func opened(t *testing.T, path string, now func() time.Time) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{Now: now})
	must(t, err)
	ring, err := secret.Parse([]string{sealKey})
	must(t, err)
	must(t, inbox.Unlock(t.Context(), db, ring))
	n := 0
	must(t, db.Scan(t.Context(), "kept/", func(r store.Record) bool {
		n++
		if _, err := ring.Open(r.Key, string(r.Value)); err != nil {
			t.Errorf("%s: %v", r.Key, err)
		}
		return true
	}))
	if n == 0 {
		t.Error("the adapters kept nothing")
	}
	must(t, db.Close())
}
