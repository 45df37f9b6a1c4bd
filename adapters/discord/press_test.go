package discord_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/discord"
	"aidesk/adapters/discord/setup"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// TestPress: a press is received before it is answered, the answer changes nothing by
// itself, and a note answers the presser alone.
func TestPress(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		e := s.ask(fakediscord.General, "hello")
		r := answer(e, "r1", "choose")
		r.Buttons = []chat.Button{{ID: "b1", Label: "Yes"}, {Label: "Go", URL: "https://example.com/"}}
		s.send(r, "")
		message, id := s.button(e.Place.Thread, "Yes")
		if a := s.done(s.Press(fakediscord.Ben, e.Place.Thread, message, id)); a.Type != fakediscord.AnswerDeferredUpdate {
			s.t.Errorf("answered with %d", a.Type)
		}
		p := s.next()
		same(s.t, p, chat.Event{Place: e.Place, Member: fakediscord.Ben, Press: &chat.Press{Button: "b1", Posted: e.Place.Thread + ":" + message}})
		for range 3 { // the press was worked before its own answer arrived
			s.Fail("POST /webhooks/{application}/{token}", fakediscord.Fault{Status: http.StatusNotFound, Code: 10015})
		}
		s.must(s.adapter.Note(s.t.Context(), p, text("This button is for <@"+fakediscord.Ada+">.")))
		asides := s.Ephemerals(fakediscord.Ben)
		if len(asides) != 1 || !strings.Contains(asides[0].Text, "This button is for") || len(asides[0].Pings) != 0 || len(s.From(e.Place.Thread)) != 1 {
			s.t.Errorf("told %+v", asides)
		}
	})
}

// TestUnstored: what aidesk could not store is not lost without a word: over the
// gateway the member is told, over HTTP Discord gets 503.
func TestUnstored(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		e := s.ask(fakediscord.General, "hello")
		r := answer(e, "r1", "choose")
		r.Buttons = []chat.Button{{ID: "b1", Label: "Yes"}}
		s.send(r, "")
		s.must(s.stop())
		s.desk = &adaptertest.Recorder{Receives: func(ctx, chat.Event) error { return errors.New("the disk is full") }}
		s.run()
		message, id := s.button(e.Place.Thread, "Yes")
		receipt, err := s.Press(fakediscord.Ada, e.Place.Thread, message, id)
		s.must(err)
		a, err := receipt.Wait(s.t.Context())
		if s.config.PublicKey == "" {
			if err != nil || a.Type != fakediscord.AnswerMessage || len(s.Ephemerals(fakediscord.Ada)) != 1 {
				s.t.Errorf("answered %+v, %v", a, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), "503") {
			s.t.Errorf("answered %+v, %v", a, err)
		}
	})
}

// TestCommand: a command belongs to the direct message, an administrator's to the channel,
// a stop to the thread in which it was typed.
func TestCommand(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		e := s.ask(fakediscord.General, "hello")
		s.send(answer(e, "r1", "in a thread"), "")
		dm := s.DM(fakediscord.Ada)
		direct := chat.Place{Platform: "discord", Workspace: fakediscord.GuildID, Channel: dm, Direct: true}
		a := s.done(s.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"question": "why?"}))
		here := place(fakediscord.General, "")
		asked := s.next()
		same(s.t, asked, chat.Event{Place: direct, Member: fakediscord.Ada, Command: &chat.Command{Name: "aidesk", Verb: "ask", Options: map[string]string{"question": "why?"}, From: &here}})
		shared := chat.Reply{ID: "r2", Place: *asked.Command.From, To: fakediscord.Ada, Open: true, Text: text("shared")}
		posted := s.send(shared, "")
		shared.Text = text("shared anew")
		if again := s.send(shared, posted); again != posted || len(s.From(fakediscord.General)) != 1 || s.From(fakediscord.General)[0].Text != "shared anew" {
			s.t.Errorf("shared as %s and %s: %+v", posted, again, s.From(fakediscord.General))
		}
		if found, ok, err := s.adapter.Find(s.t.Context(), shared, "", time.Now()); !ok || err != nil || found != posted {
			s.t.Errorf("found %q, %v", found, err)
		}
		if aside := s.Ephemerals(fakediscord.Ada); a.Type != fakediscord.AnswerMessage || len(aside) != 1 || !strings.Contains(aside[0].Text, "https://discord.com/channels/@me/"+dm) {
			s.t.Errorf("told %+v", aside)
		}
		s.done(s.Command(fakediscord.Ada, e.Place.Thread, "aidesk", "stop", nil))
		same(s.t, s.next(), chat.Event{Place: e.Place, Member: fakediscord.Ada, Command: &chat.Command{Name: "aidesk", Verb: "stop"}})
		s.done(s.Command(fakediscord.Ada, dm, "aidesk", "stop", nil))
		same(s.t, s.next(), chat.Event{Place: direct, Member: fakediscord.Ada, Command: &chat.Command{Name: "aidesk", Verb: "stop"}})
		s.done(s.Command(fakediscord.Admin, e.Place.Thread, "plugins-admin", "add", map[string]string{"source": "example.com"}))
		same(s.t, s.next(), chat.Event{ // it holds for the channel, and knows of the thread
			Place: place(fakediscord.General, ""), Member: fakediscord.Admin,
			Command: &chat.Command{Name: "plugins-admin", Verb: "add", Options: map[string]string{"source": "example.com"}, From: &e.Place},
		})
		if _, err := s.Command(fakediscord.Ada, fakediscord.General, "plugins-admin", "add", map[string]string{"source": "x"}); err == nil {
			s.t.Error("the command of administrators is offered to a member")
		}
	})
}

// TestAbout: who asks about a message is answered below it.
func TestAbout(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		id := s.post(fakediscord.Ben, fakediscord.General, "a **long** story")
		s.done(s.MessageCommand(fakediscord.Ada, fakediscord.General, id, "Ask aidesk"))
		e := s.next()
		same(s.t, e, chat.Event{Place: place(fakediscord.General, id), Member: fakediscord.Ada, Message: &chat.Message{About: "a **long** story"}})
		s.send(answer(e, "r1", "in short"), "")
		if m := s.From(id); len(m) != 1 || m[0].Text != "in short" {
			s.t.Errorf("below the message: %+v", m)
		}
		if aside := s.Ephemerals(fakediscord.Ada); len(aside) != 1 || !strings.Contains(aside[0].Text, "/"+id) {
			s.t.Errorf("told %+v", aside)
		}
		s.done(s.MessageCommand(fakediscord.Ada, id, s.From(id)[0].ID, "Ask aidesk"))
		if e := s.next(); e.Message == nil || e.Message.About != "in short" || !e.Message.ByApp {
			s.t.Errorf("asked about what aidesk wrote: %+v", e.Message)
		}
	})
}

// errForm is what aidesk says of a form that it does not know, for the member.
var errForm = errors.New("this form is not known any more")

// TestForm: a form is the answer to a press, filled in as it was; what is wrong with it is
// said and corrected in it, and secrets are named and never shown again.
func TestForm(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.must(s.stop())
		s.desk = &adaptertest.Recorder{
			Forms: func(o chat.Opening) (chat.Form, error) {
				if o.Button == "none" {
					return chat.Form{}, errForm
				}
				return chat.Form{ID: "form/1", Title: "Change it", Submit: "Send", Inputs: []chat.Input{
					{Name: "title", Label: strings.Repeat("Title ", 20), Kind: chat.InputLine, Required: true, Value: "one"},
					{Name: "note", Label: "Note", Kind: chat.InputText, Hint: "as you like", Value: strings.Repeat("n", 4000)},
					{Name: "size", Label: "Size", Kind: chat.InputChoice, Choices: []string{"small", "large"}},
					{Name: "key", Label: "Key", Kind: chat.InputSecret, Value: "hush"},
				}}, nil
			},
			Checks: func(f chat.Submitted) ([]chat.Fault, error) {
				if f.Values["title"] == "wrong" {
					return []chat.Fault{{Input: "title", Message: "That is no title."}}, nil
				}
				return nil, nil
			},
		}
		s.run()
		e := s.ask(fakediscord.General, "hello")
		r := answer(e, "r1", "choose")
		r.Buttons = []chat.Button{{ID: "b1", Label: "Edit", Form: true}, {ID: "none", Label: "Old", Form: true}}
		s.send(r, "")
		message, id := s.button(e.Place.Thread, "Old")
		if a := s.done(s.Press(fakediscord.Ada, e.Place.Thread, message, id)); a.Type != fakediscord.AnswerMessage {
			s.t.Errorf("answered with %d", a.Type)
		}
		message, id = s.button(e.Place.Thread, "Edit")
		s.done(s.Press(fakediscord.Ada, e.Place.Thread, message, id))
		m, ok := s.Modal(fakediscord.Ada)
		if !ok || m.Title != "Change it" || len(m.Inputs) != 4 || m.Inputs[0].Value != "one" || m.Inputs[3].Value != "" || !m.Inputs[1].Long {
			s.t.Fatalf("the form: %+v", m)
		}
		a := s.done(s.Submit(fakediscord.Ada, "", map[string]string{"v:title": "wrong", "v:size": "large", "s:key": "secret"}))
		asides := s.Ephemerals(fakediscord.Ada)
		if last := asides[len(asides)-1]; !strings.Contains(last.Text, "That is no title.") || strings.Contains(s.log.String(), "secret") {
			s.t.Fatalf("told %+v", last)
		}
		_, correct := s.button(e.Place.Thread, "Correct it")
		s.done(s.Press(fakediscord.Ada, e.Place.Thread, a.Message, correct))
		if m, _ = s.Modal(fakediscord.Ada); len(m.Inputs) != 4 || m.Inputs[0].Value != "wrong" || m.Inputs[2].Value != "large" || m.Inputs[3].Value != "" {
			s.t.Errorf("the form again: %+v", m)
		}
		s.done(s.Submit(fakediscord.Ada, "", map[string]string{"v:title": "two", "s:key": "secret"}))
		f := s.next()
		if f.Filled == nil || f.Filled.Form != "form/1" || f.Filled.Values["title"] != "two" || f.Filled.Values["key"] != "secret" || fmt.Sprint(f.Filled.Secret) != "[key]" {
			s.t.Errorf("got %+v", f.Filled)
		}
	})
}

// TestLongForm: a form whose name is too long for Discord is known nevertheless, also
// after a restart.
func TestLongForm(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	long := "run:" + strings.Repeat("operation", 15)
	s.desk.Forms = func(o chat.Opening) (chat.Form, error) {
		return chat.Form{ID: "run:" + o.Command.Options["operation"], Title: strings.Repeat("T", 60)}, nil
	}
	s.done(s.Command(fakediscord.Ada, fakediscord.General, "plugins", "run", map[string]string{"operation": strings.TrimPrefix(long, "run:")}))
	s.must(s.stop())
	s.run()
	s.done(s.Submit(fakediscord.Ada, "", nil))
	if e := s.next(); e.Filled == nil || e.Filled.Form != long || !e.Place.Direct || len(e.Filled.Values) != 0 {
		t.Errorf("got %+v", e)
	}
}

// TestSuggest: at most 25 completions, within a second, none that Discord would refuse.
func TestSuggest(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		var asked chat.Query
		s.desk.Suggests = func(q chat.Query) ([]chat.Suggestion, error) {
			asked = q
			out := []chat.Suggestion{{Label: "Too long", Value: strings.Repeat("x", 101)}}
			for i := range 40 {
				out = append(out, chat.Suggestion{Label: strings.Repeat("Shop ", 40), Value: "shop" + strconv.Itoa(i)})
			}
			return out, nil
		}
		choices, err := s.Complete(fakediscord.Ada, fakediscord.General, "plugins", "enable", "plugin", "sh", nil)
		s.must(err)
		if len(choices) != 25 || choices[0].Value != "shop0" || asked.Prefix != "sh" || asked.Command.Verb != "enable" || asked.Option != "plugin" || asked.Member != fakediscord.Ada {
			s.t.Errorf("%d choices for %+v", len(choices), asked)
		}
	})
}

// TestRegister: the commands are registered once, and again only when they change.
func TestRegister(t *testing.T) {
	t.Parallel()
	const put = "PUT /applications/{application}/commands"
	s := play(t, gateway)
	var names []string
	for _, c := range s.Commands() {
		names = append(names, c.Name)
	}
	if fmt.Sprint(names) != "[plugins plugins-admin aidesk Ask aidesk]" {
		t.Errorf("registered %v", names)
	}
	body := string(s.Requests(put)[0].Body)
	for _, want := range []string{`"default_member_permissions":"32","contexts":[0]`, `"name":"state","description":"…","required":true,"choices":[{"name":"on","value":"on"}`, `"autocomplete":true`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(body, `"name":"show"`) {
		t.Errorf("the list is registered twice: %s", body)
	}
	s.await("the registration to be remembered", func() bool {
		kept, err := s.keeper.Kept(t.Context(), "commands")
		return err == nil && len(kept) > 0
	})
	s.must(s.stop())
	s.run()
	if n := len(s.Requests(put)); n != 1 {
		t.Errorf("registered %d times", n)
	}
	s.must(s.stop())
	s.config.Grammar = chat.Grammar{grammar[0], {Name: "new", Summary: "New", Verbs: []chat.Verb{{Name: "", Summary: "It"}}}}
	s.Fail(put, fakediscord.Fault{Status: 500})
	s.run()
	s.await("the new commands", func() bool { return len(s.Commands()) == 3 })
}

// TestDoor: only what Discord signed just now is taken in.
func TestDoor(t *testing.T) {
	t.Parallel()
	s := play(t, web)
	s.must(s.Verify(t.Context()))
	a := s.adapter
	ping := []byte(`{"id":"1","type":1,"token":"t"}`)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	for _, c := range []struct {
		name, method, stamp, signature string
		body                           []byte
		status                         int
	}{
		{"good", http.MethodPost, now, fakediscord.Sign(now, ping), ping, http.StatusOK},
		{"another method", http.MethodGet, now, fakediscord.Sign(now, ping), ping, http.StatusMethodNotAllowed},
		{"not signed", http.MethodPost, "", "", ping, http.StatusUnauthorized},
		{"wrong signature", http.MethodPost, now, fakediscord.Sign(now, []byte("x")), ping, http.StatusUnauthorized},
		{"no signature", http.MethodPost, now, "zz", ping, http.StatusUnauthorized},
		{"stale", http.MethodPost, "1700000000", fakediscord.Sign("1700000000", ping), ping, http.StatusUnauthorized},
		{"no time", http.MethodPost, "x", fakediscord.Sign("x", ping), ping, http.StatusUnauthorized},
		{"no JSON", http.MethodPost, now, fakediscord.Sign(now, []byte("x")), []byte("x"), http.StatusBadRequest},
		{"too long", http.MethodPost, now, fakediscord.Sign(now, ping), bytes.Repeat([]byte("x"), 2<<20), http.StatusRequestEntityTooLarge},
		{"too long, not signed", http.MethodPost, "", "", bytes.Repeat([]byte("x"), 2<<20), http.StatusUnauthorized},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, discord.PathInteractions, bytes.NewReader(c.body))
		r.Header.Set("X-Signature-Timestamp", c.stamp)
		r.Header.Set("X-Signature-Ed25519", c.signature)
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		if w.Code != c.status {
			said, _ := io.ReadAll(w.Body)
			t.Errorf("%s: status %d, %s; want %d", c.name, w.Code, said, c.status)
		}
	}
	s.must(s.stop())
	press := []byte(`{"id":"1","type":3,"token":"t","member":{"user":{"id":"1"}},"data":{"custom_id":"p:x"}}`)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, discord.PathInteractions, bytes.NewReader(press))
	r.Header.Set("X-Signature-Timestamp", now)
	r.Header.Set("X-Signature-Ed25519", fakediscord.Sign(now, press))
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("while nothing runs: status %d", w.Code)
	}
	s.config.PublicKey = ""
	w = httptest.NewRecorder()
	s.open().Handler().ServeHTTP(w, r)
	if w.Code != http.StatusNotFound {
		t.Errorf("without a key: status %d", w.Code)
	}
}

// TestDiagnose: what is missing is named with its remedy.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		mode   string
		change func(s *stage)
		want   string
	}{
		{"all is well", gateway, func(*stage) {}, ""},
		{"the token is wrong", gateway, func(s *stage) { s.config.Token = "a.wrong.token" }, "the bot token: GET /users/@me: status 401"},
		{"another application", gateway, func(s *stage) { s.config.ApplicationID = fakediscord.GuildID }, "correct application_id"},
		{"no message content", gateway, func(s *stage) { s.config.MessageContent = true }, "Message Content Intent"},
		{"message content", gateway, func(s *stage) { s.config.MessageContent, s.fake.Intents = true, fakediscord.IntentContent }, ""},
		{"requests that go elsewhere", gateway, func(s *stage) { s.fake.InteractionsURL = "https://desk.example.com/" }, "set public_key, or clear"},
		{"another address", web, func(s *stage) { s.fake.InteractionsURL = "https://desk.example.com/" }, "they go to https://desk.example.com/"},
		{"no address", web, func(s *stage) { s.fake.InteractionsURL = "" }, "discord does not send them yet"},
		{"another key", web, func(s *stage) { s.config.PublicKey = strings.Repeat("ab", 32) }, "another application's"},
	} {
		s := prepare(t, c.mode, c.change)
		faults := faultsOf(s.open().Diagnose(t.Context()))
		if c.want == "" && faults != "" || !strings.Contains(faults, c.want) {
			t.Errorf("%s: %q is not said:\n%s", c.name, c.want, faults)
		}
	}
	s := prepare(t, gateway)
	s.SetRole(fakediscord.Role{ID: fakediscord.BotRole, Name: "aidesk", Permissions: 0})
	s.SetRole(fakediscord.Role{ID: fakediscord.GuildID, Name: "@everyone", Permissions: 0})
	if faults := faultsOf(s.open().Diagnose(t.Context())); !strings.Contains(faults, "Send Messages in Threads (to answer there)") || !strings.Contains(faults, "permissions=309237763072") {
		t.Errorf("without permissions:\n%s", faults)
	}
	s.Kick(fakediscord.GuildID)
	s.Kick(fakediscord.Other)
	if faults := faultsOf(s.open().Diagnose(t.Context())); !strings.Contains(faults, "the bot is in none: open https://discord.com/oauth2/authorize?client_id="+fakediscord.ApplicationID) {
		t.Errorf("in no server:\n%s", faults)
	}
}

func faultsOf(findings []session.Finding) string {
	var out []error
	for _, f := range findings {
		if f.Err != nil {
			out = append(out, errors.New(f.What+": "+f.Err.Error()))
		}
	}
	if err := errors.Join(out...); err != nil {
		return err.Error()
	}
	return ""
}

// TestLive: one message of each kind comes and goes; what Discord refuses is said.
func TestLive(t *testing.T) {
	t.Parallel()
	s := prepare(t, gateway)
	a := s.open()
	findings := a.Live(t.Context(), fakediscord.General)
	if faults := faultsOf(findings); faults != "" || len(findings) != 15 || len(s.From(fakediscord.General)) != 0 || len(s.Messages(fakediscord.General)) != 5 {
		t.Errorf("%d findings, %d messages left: %s", len(findings), len(s.From(fakediscord.General)), faults)
	}
	if faults := faultsOf(a.Live(t.Context(), fakediscord.Silent)); !strings.Contains(faults, "code 50013") || !strings.Contains(faults, "give the bot's role") {
		t.Errorf("got %s", faults)
	}
	s.Fail(editing, fakediscord.Fault{Status: 400, Code: 50035, Message: "Invalid Form Body"})
	if faults := faultsOf(a.Live(t.Context(), fakediscord.General)); !strings.Contains(faults, "a message with text, updated: ") || len(s.From(fakediscord.General)) != 0 {
		t.Errorf("got %s", faults)
	}
	link, err := a.Invite(t.Context())
	if err != nil || link != setup.Invite(fakediscord.ApplicationID) {
		t.Errorf("the link: %s, %v", link, err)
	}
}
