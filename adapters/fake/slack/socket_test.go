package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// connect runs a client in Socket Mode until the test ends, or stop is called, and
// returns what it receives.
func connect(t *testing.T, s *fakeslack.Slack) (c *socketmode.Client, stop func()) {
	t.Helper()
	before := s.Sockets()
	c = socketmode.New(client(s))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.RunContext(ctx)
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	faketest.Until(t, s, "a socket", func() bool { return s.Sockets() > before })
	return c, stop
}

// next is the next thing of a type that a client receives.
func next(t *testing.T, c *socketmode.Client, kind socketmode.EventType) socketmode.Event {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case e := <-c.Events:
			if e.Type == kind {
				return e
			}
		case <-limit:
			t.Fatalf("no %s came", kind)
		}
	}
}

// TestSocketTwins: a mention comes twice, under different ids, when both kinds of
// events are subscribed.
func TestSocketTwins(t *testing.T) {
	t.Parallel()
	app := fakeslack.DefaultApp()
	app.Events = append(app.Events, "message.channels")
	s := start(t, fakeslack.Config{App: app})
	c, _ := connect(t, s)
	ts, err := s.Post(fakeslack.Ada, fakeslack.General, s.Typed("@aidesk is 1 < 2 & https://e.com?"), "")
	if err != nil {
		t.Fatal(err)
	}
	first, second := next(t, c, socketmode.EventTypeEventsAPI), next(t, c, socketmode.EventTypeEventsAPI)
	for _, e := range []socketmode.Event{first, second} {
		if err := c.Ack(*e.Request, nil); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := first.Data.(slackevents.EventsAPIEvent)
	b, _ := second.Data.(slackevents.EventsAPIEvent)
	message, _ := a.InnerEvent.Data.(*slackevents.MessageEvent)
	mention, _ := b.InnerEvent.Data.(*slackevents.AppMentionEvent)
	want := "<@" + fakeslack.BotUser + "> is 1 &lt; 2 &amp; <https://e.com?>"
	if message == nil || mention == nil || message.TimeStamp != ts || mention.TimeStamp != ts || message.Text != want || mention.Text != want || message.ChannelType != "channel" {
		t.Fatalf("got %+v and %+v", message, mention)
	}
	if len(message.Message.Blocks.BlockSet) != 1 {
		t.Errorf("the message has %d blocks", len(message.Message.Blocks.BlockSet))
	}
	ids := map[string]bool{}
	for _, d := range s.Deliveries() {
		var p struct {
			ID string `json:"event_id"`
		}
		if json.Unmarshal(d.Payload, &p) != nil || ids[p.ID] {
			t.Errorf("event id %q", p.ID)
		}
		ids[p.ID] = true
	}
	faketest.Idle(t, s)
	if d := s.Deliveries(); len(d) != 2 || !d[0].Acked || !d[1].Acked {
		t.Errorf("deliveries %+v", d)
	}
}

// TestSocketRetries: an event that is not acknowledged comes again after three
// seconds, a minute and five; a press does not.
func TestSocketRetries(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	s := start(t, fakeslack.Config{Clock: clock})
	c, _ := connect(t, s)
	if _, err := s.Post(fakeslack.Ada, s.DM(fakeslack.Ada), "hello", ""); err != nil {
		t.Fatal(err)
	}
	waits := func() {
		t.Helper()
		if err := clock.Wait(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	for attempt, pause := range []time.Duration{0, time.Minute, 5 * time.Minute} {
		e := next(t, c, socketmode.EventTypeEventsAPI)
		if e.Request.RetryAttempt != attempt || attempt > 0 && e.Request.RetryReason != "timeout" {
			t.Errorf("attempt %d says %d, %q", attempt, e.Request.RetryAttempt, e.Request.RetryReason)
		}
		waits()
		clock.Advance(3 * time.Second)
		if pause > 0 {
			faketest.Until(t, s, "the attempt to end", func() bool { return len(s.Deliveries()) == attempt+1 })
			waits()
			clock.Advance(pause)
		}
	}
	e := next(t, c, socketmode.EventTypeEventsAPI)
	if e.Request.RetryAttempt != 3 {
		t.Errorf("the last attempt says %d", e.Request.RetryAttempt)
	}
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Idle(t, s)
	if d := s.Deliveries(); len(d) != 4 || d[0].Failure != "timeout" || !d[3].Acked || d[0].Receipt != d[3].Receipt {
		t.Errorf("deliveries %+v", d)
	}

	r, err := s.Command(fakeslack.Ada, fakeslack.General, "/aidesk", "help")
	if err != nil {
		t.Fatal(err)
	}
	next(t, c, socketmode.EventTypeSlashCommand)
	waits()
	clock.Advance(3 * time.Second)
	if d, err := r.Wait(t.Context()); err == nil || d.Failure != "timeout" || d.Attempt != 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestSocketSpread: each payload goes to one of several sockets, and a socket that
// was warned still gets some until it leaves.
func TestSocketSpread(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	one, _ := connect(t, s)
	two, _ := connect(t, s)
	for range 2 {
		if _, err := s.Post(fakeslack.Ada, s.DM(fakeslack.Ada), "hello", ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*socketmode.Client{one, two} {
		e := next(t, c, socketmode.EventTypeEventsAPI)
		if err := c.Ack(*e.Request, nil); err != nil {
			t.Fatal(err)
		}
	}
	faketest.Idle(t, s)
	if d := s.Deliveries(); len(d) != 2 || d[0].Via == d[1].Via {
		t.Errorf("deliveries %+v", d)
	}
	s.Disconnect("warning")
	next(t, one, socketmode.EventTypeHello)
	faketest.Until(t, s, "the old socket to end", func() bool { return s.Sockets() == 2 })
	s.Disconnect("refresh_requested")
	next(t, two, socketmode.EventTypeHello)
}

// TestSocketDrop: what was on its way when the line broke comes again at once.
func TestSocketDrop(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	c, stop := connect(t, s)
	if _, err := s.Post(fakeslack.Ada, s.DM(fakeslack.Ada), "hello", ""); err != nil {
		t.Fatal(err)
	}
	next(t, c, socketmode.EventTypeEventsAPI)
	stop()
	s.Drop()
	faketest.Until(t, s, "the socket to end", func() bool { return s.Sockets() == 0 })
	if _, err := s.Command(fakeslack.Ada, fakeslack.General, "/aidesk", ""); err != nil {
		t.Fatal(err)
	}
	c, _ = connect(t, s)
	e := next(t, c, socketmode.EventTypeEventsAPI)
	if e.Request.RetryAttempt != 1 || e.Request.RetryReason != "connection_failed" {
		t.Errorf("it says %+v", e.Request)
	}
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Idle(t, s)
}

// TestSocketPings: sockets are pinged.
func TestSocketPings(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{Ping: time.Millisecond})
	_, address, err := client(s).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ws, answer, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	defer ws.Close()
	pings := 0
	ws.SetPingHandler(func(string) error {
		if pings++; pings == 3 {
			return io.EOF
		}
		return nil
	})
	for err == nil {
		_, _, err = ws.ReadMessage()
	}
	if !errors.Is(err, io.EOF) || pings != 3 {
		t.Errorf("%d pings, then %v", pings, err)
	}
	if _, answer, err = websocket.DefaultDialer.DialContext(t.Context(), address, nil); err == nil || answer.StatusCode != http.StatusNotFound {
		t.Error("a ticket was used twice")
	}
	answer.Body.Close()
}

// TestSocketOff: without Socket Mode a socket is told so, and closed.
func TestSocketOff(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{App: fakeslack.DefaultApp().WithHTTP("http://127.0.0.1:1")})
	c := socketmode.New(client(s))
	go func() { _ = c.RunContext(t.Context()) }()
	faketest.Until(t, s, "the client to try again", func() bool { return len(s.Requests("apps.connections.open")) > 1 })
	if s.Sockets() != 0 {
		t.Error("a socket is open")
	}
}

// button is a message with a button.
func button(t *testing.T, s *fakeslack.Slack, channel, thread string) string {
	t.Helper()
	b := slack.NewButtonBlockElement("go", "v1", slack.NewTextBlockObject("plain_text", "Go", false, false))
	options := []slack.MsgOption{slack.MsgOptionText("press", false), slack.MsgOptionBlocks(slack.NewActionBlock("row", b))}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, ts, err := client(s).PostMessageContext(t.Context(), channel, options...)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

// TestPressToModal: a press opens a modal, its submission is judged, and the response
// URL changes the message.
func TestPressToModal(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	s := start(t, fakeslack.Config{Clock: clock})
	c, _ := connect(t, s)
	api := client(s)
	ts := button(t, s, fakeslack.General, "")
	r, err := s.Press(fakeslack.Ada, fakeslack.General, ts, "go")
	e := next(t, c, socketmode.EventTypeInteractive)
	press, _ := e.Data.(slack.InteractionCallback)
	if press.User.ID != fakeslack.Ada || press.Channel.ID != fakeslack.General || press.Message.Timestamp != ts || len(press.ActionCallback.BlockActions) != 1 ||
		press.ActionCallback.BlockActions[0].Value != "v1" || press.ActionCallback.BlockActions[0].BlockID != "row" {
		t.Fatalf("the press is %+v", press)
	}
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)

	input := slack.NewInputBlock("name", slack.NewTextBlockObject("plain_text", "Name", false, false), nil,
		slack.NewPlainTextInputBlockElement(nil, "text").WithMaxLength(5))
	modal := slack.ModalViewRequest{
		Type: "modal", CallbackID: "form", PrivateMetadata: "m", Title: slack.NewTextBlockObject("plain_text", "Form", false, false),
		Submit: slack.NewTextBlockObject("plain_text", "Send", false, false), Blocks: slack.Blocks{BlockSet: []slack.Block{input}},
	}
	view, err := api.OpenViewContext(t.Context(), press.TriggerID, modal)
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.OpenViewContext(t.Context(), press.TriggerID, modal)
	refused(t, err, "exchanged_trigger_id")
	if open := s.Views(fakeslack.Ada); len(open) != 1 || open[0].Title != "Form" || open[0].Metadata != "m" {
		t.Fatalf("open are %+v", open)
	}
	for value, want := range map[string]string{"": "must not be empty", "too long": "more than 5"} {
		if _, err := s.Submit(fakeslack.Ada, view.ID, map[string]string{"text": value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", value, err)
		}
	}
	if _, err := s.Submit(fakeslack.Ben, view.ID, map[string]string{"text": "x"}); err == nil {
		t.Error("somebody else could submit it")
	}

	submit := func(answer any) slack.InteractionCallback {
		t.Helper()
		r, err := s.Submit(fakeslack.Ada, view.ID, map[string]string{"text": "Bob"})
		e := next(t, c, socketmode.EventTypeInteractive)
		if err := c.Ack(*e.Request, answer); err != nil {
			t.Fatal(err)
		}
		faketest.Result(t, r, err)
		in, _ := e.Data.(slack.InteractionCallback)
		return in
	}
	in := submit(slack.NewErrorsViewSubmissionResponse(map[string]string{"name": "Not Bob."}))
	if in.View.State.Values["name"]["text"].Value != "Bob" || in.View.CallbackID != "form" || in.View.PrivateMetadata != "m" {
		t.Errorf("submitted %+v", in.View)
	}
	if open := s.Views(fakeslack.Ada); len(open) != 1 || open[0].Errors["name"] != "Not Bob." {
		t.Errorf("open are %+v", open)
	}
	modal.Title.Text = "Second"
	submit(slack.NewUpdateViewSubmissionResponse(&modal))
	if open := s.Views(fakeslack.Ada); len(open) != 1 || open[0].Title != "Second" || open[0].Errors != nil {
		t.Errorf("open are %+v", open)
	}
	submit(nil)
	if open := s.Views(fakeslack.Ada); len(open) != 0 {
		t.Errorf("open are %+v", open)
	}

	replace := func() error {
		_, _, err := api.PostMessageContext(t.Context(), "", slack.MsgOptionResponseURL(press.ResponseURL, ""), slack.MsgOptionReplaceOriginal(press.ResponseURL), slack.MsgOptionText("done", false))
		return err
	}
	for range 5 {
		if err := replace(); err != nil {
			t.Fatal(err)
		}
	}
	if m, _ := s.Message(fakeslack.General, ts); m.Text != "done" || m.Blocks != nil {
		t.Errorf("the message is %+v", m)
	}
	if err := replace(); err == nil {
		t.Error("a sixth use")
	}

	// The button stands there no more, but a late screen may still show it.
	r, err = s.Press(fakeslack.Ben, fakeslack.General, ts, "go")
	e = next(t, c, socketmode.EventTypeInteractive)
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)
	late, _ := e.Data.(slack.InteractionCallback)
	clock.Advance(3*time.Second + time.Millisecond)
	_, err = api.OpenViewContext(t.Context(), late.TriggerID, modal)
	refused(t, err, "expired_trigger_id")
	_, err = api.OpenViewContext(t.Context(), "1.2.3", modal)
	refused(t, err, "invalid_trigger_id")
	clock.Advance(31 * time.Minute)
	_, _, err = api.PostMessageContext(t.Context(), "", slack.MsgOptionResponseURL(late.ResponseURL, ""), slack.MsgOptionText("x", false))
	if err == nil {
		t.Error("an old response URL was taken")
	}
	if _, err := s.Press(fakeslack.Ada, fakeslack.General, ts, "stop"); err == nil {
		t.Error("a button that never was there was pressed")
	}
}

// TestEphemeral: what one member sees, others cannot press, and nobody can change.
func TestEphemeral(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	c, _ := connect(t, s)
	r, err := s.Command(fakeslack.Ada, fakeslack.General, "/plugins", "list")
	e := next(t, c, socketmode.EventTypeSlashCommand)
	command, _ := e.Data.(slack.SlashCommand)
	if command.Command != "/plugins" || command.Text != "list" || command.UserID != fakeslack.Ada || command.ChannelID != fakeslack.General || command.TriggerID == "" {
		t.Fatalf("the command is %+v", command)
	}
	if err := c.Ack(*e.Request, map[string]any{"text": "one moment", "blocks": []any{map[string]any{"type": "actions", "elements": []any{
		map[string]any{"type": "button", "action_id": "go", "text": map[string]any{"type": "plain_text", "text": "Go"}},
	}}}}); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)
	m := s.From(fakeslack.General)
	if len(m) != 1 || m[0].To != fakeslack.Ada || m[0].Text != "one moment" {
		t.Fatalf("shown is %+v", m)
	}
	if _, err := s.Press(fakeslack.Ben, fakeslack.General, m[0].TS, "go"); err == nil {
		t.Error("somebody else pressed it")
	}
	refused(t, update(t, s, m[0].TS, "x"), "message_not_found")
	r, err = s.Press(fakeslack.Ada, fakeslack.General, m[0].TS, "go")
	e = next(t, c, socketmode.EventTypeInteractive)
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)
	press, _ := e.Data.(slack.InteractionCallback)
	if !press.Container.IsEphemeral || press.Container.MessageTs != m[0].TS {
		t.Errorf("the press is %+v", press.Container)
	}
	_, _, err = client(s).PostMessageContext(t.Context(), "", slack.MsgOptionResponseURL(press.ResponseURL, "ephemeral"), slack.MsgOptionText("more", false))
	if err != nil {
		t.Fatal(err)
	}
	if m := s.From(fakeslack.General); len(m) != 2 || m[1].To != fakeslack.Ada {
		t.Errorf("shown is %+v", m)
	}
	if _, err := s.Command(fakeslack.Ada, fakeslack.General, "/dance", ""); err == nil {
		t.Error("a command that the app does not have")
	}
}

// TestHome: a page is published, opened and used; a modal on a modal is closed first.
func TestHome(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	c, _ := connect(t, s)
	api := client(s)
	if err := s.OpenHome(fakeslack.Ada, "home"); err != nil {
		t.Fatal(err)
	}
	e := next(t, c, socketmode.EventTypeEventsAPI)
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	outer, _ := e.Data.(slackevents.EventsAPIEvent)
	opened, _ := outer.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent)
	if opened == nil || opened.User != fakeslack.Ada || opened.Tab != "home" || opened.Channel != s.DM(fakeslack.Ada) {
		t.Fatalf("opened %+v", opened)
	}
	b := slack.NewButtonBlockElement("open", "", slack.NewTextBlockObject("plain_text", "Open", false, false))
	page := slack.PublishViewContextRequest{UserID: fakeslack.Ada, View: slack.HomeTabViewRequest{Type: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewActionBlock("", b)}}}}
	published, err := api.PublishViewContext(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	old := "1.2"
	page.Hash = &old
	_, err = api.PublishViewContext(t.Context(), page)
	refused(t, err, "hash_conflict")
	r, err := s.PressView(fakeslack.Ada, published.ID, "open")
	e = next(t, c, socketmode.EventTypeInteractive)
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)
	press, _ := e.Data.(slack.InteractionCallback)
	modal := slack.ModalViewRequest{
		Type: "modal", NotifyOnClose: true, Title: slack.NewTextBlockObject("plain_text", "One", false, false),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewActionBlock("", b)}},
	}
	one, err := api.OpenViewContext(t.Context(), press.TriggerID, modal)
	if err != nil {
		t.Fatal(err)
	}
	r, err = s.PressView(fakeslack.Ada, one.ID, "open")
	e = next(t, c, socketmode.EventTypeInteractive)
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)
	press, _ = e.Data.(slack.InteractionCallback)
	two, err := api.PushViewContext(t.Context(), press.TriggerID, modal)
	if err != nil || two.RootViewID != one.ID || two.PreviousViewID != one.ID {
		t.Fatalf("%+v, %v", two, err)
	}
	modal.Title.Text = "Two"
	if _, err := api.UpdateViewContext(t.Context(), modal, "", two.Hash, two.ID); err != nil {
		t.Fatal(err)
	}
	_, err = api.UpdateViewContext(t.Context(), modal, "", two.Hash, two.ID)
	refused(t, err, "hash_conflict")
	if open := s.Views(fakeslack.Ada); len(open) != 2 || open[1].Title != "Two" || open[1].Depth != 1 {
		t.Errorf("open are %+v", open)
	}
	if err := s.CloseView(fakeslack.Ada, two.ID); err != nil {
		t.Fatal(err)
	}
	e = next(t, c, socketmode.EventTypeInteractive)
	if closed, _ := e.Data.(slack.InteractionCallback); closed.Type != slack.InteractionTypeViewClosed || closed.View.ID != two.ID {
		t.Errorf("closed %+v", closed)
	}
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Idle(t, s)
}

// TestShortcuts reach the app with what they were chosen on.
func TestShortcuts(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	c, _ := connect(t, s)
	ts, _ := s.Post(fakeslack.Ben, fakeslack.General, "look", "")
	r, err := s.MessageShortcut(fakeslack.Ada, fakeslack.General, ts, "ask_about_message")
	e := next(t, c, socketmode.EventTypeInteractive)
	if err := c.Ack(*e.Request, nil); err != nil {
		t.Fatal(err)
	}
	faketest.Result(t, r, err)
	chosen, _ := e.Data.(slack.InteractionCallback)
	if chosen.Type != slack.InteractionTypeMessageAction || chosen.Message.Text != "look" || chosen.CallbackID != "ask_about_message" || chosen.TriggerID == "" || chosen.MessageTs != ts {
		t.Errorf("chosen %+v", chosen)
	}
	if _, err := s.Shortcut(fakeslack.Ada, "dance"); err == nil {
		t.Error("a shortcut that the app does not have")
	}
}
