package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/core/chat"
)

// The kinds of payload, as Socket Mode names them.
const (
	kindEvents      = "events_api"
	kindCommand     = "slash_commands"
	kindInteraction = "interactive"
)

// errMalformed is the error for a payload that cannot be decoded.
var errMalformed = errors.New("malformed")

// receive takes in one payload, whichever way it came, and returns the answer for Slack,
// which may be nil. After an error the payload must not be acknowledged, so that Slack
// delivers it again.
func (a *Adapter) receive(ctx context.Context, kind string, raw json.RawMessage) (answer any, err error) {
	err = a.runState.Receive(ctx, a.Logger, kind, func(ctx context.Context, s activeRun) error {
		in := incoming{Adapter: a, activeRun: &s}
		switch kind {
		case kindEvents:
			answer, err = in.callback(ctx, raw)
		case kindCommand:
			answer, err = in.command(ctx, raw)
		case kindInteraction:
			answer, err = in.interaction(ctx, raw)
		}
		return err
	})
	return answer, err
}

// incoming handles one payload during a run.
type incoming struct {
	*Adapter
	*activeRun
}

// callback handles a payload of the Events API. The answer is nil but for the challenge
// by which Slack verifies an address.
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
		if err := in.handler.Receive(ctx, e); err != nil {
			return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
		}
	}
	return nil, nil
}

// workspace returns the workspace of an event and whether this adapter serves it: an app
// that is installed in several workspaces gets the events of them all.
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

// events makes the chat events of a Slack event: none if it is not meant for aidesk.
func (in incoming) events(ctx context.Context, h payload.Event, place chat.Place) []chat.Event {
	e := chat.Event{Time: payload.Time(h.EventTS, in.Now()), Place: place, Member: h.User}
	e.Place.Channel = h.Channel
	switch h.Type {
	case "app_mention":
		if h.Edited != nil { // in a channel the only news of an edit
			h.Changed = &h.Message
			return in.changed(ctx, h, e, true)
		}
		return in.message(ctx, h, e, true)
	case "message":
		switch h.Subtype {
		case "", "file_share", "thread_broadcast":
			return in.message(ctx, h, e, false)
		case "message_changed":
			return in.changed(ctx, h, e, false)
		case "message_deleted":
			return in.deleted(ctx, h, e)
		}
	case "app_home_opened":
		in.rememberDirect(h.User, h.Channel)
		if h.Tab != "home" && h.Tab != "messages" || h.User == "" {
			return nil
		}
		e.ID = chat.Key("v", h.User, h.EventTS)
		e.Place.Direct = true
		e.Visit = &chat.Visit{First: len(h.View) == 0, Direct: h.Tab == "messages"}
		return []chat.Event{e}
	case "agent_session_stopped":
		return in.stopped(h, e)
	case "app_uninstalled", "tokens_revoked":
		in.Logger.ErrorContext(ctx, "the app was removed from the Slack workspace or its tokens were revoked: install it again and set the new tokens", "event", h.Type)
	}
	return nil
}

// message makes an event of a message that is meant for aidesk. Slack delivers a mention
// twice if the app subscribes to all messages; both deliveries get the same event ID.
func (in incoming) message(ctx context.Context, h payload.Event, e chat.Event, mention bool) []chat.Event {
	p := h.Message
	if p.TS == "" || h.Channel == "" || in.isForeign(p) {
		return nil
	}
	read := in.read(p)
	e.Place = in.placeOf(e.Place, h.Direct(), p)
	if !mention && !read.Named && !e.Place.Direct && !in.isFollowed(ctx, e.Place, p) {
		return nil
	}
	e.ID = chat.Key("m", h.Channel, p.TS)
	e.Time = payload.Time(p.TS, e.Time)
	e.Message = &chat.Message{ID: p.TS, Text: read.Text, Names: read.Marks}
	e.Message.Files = append(attachments(p.Files, false), attachments(p.PointedFiles(), true)...)
	e.Message.About, e.Message.ByApp = p.Pointed(in.self.User)
	in.remember(ctx, e, p.TS)
	return []chat.Event{e}
}

// read reads what a member wrote. The mark that sets off the mention of aidesk at the
// beginning goes with it.
func (in incoming) read(p payload.Message) payload.Text {
	text := p.Read(in.self.User)
	if text.Leads {
		text.Text = chat.Addressed(text.Text)
	}
	return text
}

// remember notes what later events and the status need to know of a message.
func (in incoming) remember(ctx context.Context, e chat.Event, ts string) {
	if e.Place.Direct {
		in.rememberDirect(e.Member, e.Place.Channel)
		in.lastMessage.Put(e.Place.Channel, ts)
		return
	}
	if in.FollowThreads {
		in.followThread(ctx, e.Place)
	}
}

// followThread remembers that aidesk takes part in a thread.
func (a *Adapter) followThread(ctx context.Context, p chat.Place) {
	if err := a.followedThreads.Keep(ctx, chat.Key(p.Channel, p.Thread), "1"); err != nil {
		a.Logger.WarnContext(ctx, "remembering a thread", "error", err)
	}
}

// isForeign reports whether a message was not written by a member: by a bot, this app
// included, or by nobody.
func (in incoming) isForeign(p payload.Message) bool {
	return p.User == "" || p.User == in.self.User || p.Bot != "" || p.User == "USLACKBOT"
}

// placeOf is the place of a message. In a channel every message begins or continues a
// thread; a direct-message channel is one conversation.
func (in incoming) placeOf(place chat.Place, direct bool, p payload.Message) chat.Place {
	place.Direct = direct
	place.Thread = p.Thread
	if !direct && p.Thread == "" {
		place.Thread = p.TS
	}
	return place
}

// isFollowed reports whether a message without a mention is meant for aidesk: a reply in a
// thread that it takes part in.
func (in incoming) isFollowed(ctx context.Context, place chat.Place, p payload.Message) bool {
	if !in.FollowThreads || p.Thread == "" || p.Thread == p.TS {
		return false
	}
	if p.Parent != "" && p.Parent == in.self.User {
		return true
	}
	kept, err := in.followedThreads.Kept(ctx, chat.Key(place.Channel, place.Thread))
	if err != nil {
		in.Logger.WarnContext(ctx, "looking up a thread", "error", err)
	}
	return kept != ""
}

// changed makes an event of an edited message, which Slack tells in two ways: by
// message_changed, and by a mention that carries "edited". Both give the same event ID.
// A deleted message that has replies comes as an edit, too: only a "tombstone" is left of it.
func (in incoming) changed(ctx context.Context, h payload.Event, e chat.Event, mention bool) []chat.Event {
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
	if in.isForeign(p) || p.TS == "" || h.Previous != nil && h.Previous.Text == p.Text { // only unfurled, or pinned
		return nil
	}
	read := in.read(p)
	named := read.Named || h.Previous != nil && h.Previous.Read(in.self.User).Named
	e.Member, e.Place = p.User, in.placeOf(e.Place, h.Direct(), p)
	if !mention && !named && !e.Place.Direct && !in.isFollowed(ctx, e.Place, p) {
		return nil
	}
	version := h.EventTS
	if p.Edited != nil && p.Edited.TS != "" {
		version = p.Edited.TS
	}
	digest := sha256.Sum256([]byte(p.Text)) // Slack counts edits in whole seconds
	e.ID = chat.Key("e", h.Channel, p.TS, version, hex.EncodeToString(digest[:8]))
	e.Change = &chat.Change{Message: p.TS, Text: read.Text, Names: read.Marks}
	h.Message = p
	if first := in.message(ctx, h, chat.Event{Place: e.Place, Member: p.User}, mention); len(first) > 0 {
		e.Change.First, e.Change.Text, e.Change.Files = &first[0], first[0].Message.Text, first[0].Message.Files
	}
	return []chat.Event{e}
}

// deleted makes an event of a deleted message.
func (in incoming) deleted(ctx context.Context, h payload.Event, e chat.Event) []chat.Event {
	if h.Previous == nil || h.Deleted == "" {
		return nil
	}
	p := *h.Previous
	p.TS = h.Deleted
	if in.isForeign(p) {
		return nil
	}
	named := p.Read(in.self.User).Named
	e.Member, e.Place = p.User, in.placeOf(e.Place, h.Direct(), p)
	e.ID = chat.Key("d", h.Channel, h.Deleted)
	e.Change = &chat.Change{Message: h.Deleted, Deleted: true, Aside: !named && !e.Place.Direct && !in.isFollowed(ctx, e.Place, p)}
	return []chat.Event{e}
}
