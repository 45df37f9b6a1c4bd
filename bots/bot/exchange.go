package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// Exchange is an event that is being worked and the means to answer it: who caused it and
// where, and the commit that ends it. Commands and turns use it alike.
type Exchange struct {
	Bot          *Bot
	Adapter      chat.Adapter // of the event's platform
	Store        store.Store
	Keep         Retention
	Patience     time.Duration // how long an event is kept while something is away that it needs; it begins anew with the process
	Now          func() time.Time
	Logger       *slog.Logger
	Observe      Observer
	Conversation string     // that is worked
	Since        time.Time  // when the event came, or this process began: clocks may have been set between them
	Event        chat.Event // the last one, where several became one turn
	ReplyID      string     // of the Reply to it
	Sources      []string   // the messages of which its words came: what is kept of them goes with any of them
	Open         bool       // a Reply in a channel stands below no message there: nobody asked just now

	// Running lists the conversations that are worked now, of those whose name begins so.
	Running func(prefix string) []string

	// Commit writes what was decided; the event is done with it.
	Commit func(store.Commit) error
}

// Owner is the member who caused the event, as the store knows them.
func (x *Exchange) Owner() string { return x.Bot.Owner(x.Event.Place, x.Event.Member) }

// Speaker reads who caused the event, as the platform knows them now. Where they may
// not use aidesk here, or where there is doubt, they are told and ok is false.
func (x *Exchange) Speaker(ctx context.Context) (m chat.Member, ok bool, err error) {
	m, err = x.Adapter.Member(context.WithoutCancel(ctx), x.Event.Place, x.Event.Member)
	if err != nil {
		if o := x.PlatformOutage(err); o != nil {
			return m, false, o
		}
		x.Logger.WarnContext(ctx, "member cannot be read", "error", err)
		return m, false, x.Say(store.Commit{}, textCannotCheck)
	}
	if x.Event.Place.Operator != "" {
		return m, true, nil
	}
	x.Bot.Remember(x.Event.Place, m)
	d := policy.Speak(x.Bot.Access, x.Event.Place, m)
	if d.Denied() {
		x.Observe.Report(DeniedBy, d.Rule, 1)
	}
	if d.Allowed() {
		return m, true, x.Bot.Plugins.See(context.WithoutCancel(ctx), x.Event.Place, m)
	}
	c := store.Commit{Audits: []store.Audit{x.AuditLine(audit.Line{Action: "use.refused", Outcome: audit.Refused, Rule: d.Rule})}}
	if d.Reason == "" {
		return m, false, x.Commit(c)
	}
	return m, false, x.Say(c, d.Reason)
}

// NewReply makes a Reply to the event.
func (x *Exchange) NewReply(text markdown.Document) chat.Reply {
	return chat.Reply{
		ID: x.ReplyID, Place: x.Event.Place, To: x.Event.Member, Answers: MessageID(x.Event), Text: text,
		Open: x.Open && !x.Event.Place.Direct && x.Event.Place.Thread == "",
	}
}

// Say commits c with one plain line as the reply to the event.
func (x *Exchange) Say(c store.Commit, line string) error {
	return x.Reply(c, x.NewReply(Paragraph(line)))
}

// ReplyPrivately commits c with a reply for the member alone.
func (x *Exchange) ReplyPrivately(c store.Commit, text markdown.Document) error {
	r := x.NewReply(text)
	r.Private = true
	return x.Reply(c, r)
}

// Reply commits c with a Reply.
func (x *Exchange) Reply(c store.Commit, r chat.Reply) error {
	wanted, err := x.Bot.WantedReply(x.Conversation, r, x.Owner())
	if err != nil {
		return err
	}
	c.Replies = append(c.Replies, wanted)
	return x.Commit(c)
}

// Note shows the member a line without a message where the platform can do that, and
// otherwise sends it in private.
func (x *Exchange) Note(ctx context.Context, line string) error {
	if n, ok := x.Adapter.(chat.Noter); ok {
		if err := n.Note(ctx, x.Event, Paragraph(line)); err == nil {
			return x.Commit(store.Commit{})
		}
	}
	return x.ReplyPrivately(store.Commit{}, Paragraph(line))
}

// StopTurn is the event that stops the turn which runs in a conversation. The member of this
// event is answered elsewhere.
func (x *Exchange) StopTurn(conversation string) (store.Event, error) {
	body, err := json.Marshal(Event{Chat: &chat.Event{Place: x.Event.Place, Member: x.Event.Member}, Quiet: true})
	if err != nil {
		return store.Event{}, fmt.Errorf("stopping a turn: %w", err)
	}
	return store.Event{
		ID: chat.Key("stop", x.ReplyID, conversation), Conversation: conversation, Kind: KindStop, Member: x.Owner(), Interrupt: true, Body: body,
	}, nil
}

// Button adds to c what a button stands for, for as long as it lives.
func (x *Exchange) Button(c *store.Commit, button string, a ButtonAction, life time.Duration) {
	body, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and a bool
	}
	owner := x.Bot.Owner(x.Event.Place, a.Member) // with whom the button is forgotten
	if a.Do == DoForget {
		owner = "" // the one that forgets outlives it
	}
	b := store.Button{ID: button, Conversation: x.Conversation, Member: owner, Until: x.Now().Add(life), Body: body}
	if a.Say != "" || len(a.Args) > 0 {
		b.Sources = x.Sources
	}
	c.Buttons = append(c.Buttons, b)
}

// Audit is the line of the audit for what whoever caused the event did to some targets.
func (x *Exchange) Audit(action string, targets ...audit.Target) []store.Audit {
	return []store.Audit{x.AuditLine(audit.Line{Action: action, Targets: targets})}
}

// AuditLine is a line of the audit for what whoever caused the event did.
func (x *Exchange) AuditLine(l audit.Line) store.Audit {
	if l.Actor == (audit.Actor{}) {
		l.Actor = audit.Actor{Kind: audit.Member, ID: x.Event.Member}
	}
	return x.Bot.Audit(x.Now(), x.Event.Place, l)
}

// AuditPlugin is a plugin as a target of the audit.
func AuditPlugin(p *plugin.Plugin) audit.Target {
	return audit.Target{Kind: audit.OfPlugin, ID: p.ID, Version: p.Version}
}

// Progress shows what is being done, where the platform can; an empty text ends it.
func (x *Exchange) Progress(ctx context.Context, text string) {
	if t, ok := x.Adapter.(chat.Typer); ok {
		if err := t.Type(context.WithoutCancel(ctx), x.Event.Place, chat.Progress{To: x.Event.Member, Text: text}); err != nil {
			x.Logger.DebugContext(ctx, "showing progress", "error", err)
		}
	}
}
