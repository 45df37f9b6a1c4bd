package slack

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/adapters/fake"
)

// page is a channel as one of its members sees it.
func (s *Slack) page(user, channel string) fake.Page {
	defer s.mu.Unlock()
	s.mu.Lock()
	out := fake.Page{
		Title: "Fake Slack", User: user, Channel: channel, Commands: s.App.Commands, HasHome: true,
		Connections: fmt.Sprintf("%d open sockets", len(s.sockets)), Version: s.mu.Version(),
		Fields: fake.Fields{Message: "ts", ReplyTo: "thread", Form: "view", Menu: "shortcut", MenuItem: "callback", Close: "close"},
	}
	for _, u := range s.users {
		if !u.Bot && !u.Deleted {
			out.Users = append(out.Users, fake.Place{ID: u.ID, Name: u.Name + u.standing()})
		}
	}
	if _, ok := s.user(user); !ok && len(out.Users) > 0 {
		out.User = out.Users[0].ID
	}
	s.dm(out.User)
	for _, c := range s.channels {
		switch {
		case !c.readableBy(out.User):
		case c.IM:
			out.Channels = append(out.Channels, fake.Place{ID: c.ID, Name: "direct message"})
		default:
			out.Channels = append(out.Channels, fake.Place{ID: c.ID, Name: "#" + c.Name})
		}
	}
	if !slices.ContainsFunc(out.Channels, func(p fake.Place) bool { return p.ID == channel }) {
		out.Channel = out.Channels[0].ID
	}
	out.Messages = s.pageMessages(out.User, out.Channel)
	for _, v := range s.views {
		if v.User == out.User && !v.Closed {
			out.Form = v.pageForm() // the topmost
		}
	}
	if v := s.homes[out.User]; v != nil {
		out.Home = v.pageForm()
	}
	return out
}

// standing is what the page says of a user beside their name.
func (u User) standing() string {
	switch {
	case u.Owner:
		return " (owner)"
	case u.Restricted:
		return " (guest)"
	case u.Stranger:
		return " (stranger)"
	}
	return ""
}

// pageMessages are the messages of a channel, each thread below its first message.
func (s *Slack) pageMessages(user, channel string) []fake.PageMessage {
	var out []fake.PageMessage
	var pairs []string
	for _, u := range s.users {
		pairs = append(pairs, "@"+u.ID, "@"+u.Name)
	}
	names := strings.NewReplacer(pairs...)
	add := func(m *message, reply bool) {
		u, _ := s.user(m.User)
		out = append(out, fake.PageMessage{
			ID: m.TS, Name: u.Name, Time: m.TS, Text: names.Replace(m.Shown()), Status: s.statuses[threadKey{channel, m.TS}].text,
			Buttons: pageButtons(m.blocks), Menu: s.App.Shortcuts, Reply: reply, Ephemeral: m.To != "", Edited: m.Edited, Own: m.User == user,
		})
	}
	sees := func(m *message) bool { return m.Channel == channel && !m.Deleted && (m.To == "" || m.To == user) }
	for _, m := range s.messages {
		if !sees(m) || m.Thread != "" {
			continue
		}
		add(m, false)
		for _, r := range s.messages {
			if sees(r) && r.Thread == m.TS {
				add(r, true)
			}
		}
	}
	return out
}

// pageButtons are the buttons of blocks. Those that open an address are pressed, too, as
// Slack tells the app of it.
func pageButtons(blocks []any) []fake.Button {
	var out []fake.Button
	for _, b := range blocks {
		block, _ := b.(object)
		if block["type"] == "input" {
			continue
		}
		for _, e := range usableElements(block) {
			id, _ := e["action_id"].(string)
			out = append(out, fake.Button{ID: id, Label: textOf(e["text"])})
		}
	}
	return out
}

// pageForm is a view as something to fill in.
func (v *view) pageForm() *fake.Form {
	out := &fake.Form{ID: v.ID, Title: v.Title, Text: Plain(v.Blocks), Submit: v.Submit, Buttons: pageButtons(v.blocks)}
	for _, b := range v.blocks {
		block, _ := b.(object)
		e, _ := block["element"].(object)
		if e == nil {
			continue
		}
		id, _ := block["block_id"].(string)
		in := fake.Input{
			ID: id, Label: textOf(block["label"]), Hint: textOf(block["hint"]), Value: v.holds(block), Error: v.Errors[id],
			Long: e["multiline"] == true, Required: block["optional"] != true,
		}
		switch e["type"] {
		case "checkboxes", "multi_static_select":
			in.Many = true
		case "number_input":
			in.Type, in.Placeholder = "number", ""
			in.Min, _ = e["min_value"].(string)
			in.Max, _ = e["max_value"].(string)
		case "datepicker":
			in.Type = "date"
		case "datetimepicker":
			in.Placeholder = "2026-01-31T15:04:00Z"
		}
		for _, o := range optionsOf(e) {
			value, _ := o["value"].(string)
			in.Options = append(in.Options, fake.Option{Name: textOf(o["text"]), Value: value, Chosen: in.Chosen(value)})
		}
		out.Inputs = append(out.Inputs, in)
	}
	return out
}
