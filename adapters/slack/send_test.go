package slack_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/session"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// later checks that a reply is put off, and for how long.
func later(t *testing.T, err error, after time.Duration, reason string) {
	t.Helper()
	l, ok := errors.AsType[*chat.Later](err)
	if !ok || l.After.Round(time.Second) != after || !strings.Contains(l.Reason, reason) {
		t.Errorf("got %v; want to be put off for %s because of %q", err, after, reason)
	}
}

// lines is a text that takes some messages.
func lines(n int, word string) markdown.Document {
	var items [][]markdown.Inline
	for range n {
		items = append(items, []markdown.Inline{markdown.Text(strings.Repeat(word+" ", 100))})
	}
	return markdown.New(markdown.List(items...))
}

// TestSend: a reply goes into its thread; no link in it is fetched.
func TestSend(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	e := s.ask(fakeslack.Ada, fakeslack.General, "hello")
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: fakeslack.Ada, Text: markdown.New(markdown.Paragraph(markdown.Text("<!here> "), markdown.Link("a link", "https://a.example/")))}, "")
	m := s.From(fakeslack.General)[0]
	if m.Thread != e.Place.Thread || m.Unfurl || strings.Contains(m.Text, "<!here>") {
		t.Errorf("posted %+v", m)
	}
}

// TestMany: a reply of several messages grows, shrinks and stays in place.
func TestMany(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	r := chat.Reply{ID: "r1", Place: at, To: fakeslack.Ada, Text: lines(40, "alpha")}
	posted := s.send(r, "")
	first := s.From(fakeslack.General)
	if len(first) < 3 || strings.Count(posted, ",") != len(first)-1 {
		t.Fatalf("%d messages, id %s", len(first), posted)
	}
	r.Text = lines(20, "bravo")
	less := s.send(r, posted)
	got := s.From(fakeslack.General)
	if len(got) >= len(first) || got[0].TS != first[0].TS || strings.Contains(shown("", got), "alpha") {
		t.Errorf("%d messages are left:\n%s", len(got), shown("", got))
	}
	r.Text = lines(40, "charlie") // longer than the first
	more := s.send(r, less)
	got = s.From(fakeslack.General)
	if len(got) <= len(first) || strings.Count(shown("", got), "charlie") != 4000 || strings.Contains(shown("", got), "bravo") {
		t.Errorf("%d messages, id %s", len(got), more)
	}
	// One that somebody deleted is posted again.
	s.Fail("chat.update", fakeslack.Fault{Error: "message_not_found"})
	r.Text = text("delta")
	s.send(r, more)
	if got := shown("", s.From(fakeslack.General)); strings.Count(got, "delta") != 1 {
		t.Errorf("shown: %s", got)
	}
}

// TestLadder: what Slack refuses for its looks is sent in simpler forms; nothing is lost.
func TestLadder(t *testing.T) {
	t.Parallel()
	table := markdown.New(markdown.TableOf([]string{"name", "number"}, [][]string{{"alpha", "1"}, {"bravo", "2"}}))
	for _, word := range []string{"invalid_blocks", "msg_blocks_too_long"} {
		for n := 1; n <= 3; n++ {
			s := play(t, slack.ModeHTTP)
			at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
			for range n {
				s.Fail("chat.postMessage", fakeslack.Fault{Error: word})
			}
			s.send(chat.Reply{ID: "r1", Place: at, Text: table, Previews: []chat.Preview{{URL: "https://a.example/", Title: "charlie", Image: "https://a.example/i.png"}}, Buttons: []chat.Button{{ID: "b", Label: "delta"}}}, "")
			got := shown("", s.From(fakeslack.General))
			for _, w := range []string{"alpha", "bravo", "charlie", "delta"} {
				if strings.Count(got, w) == 0 {
					t.Errorf("%d × %s: %s is lost:\n%s", n, word, w, got)
				}
			}
		}
	}
	s := play(t, slack.ModeHTTP)
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	for range 20 {
		s.Fail("chat.postMessage", fakeslack.Fault{Error: "invalid_blocks"})
	}
	if _, err := s.adapter.Send(t.Context(), chat.Reply{ID: "r1", Place: at, Text: table}, ""); !errors.Is(err, chat.ErrRefused) {
		t.Errorf("refused in every form: %v", err)
	}
}

// TestVerdict: what aidesk is told about each failure.
func TestVerdict(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	try := func(p chat.Place, fault fakeslack.Fault) error {
		s.Fail("chat.postMessage", fault)
		_, err := s.adapter.Send(t.Context(), chat.Reply{ID: "r1", Place: p, Text: text("hi")}, "")
		return err
	}
	unsure := func(err error) {
		t.Helper()
		_, put := errors.AsType[*chat.Later](err)
		if err == nil || put || errors.Is(err, chat.ErrGone) {
			t.Errorf("got %v; want that it is not known", err)
		}
	}
	unsure(try(at, fakeslack.Fault{Cut: true}))
	unsure(try(at, fakeslack.Fault{Status: 503}))
	unsure(try(at, fakeslack.Fault{Error: "internal_error"}))
	later(t, try(at, fakeslack.Fault{Error: "missing_scope"}), time.Minute, "add the scope")
	for _, word := range []string{"channel_not_found", "is_archived", "not_in_channel"} {
		if err := try(at, fakeslack.Fault{Error: word}); !errors.Is(err, chat.ErrGone) || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
	if !strings.Contains(s.log.String(), "a reply cannot be delivered") {
		t.Errorf("the log does not say why:\n%s", s.log)
	}
	later(t, try(at, fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second}), 7*time.Second, "ratelimited")
	before := len(s.Requests("chat.postMessage"))
	_, err := s.adapter.Send(t.Context(), chat.Reply{ID: "r2", Place: at, Text: text("hi")}, "")
	later(t, err, 7*time.Second, "ratelimited")
	if n := len(s.Requests("chat.postMessage")) - before; n != 0 {
		t.Errorf("%d more requests were made before the time", n)
	}
	s.send(chat.Reply{ID: "r3", Place: chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: s.DM(fakeslack.Ada), Direct: true}, Text: text("elsewhere")}, "")

	if _, err := s.adapter.Send(t.Context(), chat.Reply{ID: "r4", Place: place(fakeslack.Old, "1700000000.000100"), To: fakeslack.Ada, Text: text("hi")}, ""); !errors.Is(err, chat.ErrGone) {
		t.Errorf("an archived channel: %v", err)
	}
	s.Revoke(fakeslack.BotToken, "token_revoked")
	_, err = s.adapter.Send(t.Context(), chat.Reply{ID: "r5", Place: place(fakeslack.Closed, ""), To: fakeslack.Ada, Text: text("hi")}, "")
	later(t, err, time.Minute, "install the app again")
	if err := s.adapter.Ready(); err == nil || !strings.Contains(err.Error(), "token_revoked") {
		t.Errorf("Ready: %v", err)
	}
}

// TestBegun: a reply of several messages that Slack interrupts is finished.
func TestBegun(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	r := chat.Reply{ID: "r1", Place: at, Text: lines(40, "alpha")}
	s.Fail("chat.postMessage", fakeslack.Fault{Done: true, Status: 200})
	s.Fail("chat.postMessage", fakeslack.Fault{Cut: true})
	since := time.Now()
	known, err := s.adapter.Send(t.Context(), r, "")
	if _, put := errors.AsType[*chat.Later](err); err == nil || put || errors.Is(err, chat.ErrGone) || known == "" {
		t.Fatalf("half of a reply: %q, %v", known, err)
	}
	for _, before := range []string{"", known} {
		posted, whole, err := s.adapter.Find(t.Context(), r, before, since)
		if err != nil || whole || posted != known {
			t.Fatalf("Find knowing %q = %q, %v, %v; want %q", before, posted, whole, err, known)
		}
	}
	s.send(r, known)
	if n := strings.Count(shown("", s.From(fakeslack.General)), "alpha"); n != 4000 {
		t.Errorf("%d of 4000 words are shown", n)
	}
}

// TestInterrupted: wherever the sending of a reply is cut off, of one that is new and of one
// that grows, before Slack took the message or after: what stands there is found and
// finished, and no part stands there twice, whatever our clock says. Where the app may not
// read, the same holds, but for a line that says that the answer follows.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for name, reads := range map[string]bool{"may read": true, "may not read": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			interrupted(t, reads)
		})
	}
}

func interrupted(t *testing.T, reads bool) {
	const parts = 3 // that are posted of the long text
	for _, grows := range []bool{false, true} {
		for _, arrived := range []bool{false, true} {
			for at := range parts {
				name := fmt.Sprintf("grows %v, arrived %v, at %d", grows, arrived, at)
				s := play(t, slack.ModeHTTP, func(s *stage) {
					if !reads {
						s.app.Scopes = []string{"app_mentions:read", "chat:write", "commands", "im:history", "im:write", "users:read"}
					}
				})
				e := s.ask(fakeslack.Ada, fakeslack.General, "hello")
				r := chat.Reply{ID: "r1", Place: e.Place, Answers: e.Message.ID, Text: text("first")}
				known := ""
				if grows {
					known = s.send(r, "")
				}
				r.Text = lines(36+map[bool]int{true: 8}[grows], "alpha")
				for range at {
					s.Fail("chat.postMessage", fakeslack.Fault{Done: true, Status: 200})
				}
				s.Fail("chat.postMessage", fakeslack.Fault{Cut: true, Done: arrived})
				if _, err := s.adapter.Send(t.Context(), r, known); err == nil {
					t.Fatal(name + ": the sending was not cut off")
				}
				for _, ahead := range []time.Duration{-time.Hour, time.Hour} { // the process died: its receipt is not known
					all, _, err := s.adapter.Find(t.Context(), r, known, time.Now().Add(ahead))
					if err != nil {
						t.Fatal(name, err)
					}
					n := len(session.ParseDelivered(all).Messages)
					if want := at + map[bool]int{true: 1}[arrived && reads] + map[bool]int{true: 1}[grows]; n != want {
						t.Errorf("%s: %q is found, %d messages; want %d", name, all, n, want)
					}
					if ahead > 0 {
						s.send(r, all)
					}
				}
				got := s.From(fakeslack.General)
				if n := strings.Count(shown("", got), "alpha"); n != 100*(36+map[bool]int{true: 8}[grows]) {
					t.Errorf("%s: %d words in %d messages", name, n, len(got))
				}
			}
		}
	}
}

// TestFind: a message is found by what it carries; where the app may not read, a crash
// leaves at most a line that says that it works.
func TestFind(t *testing.T) {
	t.Parallel()
	for _, scoped := range []bool{true, false} {
		s := play(t, slack.ModeHTTP, func(s *stage) {
			if !scoped {
				s.app.Scopes = []string{"app_mentions:read", "chat:write", "commands", "im:history", "im:write", "users:read"}
			}
		})
		at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
		r := chat.Reply{ID: "r1", Place: at, To: fakeslack.Ada, Text: text("alpha")}
		if posted, whole, err := s.adapter.Find(t.Context(), r, "", time.Now()); posted != "" || whole == scoped || err != nil {
			t.Errorf("before: %q, %v, %v", posted, whole, err)
		}
		want := s.send(r, "")
		if posted, whole, err := s.adapter.Find(t.Context(), r, "", s.config.Now()); !whole || posted != want || err != nil {
			t.Errorf("after: %q, %v, %v; want %q", posted, whole, err, want)
		}
		s.stop()
		s.run()
		if posted, whole, err := s.adapter.Find(t.Context(), r, "", time.Now().Add(-time.Minute)); !whole || posted != want || err != nil {
			t.Errorf("after a restart: %q, %v, %v; want %q", posted, whole, err, want)
		}
		if n := strings.Count(shown("", s.From(fakeslack.General)), "alpha"); n != 1 {
			t.Errorf("shown %d times", n)
		}

		other := chat.Reply{ID: "r2", Place: at, To: fakeslack.Ada, Text: text("bravo")}
		if !scoped { // the line is there, the answer is not
			s.Fail("chat.update", fakeslack.Fault{Cut: true})
		} else {
			s.Fail("chat.postMessage", fakeslack.Fault{Cut: true, Done: true})
		}
		if _, err := s.adapter.Send(t.Context(), other, ""); err == nil {
			t.Error("a cut connection is no error")
		}
		posted, whole, err := s.adapter.Find(t.Context(), other, "", time.Now())
		if !whole || posted == "" || err != nil {
			t.Errorf("after a cut: %q, %v, %v", posted, whole, err)
		}
		s.send(other, posted)
		if got := s.From(fakeslack.General); len(got) != 2 || strings.Count(shown("", got), "bravo") != 1 {
			t.Errorf("%d messages:\n%s", len(got), shown("", got))
		}
	}
}

// TestLineStays: where the app may not read and Slack's answer to the line is lost, nobody
// can find the line again. It stays above the answer, and what it says is true there.
func TestLineStays(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP, func(s *stage) {
		s.app.Scopes = []string{"app_mentions:read", "chat:write", "commands", "im:history", "im:write", "users:read"}
	})
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	r := chat.Reply{ID: "r1", Place: at, To: fakeslack.Ada, Text: text("alpha")}
	s.Fail("chat.postMessage", fakeslack.Fault{Cut: true, Done: true})
	if _, err := s.adapter.Send(t.Context(), r, ""); err == nil {
		t.Fatal("a cut connection is no error")
	}
	if posted, _, err := s.adapter.Find(t.Context(), r, "", s.config.Now().Add(-time.Minute)); posted != "" || err != nil {
		t.Fatalf("Find = %q, %v", posted, err)
	}
	s.send(r, "")
	var said []string
	for _, m := range s.From(fakeslack.General) {
		said = append(said, m.Text)
	}
	if len(said) != 2 || said[0] != "My answer follows here." || said[1] != "alpha" {
		t.Errorf("it says %q", said)
	}
}

// TestPrivate: what only one member may see goes to their direct message, with a link
// to where it belongs; later versions go there too.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for _, may := range []bool{true, false} {
		s := play(t, slack.ModeHTTP, func(s *stage) {
			if !may {
				s.app.Scopes = []string{"app_mentions:read", "chat:write", "im:history", "users:read"}
			}
		})
		at := s.ask(fakeslack.Ben, fakeslack.General, "hello").Place
		r := editable(at)
		r.To, r.Private = fakeslack.Ben, true
		posted := s.send(r, "")
		r.Cards[0] = chat.Card{State: chat.CardDone, Sentence: "Send it?", Outcome: "sent"}
		if id := s.send(r, posted); id != posted {
			t.Errorf("the update has the id %s, the message %s", id, posted)
		}
		dm := s.From(s.DM(fakeslack.Ben))
		got := shown(fakeslack.Ben, dm)
		link := "/archives/" + fakeslack.General + "/p" + strings.ReplaceAll(at.Thread, ".", "")
		if len(dm) != 1 || !strings.Contains(got, "sent") || !strings.Contains(got, link) {
			t.Errorf("%d messages:\n%s", len(dm), got)
		}
		if n := len(s.From(fakeslack.General)); n != 0 {
			t.Errorf("%d messages in the channel", n)
		}
	}
}

// TestOutside: a reply into a channel that the app is not in goes to who asked.
func TestOutside(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	ts := s.post(fakeslack.Ben, fakeslack.Quiet, "the server is down", "")
	s.done(s.MessageShortcut(fakeslack.Ada, fakeslack.Quiet, ts, "ask_about_message"))
	r := chat.Reply{ID: "r1", Place: s.desk.Next(t).Place, To: fakeslack.Ada, Text: text("alpha")}
	posted := s.send(r, "")
	r.Text = text("bravo")
	s.send(r, posted)
	if got := shown(fakeslack.Ada, s.From(s.DM(fakeslack.Ada))); !strings.Contains(got, "bravo") || strings.Contains(got, "alpha") {
		t.Errorf("the direct message says %q", got)
	}
	if found, ok, err := s.adapter.Find(t.Context(), r, "", time.Now()); !ok || found != posted || err != nil {
		t.Errorf("Find = %q, %v, %v; want %q", found, ok, err, posted)
	}
}

// TestFiles: files are attached once; an app that may not attach types them out; a
// card is not shown without what belongs to it.
func TestFiles(t *testing.T) {
	t.Parallel()
	reply := func(at chat.Place) chat.Reply {
		r := editable(at)
		r.Files = []chat.File{{Name: "call.txt", Text: "alpha\n"}, {Name: "empty.txt"}}
		return r
	}
	s := play(t, slack.ModeHTTP)
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	s.Fail("files.getUploadURLExternal", fakeslack.Fault{Status: 500})
	if _, err := s.adapter.Send(t.Context(), reply(at), ""); err == nil || len(s.From(fakeslack.General)) != 0 {
		t.Errorf("%v, and %d messages", err, len(s.From(fakeslack.General)))
	}
	posted := s.send(reply(at), "")
	s.send(reply(at), posted)
	if n := strings.Count(shown("", s.From(fakeslack.General)), "alpha"); n != 1 {
		t.Errorf("attached %d times", n)
	}

	s = play(t, slack.ModeHTTP, func(s *stage) {
		s.app.Scopes = []string{"app_mentions:read", "channels:history", "chat:write", "im:history", "im:write", "users:read"}
	})
	at = s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	posted = s.send(reply(at), "")
	s.send(reply(at), posted)
	got := shown("", s.From(fakeslack.General))
	if strings.Count(got, "alpha") != 1 || !strings.Contains(got, "Approve") {
		t.Errorf("shown:\n%s", got)
	}
	huge := reply(at)
	huge.Files = []chat.File{{Name: "huge.txt", Text: strings.Repeat("0123456789", 20_000)}}
	_, err := s.adapter.Send(t.Context(), huge, "")
	later(t, err, time.Minute, "add the scope files:write")
}

// TestUnshowable: what cannot be shown whole is not asked for.
func TestUnshowable(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	r := editable(s.ask(fakeslack.Ada, fakeslack.General, "hello").Place)
	r.Cards[0].Sentence = strings.Repeat("very long ", 5000)
	if _, err := s.adapter.Send(t.Context(), r, ""); !errors.Is(err, chat.ErrRefused) {
		t.Errorf("got %v", err)
	}
	if got := shown("", s.From(fakeslack.General)); got != "" {
		t.Errorf("shown:\n%.500s", got)
	}
}
