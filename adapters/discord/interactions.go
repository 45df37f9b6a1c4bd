package discord

import (
	"context"
	"slices"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// interaction handles an interaction of any type and returns the response.
func (in inbound) interaction(ctx context.Context, i payload.Interaction) (*interactionResponse, error) {
	if i.Type == payload.InteractionPing {
		return &interactionResponse{Type: respondPong}, nil
	}
	who := i.Sender()
	if who == "" {
		return ephemeralText(textUnreadable), nil
	}
	if i.ChannelID == "" {
		i.ChannelID = i.Channel.ID
	}
	if payload.IsThread(i.Channel.Type) && i.Channel.ID != "" && i.Channel.Parent != "" {
		in.channels.Put(i.Channel.ID, i.Channel)
	}
	if i.Guild == "" && i.Channel.Type == payload.ChannelDirect {
		in.rememberDM(ctx, who, i.ChannelID)
	}
	in.rememberLocale(who, i.Locale)
	in.tokens.Put(who, interactionToken{application: i.Application, token: i.Token})
	if i.Type != payload.InteractionComplete {
		in.rememberHomeGuild(ctx, who, i.Guild)
	}
	switch i.Type {
	case payload.InteractionCommand:
		if i.Data.Type == render.CommandMessage {
			return in.askAboutMessage(ctx, i)
		}
		return in.command(ctx, i)
	case payload.InteractionPress:
		return in.press(ctx, i)
	case payload.InteractionComplete:
		return in.complete(ctx, i), nil
	case payload.InteractionForm:
		return in.submitForm(ctx, i)
	}
	return ephemeralText(textUnknownKind), nil
}

// event makes the event of an interaction, without its content.
func (in inbound) event(kind string, i payload.Interaction, place chat.Place) chat.Event {
	return chat.Event{
		ID: chat.Key(kind, i.ID), Time: payload.Time(i.ID, in.Now()), Place: place, Member: i.Sender(),
		Token: interactionToken{application: i.Application, token: i.Token}.String(),
	}
}

// press handles a button that was pressed.
func (in inbound) press(ctx context.Context, i payload.Interaction) (*interactionResponse, error) {
	if mark, page, ok := render.ParseContinue(i.Data.CustomID); ok {
		return in.goOn(ctx, i, mark, page)
	}
	button, server, form := render.ParseButton(i.Data.CustomID)
	if i.Message == nil || button == "" {
		return ephemeralText(textUnknownButton), nil
	}
	place, fault, err := in.interactionPlace(ctx, i, server)
	if err != nil {
		return nil, err
	}
	if fault != "" {
		return ephemeralText(fault), nil
	}
	if form {
		return in.openForm(ctx, i, chat.Opening{Place: place, Member: i.Sender(), Button: button}), nil
	}
	e := in.event("p", i, place)
	e.Press = &chat.Press{Button: button, Posted: session.Delivered{Channel: i.ChannelID, Messages: []string{i.Message.ID}}.String()}
	if err := in.handOver(ctx, e); err != nil {
		return nil, err
	}
	return &interactionResponse{Type: respondDeferredUpdate}, nil // the reply is updated later
}

// interactionPlace returns the conversation of an interaction: that of the message with
// the button, or else, also for a button on an ephemeral message, the member's direct
// messages. server is the one that the button of a direct message names. fault is what
// to tell the member if there is no place.
func (in inbound) interactionPlace(ctx context.Context, i payload.Interaction, server string) (place chat.Place, fault string, err error) {
	if i.Guild != "" && i.Message != nil && i.Message.Flags&render.FlagEphemeral == 0 {
		m := *i.Message
		m.Guild, m.Channel, m.ChannelType = i.Guild, i.ChannelID, &i.Channel.Type
		if i.Channel.ID == "" {
			m.ChannelType = nil
		}
		m.Author.ID = in.self.User
		place, err = in.placeOf(ctx, m)
		return place, "", err
	}
	if i.Guild != "" {
		server = i.Guild
	}
	if server == "" {
		if server, fault, err = in.homeGuild(ctx, i.Sender()); err != nil || fault != "" {
			return place, fault, err
		}
	}
	place = chat.Place{Platform: platform, Workspace: server, Channel: i.ChannelID, Direct: true}
	if i.Guild != "" {
		if place.Channel, err = in.dmChannel(ctx, i.Sender()); err != nil {
			in.Logger.WarnContext(ctx, "opening a direct message", "error", err, "remedy", rest.Remedy(err))
			return place, textNoDirect, nil
		}
	}
	return place, "", nil
}

// askAboutMessage handles the command "Ask aidesk" on a message: the conversation is a
// thread on that message.
func (in inbound) askAboutMessage(ctx context.Context, i payload.Interaction) (*interactionResponse, error) {
	m, ok := i.Data.Resolved.Messages[i.Data.Target]
	if !ok {
		return ephemeralText(textMessageUnreadable), nil
	}
	if m.ID == "" {
		m.ID = i.Data.Target
	}
	m.Guild, m.Channel, m.ChannelType = i.Guild, i.ChannelID, &i.Channel.Type
	if i.Channel.ID == "" {
		m.ChannelType = nil
	}
	text := m.Whole()
	if text == "" {
		return ephemeralText(textNoText), nil
	}
	var place chat.Place
	var fault string
	var err error
	if i.Guild == "" {
		place, fault, err = in.interactionPlace(ctx, i, "")
	} else if place, err = in.placeOf(ctx, m); place.Channel == "" {
		fault = textMayNotRead
	}
	if err != nil {
		return nil, err
	}
	if fault != "" {
		return ephemeralText(fault), nil
	}
	e := in.event("s", i, place)
	e.Message = &chat.Message{
		About: text, ByApp: m.NotFromPerson() || len(m.Snapshots) > 0,
		Files: attachments(append(slices.Clone(m.Attachments), m.ForwardedFiles()...), true),
	}
	if _, known := in.recentMessage(m.ID); !known {
		in.recent.Put(m.ID, recentMessage{text: text})
	}
	if err := in.handOver(ctx, e); err != nil {
		return nil, err
	}
	if i.Guild == "" {
		return ephemeralText(textMoment), nil
	}
	return ephemeralLink(textBelow, messageURL(i.Guild, i.ChannelID, m.ID)), nil
}
