package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/setup"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// interaction handles a press, a submitted form or a shortcut.
func (in incoming) interaction(ctx context.Context, raw json.RawMessage) (any, error) {
	var i payload.Interaction
	if err := session.DecodeLenient(raw, &i); err != nil {
		return nil, errMalformed
	}
	if i.User.ID == "" {
		return nil, nil
	}
	switch i.Type {
	case "block_actions":
		return nil, in.presses(ctx, i)
	case "view_submission":
		return in.submission(ctx, i)
	case "message_action":
		if i.CallbackID == setup.ShortcutAsk {
			return nil, in.shortcut(ctx, i)
		}
	}
	return nil, nil
}

// team is the workspace of an interaction.
func (in incoming) team(wide bool, team string) string {
	if in.self.Wide && wide && team != "" {
		return team
	}
	return in.self.Team
}

// presses handles pressed buttons, but for those that only open an address.
func (in incoming) presses(ctx context.Context, i payload.Interaction) error {
	place := in.placeOfPress(ctx, i)
	links := linkButtons(i.Message.Blocks)
	for _, a := range i.Actions {
		if a.ID == "" || a.URL != "" || links[a.ID] || a.Type != "" && a.Type != "button" && a.Type != render.TypeRating {
			continue
		}
		button, form := strings.CutPrefix(a.ID, formPrefix)
		if form || a.Type == render.TypeRating && a.Value == render.ValueBad {
			in.openForm(ctx, i.TriggerID, i.Response, chat.Opening{Place: place, Member: i.User.ID, Button: button})
			continue
		}
		e := chat.Event{
			ID: chat.Key("p", i.User.ID, a.ID, a.TS), Time: payload.Time(a.TS, in.Now()), Place: place, Member: i.User.ID, Token: i.Response,
			Press: &chat.Press{Button: a.ID},
		}
		if i.Container.Message != "" {
			e.Press.Posted = session.Delivered{Channel: place.Channel, Messages: []string{i.Container.Message}}.String()
		}
		if err := in.handler.Receive(ctx, e); err != nil {
			return fmt.Errorf("receiving %s: %w", e.ID, err)
		}
	}
	return nil
}

// placeOfPress is the place of a press: that of the message with the button, or the
// member's direct-message channel for a button on the App Home.
func (in incoming) placeOfPress(ctx context.Context, i payload.Interaction) chat.Place {
	place := chat.Place{Platform: platform, Workspace: in.team(i.Wide, i.Team.ID), Channel: i.Channel.ID}
	if place.Channel == "" {
		place.Channel = i.Container.Channel
	}
	if place.Channel == "" {
		direct, err := in.directPlace(ctx, place.Workspace, i.User.ID)
		if err != nil { // harmless: the button is stored with its conversation
			in.Logger.WarnContext(ctx, "opening a direct message", "error", err, "remedy", webapi.Remedy(err))
		}
		return direct
	}
	place.Direct = strings.HasPrefix(place.Channel, "D")
	p := i.Message
	if p.Thread == "" {
		p.Thread = i.Container.Thread
	}
	if p.TS == "" {
		p.TS = i.Container.Message
	}
	return in.placeOf(place, place.Direct, p)
}

// linkButtons are the ids of the buttons that open an address. Slack gives such buttons
// ids and reports their presses, too.
func linkButtons(blocks json.RawMessage) map[string]bool {
	var all []struct {
		Elements  json.RawMessage `json:"elements"`
		Accessory payload.Action  `json:"accessory"`
	}
	if len(blocks) == 0 || session.DecodeLenient(blocks, &all) != nil {
		return nil
	}
	out := map[string]bool{}
	for _, b := range all {
		var elements []payload.Action
		if len(b.Elements) > 0 && session.DecodeLenient(b.Elements, &elements) != nil {
			continue
		}
		for _, e := range append(elements, b.Accessory) {
			if e.URL != "" {
				out[e.ID] = true
			}
		}
	}
	return out
}

// shortcut handles the shortcut that asks about a message. It belongs to the message's
// thread.
func (in incoming) shortcut(ctx context.Context, i payload.Interaction) error {
	p := i.Message
	if p.TS == "" {
		p.TS = i.MessageTS
	}
	if p.TS == "" || i.Channel.ID == "" {
		return nil
	}
	place := chat.Place{Platform: platform, Workspace: in.team(i.Wide, i.Team.ID), Channel: i.Channel.ID}
	text := p.Whole()
	if text == "" {
		in.tellMember(ctx, i.Response, textNoText)
		return nil
	}
	e := chat.Event{
		ID: chat.Key("s", i.User.ID, i.Channel.ID, p.TS, i.ActionTS), Time: payload.Time(i.ActionTS, in.Now()),
		Place: in.placeOf(place, i.Channel.ID != "" && in.dmCache.Last(i.User.ID) == i.Channel.ID, p), Member: i.User.ID, Token: i.Response,
		Message: &chat.Message{About: text, Files: attachments(p.AllFiles(), true), ByApp: p.Bot != "" || p.User == ""},
	}
	if in.FollowThreads && !e.Place.Direct {
		in.followThread(ctx, e.Place)
	}
	if err := in.handler.Receive(ctx, e); err != nil {
		return fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	return nil
}
