package slack_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
)

// form is a form with an input of each kind.
var form = chat.Form{ID: "form-1", Title: "A form with a title that is longer than a modal takes", Submit: "Show the card", Inputs: []chat.Input{
	{Name: "title", Label: "Title", Kind: chat.InputLine, Value: "as it was", Required: true},
	{Name: "body", Label: "Body", Kind: chat.InputText, Hint: "Several lines"},
	{Name: "color", Label: "Color", Kind: chat.InputChoice, Choices: []string{"red", "green"}, Value: "green"},
	{Name: "size", Label: "Size", Kind: chat.InputChoice, Choices: []string{"small", strings.Repeat("large", 40)}},
	{Name: "key", Label: "Key", Kind: chat.InputSecret, Value: "never shown"},
}}

// editable is a reply with a button that opens a form.
func editable(p chat.Place) chat.Reply {
	return chat.Reply{ID: "r1", Place: p, To: fakeslack.Ada, Cards: []chat.Card{{
		State: chat.CardWaiting, Sentence: "Send it?", Buttons: []chat.Button{{ID: "yes", Label: "Approve", Style: chat.Primary}, {ID: "edit", Label: "Edit", Form: true}},
	}}}
}

// TestForm: a press opens a form; what is wrong with it is shown at its inputs; what
// is right is received.
func TestForm(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		var opened atomic.Value
		s.desk.Forms = func(o chat.Opening) (chat.Form, error) {
			opened.Store(o)
			return form, nil
		}
		s.desk.Checks = func(f chat.Submitted) ([]chat.Fault, error) {
			if f.Values["title"] == "bad" {
				return []chat.Fault{{Input: "title", Message: "That is no title."}, {Input: "", Message: "Nor is the rest."}}, nil
			}
			return nil, nil
		}
		e := s.ask(fakeslack.Ada, fakeslack.General, "send it")
		s.send(editable(e.Place), "")
		ts, id := s.button(fakeslack.General, "Edit")
		s.done(s.Press(fakeslack.Ada, fakeslack.General, ts, id))
		want := chat.Opening{Place: e.Place, Member: fakeslack.Ada, Button: "edit"}
		if diff := cmp.Diff(want, opened.Load()); diff != "" {
			s.t.Errorf("opening (-want +got):\n%s", diff)
		}
		views := s.Views(fakeslack.Ada)
		if len(views) != 1 {
			s.t.Fatalf("%d views are open\n%s", len(views), s.log)
		}
		v := views[0]
		if strings.Contains(string(v.Blocks), "never shown") || !strings.Contains(reads(v.Blocks), form.Title) || v.Submit != form.Submit {
			s.t.Errorf("the form shows %s", v.Blocks)
		}

		s.done(s.Submit(fakeslack.Ada, v.ID, map[string]string{"title": "bad"}))
		if diff := cmp.Diff(map[string]string{"title": "That is no title. Nor is the rest."}, s.Views(fakeslack.Ada)[0].Errors); diff != "" {
			s.t.Errorf("faults (-want +got):\n%s", diff)
		}
		s.done(s.Submit(fakeslack.Ada, v.ID, map[string]string{"title": "good", "body": "one\ntwo", "key": "s3cret", "size": "small"}))
		same(s.t, s.desk.Next(s.t), chat.Event{ID: "f/" + v.ID, Place: e.Place, Member: fakeslack.Ada, Filled: &chat.Submitted{
			Form: "form-1", Secret: []string{"key"},
			Values: map[string]string{"title": "good", "body": "one\ntwo", "color": "green", "size": "small", "key": "s3cret"},
		}})
		if n := len(s.Views(fakeslack.Ada)); n != 0 {
			s.t.Errorf("%d views are still open", n)
		}
		faketest.Idle(s.t, s)
	})
}

// TestFormRefused: who may not open a form, or comes too late, is told why.
func TestFormRefused(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.desk.Forms = func(o chat.Opening) (chat.Form, error) {
			if o.Member != fakeslack.Ada {
				return chat.Form{}, errors.New("This form is for somebody else.") //nolint:revive // a sentence for a member
			}
			return form, nil
		}
		s.desk.Checks = func(chat.Submitted) ([]chat.Fault, error) {
			return nil, errors.New("This is already decided.") //nolint:revive // a sentence for a member
		}
		e := s.ask(fakeslack.Ada, fakeslack.General, "send it")
		s.send(editable(e.Place), "")
		ts, id := s.button(fakeslack.General, "Edit")
		s.done(s.Press(fakeslack.Ben, fakeslack.General, ts, id))
		s.notes(fakeslack.Ben, fakeslack.General, "This form is for somebody else.")

		s.Fail("views.open", fakeslack.Fault{Error: "expired_trigger_id"})
		s.done(s.Press(fakeslack.Ada, fakeslack.General, ts, id))
		s.notes(fakeslack.Ada, fakeslack.General, "The form could not be opened in time. Please try again.")

		s.done(s.Press(fakeslack.Ada, fakeslack.General, ts, id))
		s.done(s.Submit(fakeslack.Ada, s.Views(fakeslack.Ada)[0].ID, nil))
		if got := reads(s.Views(fakeslack.Ada)[0].Blocks); !strings.Contains(got, "This is already decided.") {
			s.t.Errorf("the modal says %q", got)
		}

		home := chat.Home{Rows: []chat.Row{{Text: text("a row"), Buttons: []chat.Button{{ID: "add", Label: "Add", Form: true}}}}}
		if err := s.adapter.Home(s.t.Context(), e.Place, fakeslack.Ben, home); err != nil {
			s.t.Fatal(err)
		}
		page, _ := s.Home(fakeslack.Ben)
		s.done(s.PressView(fakeslack.Ben, page.ID, idOf(page.Blocks, "Add")))
		if views := s.Views(fakeslack.Ben); len(views) != 1 || !strings.Contains(reads(views[0].Blocks), "This form is for somebody else.") {
			s.t.Errorf("views %+v", views)
		}
	})
}

// notes checks what a member was shown in passing, and that nobody else was.
func (s *stage) notes(user, channel, line string) {
	s.t.Helper()
	faketest.Until(s.t, s, "the note "+line, func() bool { return strings.Contains(shown(user, s.Messages(channel)), line) })
	if strings.Contains(shown("nobody", s.Messages(channel)), line) {
		s.t.Errorf("everybody reads %q", line)
	}
}

// TestPress: a press comes back once, with the address for answers; a button that
// opens an address is no press of ours.
func TestPress(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		e := s.ask(fakeslack.Ada, fakeslack.General, "send it")
		r := editable(e.Place)
		r.Buttons = []chat.Button{{Label: "Open", URL: "https://a.example/"}, {ID: "other", Label: "Other"}}
		posted := s.send(r, "")
		ts, link := s.button(fakeslack.General, "Open")
		s.done(s.Press(fakeslack.Ada, fakeslack.General, ts, link))
		_, id := s.button(fakeslack.General, "Other")
		s.done(s.Press(fakeslack.Ben, fakeslack.General, ts, id))
		got := s.desk.Next(s.t)
		same(s.t, got, chat.Event{Place: e.Place, Member: fakeslack.Ben, Press: &chat.Press{Button: "other", Posted: posted}})
		if err := s.adapter.Note(s.t.Context(), got, text("only Ada may")); err != nil {
			s.t.Fatal(err)
		}
		s.notes(fakeslack.Ben, fakeslack.General, "only Ada may")
	})
}

// TestHomePress: a press on the app's page belongs to the member's direct message.
func TestHomePress(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		var rows []chat.Row
		for i := range 130 {
			rows = append(rows, chat.Row{Text: text("a plugin"), Buttons: []chat.Button{{ID: "b" + strings.Repeat("x", i), Label: "Enable"}}})
		}
		if err := s.adapter.Home(s.t.Context(), chat.Place{}, fakeslack.Ben, chat.Home{Text: text("your page"), Rows: rows}); err != nil {
			s.t.Fatal(err)
		}
		page, ok := s.Home(fakeslack.Ben)
		if !ok || !strings.Contains(reads(page.Blocks), "your page") || !strings.Contains(reads(page.Blocks), "more do not fit here") {
			s.t.Fatalf("the page: %s", page.Blocks)
		}
		s.done(s.PressView(fakeslack.Ben, page.ID, "b"))
		at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: s.DM(fakeslack.Ben), Direct: true}
		same(s.t, s.desk.Next(s.t), chat.Event{Place: at, Member: fakeslack.Ben, Press: &chat.Press{Button: "b"}})
	})
}

// TestCommand: a command belongs to the member's direct message and knows where it was
// typed, an administrator's to the channel; one that cannot be read is answered at once.
func TestCommand(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		s.desk.Forms = func(o chat.Opening) (chat.Form, error) {
			if o.Command == nil || o.Command.Options["operation"] != "a.b_c" {
				return chat.Form{}, errors.New("There is no such operation.") //nolint:revive // a sentence for a member
			}
			return form, nil
		}
		direct := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: s.DM(fakeslack.Ada), Direct: true}

		s.done(s.Command(fakeslack.Ada, fakeslack.Quiet, "/aidesk", "ask is 1 &lt; 2 in <#C0GENERAL|general>?"))
		e := s.desk.Next(s.t)
		same(s.t, e, chat.Event{Place: direct, Member: fakeslack.Ada, Command: &chat.Command{
			Name: "aidesk", Verb: "ask", Options: map[string]string{"question": "is 1 < 2 in #general?"},
			From: &chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: fakeslack.Quiet, External: true},
		}})
		s.notes(fakeslack.Ada, fakeslack.Quiet, "I answer in our direct message.")

		s.done(s.Command(fakeslack.Ada, fakeslack.General, "/plugins-admin", "add <http://plugin.example|plugin.example>"))
		admin := s.desk.Next(s.t)
		at := place(fakeslack.General, "")
		same(s.t, admin, chat.Event{Place: at, Member: fakeslack.Ada, Command: &chat.Command{
			Name: "plugins-admin", Verb: "add", Options: map[string]string{"source": "plugin.example"},
		}})
		s.send(chat.Reply{ID: "r1", Place: at, To: fakeslack.Ada, Text: text("It was read.")}, "")
		if got := shown(fakeslack.Ada, s.Messages(direct.Channel)); !strings.Contains(got, "It was read.") {
			s.t.Errorf("the direct message says %q", got)
		}

		s.done(s.Command(fakeslack.Ada, fakeslack.General, "/plugins", "dance"))
		s.notes(fakeslack.Ada, fakeslack.General, "has no “dance”")

		s.done(s.Command(fakeslack.Ada, fakeslack.General, "/plugins", "run a.b_c"))
		if n := len(s.Views(fakeslack.Ada)); n != 1 {
			s.t.Errorf("%d forms are open", n)
		}
		s.done(s.Command(fakeslack.Ada, fakeslack.General, "/plugins", "run nothing"))
		s.notes(fakeslack.Ada, fakeslack.General, "There is no such operation.")

		s.done(s.Command(fakeslack.Ada, direct.Channel, "/plugins", ""))
		same(s.t, s.desk.Next(s.t), chat.Event{Place: direct, Member: fakeslack.Ada, Command: &chat.Command{Name: "plugins"}})
	})
}

// TestTooLongForm: a form that Slack cannot show says so.
func TestTooLongForm(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	s.desk.Forms = func(chat.Opening) (chat.Form, error) {
		return chat.Form{ID: "f", Title: "Form", Inputs: []chat.Input{{Name: "a", Label: "A", Value: strings.Repeat("x", 3001)}}}, nil
	}
	s.done(s.Command(fakeslack.Ada, fakeslack.General, "/plugins", "run a.b"))
	s.notes(fakeslack.Ada, fakeslack.General, "This form does not fit into Slack: “A” is longer than 3000 characters.")
}
