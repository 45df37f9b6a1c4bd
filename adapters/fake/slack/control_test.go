package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// acknowledge answers everything that comes.
func acknowledge(t *testing.T, s *fakeslack.Slack, with func(e socketmode.Event) any) {
	t.Helper()
	c, _ := connect(t, s)
	go func() {
		for {
			select {
			case e := <-c.Events:
				if e.Request != nil && e.Request.EnvelopeID != "" {
					_ = c.Ack(*e.Request, with(e))
				}
			case <-t.Context().Done():
				return
			}
		}
	}()
}

// TestControl: programs in any language can let people act, and read what came of it.
func TestControl(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	acknowledge(t, s, func(e socketmode.Event) any {
		if e.Type == socketmode.EventTypeSlashCommand {
			return map[string]any{"text": "good"}
		}
		return nil
	})
	browser := faketest.Browser{T: t, URL: s.URL}
	control := browser.Control
	ts, _ := control("post", `{"user":"U00000ADA","channel":"C0GENERAL","text":"@aidesk 1 < 2"}`, `"ok":true`)["ts"].(string)
	if m, _ := s.Message(fakeslack.General, ts); m.Text != "<@U0000DESK> 1 &lt; 2" {
		t.Errorf("posted %+v", m)
	}
	control("edit", `{"user":"U00000ADA","channel":"C0GENERAL","ts":"`+ts+`","text":"<@U0000DESK>","raw":true}`, `"ok":true`)
	control("command", `{"user":"U00000ADA","channel":"C0GENERAL","command":"/aidesk","text":"help"}`, `\"text\":\"good\"`)
	control("press", `{"user":"U00000ADA","channel":"C0GENERAL","ts":"`+button(t, s, fakeslack.General, "")+`","action":"go"}`, `"ok":true`)
	control("press", `{"user":"U00000ADA","channel":"C0GENERAL","ts":"1","action":"go"}`, `it is not shown`)
	control("shortcut", `{"user":"U00000ADA","channel":"C0GENERAL","ts":"`+ts+`","callback":"ask_about_message"}`, `"ok":true`)
	control("home", `{"user":"U00000ADA","tab":"home"}`, `"ok":true`)
	control("inject", `{"kind":"events_api","payload":{"type":"event_callback","event":{"type":"app_mention","ts":"1.2","channel":"C1","user":"U1"}}}`, `"ok":true`)
	control("delete", `{"user":"U00000ADA","channel":"C0GENERAL","ts":"`+ts+`"}`, `"ok":true`)
	control("disconnect", `{"reason":"dance"}`, `"found":true`)
	control("dance", `{}`, `no control`)
	control("post", `[]`, `no JSON object`)
	for what, want := range map[string]string{
		"messages?channel=C0GENERAL": `"Text":"good"`, "requests?method=chat.postMessage": `"Method":"chat.postMessage"`, "deliveries": `"Kind":"slash_commands"`,
		"users": `"Name":"ada"`, "channels": `"Name":"general"`, "views?user=U00000ADA": `null`, "dance": `not found`,
	} {
		if text := browser.Get("/_control/" + what); !strings.Contains(text, want) {
			t.Errorf("%s: %s; want %s", what, text, want)
		}
	}
}

// TestPage: a person can do it all in a browser.
func TestPage(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	acknowledge(t, s, func(e socketmode.Event) any {
		in, _ := e.Data.(slack.InteractionCallback)
		if in.Type != slack.InteractionTypeBlockActions {
			return nil
		}
		input := slack.NewInputBlock("name", slack.NewTextBlockObject("plain_text", "Your name", false, false), nil, slack.NewPlainTextInputBlockElement(nil, "text"))
		_, err := api.OpenViewContext(t.Context(), in.TriggerID, slack.ModalViewRequest{
			Type: "modal", Title: slack.NewTextBlockObject("plain_text", "A form", false, false), Submit: slack.NewTextBlockObject("plain_text", "Send it", false, false),
			Blocks: slack.Blocks{BlockSet: []slack.Block{input}},
		})
		if err != nil {
			t.Error(err)
		}
		return nil
	})
	browser := faketest.Browser{T: t, URL: s.URL, User: fakeslack.Ada, Channel: fakeslack.General}
	shows, does := browser.Shows, browser.Does
	does("say", `"ok":true`, "text", "hello @ben")
	shows(`"user_id":"U00000BEN"`, `"author":"Ada Lowell"`, `"standing":"administrator"`, `"name":"plugins-admin"`, `"ask_about_message"`)
	ts := button(t, s, fakeslack.General, "")
	shows(`"action_id":"go"`)
	does("press", `"ok":true`, "ts", ts, "action", "go")
	faketest.Until(t, s, "the modal", func() bool { return len(s.Views(fakeslack.Ada)) == 1 })
	shows("A form", "Your name", "Send it", `"filled":{"name":""}`)
	id := s.Views(fakeslack.Ada)[0].ID
	does("submit", "must not be empty", "view", id)
	does("submit", `"ok":true`, "view", id, "values", map[string]string{"name": "Bob"})
	if open := browser.Page().Forms; len(open) != 0 {
		t.Errorf("open are %v", open)
	}
	does("say", "/dance is not a valid command", "text", "/dance now")
	link := "/archives/C0GENERAL/p" + strings.ReplaceAll(ts, ".", "")
	if text := browser.Get(link); !strings.Contains(text, "not found") {
		t.Errorf("without a page a permalink leads to:\n%s", text)
	}
	s.Page = s.URL + "/_control/page"
	if text := browser.Get(link); !strings.Contains(text, ts) {
		t.Errorf("a permalink leads to:\n%s", text)
	}
}

// TestPageThread: replies stand below the first message, what only another sees is not shown,
// and pictures are those of the messages.
func TestPageThread(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	ts, err := s.Post(fakeslack.Ben, fakeslack.General, "first", "")
	if err != nil {
		t.Fatal(err)
	}
	blocks := slack.MsgOptionBlocks(slack.NewImageBlock("https://pictures.example/a.png", "a picture", "", nil))
	if _, _, err := api.PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionTS(ts), slack.MsgOptionText("second", false), blocks); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PostEphemeralContext(t.Context(), fakeslack.General, fakeslack.Gus, slack.MsgOptionText("for Gus", false)); err != nil {
		t.Fatal(err)
	}
	browser := faketest.Browser{T: t, URL: s.URL, User: fakeslack.Ben, Channel: fakeslack.General}
	page := browser.Page()
	if len(page.Messages) != 1 || len(page.Messages[0].Replies) != 1 || page.Messages[0].Replies[0].Thread != ts || !page.Messages[0].Own {
		t.Errorf("the page has %+v", page.Messages)
	}
	browser.User = fakeslack.Gus
	if page := browser.Page(); len(page.Messages) != 2 || !page.Messages[1].Ephemeral || page.User != fakeslack.Gus {
		t.Errorf("the page of Gus has %+v", page.Messages)
	}
	if !s.ShowsPicture("https://pictures.example/a.png") || s.ShowsPicture("https://pictures.example/b.png") {
		t.Error("the pictures are not those of the messages")
	}
}

// TestShown: everything that blocks say is shown, also in kinds that no app sends here.
func TestShown(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(read[[]map[string]any](t, "testdata/blocks.json"))
	if err != nil {
		t.Fatal(err)
	}
	said := fakeslack.Plain(text)
	for _, w := range []string{
		"[Go] (https://example.com/a)", "Careful", "Title", "Sub", "Body", "in it", "small", "print", "Head", "────", "Name:", "**bold**",
		"hello", "there (https://example.com)", ":wave:", "@U1", "#C1", "@here", "1. one", "> said", "x := 1", "*bold*", "| a | b |",
	} {
		if !strings.Contains(said, w) {
			t.Errorf("%q is not shown in:\n%s", w, said)
		}
	}
}
