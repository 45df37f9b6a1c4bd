package discord

import (
	"encoding/json"
	"slices"
	"time"

	"aidesk/adapters/fake/discord/rule"
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
	metadata   object // interaction_metadata
	system     bool
}

// Flags of messages.
const (
	FlagSuppressEmbeds = 1 << 2
	FlagHasThread      = 1 << 5
	FlagEphemeral      = 1 << 6
	FlagLoading        = 1 << 7
	FlagSilent         = 1 << 12
	FlagComponentsV2   = rule.FlagComponentsV2
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
	return d.selectMessages(func(m *message) bool { return m.Channel == channel })
}

// From are the application's messages in a channel that everybody sees and that are
// not deleted, oldest first.
func (d *Discord) From(channel string) []Message {
	return d.selectMessages(func(m *message) bool {
		return m.Channel == channel && m.User == BotUser && m.To == "" && !m.Deleted && !m.system
	})
}

// Ephemerals are the messages that only a user sees and that are not deleted, oldest
// first, of all channels.
func (d *Discord) Ephemerals(user string) []Message {
	return d.selectMessages(func(m *message) bool { return m.To == user && !m.Deleted })
}

func (d *Discord) selectMessages(ok func(m *message) bool) []Message {
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

// addMessage puts a message into its channel. The lock is held.
func (d *Discord) addMessage(m *message) *message {
	m.ID, m.Time = d.newID(), d.Clock.Now()
	m.addVersion(d)
	d.messages = append(d.messages, m)
	return m
}

// addVersion keeps what the message says now.
func (m *message) addVersion(d *Discord) {
	rule.FillDefaults(m.components)
	m.Embeds, m.Components = rawJSON(m.embeds), rawJSON(m.components)
	v := Version{Time: d.Clock.Now(), Text: m.Text, Embeds: m.Embeds, Components: m.Components, Pings: slices.Clone(m.Pings)}
	for _, f := range m.Files {
		v.Files = append(v.Files, f.Name)
	}
	m.Versions = append(m.Versions, v)
}
