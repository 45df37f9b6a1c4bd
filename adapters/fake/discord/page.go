package discord

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/adapters/fake"
	"aidesk/adapters/fake/discord/rule"
)

// page is a channel as one of its members sees it.
func (d *Discord) page(user, channel string) fake.Page {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := fake.Page{
		Title: "Fake Discord", User: user, Channel: channel,
		Connections: fmt.Sprintf("%d connected", d.connected()), Version: d.mu.Version(),
		Fields: fake.Fields{Message: "message", ReplyTo: "reply", Form: "modal", Menu: "menu", MenuItem: "command", Close: "cancel"},
	}
	for _, u := range d.users {
		if !u.Bot {
			out.Users = append(out.Users, fake.Place{ID: u.ID, Name: u.Name})
		}
	}
	if _, ok := d.user(user); !ok && len(out.Users) > 0 {
		out.User = out.Users[0].ID
	}
	d.dm(out.User)
	for _, c := range d.channels {
		if c.isThread() || !d.may(out.User, c, ViewChannel) {
			continue
		}
		p := fake.Place{ID: c.ID, Name: "#" + c.Name}
		if c.Kind == KindDM {
			p.Name = "direct message"
		}
		out.Channels = append(out.Channels, p)
		for _, t := range d.channels {
			if t.isThread() && t.Parent == c.ID && d.may(out.User, t, ViewChannel) {
				out.Channels = append(out.Channels, fake.Place{ID: t.ID, Name: t.Name, Nested: true})
			}
		}
	}
	if !slices.ContainsFunc(out.Channels, func(p fake.Place) bool { return p.ID == channel }) {
		out.Channel = out.Channels[0].ID
	}
	var menu []string
	out.Commands, menu = d.pageCommands(out.User, out.Channel)
	out.Messages = d.pageMessages(out.User, out.Channel, menu)
	if m := d.modals[out.User]; m != nil {
		out.Form = m.pageForm()
	}
	return out
}

// pageCommands are the commands that a user can give in a channel: slash commands with
// their options, and those on messages.
func (d *Discord) pageCommands(user, channel string) (slash, menu []string) {
	ch, _ := d.channel(channel)
	for _, c := range d.commands {
		if _, err := d.offeredCommand(user, ch, c.kind, c.name); err != nil {
			continue
		}
		switch c.kind {
		case 1:
			options, _ := c.body["options"].([]any)
			slash = append(slash, usages("/"+c.name, options)...)
		case 3:
			menu = append(menu, c.name)
		}
	}
	return slash, menu
}

// usages are the ways to give a command.
func usages(name string, options []any) []string {
	var out []string
	for _, v := range options {
		o, _ := v.(object)
		inner, _ := o["options"].([]any)
		if rule.Integer(o["type"]) <= 2 {
			out = append(out, usages(name+" "+rule.Text(o["name"]), inner)...)
			continue
		}
		name += " " + rule.Text(o["name"]) + ":…"
	}
	if out == nil {
		return []string{name}
	}
	return out
}

// pageMessages are the messages of a channel as a member sees them.
func (d *Discord) pageMessages(user, channel string, menu []string) []fake.PageMessage {
	var pairs []string
	for _, u := range d.users {
		pairs = append(pairs, "<@"+u.ID+">", "@"+u.Name)
	}
	for _, c := range d.channels {
		pairs = append(pairs, "<#"+c.ID+">", "#"+c.Name)
	}
	names := strings.NewReplacer(pairs...)
	var out []fake.PageMessage
	for _, m := range d.messages {
		if m.Channel != channel || m.Deleted || m.To != "" && m.To != user || m.Kind == kindStarter {
			continue
		}
		u, _ := d.user(m.User)
		shown := fake.PageMessage{
			ID: m.ID, Name: u.Name, Time: m.Time.Format("15:04:05"), Text: names.Replace(m.Shown()), Thread: m.Thread, Menu: menu,
			Ephemeral: m.To != "", Edited: m.Edited, Own: m.User == user,
		}
		for _, f := range m.Files {
			shown.Files = append(shown.Files, fake.Link{Name: f.Name, URL: f.URL})
		}
		for _, b := range m.Buttons() {
			shown.Buttons = append(shown.Buttons, fake.Button{ID: b.CustomID, Label: b.Label, URL: b.URL, Disabled: b.Disabled, Options: pageOptions(b.Options)})
		}
		if o := d.message(channel, m.ReplyTo); o != nil {
			shown.Quoted, _, _ = strings.Cut(names.Replace(o.Shown()), "\n")
		}
		out = append(out, shown)
	}
	return out
}

// pageForm is a modal as something to fill in.
func (m *modal) pageForm() *fake.Form {
	out := &fake.Form{ID: m.CustomID, Title: m.Title, Text: m.Text, Submit: "Submit"}
	if m.Failed {
		out.Error = "Something went wrong. Try again."
	}
	for _, in := range m.Inputs {
		field := fake.Input{
			ID: in.CustomID, Label: in.Label, Hint: in.Description, Value: in.Value, Placeholder: in.Placeholder, Long: in.Long, Required: in.Required,
			Many: in.Kind == inputBoxes || in.Most > 1 && in.Kind != inputText, Options: pageOptions(in.Options),
		}
		if in.Kind == inputBox {
			field.Options = []fake.Option{{Name: "ticked", Value: "true"}, {Name: "not ticked", Value: "false"}}
		}
		for i, o := range field.Options {
			field.Options[i].Chosen = field.Chosen(o.Value)
		}
		out.Inputs = append(out.Inputs, field)
	}
	return out
}

func pageOptions(choices []Choice) []fake.Option {
	var out []fake.Option
	for _, c := range choices {
		out = append(out, fake.Option{Name: c.Name, Value: c.Value})
	}
	return out
}
