package discord

import (
	"slices"
	"time"

	"aidesk/adapters/fake"
)

// page is a channel as one of its members sees it.
func (d *Discord) page(user, channel string) fake.Page {
	d.mu.Lock()
	defer d.mu.Unlock()
	bot, _ := d.user(BotUser)
	out := fake.Page{
		Platform: "discord", Base: d.URL, Version: d.mu.Version(), User: user, Channel: channel, App: d.person(bot),
		Commands: []any{}, Menu: []string{}, Forms: []any{}, Connected: d.connected(),
	}
	for _, u := range d.users {
		if !u.Bot {
			out.Users = append(out.Users, d.person(u))
		}
	}
	if u, ok := d.user(user); (!ok || u.Bot) && len(out.Users) > 0 {
		out.User = out.Users[0].ID
	}
	d.dm(out.User)
	for _, c := range d.channels {
		if d.may(out.User, c, ViewChannel) && (!c.isThread() || !d.hasStarter(c)) {
			out.Channels = append(out.Channels, fake.Place{ID: c.ID, Name: c.Name, Direct: c.Kind == KindDM})
		}
	}
	if !slices.ContainsFunc(out.Channels, func(p fake.Place) bool { return p.ID == channel }) {
		out.Channel = out.Channels[0].ID
	}
	ch, _ := d.channel(out.Channel)
	for _, c := range d.commands {
		if _, err := d.offeredCommand(out.User, ch, c.kind, c.name); err != nil {
			continue
		}
		switch c.kind {
		case 1:
			out.Commands = append(out.Commands, fake.Raw(c.payload()))
		case 3:
			out.Menu = append(out.Menu, c.name)
		}
	}
	out.Messages = d.pageMessages(out.User, out.Channel)
	if m := d.modals[out.User]; m != nil {
		out.Forms = append(out.Forms, fake.Raw(object{"custom_id": m.CustomID, "title": m.Title, "components": m.components, "failed": m.Failed}))
	}
	return out
}

// person is a user as the page shows them.
func (d *Discord) person(u User) fake.Person {
	out := fake.Person{ID: u.ID, Name: u.Name, RealName: u.Name}
	if u.GlobalName != "" {
		out.RealName = u.GlobalName
	}
	for _, g := range d.guilds {
		if u.inGuild(g.ID) && d.guildPermissions(u.ID, g.ID)&Administrator != 0 {
			out.Standing = "administrator"
		}
	}
	return out
}

// hasStarter reports whether a thread stands below the message that it was opened from.
func (d *Discord) hasStarter(thread Channel) bool {
	return slices.ContainsFunc(d.messages, func(m *message) bool { return m.Thread == thread.ID && !m.Deleted })
}

// typingTime is for how long clients show that somebody is typing.
const typingTime = 10 * time.Second

// pageMessages are the messages of a channel as a member sees them, each with its thread.
func (d *Discord) pageMessages(user, channel string) []fake.Message {
	out := []fake.Message{}
	for _, m := range d.messages {
		if m.Channel != channel || m.Deleted || m.To != "" && m.To != user || m.Kind == kindStarter || m.Kind == kindThreadCreated {
			continue
		}
		u, _ := d.user(m.User)
		shown := fake.Message{
			ID: m.ID, Author: d.person(u).RealName, FromApp: u.Bot, Own: m.User == user, Time: m.Time.UTC(), Ephemeral: m.To != "",
			Edited: m.Edited, Thread: m.Thread, Replies: []fake.Message{}, Body: fake.Raw(d.messagePayload(m)),
		}
		if m.Thread != "" {
			shown.Replies, shown.Status = d.pageMessages(user, m.Thread), d.typing(m.Thread)
		}
		out = append(out, shown)
	}
	if n := len(out); n > 0 && out[n-1].Status == "" {
		out[n-1].Status = d.typing(channel)
	}
	return out
}

// typing is what a channel says while the application types there.
func (d *Discord) typing(channel string) string {
	var last time.Time
	for _, t := range d.typings {
		if t.Channel == channel && d.Clock.Now().Sub(t.Time) < typingTime {
			last = t.Time
		}
	}
	for _, m := range d.messages {
		if m.Channel == channel && m.User == BotUser && m.Time.After(last) {
			return ""
		}
	}
	if last.IsZero() {
		return ""
	}
	return "is typing"
}

// ShowsPicture reports whether a picture with this address stands in a message.
func (d *Discord) ShowsPicture(address string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.messages, func(m *message) bool { return !m.Deleted && fake.Pictures(m.embeds, address) })
}
