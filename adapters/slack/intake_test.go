package slack_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// place is a thread of a channel.
func place(channel, thread string) chat.Place {
	return chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: channel, Thread: thread}
}

// same compares an event but for its time and the address for answers.
func same(t *testing.T, got, want chat.Event) {
	t.Helper()
	if got.Time.IsZero() || got.ID == "" {
		t.Errorf("id %q, time %s", got.ID, got.Time)
	}
	ignore := cmpopts.IgnoreFields(chat.Event{}, "Time", "Token")
	if want.ID == "" {
		ignore = cmpopts.IgnoreFields(chat.Event{}, "Time", "Token", "ID")
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

// TestMention: a mention begins a thread, or goes on in one.
func TestMention(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		ts := s.post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> *what* is new?", "")
		same(s.t, s.desk.Next(s.t), chat.Event{
			ID: "m/" + fakeslack.General + "/" + ts, Place: place(fakeslack.General, ts), Member: fakeslack.Ada,
			Message: &chat.Message{ID: ts, Text: "*what* is new?"}, // no style: Slack says so in its blocks
		})
		in := s.post(fakeslack.Ben, fakeslack.General, "and <@"+fakeslack.Ada+">? <@"+fakeslack.BotUser+">", ts)
		same(s.t, s.desk.Next(s.t), chat.Event{
			ID: "m/" + fakeslack.General + "/" + in, Place: place(fakeslack.General, ts), Member: fakeslack.Ben,
			Message: &chat.Message{ID: in, Text: "and @" + fakeslack.Ada + "?", Names: []string{"@" + fakeslack.Ada}},
		})
	})
}

// TestPointed: what a member forwards is what they ask about, and the mark after the mention
// belongs to it.
func TestPointed(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	for event, want := range map[string]chat.Message{
		`"text":"<@U0000DESK>: stop","channel":"C0GENERAL","type":"app_mention"`: {Text: "stop"},
		`"text":"what does this mean?","channel":"D00000ADA","channel_type":"im","type":"message","attachments":[{"is_msg_unfurl":true,"is_share":true,"author_name":"Ben","author_id":"U00000BEN","text":"It failed at step 7"}]`: {
			Text: "what does this mean?", About: "Ben: It failed at step 7",
		},
		`"text":"","channel":"D00000ADA","channel_type":"im","type":"message","attachments":[{"is_msg_unfurl":true,"is_share":true,"author_name":"Alarms","bot_id":"B1","text":"Disk full"}]`: {
			About: "Alarms: Disk full", ByApp: true,
		},
	} {
		s.done(s.Inject(fakeslack.Events, wrap(`{"user":"U00000ADA","ts":"1700000000.000300",`+event+`}`)), nil)
		got := *s.desk.Next(t).Message
		want.ID = "1700000000.000300"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", event, diff)
		}
	}
}

// TestNames: what stands for a name is called as members see it.
func TestNames(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	s.SetGroup("S0CREW", fakeslack.Ada)
	marks := []string{"@" + fakeslack.Ben, "@S0CREW", "#" + fakeslack.General, "@U404", "@S404"}
	s.SetScopes("users:read")
	if _, err := s.adapter.Member(t.Context(), chat.Place{}, fakeslack.Ada); err != nil { // each answer tells the scopes
		t.Fatal(err)
	}
	got := s.adapter.Names(t.Context(), chat.Place{}, marks)
	if diff := cmp.Diff(map[string]string{"@" + fakeslack.Ben: "@ben"}, got); diff != "" {
		t.Errorf("with the least scopes (-want +got):\n%s", diff)
	}
	s.SetScopes("users:read", "usergroups:read", "channels:read")
	if _, err := s.adapter.Member(t.Context(), chat.Place{}, fakeslack.Sue); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"@" + fakeslack.Ben: "@ben", "@S0CREW": "@s0crew", "#" + fakeslack.General: "#general"}
	if diff := cmp.Diff(want, s.adapter.Names(t.Context(), chat.Place{}, marks)); diff != "" {
		t.Errorf("with all scopes (-want +got):\n%s", diff)
	}
}

// TestShared: a place that other organisations read says so.
func TestShared(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	if e := s.ask(fakeslack.Sue, fakeslack.Shared, "hello"); !e.Place.External || e.Member != fakeslack.Sue {
		t.Errorf("got %+v", e)
	}
}

// TestTwins: a mention that comes twice, as message and as mention, is one event.
func TestTwins(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.app.Events = append(s.app.Events, "message.channels")
		s.SetApp(s.app)
		first := s.ask(fakeslack.Ada, fakeslack.General, "hello")
		second := s.desk.Next(s.t)
		if diff := cmp.Diff(first, second); diff != "" {
			s.t.Errorf("the twins differ:\n%s", diff)
		}
	})
}

// TestEditedMention: an edit in a channel is told by a mention with "edited", and where the
// app hears of all messages by a second event, which is the same to aidesk.
func TestEditedMention(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		ts := s.post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> 100 chairs", "")
		s.desk.Next(s.t)
		edit := func(text string) {
			if err := s.Edit(fakeslack.Ada, fakeslack.General, ts, text); err != nil {
				s.t.Fatal(err)
			}
		}
		edit("<@" + fakeslack.BotUser + "> 10 chairs")
		told := s.desk.Next(s.t)
		first := told.Change.First
		if told.Change.Message != ts || told.Change.Text != "10 chairs" || first == nil || first.ID != "m/"+fakeslack.General+"/"+ts || first.Message.Text != "10 chairs" {
			s.t.Errorf("told %+v, first %+v", told.Change, first)
		}
		s.app.Events = append(s.app.Events, "message.channels")
		s.SetApp(s.app)
		edit("<@" + fakeslack.BotUser + "> 11 chairs")
		one, two := s.desk.Next(s.t), s.desk.Next(s.t)
		if diff := cmp.Diff(one, two, cmpopts.IgnoreFields(chat.Event{}, "Time")); diff != "" || one.ID == told.ID {
			s.t.Errorf("the edit %s is told as two:\n%s", one.ID, diff)
		}
	})
}

// TestNotForUs: bots, our own messages, joins and what is said in a channel without a
// mention are no events.
func TestNotForUs(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.app.Events = append(s.app.Events, "message.channels")
		s.SetApp(s.app)
		s.SetUser(fakeslack.User{ID: "U0OTHERBOT", Name: "bot", Bot: true})
		s.post(fakeslack.Ben, fakeslack.General, "hello everybody", "")
		s.send(chat.Reply{ID: "r1", Place: place(fakeslack.General, s.post(fakeslack.Ada, fakeslack.General, "a thread", "")), Text: text("our own")}, "")
		for _, event := range []string{
			`{"type":"message","subtype":"channel_join","user":"U00000BEN","text":"<@U00000BEN> has joined","ts":"1700000000.000100","channel":"C0GENERAL","channel_type":"channel"}`,
			`{"type":"message","subtype":"bot_message","bot_id":"B1","text":"<@U0000DESK> hi","ts":"1700000000.000200","channel":"C0GENERAL","channel_type":"channel"}`,
			`{"type":"app_mention","bot_id":"B1","user":"U0OTHERBOT","text":"<@U0000DESK> hi","ts":"1700000000.000300","channel":"C0GENERAL"}`,
			`{"type":"message","user":"USLACKBOT","text":"hi","ts":"1700000000.000400","channel":"D0","channel_type":"im"}`,
		} {
			s.done(s.Inject(fakeslack.Events, wrap(event)), nil)
		}
		faketest.Idle(s.t, s)
		if got := s.desk.Events(); len(got) > 0 {
			s.t.Errorf("got %+v", got)
		}
	})
}

// wrap is an event as Slack delivers it.
func wrap(event string) []byte {
	return []byte(`{"type":"event_callback","team_id":"` + fakeslack.TeamID + `","authorizations":[{"team_id":"` + fakeslack.TeamID + `"}],"event":` + event + `}`)
}

// TestOtherWorkspace: what happens where the app is installed too, and this desk is
// not, is acknowledged and not received.
func TestOtherWorkspace(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	event := strings.ReplaceAll(string(wrap(`{"type":"app_mention","user":"U1","text":"hi","ts":"1700000000.000300","channel":"C1"}`)), fakeslack.TeamID, "T000OTHER")
	s.done(s.Inject(fakeslack.Events, []byte(event)), nil)
	if got := s.desk.Events(); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
}

// TestFollow: replies in a thread in which aidesk takes part are for it, if that is
// wanted, also after a restart; those in other threads are not.
func TestFollow(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := play(t, mode, func(s *stage) {
				s.config.FollowThreads = true
				s.app.Events = append(s.app.Events, "message.channels", "message.groups")
			})
			e := s.ask(fakeslack.Ada, fakeslack.General, "hello")
			s.desk.Next(t) // its twin
			s.stop()
			s.run()
			other := s.post(fakeslack.Ben, fakeslack.General, "something else", "")
			s.post(fakeslack.Ben, fakeslack.General, "more of it", other)
			ts := s.post(fakeslack.Ben, fakeslack.General, "and mine?", e.Place.Thread)
			same(t, s.desk.Next(t), chat.Event{
				ID: "m/" + fakeslack.General + "/" + ts, Place: e.Place, Member: fakeslack.Ben, Message: &chat.Message{ID: ts, Text: "and mine?"},
			})
		})
	}
}

// TestChange: an edit and a deletion of what was said to aidesk are told; an unfurl
// and our own updates are not.
func TestChange(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		dm := s.DM(fakeslack.Ada)
		at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: dm, Direct: true}
		ts := s.post(fakeslack.Ada, dm, "see https://a.example", "")
		s.desk.Next(s.t)
		if err := s.Unfurl(dm, ts, "https://a.example"); err != nil {
			s.t.Fatal(err)
		}
		r := chat.Reply{ID: "r1", Place: at, Text: text("one")}
		posted := s.send(r, "")
		r.Text = text("two")
		s.send(r, posted)
		if err := s.Edit(fakeslack.Ada, dm, ts, "see <https://b.example>"); err != nil {
			s.t.Fatal(err)
		}
		e := s.desk.Next(s.t)
		first := e.Change.First
		e.Change.First = nil
		same(s.t, *first, chat.Event{ID: "m/" + dm + "/" + ts, Place: at, Member: fakeslack.Ada, Message: &chat.Message{ID: ts, Text: "see https://b.example"}})
		same(s.t, e, chat.Event{Place: at, Member: fakeslack.Ada, Change: &chat.Change{Message: ts, Text: "see https://b.example"}})
		if err := s.Delete(fakeslack.Ada, dm, ts); err != nil {
			s.t.Fatal(err)
		}
		same(s.t, s.desk.Next(s.t), chat.Event{ID: "d/" + dm + "/" + ts, Place: at, Member: fakeslack.Ada, Change: &chat.Change{Message: ts, Deleted: true}})
	})
}

// TestHomeOpened: opening the app's page is a visit, and opening its messages another one.
func TestHomeOpened(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: s.DM(fakeslack.Ben), Direct: true}
		for tab, direct := range map[string]bool{"messages": true, "home": false, "about": false} {
			if err := s.OpenHome(fakeslack.Ben, tab); err != nil {
				s.t.Fatal(err)
			}
			faketest.Idle(s.t, s)
			if tab != "about" {
				same(s.t, s.desk.Next(s.t), chat.Event{Place: at, Member: fakeslack.Ben, Visit: &chat.Visit{First: true, Direct: direct}})
			}
		}
	})
}

// TestShortcut: a member asks about the message of another.
func TestShortcut(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		ts := s.post(fakeslack.Ben, fakeslack.General, "the *server* is down", "")
		s.done(s.MessageShortcut(fakeslack.Ada, fakeslack.General, ts, "ask_about_message"))
		e := s.desk.Next(s.t)
		same(s.t, e, chat.Event{Place: place(fakeslack.General, ts), Member: fakeslack.Ada, Message: &chat.Message{About: "the *server* is down"}})
		if err := s.adapter.Note(s.t.Context(), e, text("a note")); err != nil {
			s.t.Fatal(err)
		}
		if got := shown(fakeslack.Ada, s.Messages(fakeslack.General)); !strings.Contains(got, "a note") {
			s.t.Errorf("not shown: %s", got)
		}
		if got := shown(fakeslack.Ben, s.Messages(fakeslack.General)); strings.Contains(got, "a note") {
			s.t.Errorf("shown to another: %s", got)
		}
		s.send(chat.Reply{ID: "r1", Place: e.Place, Text: markdown.New(markdown.Paragraph(markdown.Text("It is up again.")))}, "")
		said := s.Messages(fakeslack.General)
		s.done(s.MessageShortcut(fakeslack.Ada, fakeslack.General, said[len(said)-1].TS, "ask_about_message"))
		if e := s.desk.Next(s.t); e.Message == nil || !e.Message.ByApp || !strings.Contains(e.Message.About, "It is up again.") {
			s.t.Errorf("asked about what aidesk wrote: %+v", e.Message)
		}
	})
}

// TestUnknown: events, blocks and elements that nobody knows lose neither a message
// nor a press, and everything is acknowledged.
func TestUnknown(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		const odd = `"blocks":[{"type":"hologram","elements":7},{"type":"actions","elements":[{"type":"dial","action_id":["x"]}]},{"type":"table","rows":[[{"type":"smell"}]]}]`
		s.done(s.Inject(fakeslack.Events, wrap(`{"type":"moon_phase_changed","moon":{"phase":[1]}}`)), nil)
		s.done(s.Inject(fakeslack.Events, wrap(`{"type":"app_mention","user":"U00000ADA","text":"<@U0000DESK> hi","ts":"1700000000.000300","channel":"C0GENERAL","files":"none",`+odd+`}`)), nil)
		same(s.t, s.desk.Next(s.t), chat.Event{
			ID: "m/C0GENERAL/1700000000.000300", Place: place(fakeslack.General, "1700000000.000300"), Member: fakeslack.Ada,
			Message: &chat.Message{ID: "1700000000.000300", Text: "hi"},
		})
		s.done(s.Inject(fakeslack.Interactive, []byte(`{"type":"block_actions","team":{"id":"`+fakeslack.TeamID+`"},"user":{"id":"U00000ADA"},"channel":{"id":"C0GENERAL"},
			"container":{"type":"message","message_ts":"1700000000.000400","thread_ts":"1700000000.000300"},"message":{"ts":"1700000000.000400","thread_ts":"1700000000.000300",`+odd+`},
			"actions":[{"type":"button","action_id":"b1","action_ts":"1700000001.000000"}]}`)), nil)
		same(s.t, s.desk.Next(s.t), chat.Event{
			Place: place(fakeslack.General, "1700000000.000300"), Member: fakeslack.Ada, Press: &chat.Press{Button: "b1", Posted: "C0GENERAL:1700000000.000400"},
		})
		s.done(s.Inject(fakeslack.Interactive, []byte(`{"type":"telepathy","user":{"id":"U00000ADA"}}`)), nil)
	})
}

// TestNotReceived: what aidesk could not store is not acknowledged, and delivered
// again.
func TestNotReceived(t *testing.T) {
	t.Parallel()
	const event = `{"type":"message","user":"U00000ADA","text":"hi","ts":"1700000000.000300","channel":"D00000ADA","channel_type":"im"}`
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			clock := faketest.NewClock(time.Now())
			s := play(t, mode, func(s *stage) { s.clock = clock })
			var calls atomic.Int32
			failed := make(chan struct{})
			s.desk.Receives = func(context.Context, chat.Event) error {
				if calls.Add(1) == 1 {
					defer close(failed)
					return errors.New("the disk is full")
				}
				return nil
			}
			r := s.Inject(fakeslack.Events, wrap(event))
			<-failed
			if mode == slack.ModeSocket { // Slack notices only that nothing comes back
				clock.Advance(3 * time.Second)
			}
			if e := s.desk.Next(t); e.Message.Text != "hi" {
				t.Errorf("got %+v", e)
			}
			s.done(r, nil)
			if d := s.Deliveries()[0]; d.Acked || mode == slack.ModeHTTP && d.Status != 503 {
				t.Errorf("the first attempt: acknowledged %v, status %d", d.Acked, d.Status)
			}
		})
	}
}

// TestCrash: a desk that panics over one event goes on with the next.
func TestCrash(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.desk.Receives = func(_ context.Context, e chat.Event) error {
			if e.Message.Text == "poison" {
				panic("this one")
			}
			return nil
		}
		s.post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> poison", "")
		if e := s.ask(fakeslack.Ada, fakeslack.General, "hello"); e.Message.Text != "hello" {
			s.t.Errorf("got %+v", e)
		}
	})
}

// TestNoneLost: of many messages that are written at once, over two connections, each
// reaches aidesk.
func TestNoneLost(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	dm := s.DM(fakeslack.Ada)
	var want []string
	for i := range 50 {
		word := strings.Repeat("x", i+1)
		want = append(want, word)
		s.post(fakeslack.Ada, dm, word, "")
	}
	lost := map[string]bool{}
	for range want {
		lost[s.desk.Next(t).Message.Text] = true
	}
	for _, w := range want {
		if !lost[w] {
			t.Errorf("%s was lost", w)
		}
	}
}

// TestSockets: two connections are open; while Slack renews one, nothing is lost.
func TestSockets(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	faketest.Until(t, s, "two connections", func() bool { return s.Sockets() == 2 })
	for range 3 {
		s.Disconnect("warning")
		if e := s.ask(fakeslack.Ada, fakeslack.General, "hello"); e.Message.Text != "hello" {
			t.Errorf("got %+v", e)
		}
		faketest.Until(t, s, "two connections", func() bool { return s.Sockets() == 2 })
	}
	faketest.Idle(t, s)
}

// TestBadTokens: Run ends with a plain reason when Slack refuses a token for good.
func TestBadTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ token, word, want string }{
		{fakeslack.BotToken, "token_revoked", "slack refuses the bot token (token_revoked): the token was revoked; install the app again and copy the new bot token"},
		{fakeslack.AppToken, "invalid_auth", "slack refuses the app token (invalid_auth): make one (xapp-…) with the scope connections:write under “Basic Information” of the app"},
	} {
		s := prepare(t, slack.ModeSocket)
		s.Revoke(c.token, c.word)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := s.open().Run(ctx, s.desk, s.keeper)
		cancel()
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}
