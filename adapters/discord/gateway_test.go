package discord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"
)

// TestOdd: unknown components, events, operations and missing fields cost neither a
// message nor the process, and neither does anything that was ever recorded.
func TestOdd(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	count := 0
	for _, kind := range []int{16, 20, 99} {
		s.Inject("MESSAGE_CREATE", json.RawMessage(fmt.Sprintf(
			`{"id":"89999999999999%04d","type":0,"channel_id":%q,"guild_id":%q,"content":"<@%s> odd","mentions":[{"id":%q}],"author":{"id":%q,"username":"ada"},
			"components":[{"type":%d,"components":[{"type":%d,"what":[1]}]}],"embeds":[{"type":"?"}],"flags":"many","poll":7}`,
			kind, fakediscord.General, fakediscord.GuildID, fakediscord.BotUser, fakediscord.BotUser, fakediscord.Ada, kind, kind)))
		if e := s.next(); e.Message == nil || e.Message.Text != "odd" {
			t.Errorf("components of type %d: %+v", kind, e)
		}
		s.Inject("INTERACTION_CREATE", json.RawMessage(fmt.Sprintf(
			`{"id":"89999999999998%04d","application_id":%q,"type":3,"token":"odd","guild_id":%q,"channel_id":%q,"member":{"user":{"id":%q}},
			"message":{"id":"899999999999990000","channel_id":%q,"components":[{"type":%d}],"author":{"id":%q}},"data":{"custom_id":"p:odd","component_type":%d}}`,
			kind, fakediscord.ApplicationID, fakediscord.GuildID, fakediscord.General, fakediscord.Ada, fakediscord.General, kind, fakediscord.BotUser, kind)))
		if e := s.next(); e.Press == nil || e.Press.Button != "odd" {
			t.Errorf("a press in components of type %d: %+v", kind, e)
		}
	}
	for event := range strings.FieldsSeq("MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK INTERACTION_CREATE CHANNEL_DELETE THREAD_UPDATE GUILD_ROLE_UPDATE GUILD_DELETE SOMETHING_NEW RESUMED") {
		for _, payload := range []string{`{}`, `[]`, `"x"`, `7`, `{"id":7,"channel_id":[],"author":"me","mentions":{},"guild_id":{},"data":7,"member":[],"token":[],"type":"x"}`} {
			s.Inject(event, json.RawMessage(payload))
			count++
		}
	}
	s.Send(`{"op":77,"d":{}}`)
	for _, f := range recorded(t) {
		s.Inject(f.T, f.D)
		count++
	}
	for _, e := range s.settle() {
		if e.Change == nil || !e.Change.Aside { // a deletion that was recorded is one, though nothing here was ever kept of its message
			t.Errorf("one of %d odd payloads became an event: %+v", count, e)
		}
	}
	if strings.Contains(s.log.String(), "crashed") || s.Identified() != 1 {
		t.Errorf("%d sessions; the log:\n%s", s.Identified(), s.log)
	}
}

// TestBurst: ten thousand servers that tell of themselves at once cost no message and
// not the connection, however long they take.
func TestBurst(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	s.Burst(10_000)
	s.post(fakediscord.Ada, fakediscord.General, mention+"still there?")
	limit := time.After(3 * time.Minute)
	for len(s.desk.Events()) == 0 {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-limit:
			t.Fatal("the message behind them did not come")
		}
	}
	if s.Identified() != 1 || s.Resumed() != 0 {
		t.Errorf("%d sessions, resumed %d times; the log:\n%s", s.Identified(), s.Resumed(), s.log)
	}
}

// dispatch is an event as the gateway sends it.
type dispatch struct {
	T string
	D json.RawMessage
}

// recorded are the events that were recorded at Discord's gateway, if there are any here.
func recorded(t testing.TB) []dispatch {
	t.Helper()
	dir := os.Getenv("AIDESK_CORPORA")
	if dir == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "discord", "gateway", "*.json"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d recorded events: %v", len(files), err)
	}
	var out []dispatch
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var d dispatch
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if d.T != "" && d.T != "READY" {
			out = append(out, d)
		}
	}
	return out
}

// TestBreaks: whatever ends or silences the connection, aidesk is back soon; nothing
// that was said meanwhile is lost, and nothing is heard twice.
func TestBreaks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault func(s *stage)
		fresh bool // the session may be lost with the connection, or by the library's heartbeat behind it
	}{
		{"cut", func(s *stage) { s.Drop() }, false},
		{"silent", func(s *stage) { s.Mute() }, true},
		{"no acknowledgements", func(s *stage) { s.StopAcks() }, true},
		{"a heartbeat is asked for", func(s *stage) { s.AskHeartbeat() }, false},
		{"reconnect", func(s *stage) { s.Reconnect() }, false},
		{"reconnect, and again at once", func(s *stage) { s.FirstReconnect(); s.Reconnect() }, true},
		{"invalid, resumable", func(s *stage) { s.Invalidate(true) }, true},
		{"invalid", func(s *stage) { s.Invalidate(false) }, true},
		{"closed for an unknown error", func(s *stage) { s.CloseWith(4000) }, false},
		{"closed for its time", func(s *stage) { s.CloseWith(4009) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := play(t, gateway, func(s *stage) { s.fake.Heartbeat = 500 * time.Millisecond; s.silent = 1500 * time.Millisecond })
			s.post(fakediscord.Ada, fakediscord.General, mention+"before")
			if e := s.next(); e.Message == nil || e.Message.Text != "before" {
				t.Fatalf("got %+v", e)
			}
			before, resumed := s.Identified(), s.Resumed()
			begun := time.Now()
			c.fault(s)
			for _, text := range []string{"one", "two", "three"} {
				s.post(fakediscord.Ben, fakediscord.Random, mention+text)
			}
			if c.name != "a heartbeat is asked for" {
				s.await("aidesk to come back", func() bool {
					return s.Identified()+s.Resumed() > before+resumed && s.Connected() == 1 && s.adapter.Ready() == nil
				})
			}
			got := map[string]bool{}
			for range 3 {
				got[s.next().Message.Text] = true
			}
			if len(got) != 3 || !got["one"] || !got["two"] || !got["three"] {
				t.Errorf("heard %v", got)
			}
			if more := s.settle(); len(more) != 0 {
				t.Errorf("heard again: %+v", more)
			}
			if took := time.Since(begun); took > 15*time.Second {
				t.Errorf("it took %s", took)
			}
			if again := s.Identified() > before; again && !c.fresh {
				t.Errorf("a new session was begun; the log:\n%s", s.log)
			}
		})
	}
}

// TestFinal: what Discord refuses for good ends Run at once, with what to do about it.
func TestFinal(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{
		4004: "refuses the bot token", 4010: "too many servers", 4011: "too many servers", 4012: "newer aidesk", 4013: "intents", 4014: "Privileged Gateway Intents",
	} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			t.Parallel()
			s := prepare(t, gateway)
			s.Refuse(code, code, code, code)
			s.begin()
			s.await("the end", func() bool { return s.ended() })
			if err := s.stop(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), fakediscord.Token) {
				t.Errorf("got %v; want %q", err, want)
			}
			if n := s.Identified(); n > 3 {
				t.Errorf("%d tries", n)
			}
		})
	}
	t.Run("message content", func(t *testing.T) {
		t.Parallel()
		s := prepare(t, gateway, func(s *stage) { s.config.MessageContent = true })
		s.begin()
		s.await("the end", func() bool { return s.ended() })
		if err := s.stop(); err == nil || !strings.Contains(err.Error(), "Message Content Intent") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("wrong token", func(t *testing.T) {
		t.Parallel()
		s := prepare(t, gateway, func(s *stage) { s.config.Token = "wrong.token.here" })
		s.begin()
		s.await("the end", func() bool { return s.ended() })
		if err := s.stop(); err == nil || !strings.Contains(err.Error(), "refuses the bot token") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another application", func(t *testing.T) {
		t.Parallel()
		s := prepare(t, gateway, func(s *stage) { s.config.ApplicationID = fakediscord.GuildID })
		s.begin()
		s.await("the end", func() bool { return s.ended() })
		if err := s.stop(); err == nil || !strings.Contains(err.Error(), "belongs to the application") {
			t.Errorf("got %v", err)
		}
	})
}

// TestMissed: what was said while aidesk was down is heard at the next start: in
// channels, threads and direct messages; what was heard before is not.
func TestMissed(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	root := s.post(fakediscord.Ada, fakediscord.General, mention+"heard")
	e := s.next()
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: e.Message.ID, Text: text("a thread")}, "")
	dm := s.DM(fakediscord.Ada)
	s.post(fakediscord.Ada, dm, "privately")
	s.next()
	s.must(s.stop())

	s.post(fakediscord.Ada, root, mention+"in the thread")
	s.post(fakediscord.Ada, dm, "in the direct message")
	s.post(fakediscord.Ben, fakediscord.Random, mention+"in another channel")
	s.post(fakediscord.Ben, fakediscord.Random, "not for the desk")
	s.run()
	got := map[string]bool{}
	for range 3 {
		got[s.next().Message.Text] = true
	}
	for _, want := range []string{"in the thread", "in the direct message", "in another channel"} {
		if !got[want] {
			t.Errorf("%q was not heard: %v", want, got)
		}
	}
	if rest := s.settle(); len(rest) != 0 {
		t.Errorf("%+v", rest)
	}
}

// TestFull: what aidesk could not store is offered again until it could, also after a
// restart.
func TestFull(t *testing.T) {
	t.Parallel()
	full := true
	s := prepare(t, gateway)
	s.desk = &adaptertest.Recorder{Receives: func(_ ctx, e chat.Event) error {
		if full && e.Message != nil && e.Message.Text == "keep me" {
			return errors.New("the disk is full")
		}
		return nil
	}}
	s.run()
	s.post(fakediscord.Ada, fakediscord.General, mention+"keep me")
	s.post(fakediscord.Ada, fakediscord.Random, mention+"another")
	if e := s.next(); e.Message.Text != "another" {
		t.Errorf("got %+v", e)
	}
	s.must(s.stop())
	full = false
	s.run()
	if e := s.next(); e.Message == nil || e.Message.Text != "keep me" {
		t.Errorf("got %+v", e)
	}
}
