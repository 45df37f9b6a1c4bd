package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// The names of routes.
const (
	posting  = "POST /channels/{channel}/messages"
	editing  = "PATCH /channels/{channel}/messages/{message}"
	opening  = "POST /channels/{channel}/messages/{message}/threads"
	callback = "POST /interactions/{interaction}/{token}/callback"
)

// ask lets Ada ask something in a channel.
func (s *stage) ask(channel, words string) chat.Event {
	s.t.Helper()
	s.post(fakediscord.Ada, channel, mention+words)
	return s.next()
}

// answer is a reply to an event.
func answer(e chat.Event, id, words string) chat.Reply {
	r := chat.Reply{ID: id, Place: e.Place, To: e.Member, Text: text(words)}
	if e.Message != nil {
		r.Answers = e.Message.ID
	}
	return r
}

// later checks that a reply is put off, and for how long.
func later(t testing.TB, err error, after time.Duration) {
	t.Helper()
	if l, ok := errors.AsType[*chat.Later](err); !ok || l.After.Round(time.Second) != after {
		t.Errorf("got %v; want to be put off for %s", err, after)
	}
}

// lines is a text that takes some messages.
func lines(n int, word string) markdown.Document {
	var items [][]markdown.Inline
	for range n {
		items = append(items, []markdown.Inline{markdown.Text(strings.Repeat(word+" ", 50))})
	}
	return markdown.New(markdown.List(items...))
}

// TestMany: a reply of several messages grows, shrinks and stays in place.
func TestMany(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	r := answer(e, "r1", "")
	r.Text = lines(20, "alpha")
	posted := s.send(r, "")
	first := s.From(e.Place.Thread)
	if len(first) < 3 || strings.Count(posted, ",") != len(first)-1 {
		t.Fatalf("%d messages, id %s", len(first), posted)
	}
	r.Text = lines(8, "bravo")
	less := s.send(r, posted)
	got := s.From(e.Place.Thread)
	if len(got) >= len(first) || got[0].ID != first[0].ID || strings.Contains(s.shown(fakediscord.Ada, e.Place.Thread), "alpha") {
		t.Errorf("%d messages are left", len(got))
	}
	r.Text = lines(20, "charlie")
	more := s.send(r, less)
	if n := strings.Count(s.shown(fakediscord.Ada, e.Place.Thread), "charlie"); n != 1000 {
		t.Errorf("%d words; id %s", n, more)
	}
	s.Fail(editing, fakediscord.Fault{Status: http.StatusNotFound, Code: 10008}) // somebody deleted one
	r.Text = text("delta")
	s.send(r, more)
	if n := strings.Count(s.shown(fakediscord.Ada, e.Place.Thread), "delta"); n != 1 {
		t.Errorf("shown %d times", n)
	}
	r.ID, r.Text = "r2", lines(200, "echo") // a file with the whole
	s.send(r, "")
	if shown := s.shown(fakediscord.Ada, e.Place.Thread); !strings.Contains(shown, "answer.md") || strings.Count(shown, "echo") < 10_000 {
		t.Errorf("%d words of the long tail", strings.Count(shown, "echo"))
	}
}

// TestOnce: a reply whose sending was cut off is found, or posted by the same nonce, and
// never stands there twice.
func TestOnce(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	r := answer(e, "r1", "only once")
	s.send(answer(e, "r0", "before"), "")
	s.Fail(posting, fakediscord.Fault{Cut: true, Done: true})
	if _, err := s.adapter.Send(t.Context(), r, ""); err == nil || errors.Is(err, chat.ErrGone) {
		t.Fatalf("a cut connection: %v", err)
	}
	posted, whole, err := s.adapter.Find(t.Context(), r, "", time.Now())
	if err != nil || !whole || posted == "" {
		t.Fatalf("found %q, %v, %v", posted, whole, err)
	}
	if again := s.send(r, ""); again != posted {
		t.Errorf("sent again: %s, was %s", again, posted)
	}
	for name, fault := range map[string]fakediscord.Fault{"500": {Status: 500}, "502": {Status: 502}, "503": {Status: 503}} {
		s.Fail(posting, fault)
		if _, err := s.adapter.Send(t.Context(), answer(e, "r"+name, name), ""); err == nil || errors.Is(err, chat.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := strings.Count(s.shown(fakediscord.Ada, e.Place.Thread), "only once"); n != 1 {
		t.Errorf("shown %d times", n)
	}
	if posted, whole, err := s.adapter.Find(t.Context(), answer(e, "r2", "never sent"), "", time.Now()); posted != "" || whole || err != nil {
		t.Errorf("never sent: %q, %v, %v", posted, whole, err)
	}
}

// TestInterrupted: wherever the sending of a reply is cut off, of one that is new and of one
// that grows, before Discord took the message or after: what stands there is found and
// finished, and no part stands there twice, whatever our clock says.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, grows := range []bool{false, true} {
		for _, arrived := range []bool{false, true} {
			for at := range 3 {
				name := fmt.Sprintf("grows %v, arrived %v, at %d", grows, arrived, at)
				s := play(t, gateway)
				e := s.ask(fakediscord.General, "hello")
				r, known := answer(e, "r1", "first"), ""
				if grows {
					known = s.send(r, "")
				}
				r.Text = lines(20, "alpha")
				for range at {
					s.Fail(posting, fakediscord.Fault{}) // passes
				}
				s.Fail(posting, fakediscord.Fault{Cut: true, Done: arrived})
				if _, err := s.adapter.Send(t.Context(), r, known); err == nil {
					break // it has no more messages
				}
				for _, ahead := range []time.Duration{-time.Hour, time.Hour} { // the process died: its receipt is not known
					all, _, err := s.adapter.Find(t.Context(), r, known, time.Now().Add(ahead))
					if err != nil {
						t.Fatal(name, err)
					}
					n := len(session.ParseDelivered(all).Messages)
					if want := at + map[bool]int{true: 1}[arrived] + map[bool]int{true: 1}[grows]; n != want {
						t.Errorf("%s: %q is found, %d messages; want %d", name, all, n, want)
					}
					if ahead > 0 {
						s.send(r, all)
					}
				}
				if n := strings.Count(s.shown(fakediscord.Ada, e.Place.Thread), "alpha"); n != 1000 {
					t.Errorf("%s: %d words in %d messages", name, n, len(s.From(e.Place.Thread)))
				}
			}
		}
	}
}

// TestPrivate: what is private goes to the direct message, with a link to where it
// belongs, and its buttons know the server.
func TestPrivate(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	s.send(answer(e, "r0", "in the thread"), "")
	r := answer(e, "r1", "for you alone")
	r.Private = true
	r.Buttons = []chat.Button{{ID: "b1", Label: "Share"}}
	posted := s.send(r, "")
	dm := s.DM(fakediscord.Ada)
	m := s.From(dm)
	if len(m) != 1 || !strings.Contains(m[0].Text, "for you alone") || !strings.Contains(m[0].Text, "https://discord.com/channels/"+fakediscord.GuildID+"/"+e.Place.Thread) {
		t.Fatalf("in the direct message: %+v", m)
	}
	r.Text = text("changed")
	if again := s.send(r, posted); again != posted || !strings.Contains(s.From(dm)[0].Text, "changed") {
		t.Errorf("the update: %s, was %s", again, posted)
	}
	_, custom := s.button(dm, "Share")
	s.done(s.Press(fakediscord.Ada, dm, m[0].ID, custom))
	if p := s.next(); p.Press == nil || p.Press.Button != "b1" || p.Place.Workspace != fakediscord.GuildID || !p.Place.Direct {
		t.Errorf("got %+v", p)
	}
	if n := len(s.From(e.Place.Thread)); n != 1 {
		t.Errorf("%d messages in the thread", n)
	}
}

// TestNowhere: what cannot be brought to its place goes to the asker, or is given up for
// good; nothing loops.
func TestNowhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		channel string
		before  func(s *stage, e chat.Event)
		gone    bool
		direct  string // what the asker is told there
		thread  string // what stands in the thread
	}{
		{name: "the channel is deleted", channel: fakediscord.General, before: func(s *stage, e chat.Event) { s.RemoveChannel(e.Place.Channel) }, gone: true},
		{name: "no permission to write", channel: fakediscord.Silent, direct: "I may not write where you asked"},
		{
			name: "no permission, and no direct messages", channel: fakediscord.Silent, gone: true,
			before: func(s *stage, _ chat.Event) { s.BlockDM(fakediscord.Ada, true) },
		},
		{
			name: "a private reply, and no direct messages", channel: fakediscord.General, gone: true, thread: "could not send you a direct message",
			before: func(s *stage, _ chat.Event) { s.BlockDM(fakediscord.Ada, true) },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := play(t, gateway)
			e := s.ask(c.channel, "hello")
			if c.before != nil {
				c.before(s, e)
			}
			r := answer(e, "r1", "the answer")
			r.Private = c.thread != ""
			before := len(s.Requests())
			_, err := s.adapter.Send(t.Context(), r, "")
			if errors.Is(err, chat.ErrGone) != c.gone || err != nil && !c.gone {
				t.Errorf("got %v", err)
			}
			if n := len(s.Requests()) - before; n > 8 {
				t.Errorf("%d requests", n)
			}
			direct := ""
			if m := s.From(s.DM(fakediscord.Ada)); len(m) > 0 {
				direct = m[0].Text
			}
			if !strings.Contains(direct, c.direct) || c.direct == "" && direct != "" || c.direct != "" && !strings.Contains(direct, "the answer") {
				t.Errorf("told %q", direct)
			}
			thread := s.From(e.Place.Thread)
			if c.thread != "" && (len(thread) != 1 || !strings.Contains(thread[0].Text, c.thread) || len(thread[0].Pings) != 1) {
				t.Errorf("in the thread: %+v", thread)
			}
		})
	}
}

// TestBlocked: who takes no direct messages is told below their command.
func TestBlocked(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.BlockDM(fakediscord.Ada, true)
		s.done(s.Command(fakediscord.Ada, fakediscord.General, "plugins", "list", nil))
		e := s.next()
		if _, err := s.adapter.Send(s.t.Context(), answer(e, "r1", "the list"), ""); !errors.Is(err, chat.ErrGone) {
			s.t.Errorf("got %v", err)
		}
		asides := s.Ephemerals(fakediscord.Ada)
		if len(asides) != 2 || !strings.Contains(asides[1].Text, "Allow direct messages") {
			s.t.Errorf("told %+v", asides)
		}
	})
}

// TestArchived: a thread that was archived is opened again for an update; one that is
// locked is given up.
func TestArchived(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	r := answer(e, "r1", "one")
	posted := s.send(r, "")
	s.Archive(e.Place.Thread, false)
	r.Text = text("two")
	s.send(r, posted)
	if m := s.From(e.Place.Thread); !strings.Contains(m[0].Text, "two") {
		t.Errorf("in the thread: %+v", m)
	}
	s.Archive(e.Place.Thread, true)
	r.Text = text("three")
	if _, err := s.adapter.Send(t.Context(), r, posted); err == nil {
		t.Error("a locked thread was written to")
	}
}

// TestRefusedLook: what Discord refuses for its previews goes without them.
func TestRefusedLook(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	r := answer(e, "r1", "an answer")
	r.Previews = []chat.Preview{{URL: "https://example.com/", Title: "A page"}}
	s.Fail(posting, fakediscord.Fault{Status: http.StatusBadRequest, Code: 50035})
	s.Fail(posting, fakediscord.Fault{Status: http.StatusBadRequest, Code: 50035})
	if _, err := s.adapter.Send(t.Context(), r, ""); !errors.Is(err, chat.ErrRefused) {
		t.Errorf("refused without them too: %v", err)
	}
	s.Fail(posting, fakediscord.Fault{Status: http.StatusBadRequest, Code: 50035})
	s.send(r, "")
	if m := s.From(e.Place.Thread); len(m) != 1 || len(m[0].Embeds) > 2 || !strings.Contains(m[0].Text, "an answer") {
		t.Errorf("in the thread: %+v", m)
	}
}

// TestLimits: what Discord wants later is put off for so long, and not asked again
// before; a limit of everything holds for everything; a context that ends is obeyed.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	s.send(answer(e, "r0", "before"), "")
	s.Fail(posting, fakediscord.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
	_, err := s.adapter.Send(t.Context(), answer(e, "r1", "one"), "")
	later(t, err, 7*time.Second)
	before := len(s.Requests())
	_, err = s.adapter.Send(t.Context(), answer(e, "r1", "one"), "")
	later(t, err, 7*time.Second)
	if n := len(s.Requests()) - before; n != 0 {
		t.Errorf("%d requests in vain", n)
	}
	other := s.ask(fakediscord.Random, "hello")
	s.send(answer(other, "r2", "elsewhere"), "") // another channel is another limit
	s.Fail(posting, fakediscord.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second, Scope: "global"})
	_, err = s.adapter.Send(t.Context(), answer(other, "r3", "three"), "")
	later(t, err, time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := s.adapter.Member(ctx, e.Place, fakediscord.Ben); err == nil || time.Since(begun) > 900*time.Millisecond {
		t.Errorf("a limit of everything: %v after %s", err, time.Since(begun))
	}
}

// TestPaced: with the limits that Discord enforces, nothing is refused for them when much
// is sent at once, and edits of messages in different channels do not wait for each other.
func TestPaced(t *testing.T) {
	t.Parallel()
	s := play(t, gateway, func(s *stage) { s.fake.RateLimits = true })
	var events []chat.Event
	for _, c := range []string{fakediscord.General, fakediscord.Random, fakediscord.Flat} {
		events = append(events, s.ask(c, "hello"))
	}
	done := make(chan string, 30)
	for i, e := range events {
		for n := range 4 {
			go func() { done <- s.send(answer(e, e.ID+string(rune('a'+n)), "word"), "") }()
		}
		_ = i
	}
	for range 12 {
		<-done
	}
	refused := 0
	for _, r := range s.Requests() {
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused > 0 {
		t.Errorf("%d requests were refused for their number", refused)
	}
}

// TestTyping: before there is something to say, a sign of life stands in the channel, until
// it is ended, and opens no thread.
func TestTyping(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	begun := time.Now()
	s.must(s.adapter.Type(t.Context(), e.Place, chat.Progress{To: e.Member, Text: "working…"}))
	s.must(s.adapter.Type(t.Context(), e.Place, chat.Progress{To: e.Member, Text: "asking Todo…"}))
	s.await("a sign of life", func() bool { return len(s.Typings()) > 0 })
	if took := time.Since(begun); took > 500*time.Millisecond {
		t.Errorf("it took %s", took)
	}
	s.must(s.adapter.Type(t.Context(), e.Place, chat.Progress{To: e.Member}))
	if at := s.Typings()[0].Channel; at != e.Place.Channel || len(s.Typings()) != 1 {
		t.Errorf("in %s, %d times", at, len(s.Typings()))
	}
	if n := len(s.Requests(opening)); n != 0 {
		t.Errorf("%d threads were opened", n)
	}
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Text: text("for your eyes alone"), Private: true}, "")
	if n := len(s.Requests(opening)); n != 0 {
		t.Errorf("a private answer opened %d threads", n)
	}
	s.send(chat.Reply{ID: "r2", Place: e.Place, To: e.Member, Text: text("for everyone")}, "")
	if n := len(s.Requests(opening)); n != 1 {
		t.Errorf("an answer opened %d threads", n)
	}
}

// TestWords: what takes longer is said in words, in one message that changes at its pace
// and is gone at the end; after a crash the next run takes it away.
func TestWords(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	root := s.post(fakediscord.Ben, fakediscord.General, "a plan")
	thread, err := s.OpenThread(fakediscord.Ben, fakediscord.General, root, "a plan")
	s.must(err)
	e := s.ask(thread, "hello")
	say := func(text string) {
		t.Helper()
		s.must(s.adapter.Type(t.Context(), e.Place, chat.Progress{To: e.Member, Text: text}))
	}
	stands := func(text string) func() bool {
		return func() bool {
			m := s.From(e.Place.Thread)
			return len(m) == 1 && m[0].Text == text
		}
	}
	say("working…")
	s.await("words", stands("-# working…"))
	begun := time.Now()
	for range 5 {
		say("reading…")
		say("asking *Todo*…")
	}
	s.await("other words", stands(`-# asking \*Todo\*…`))
	if n := len(s.Requests(editing)); n != 1 || time.Since(begun) < time.Second {
		t.Errorf("%d edits in %s", n, time.Since(begun))
	}
	say("")
	s.await("the end", func() bool { return len(s.From(e.Place.Thread)) == 0 })

	say("working…")
	s.await("words", stands("-# working…"))
	s.Fail("DELETE /channels/{channel}/messages/{message}", fakediscord.Fault{Status: 500})
	s.must(s.stop())
	if n := len(s.From(e.Place.Thread)); n != 1 {
		t.Fatalf("%d messages are left", n)
	}
	s.run()
	s.await("what was left to go", func() bool { return len(s.From(e.Place.Thread)) == 0 })
}

// TestBounds: whatever is sent keeps to what Discord takes of one message.
func TestBounds(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	e := s.ask(fakediscord.General, "hello")
	r := answer(e, "r1", strings.Repeat("many words ", 170))
	for range 5 {
		r.Previews = append(r.Previews, chat.Preview{URL: "https://example.com/" + strings.Repeat("a", len(r.Previews)), Title: strings.Repeat("*t*", 200), Description: strings.Repeat("_d_", 900)})
	}
	s.send(r, "")
	for _, q := range s.Requests(posting, editing) {
		var m struct {
			Content string `json:"content"`
			Embeds  []struct{ Title, Description string }
		}
		if err := json.Unmarshal(q.Body, &m); err != nil || q.Status >= 300 {
			t.Errorf("status %d, %v: %s", q.Status, err, q.Body)
		}
		sum := 0
		for _, e := range m.Embeds {
			sum += len(e.Title) + len(e.Description)
		}
		if len(m.Content) > 2000 || sum > 6000 {
			t.Errorf("content of %d, embeds of %d", len(m.Content), sum)
		}
	}
}
