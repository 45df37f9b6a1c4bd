package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/core/chat"
)

// incoming is one payload on its way to the desk.
type incoming struct {
	*Adapter
	*shift
}

// callback takes what Slack's Events API tells. The answer is nil, or what the
// platform wants to hear.
func (in incoming) callback(ctx context.Context, raw json.RawMessage) (any, error) {
	var outer payload.Callback
	if err := session.DecodeLenient(raw, &outer); err != nil {
		return nil, errMalformed
	}
	switch outer.Type {
	case "url_verification":
		return map[string]string{"challenge": outer.Challenge}, nil
	case "app_rate_limited":
		in.Logger.WarnContext(ctx, "slack holds back events: the workspace sends more than it delivers")
		return nil, nil
	}
	workspace, ours := in.workspace(outer)
	if !ours {
		in.Logger.DebugContext(ctx, "event of another workspace", "workspace", outer.Authorizations[0].Team)
		return nil, nil
	}
	for _, e := range in.events(ctx, outer.Event, chat.Place{Platform: platform, Workspace: workspace, External: outer.Shared}) {
		if err := in.desk.Receive(ctx, e); err != nil {
			return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
		}
	}
	return nil, nil
}

// workspace says where an event belongs, and whether that is ours: an app that is
// installed in several hears of them all.
func (in incoming) workspace(outer payload.Callback) (string, bool) {
	team := outer.Team
	if len(outer.Authorizations) > 0 && outer.Authorizations[0].Team != "" {
		team = outer.Authorizations[0].Team
		if !in.self.Wide && team != in.self.Team && in.self.Team != "" {
			return team, false
		}
	}
	if !in.self.Wide || team == "" {
		team = in.self.Team
	}
	return team, true
}

// events translates a happening: none if it is not for the desk.
func (in incoming) events(ctx context.Context, h payload.Event, place chat.Place) []chat.Event {
	e := chat.Event{Time: payload.Time(h.EventTS, in.Now()), Place: place, Member: h.User}
	e.Place.Channel = h.Channel
	switch h.Type {
	case "app_mention":
		return in.message(ctx, h, e, true)
	case "message":
		switch h.Subtype {
		case "", "file_share", "thread_broadcast":
			return in.message(ctx, h, e, false)
		case "message_changed":
			return in.changed(ctx, h, e)
		case "message_deleted":
			return in.deleted(ctx, h, e)
		}
	case "app_home_opened":
		in.learn(h.User, h.Channel)
		if h.Tab != "home" || h.User == "" {
			return nil
		}
		e.ID = chat.Key("v", h.User, h.EventTS)
		e.Place.Direct = true
		e.Visit = &chat.Visit{First: len(h.View) == 0}
		return []chat.Event{e}
	case "app_uninstalled", "tokens_revoked":
		in.Logger.ErrorContext(ctx, "the app was removed from the Slack workspace or its tokens were revoked: install it again and set the new tokens", "event", h.Type)
	}
	return nil
}

// message is what a member said to the desk. A mention comes twice where the app
// also hears of all messages; both give the same event.
func (in incoming) message(ctx context.Context, h payload.Event, e chat.Event, mention bool) []chat.Event {
	p := h.Message
	if p.TS == "" || h.Channel == "" || in.foreign(p) {
		return nil
	}
	text, names, named := payload.CommonMark(p.Text, in.self.User)
	e.Place = in.where(e.Place, h.Direct(), p)
	if !mention && !named && !e.Place.Direct && !in.follows(ctx, e.Place, p) {
		return nil
	}
	for _, f := range p.Files {
		text = strings.TrimSpace(text + "\n\nAttached file, which cannot be read: " + f.Name)
	}
	e.ID = chat.Key("m", h.Channel, p.TS)
	e.Time = payload.Time(p.TS, e.Time)
	e.Message = &chat.Message{ID: p.TS, Text: text, Names: names}
	in.heard(ctx, e, p.TS)
	return []chat.Event{e}
}

// heard remembers what later events and the sign of life need to know.
func (in incoming) heard(ctx context.Context, e chat.Event, ts string) {
	if e.Place.Direct {
		in.learn(e.Member, e.Place.Channel)
		in.newest.Put(e.Place.Channel, ts)
		return
	}
	if in.FollowThreads {
		in.joins(ctx, e.Place)
	}
}

// joins remembers that the desk takes part in a thread.
func (a *Adapter) joins(ctx context.Context, p chat.Place) {
	if err := a.threads.Keep(ctx, chat.Key(p.Channel, p.Thread), "1"); err != nil {
		a.Logger.WarnContext(ctx, "remembering a thread", "error", err)
	}
}

// foreign says whether a message is of a bot, ours too, or of nobody.
func (in incoming) foreign(p payload.Message) bool {
	return p.User == "" || p.User == in.self.User || p.Bot != "" || p.User == "USLACKBOT"
}

// where is the place of a message: in a channel every message begins or continues a
// thread, a direct message is one conversation.
func (in incoming) where(place chat.Place, direct bool, p payload.Message) chat.Place {
	place.Direct = direct
	place.Thread = p.Thread
	if !direct && p.Thread == "" {
		place.Thread = p.TS
	}
	return place
}

// follows says whether a message without a mention is for the desk: a reply in a
// thread in which it takes part.
func (in incoming) follows(ctx context.Context, place chat.Place, p payload.Message) bool {
	if !in.FollowThreads || p.Thread == "" || p.Thread == p.TS {
		return false
	}
	if p.Parent != "" && p.Parent == in.self.User {
		return true
	}
	kept, err := in.threads.Kept(ctx, chat.Key(place.Channel, place.Thread))
	if err != nil {
		in.Logger.WarnContext(ctx, "looking up a thread", "error", err)
	}
	return kept != ""
}

// changed is a message that was edited, or of which only a shell was left.
func (in incoming) changed(ctx context.Context, h payload.Event, e chat.Event) []chat.Event {
	if h.Changed == nil {
		return nil
	}
	p := *h.Changed
	if p.Subtype == "tombstone" {
		h.Deleted = p.TS
		if h.Previous == nil {
			h.Previous = &p
		}
		return in.deleted(ctx, h, e)
	}
	if in.foreign(p) || p.TS == "" || h.Previous != nil && h.Previous.Text == p.Text { // only unfurled, or pinned
		return nil
	}
	text, _, named := payload.CommonMark(p.Text, in.self.User)
	if h.Previous != nil && !named {
		_, _, named = payload.CommonMark(h.Previous.Text, in.self.User)
	}
	e.Member, e.Place = p.User, in.where(e.Place, h.Direct(), p)
	if !named && !e.Place.Direct && !in.follows(ctx, e.Place, p) {
		return nil
	}
	version := h.EventTS
	if p.Edited != nil && p.Edited.TS != "" {
		version = p.Edited.TS
	}
	e.ID = chat.Key("e", h.Channel, p.TS, version)
	e.Change = &chat.Change{Message: p.TS, Text: text}
	return []chat.Event{e}
}

// deleted is a message that was deleted.
func (in incoming) deleted(ctx context.Context, h payload.Event, e chat.Event) []chat.Event {
	if h.Previous == nil || h.Deleted == "" {
		return nil
	}
	p := *h.Previous
	p.TS = h.Deleted
	if in.foreign(p) {
		return nil
	}
	_, _, named := payload.CommonMark(p.Text, in.self.User)
	e.Member, e.Place = p.User, in.where(e.Place, h.Direct(), p)
	if !named && !e.Place.Direct && !in.follows(ctx, e.Place, p) {
		return nil
	}
	e.ID = chat.Key("d", h.Channel, h.Deleted)
	e.Change = &chat.Change{Message: h.Deleted, Deleted: true}
	return []chat.Event{e}
}
