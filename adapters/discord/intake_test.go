package discord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"
)

// place is a conversation that began with a message of a channel.
func place(channel, thread string) chat.Place {
	return chat.Place{Platform: "discord", Workspace: fakediscord.GuildID, Channel: channel, Thread: thread}
}

// same compares an event but for its time and the token for answers.
func same(t testing.TB, got, want chat.Event) {
	t.Helper()
	if got.Time.IsZero() || got.ID == "" {
		t.Errorf("id %q, time %s", got.ID, got.Time)
	}
	ignore := []string{"Time", "Token"}
	if want.ID == "" {
		ignore = append(ignore, "ID")
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(chat.Event{}, ignore...)); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

// TestMention: a mention begins a conversation, in a thread that the first answer opens,
// and calls the asker there; in the thread it goes on.
func TestMention(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		id := s.post(fakediscord.Ada, fakediscord.General, mention+"**what** is <#"+fakediscord.Random+"> for <@"+fakediscord.Ben+"> <:wave:899999999999999999>?")
		e := s.next()
		same(s.t, e, chat.Event{
			ID: "m/" + fakediscord.General + "/" + id, Place: place(fakediscord.General, id), Member: fakediscord.Ada,
			Message: &chat.Message{ID: id, Text: "**what** is #" + fakediscord.Random + " for @Ben Okri :wave:?", Names: []string{"#" + fakediscord.Random}},
		})
		if got := e.Time.UnixMilli(); got == 0 {
			s.t.Errorf("time %s", e.Time)
		}
		s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: id, Text: text("this")}, "")
		m := s.From(id)
		if len(m) != 1 || m[0].Text != "<@"+fakediscord.Ada+"> this" || len(m[0].Pings) != 1 {
			s.t.Fatalf("in the thread: %+v", m)
		}
		if th, _ := s.Channel(id); !strings.HasPrefix(th.Name, "**what** is #") || th.AutoClose != 1440 {
			s.t.Errorf("the thread: %+v", th)
		}
		in := s.post(fakediscord.Ben, id, mention+"and more?")
		same(s.t, s.next(), chat.Event{
			ID: "m/" + id + "/" + in, Place: place(fakediscord.General, id), Member: fakediscord.Ben,
			Message: &chat.Message{ID: in, Text: "and more?"},
		})
		reply, err := s.Post(fakediscord.Ada, id, "a reply", fakediscord.PostOptions{ReplyTo: m[0].ID})
		s.must(err)
		same(s.t, s.next(), chat.Event{Place: place(fakediscord.General, id), Member: fakediscord.Ada, Message: &chat.Message{ID: reply, Text: "a reply"}})
	})
}

// TestChain: where no thread may be opened, the answers are a chain, and a reply to one
// of them belongs to it, also after a restart.
func TestChain(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	id := s.post(fakediscord.Ada, fakediscord.Flat, mention+"here?")
	e := s.next()
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: id, Text: text("yes")}, "")
	m := s.From(fakediscord.Flat)
	if len(m) != 1 || m[0].Text != "yes" || m[0].ReplyTo != id || len(m[0].Pings) != 0 {
		t.Fatalf("in the channel: %+v", m)
	}
	s.must(s.stop())
	s.run()
	for range 2 {
		last := s.From(fakediscord.Flat)
		_, err := s.Post(fakediscord.Ada, fakediscord.Flat, "go on", fakediscord.PostOptions{ReplyTo: last[len(last)-1].ID})
		s.must(err)
		e = s.next()
		if e.Place != place(fakediscord.Flat, id) {
			t.Errorf("it belongs to %+v", e.Place)
		}
		s.send(chat.Reply{ID: "r" + e.ID, Place: e.Place, To: e.Member, Answers: e.Message.ID, Text: text("more")}, "")
	}
	other := s.post(fakediscord.Ben, fakediscord.Flat, mention+"another")
	if e := s.next(); e.Place.Thread != other {
		t.Errorf("another question belongs to %+v", e.Place)
	}
}

// TestForeignThread: a mention in a thread that somebody else opened belongs to it.
func TestForeignThread(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	root := s.post(fakediscord.Ben, fakediscord.General, "let us talk")
	id, err := s.OpenThread(fakediscord.Ben, fakediscord.General, root, "talk")
	s.must(err)
	s.post(fakediscord.Ada, id, mention+"join us")
	e := s.next()
	if e.Place != place(fakediscord.General, id) {
		t.Errorf("it belongs to %+v", e.Place)
	}
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: e.Message.ID, Text: text("hello")}, "")
	if m := s.From(id); len(m) != 1 || m[0].ReplyTo != e.Message.ID {
		t.Errorf("in the thread: %+v", m)
	}
}

// TestHint: who writes in a thread of aidesk without a mention is told once how to
// reach it; with message content it hears everything there.
func TestHint(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	id := s.post(fakediscord.Ada, fakediscord.General, mention+"hello")
	e := s.next()
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: id, Text: text("hello")}, "")
	for range 3 {
		s.post(fakediscord.Ben, id, "what does it say?")
	}
	s.await("a hint", func() bool { return len(s.From(id)) > 1 })
	if got := s.settle(); len(got) != 0 {
		t.Errorf("heard %+v", got)
	}
	if m := s.From(id); len(m) != 2 || !strings.Contains(m[1].Text, "reply to me or mention me") {
		t.Errorf("in the thread: %+v", m)
	}
	s.must(s.stop())
	s.Intents = fakediscord.IntentContent
	s.config.MessageContent = true
	s.run()
	s.post(fakediscord.Ben, id, "and now?")
	for e = s.next(); e.Message == nil || e.Message.Text != "and now?"; { // what was not quite done before the end comes again
		e = s.next()
	}
	if e.Place != place(fakediscord.General, id) || e.Member != fakediscord.Ben {
		t.Errorf("got %+v", e)
	}
}

// TestNotForUs: bots, webhooks, our own messages, system messages and what is said
// without a mention are no events; what only looks like a change is none.
func TestNotForUs(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	s.SetUser(fakediscord.User{ID: "820000000000000009", Name: "other", Bot: true})
	said := s.post(fakediscord.Ben, fakediscord.General, "hello everybody https://example.com/")
	s.must(s.Unfurl(fakediscord.General, said, "https://example.com/"))
	s.must(s.Edit(fakediscord.Ben, fakediscord.General, said, "hello you all"))
	s.post("820000000000000009", fakediscord.General, mention+"I am a bot")
	id := s.post(fakediscord.Ada, fakediscord.General, mention+"look at https://example.com/")
	e := s.next()
	s.must(s.Unfurl(fakediscord.General, id, "https://example.com/"))
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: id, Text: text("our own <@" + fakediscord.BotUser + ">")}, "")
	for _, odd := range []string{`"webhook_id":"1"`, `"type":7`, `"type":21`, `"author":{"id":"1","bot":true}`} {
		s.Inject("MESSAGE_CREATE", json.RawMessage(fmt.Sprintf(
			`{"id":"899999999999999998","channel_id":%q,"guild_id":%q,"content":"hi","mentions":[{"id":%q}],"author":{"id":"1"},%s}`,
			fakediscord.General, fakediscord.GuildID, fakediscord.BotUser, odd)))
	}
	if got := s.settle(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestChanges: an edited and a deleted message of a conversation are changes of it.
func TestChanges(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		id := s.post(fakediscord.Ada, fakediscord.General, mention+"red")
		s.next()
		s.must(s.Edit(fakediscord.Ada, fakediscord.General, id, mention+"blue"))
		e := s.next()
		first := e.Change.First
		e.Change.First = nil
		same(s.t, *first, chat.Event{ID: "m/" + fakediscord.General + "/" + id, Place: place(fakediscord.General, id), Member: fakediscord.Ada, Message: &chat.Message{ID: id, Text: "blue"}})
		same(s.t, e, chat.Event{Place: place(fakediscord.General, id), Member: fakediscord.Ada, Change: &chat.Change{Message: id, Text: "blue"}})
		s.must(s.Edit(fakediscord.Ada, fakediscord.General, id, "never mind"))
		same(s.t, s.next(), chat.Event{Place: place(fakediscord.General, id), Member: fakediscord.Ada, Change: &chat.Change{Message: id, Deleted: true}})
		s.must(s.Delete(fakediscord.Ada, fakediscord.General, id))
		same(s.t, s.next(), chat.Event{Place: place(fakediscord.General, id), Member: fakediscord.Ada, Change: &chat.Change{Message: id, Deleted: true}})
		if first, last := s.desk.Events()[1].ID, s.desk.Events()[2].ID; first == last {
			s.t.Errorf("two edits have the id %q", first)
		}
	})
}

// TestOwnRole: the bot's own role, which the picker offers beside the bot, calls it too.
// Where Discord hides the text of such a message, its writer is told.
func TestOwnRole(t *testing.T) {
	t.Parallel()
	s := play(t, gateway, func(s *stage) { s.config.MessageContent, s.fake.Intents = true, fakediscord.IntentContent })
	s.post(fakediscord.Ada, fakediscord.General, "<@&"+fakediscord.BotRole+">: what is new?")
	if e := s.next(); e.Message == nil || e.Message.Text != "what is new?" {
		t.Errorf("got %+v", e)
	}
	hidden := play(t, gateway)
	hidden.post(fakediscord.Ada, fakediscord.General, "<@&"+fakediscord.BotRole+"> what is new?")
	if got := hidden.settle(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	if said := hidden.From(fakediscord.General); len(said) != 1 || !strings.Contains(said[0].Text, "not my role of the same name") {
		t.Errorf("said %+v", said)
	}
}

// TestNames: what stands for a name is called as members see it, of the same server only.
func TestNames(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	got := s.adapter.Names(t.Context(), chat.Place{Workspace: fakediscord.GuildID}, []string{
		"@" + fakediscord.Ben, "@&" + fakediscord.BotRole, "#" + fakediscord.Random, "@1", "#2", "@&3",
	})
	want := map[string]string{"@" + fakediscord.Ben: "@Ben Okri", "@&" + fakediscord.BotRole: "@aidesk", "#" + fakediscord.Random: "#random"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.adapter.Names(t.Context(), chat.Place{Workspace: "1"}, []string{"#" + fakediscord.Random}); len(got) != 0 {
		t.Errorf("from another server: %v", got)
	}
}

// TestForward: what a member forwards is what they ask about; who wrote it is not known.
func TestForward(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	s.post(fakediscord.Ada, fakediscord.General, mention+"hello") // so that it is known to which server she belongs
	s.next()
	const forward = `"message_reference":{"type":1,"message_id":"1","channel_id":"2"},"message_snapshots":[{"message":{"type":0,"content":"Deploy failed: exit code 137","embeds":[{"title":"Logs","fields":[{"name":"Step","value":"7"}]}],"attachments":[]}}]`
	dm := s.DM(fakediscord.Ada)
	s.Inject("MESSAGE_CREATE", json.RawMessage(fmt.Sprintf(`{"id":"1576878746919501001","channel_id":%q,"type":0,"content":"","flags":16384,"author":{"id":%q},%s}`, dm, fakediscord.Ada, forward)))
	want := "Deploy failed: exit code 137\nLogs\nStep: 7"
	if e := s.next(); e.Message == nil || e.Message.About != want || !e.Message.ByApp || e.Message.Text != "" {
		t.Errorf("got %+v", e.Message)
	}
	s.Inject("MESSAGE_CREATE", json.RawMessage(fmt.Sprintf(
		`{"id":"1576878746919501002","channel_id":%q,"type":19,"content":"what is this?","author":{"id":%q},"message_reference":{"type":0,"message_id":"1576878746919501001"},"referenced_message":{"id":"1576878746919501001","type":0,"content":"","author":{"id":%q},%s}}`,
		dm, fakediscord.Ada, fakediscord.Ben, forward)))
	if e := s.next(); e.Message == nil || e.Message.About != want || !e.Message.ByApp || e.Message.Text != "what is this?" {
		t.Errorf("a reply to it: %+v", e.Message)
	}
}

// TestEmpty: who only calls aidesk gets help; who calls it in reply to a message asks
// about that.
func TestEmpty(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	s.post(fakediscord.Ada, fakediscord.General, mention)
	if e := s.next(); e.Message == nil || e.Message.Text != "help" {
		t.Errorf("got %+v", e.Message)
	}
	before := s.post(fakediscord.Ben, fakediscord.General, mention+"a long story")
	s.next()
	_, err := s.Post(fakediscord.Ada, fakediscord.General, mention, fakediscord.PostOptions{ReplyTo: before})
	s.must(err)
	if e := s.next(); e.Message == nil || e.Message.Text != "" || e.Message.About != "<@"+fakediscord.BotUser+"> a long story" && !strings.Contains(e.Message.About, "a long story") {
		t.Errorf("got %+v", e.Message)
	}
	_, err = s.Post(fakediscord.Ada, fakediscord.General, mention+"see", fakediscord.PostOptions{Attachments: []fakediscord.File{{Name: "a.png", Content: []byte("x")}}})
	s.must(err)
	e := s.next()
	if e.Message == nil || e.Message.Text != "see" || len(e.Message.Files) != 1 {
		t.Fatalf("got %+v", e.Message)
	}
	f := e.Message.Files[0]
	if f.Name != "a.png" || f.Size != 1 || f.About || !strings.Contains(f.URL, "/attachments/") {
		t.Errorf("got %+v", f)
	}
}

// TestDirect: a direct message belongs to the server in which its writer last used the
// desk and still is; else there is a reason, once a message, and no event.
func TestDirect(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		dm := s.DM(fakediscord.Ben)
		s.post(fakediscord.Ben, dm, "hello?")
		s.await("a reason", func() bool { return len(s.From(dm)) == 1 })
		if m := s.From(dm)[0]; !strings.Contains(m.Text, "to which server this belongs") {
			s.t.Errorf("said %q", m.Text)
		}
		s.post(fakediscord.Ben, fakediscord.General, mention+"here I am")
		s.next()
		id := s.post(fakediscord.Ben, dm, "and here")
		same(s.t, s.next(), chat.Event{
			ID: "m/" + dm + "/" + id, Member: fakediscord.Ben, Message: &chat.Message{ID: id, Text: "and here"},
			Place: chat.Place{Platform: "discord", Workspace: fakediscord.GuildID, Channel: dm, Direct: true},
		})
		s.post(fakediscord.Ben, fakediscord.Lobby, mention+"there too")
		s.next()
		s.post(fakediscord.Ben, dm, "from there")
		if e := s.next(); e.Place.Workspace != fakediscord.Other {
			s.t.Errorf("it belongs to %+v", e.Place)
		}
		s.must(s.stop())
		u, _ := s.User(fakediscord.Ben)
		u.Guilds = []string{fakediscord.GuildID}
		s.SetUser(u)
		s.run()
		s.post(fakediscord.Ben, dm, "still?")
		s.await("a reason", func() bool { return len(s.From(dm)) == 2 })
		if m := s.From(dm)[1]; !strings.Contains(m.Text, "no longer has both of us") {
			s.t.Errorf("said %q", m.Text)
		}
		if got := s.settle(); len(got) != 0 {
			s.t.Errorf("got %+v", got)
		}
	})
}

// TestMember: who somebody is, by the server's roles or the configuration's.
func TestMember(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	look := func(id string) chat.Member {
		t.Helper()
		m, err := s.adapter.Member(t.Context(), place(fakediscord.General, ""), id)
		s.must(err)
		return m
	}
	s.done(s.Command(fakediscord.Ada, fakediscord.General, "plugins", "list", nil))
	want := chat.Member{
		ID: fakediscord.Ada, Name: "Ada Lowell", Locale: "en-GB", Roles: []string{fakediscord.GuildID},
		Joined: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, look(fakediscord.Ada)); diff != "" {
		t.Errorf("Ada (-want +got):\n%s", diff)
	}
	if m := look(fakediscord.BotUser); !m.Bot {
		t.Errorf("the bot: %+v", m)
	}
	for id, admin := range map[string]bool{fakediscord.Ben: false, fakediscord.Admin: true, fakediscord.Owner: true} {
		if m := look(id); m.Admin != admin {
			t.Errorf("%s: %+v", id, m)
		}
	}
	before := len(s.Requests())
	look(fakediscord.Ben)
	if n := len(s.Requests()); n != before {
		t.Errorf("%d requests for what is known", n-before)
	}
	s.config.Admins = []string{"role:" + fakediscord.Crew, fakediscord.Ada}
	s.adapter = s.open()
	for id, admin := range map[string]bool{fakediscord.Ben: true, fakediscord.Ada: true, fakediscord.Admin: false, fakediscord.Owner: false} {
		if m := look(id); m.Admin != admin {
			t.Errorf("by configuration %s: %+v", id, m)
		}
	}
	s.Fail("GET /guilds/{guild}/members/{user}", fakediscord.Fault{Status: http.StatusServiceUnavailable})
	_, fault := s.adapter.Member(t.Context(), place(fakediscord.General, ""), "820000000000000077")
	if _, ok := errors.AsType[*chat.Later](fault); !ok {
		t.Errorf("a fault of Discord's is %v; want to ask later", fault)
	}
	_, fault = s.adapter.Member(t.Context(), place(fakediscord.General, ""), "820000000000000077")
	if _, ok := errors.AsType[*chat.Later](fault); ok || !errors.Is(fault, chat.ErrNoMember) {
		t.Errorf("nobody is %v; asking later helps nothing", fault)
	}
	elsewhere := chat.Place{Workspace: "820000000000000088"}
	if _, fault := s.adapter.Member(t.Context(), elsewhere, fakediscord.Ada); fault == nil || errors.Is(fault, chat.ErrNoMember) {
		t.Errorf("in a server without the bot a member is %v; nothing is known of them", fault)
	}
	if name, back := s.adapter.Workplace(place(fakediscord.General, "")); name == "" || back != "https://discord.com/channels/"+fakediscord.GuildID+"/"+fakediscord.General {
		t.Errorf("the workplace is %q, %q", name, back)
	}
	direct := chat.Place{Workspace: fakediscord.GuildID, Channel: "7", Direct: true}
	if _, back := s.adapter.Workplace(direct); back != "https://discord.com/channels/@me/7" {
		t.Errorf("back to a direct message leads %q", back)
	}
	if _, err := s.adapter.Member(t.Context(), place(fakediscord.General, ""), "820000000000000077"); err == nil {
		t.Error("a stranger is a member")
	}
}

// TestNew: what is missing or wrong in a configuration is said at once.
func TestNew(t *testing.T) {
	t.Parallel()
	_, err := discord.New(discord.Config{PublicKey: "x", APIBaseURL: "nowhere"})
	for _, want := range []string{"the token is missing", "the public key is none", "base address"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said: %v", want, err)
		}
	}
}
