package slack

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/adapters/fake"
)

// page is a channel as one of its members sees it.
func (s *Slack) page(user, channel string) fake.Page {
	defer s.mu.Unlock()
	s.mu.Lock()
	app, _ := s.user(s.Team.BotUser)
	out := fake.Page{
		Platform: "slack", Base: s.URL, Version: s.mu.Version(), User: user, Channel: channel, App: app.person(),
		Menu: orEmpty(s.App.Shortcuts), Forms: []any{}, HasHome: true, Connected: len(s.sockets),
	}
	for _, u := range s.users {
		if !u.Bot && !u.Deleted {
			out.Users = append(out.Users, u.person())
		}
	}
	if u, ok := s.user(user); (!ok || u.Bot) && len(out.Users) > 0 {
		out.User = out.Users[0].ID
	}
	s.dm(out.User)
	for _, c := range s.channels {
		if c.readableBy(out.User) {
			out.Channels = append(out.Channels, fake.Place{ID: c.ID, Name: c.Name, Direct: c.IM})
		}
	}
	if !slices.ContainsFunc(out.Channels, func(p fake.Place) bool { return p.ID == channel }) {
		out.Channel = out.Channels[0].ID
	}
	for _, name := range s.App.Commands {
		out.Commands = append(out.Commands, object{"name": strings.TrimPrefix(name, "/")})
	}
	out.Messages = s.pageMessages(out.User, out.Channel)
	for _, v := range s.views {
		if v.User == out.User && !v.Closed {
			out.Forms = append(out.Forms, v.pageForm())
		}
	}
	if v := s.homes[out.User]; v != nil {
		out.Home = v.pageForm()
	}
	return out
}

// person is a user as the page shows them.
func (u User) person() fake.Person {
	out := fake.Person{ID: u.ID, Name: u.Name, RealName: u.RealName}
	switch {
	case u.Admin, u.Owner:
		out.Standing = "administrator"
	case u.Restricted, u.UltraRestricted:
		out.Standing = "guest"
	case u.Stranger:
		out.Standing = "stranger"
	}
	return out
}

// pageMessages are the messages of a channel, each thread below its first message.
func (s *Slack) pageMessages(user, channel string) []fake.Message {
	out, at := []fake.Message{}, map[string]int{} // where the first message of a thread stands
	for _, m := range s.messages {
		if m.Channel != channel || m.Deleted || m.To != "" && m.To != user {
			continue
		}
		shown := s.pageMessage(m, user)
		if i, ok := at[m.Thread]; ok && m.Thread != "" {
			out[i].Replies = append(out[i].Replies, shown)
			continue
		}
		at[m.TS] = len(out)
		out = append(out, shown)
	}
	return out
}

func (s *Slack) pageMessage(m *message, user string) fake.Message {
	u, _ := s.user(m.User)
	seconds, micros, _ := strings.Cut(m.TS, ".")
	at, _ := strconv.ParseInt(seconds+micros, 10, 64)
	out := fake.Message{
		ID: m.TS, Author: u.RealName, FromApp: m.app || m.other != "", Own: m.User == user, Time: time.UnixMicro(at).UTC(), Ephemeral: m.To != "",
		Edited: m.Edited, Thread: m.TS, Replies: []fake.Message{}, Body: fake.Raw(m.payload(s)),
	}
	if m.other != "" {
		out.Author = m.other
	}
	if m.Thread != "" {
		out.Thread = m.Thread
	}
	if st, ok := s.statuses[threadKey{m.Channel, m.TS}]; ok && s.Clock.Now().Sub(st.at) < statusLifetime {
		out.Status = st.text
	}
	return out
}

// pageForm is a view with what its user filled in and what the app objected to.
func (v *view) pageForm() json.RawMessage {
	out := v.payload(nil)
	filled := map[string]string{}
	for _, b := range v.blocks {
		block, _ := b.(object)
		if id, ok := block["block_id"].(string); ok && block["type"] == "input" {
			filled[id] = v.holds(block)
		}
	}
	out["filled"], out["errors"] = filled, v.Errors
	return fake.Raw(out)
}

// orEmpty makes [] of nothing, never null.
func orEmpty[E any](of []E) []E { return append([]E{}, of...) }

// ShowsPicture reports whether a picture with this address stands in a message or a view.
func (s *Slack) ShowsPicture(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if !m.Deleted && fake.Pictures(m.blocks, address) {
			return true
		}
	}
	for _, v := range slices.Concat(slices.Collect(maps.Values(s.homes)), s.views) {
		if !v.Closed && fake.Pictures(v.blocks, address) {
			return true
		}
	}
	return false
}
