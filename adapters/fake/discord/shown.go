package discord

import (
	"encoding/json"
	"fmt"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

func rawJSON(v []any) json.RawMessage {
	if len(v) == 0 {
		return nil
	}
	out, _ := json.Marshal(v)
	return out
}

// Shown is what a member reads: the text, embeds as "| line", buttons as "[label]".
func (m Message) Shown() string {
	var out []string
	if m.Text != "" {
		out = append(out, m.Text)
	}
	var embeds []struct {
		Title, Description string
		Author             struct{ Name string }
		Fields             []struct{ Name, Value string }
	}
	_ = json.Unmarshal(m.Embeds, &embeds)
	for _, e := range embeds {
		lines := []string{e.Author.Name, e.Title, e.Description}
		for _, f := range e.Fields {
			lines = append(lines, f.Name+": "+f.Value)
		}
		for _, l := range lines {
			if l != "" {
				out = append(out, "| "+strings.ReplaceAll(l, "\n", "\n| "))
			}
		}
	}
	for _, f := range m.Files {
		out = append(out, "{"+f.Name+"}")
	}
	var buttons []string
	for _, b := range m.Buttons() {
		buttons = append(buttons, "["+b.Label+"]")
	}
	if len(buttons) > 0 {
		out = append(out, strings.Join(buttons, " "))
	}
	return strings.Join(out, "\n")
}

// Button is a button or menu of a message.
type Button struct {
	Kind                 int // 2, or of a menu 3, 5, 6, 7, 8
	CustomID, Label, URL string
	Style                int
	Disabled             bool
	Options              []Choice // of a menu of strings
}

// Buttons are those of a message, in the order in which they stand.
func (m Message) Buttons() []Button {
	var list []any
	_ = json.Unmarshal(m.Components, &list)
	return buttons(list)
}

func buttons(components []any) []Button {
	var out []Button
	rule.EachComponent(components, func(c object) {
		b := Button{Kind: rule.Integer(c["type"]), Style: rule.Integer(c["style"]), Disabled: c["disabled"] == true}
		if b.Kind != 2 && (b.Kind < 3 || b.Kind > 8 || b.Kind == 4) {
			return
		}
		b.CustomID, b.Label, b.URL = rule.Text(c["custom_id"]), rule.Text(c["label"]), rule.Text(c["url"])
		if b.Label == "" {
			b.Label = rule.Text(c["placeholder"])
		}
		options, _ := c["options"].([]any)
		for _, o := range options {
			option, _ := o.(object)
			b.Options = append(b.Options, Choice{rule.Text(option["label"]), rule.Text(option["value"])})
		}
		out = append(out, b)
	})
	return out
}

// Labelled is the button of a message with a label.
func (m Message) Labelled(label string) (Button, bool) {
	for _, b := range m.Buttons() {
		if b.Label == label {
			return b, true
		}
	}
	return Button{}, false
}

// Link is the address of a message as clients copy it.
func (d *Discord) Link(channel, id string) string {
	ch, _ := d.Channel(channel)
	guild := ch.Guild
	if guild == "" {
		guild = "@me"
	}
	return fmt.Sprintf("https://discord.com/channels/%s/%s/%s", guild, channel, id)
}
