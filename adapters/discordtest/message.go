package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is what stands in a channel.
type Message struct {
	ID, Channel string
	User        string // its author
	Kind        int    // Discord's type: 0, 19 a reply, 20 and 23 answers to commands, 18 and 21 of threads
	Text        string
	Embeds      json.RawMessage // nil: none
	Components  json.RawMessage // nil: none
	Files       []File
	ReplyTo     string
	Flags       int
	Nonce       string
	// Pings are who is notified of the newest version, or seen as mentioned after an
	// edit: ids of users, "&" before those of roles, "@everyone", "@here".
	Pings       []string
	Thread      string // that was opened from it
	To          string // who alone sees it (ephemeral)
	Interaction string // that it answers
	Time        time.Time
	Edited      bool
	Deleted     bool
	Versions    []Version // oldest first, the newest included
}

// Version is what a message said at a time.
type Version struct {
	Time       time.Time
	Text       string
	Embeds     json.RawMessage
	Components json.RawMessage
	Files      []string // their names
	Pings      []string
}

// message is a message with what is needed to change it.
type message struct {
	Message
	embeds     []any
	components []any
	unfurled   []any // embeds that Discord made of links
	token      string
	about      object // interaction_metadata
	system     bool
}

// Flags of messages.
const (
	FlagSuppressEmbeds = 1 << 2
	FlagHasThread      = 1 << 5
	FlagEphemeral      = 1 << 6
	FlagLoading        = 1 << 7
	FlagSilent         = 1 << 12
	FlagComponentsV2   = 1 << 15
)

// Types of messages.
const (
	kindReply         = 19
	kindCommand       = 20
	kindThreadCreated = 18
	kindStarter       = 21
	kindMenu          = 23
)

// Messages are those of a channel, oldest first, also deleted and ephemeral ones.
func (d *Discord) Messages(channel string) []Message {
	return d.some(func(m *message) bool { return m.Channel == channel })
}

// From are the application's messages in a channel that everybody sees and that are
// not deleted, oldest first.
func (d *Discord) From(channel string) []Message {
	return d.some(func(m *message) bool {
		return m.Channel == channel && m.User == BotUser && m.To == "" && !m.Deleted && !m.system
	})
}

// Ephemerals are the messages that only a user sees and that are not deleted, oldest
// first, of all channels.
func (d *Discord) Ephemerals(user string) []Message {
	return d.some(func(m *message) bool { return m.To == user && !m.Deleted })
}

func (d *Discord) some(ok func(m *message) bool) []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Message
	for _, m := range d.messages {
		if ok(m) {
			out = append(out, m.copy())
		}
	}
	return out
}

// Message finds a message, also a deleted one.
func (d *Discord) Message(channel, id string) (Message, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.message(channel, id); m != nil {
		return m.copy(), true
	}
	return Message{}, false
}

func (m *message) copy() Message {
	out := m.Message
	out.Versions, out.Pings, out.Files = slices.Clone(m.Versions), slices.Clone(m.Pings), slices.Clone(m.Files)
	return out
}

// message finds a message of a channel.
func (d *Discord) message(channel, id string) *message {
	for _, m := range slices.Backward(d.messages) {
		if m.ID == id && m.Channel == channel {
			return m
		}
	}
	return nil
}

// add puts a message into its channel. The lock is held.
func (d *Discord) add(m *message) *message {
	m.ID, m.Time = d.id(), d.Clock.Now()
	m.version(d)
	d.messages = append(d.messages, m)
	return m
}

// version keeps what the message says now.
func (m *message) version(d *Discord) {
	complete(m.components)
	m.Embeds, m.Components = raw(m.embeds), raw(m.components)
	v := Version{Time: d.Clock.Now(), Text: m.Text, Embeds: m.Embeds, Components: m.Components, Pings: slices.Clone(m.Pings)}
	for _, f := range m.Files {
		v.Files = append(v.Files, f.Name)
	}
	m.Versions = append(m.Versions, v)
}

func raw(v []any) json.RawMessage {
	if len(v) == 0 {
		return nil
	}
	out, _ := json.Marshal(v)
	return out
}

// eachComponent visits components and what is in them, in the order in which they
// stand.
func eachComponent(list []any, f func(c object)) {
	for _, v := range list {
		c, ok := v.(object)
		if !ok {
			continue
		}
		f(c)
		inner, _ := c["components"].([]any)
		eachComponent(inner, f)
		for _, key := range []string{"component", "accessory"} {
			if one, ok := c[key]; ok {
				eachComponent([]any{one}, f)
			}
		}
	}
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
	eachComponent(components, func(c object) {
		b := Button{Kind: integer(c["type"]), Style: integer(c["style"]), Disabled: c["disabled"] == true}
		if b.Kind != 2 && (b.Kind < 3 || b.Kind > 8 || b.Kind == 4) {
			return
		}
		b.CustomID, b.Label, b.URL = text(c["custom_id"]), text(c["label"]), text(c["url"])
		if b.Label == "" {
			b.Label = text(c["placeholder"])
		}
		options, _ := c["options"].([]any)
		for _, o := range options {
			option, _ := o.(object)
			b.Options = append(b.Options, Choice{text(option["label"]), text(option["value"])})
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

func text(v any) string {
	s, _ := v.(string)
	return s
}

// integer is a number of JSON, read in whichever way.
func integer(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case float64:
		return int(v)
	case json.Number:
		n, _ := v.Int64()
		return int(n)
	}
	return 0
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
