package discord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// Version is the content of a message at a time.
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
func (d *Discord) addMessage(m *message) {
	m.ID, m.Time = d.newID(), d.Clock.Now()
	m.addVersion(d)
	d.messages = append(d.messages, m)
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

var mention = regexp.MustCompile(`<@!?(\d+)>|<@&(\d+)>|@(everyone|here)`)

// mentioned are who a text of a user notifies. Discord does not say what becomes of
// mentions in code; here they count.
func (d *Discord) mentioned(user string, ch Channel, text string, a rule.Mentions, reply *message) []string {
	var out []string
	add := func(id string) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	mighty := d.may(user, ch, MentionEveryone)
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		switch {
		case m[1] != "":
			if _, known := d.user(m[1]); known && (slices.Contains(a.Parse, "users") || slices.Contains(a.Users, m[1])) {
				add(m[1])
			}
		case m[2] != "":
			r, known := byID(d.roles, m[2])
			if known && r.Guild == ch.Guild && (r.Mentionable || mighty) && (slices.Contains(a.Parse, "roles") || slices.Contains(a.Roles, m[2])) {
				add("&" + m[2])
			}
		default:
			if mighty && ch.Kind != KindDM && slices.Contains(a.Parse, "everyone") {
				add("@" + m[3])
			}
		}
	}
	// An answer to what came with an interaction's token mentions nobody.
	if reply != nil && a.Replied && reply.token == "" && reply.User != user {
		add(reply.User)
	}
	return out
}

// mentionsUser reports whether a user is mentioned.
func (m *message) mentionsUser(user string) bool { return slices.Contains(m.Pings, user) }

// Typed is what clients make of what a member types: names after an @ become mentions
// of the user or role that bears them, names after a # of the channel.
func (d *Discord) Typed(text string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return typedName.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1:]
		if found[0] == '#' {
			for _, c := range d.channels {
				if strings.EqualFold(c.Name, name) {
					return "<#" + c.ID + ">"
				}
			}
			return found
		}
		for _, u := range d.users {
			if strings.EqualFold(u.Name, name) {
				return "<@" + u.ID + ">"
			}
		}
		for _, r := range d.roles {
			if strings.EqualFold(r.Name, name) && r.ID != r.Guild {
				return "<@&" + r.ID + ">"
			}
		}
		return found
	})
}

var typedName = regexp.MustCompile(`[@#][A-Za-z0-9_.-]+`)

// File is an attachment.
type File struct {
	ID, Name    string
	Type        string // "text/markdown"
	Description string
	URL         string // where it can be fetched
	Content     []byte
}

// file is one that can be fetched.
type file struct{ File }

// storeFile stores a file, and gives it an id and an address. The lock is held.
func (d *Discord) storeFile(channel string, f File) File {
	f.ID, f.Name = d.newID(), cleanName(f.Name)
	if f.Type == "" {
		f.Type = http.DetectContentType(f.Content)
	}
	f.URL = d.URL + "/attachments/" + channel + "/" + f.ID + "/" + f.Name
	d.files[f.ID] = &file{f}
	return f
}

func (f File) payload() object {
	out := object{
		"id": f.ID, "filename": f.Name, "size": len(f.Content), "url": f.URL, "proxy_url": f.URL, "content_type": f.Type,
	}
	if f.Description != "" {
		out["description"] = f.Description
	}
	return out
}

// serveFile serves an attachment to whoever knows the address.
func (d *Discord) serveFile(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	f := d.files[r.PathValue("id")]
	d.mu.Unlock()
	if f == nil || f.Name != r.PathValue("name") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.Content)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox")
	_, _ = w.Write(f.Content)
}
