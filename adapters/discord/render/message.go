package render

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// What one message takes. Discord does not say what it counts as a character, so
// that everything here is in UTF-16 units, of which there are never fewer.
const (
	MaxContent      = 1990 // of 2000
	maxButtonsInRow = 5
	maxRows         = 5
	maxFiles        = 10
)

// Message is the body that creates or edits a message. It always says everything,
// also that there is nothing of a kind, so that editing removes what is gone.
type Message struct {
	Content         string       `json:"content"`
	Embeds          []Embed      `json:"embeds"`
	Components      []ActionsRow `json:"components"`
	Attachments     []Attachment `json:"attachments"`
	AllowedMentions Mentions     `json:"allowed_mentions"`
	// Nonce is the same whenever the same part of the same reply is rendered, and
	// Discord makes no second message of it within some minutes.
	Nonce        string     `json:"nonce"`
	EnforceNonce bool       `json:"enforce_nonce"`
	Reference    *Reference `json:"message_reference,omitempty"`

	// Files go with the body as multipart fields files[0], files[1] and so on, in
	// the order of Attachments; the body is then the field payload_json.
	Files []chat.File `json:"-"`
}

// Mentions says who may be pinged. Parse is never nil: without it, Discord pings
// whomever the text names.
type Mentions struct {
	Parse       []string `json:"parse"`
	Users       []string `json:"users,omitempty"` // at most the member whom the reply answers
	RepliedUser bool     `json:"replied_user"`
}

// Reference is the message that this one answers.
type Reference struct {
	MessageID       string `json:"message_id"`
	FailIfNotExists bool   `json:"fail_if_not_exists"`
}

// Attachment describes one of the Files.
type Attachment struct {
	ID       string `json:"id"` // its place among the files, from "0"
	Filename string `json:"filename"`
}

// Embed is the card of a page.
type Embed struct {
	Title       string  `json:"title"`
	URL         string  `json:"url"`
	Description string  `json:"description,omitempty"`
	Author      *Author `json:"author,omitempty"`
	Image       *Image  `json:"image,omitempty"`
	Thumbnail   *Image  `json:"thumbnail,omitempty"`
	Footer      *Footer `json:"footer,omitempty"`
}

// Author is the first line of an embed, which is never markup.
type Author struct {
	Name string `json:"name"`
}

// Image is a picture by its address.
type Image struct {
	URL string `json:"url"`
}

// Footer is the last line of an embed, which is never markup.
type Footer struct {
	Text string `json:"text"`
}

// ActionsRow is a line of one to five buttons.
type ActionsRow struct {
	Type       int      `json:"type"` // always 1
	Components []Button `json:"components"`
}

// Button is something to press, with a CustomID, or to open, with a URL.
type Button struct {
	Type     int    `json:"type"` // always 2
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id,omitempty"`
	URL      string `json:"url,omitempty"`
}

// empty reports whether there is nothing to send.
func (m Message) empty() bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Files) == 0
}

// has reports whether the message has a button with this id: Discord takes an id
// only once.
func (m Message) has(id string) bool {
	return slices.ContainsFunc(m.Components, func(r ActionsRow) bool {
		return slices.ContainsFunc(r.Components, func(b Button) bool { return b.CustomID == id })
	})
}

// attach adds a file to the message.
func (m *Message) attach(f chat.File) {
	m.Attachments = append(m.Attachments, Attachment{ID: strconv.Itoa(len(m.Files)), Filename: f.Name})
	m.Files = append(m.Files, f)
}

// finish fills in what every body carries.
func (m *Message) finish(r chat.Reply, part int) {
	m.AllowedMentions.Parse = []string{}
	m.Nonce, m.EnforceNonce = Nonce(r.ID, part), true
	if part == 0 && IsID(r.Answers) {
		m.Reference = &Reference{MessageID: r.Answers}
	}
	if m.Embeds == nil {
		m.Embeds = []Embed{}
	}
	if m.Components == nil {
		m.Components = []ActionsRow{}
	}
	if m.Attachments == nil {
		m.Attachments = []Attachment{}
	}
}

// Line is a message of one plain line; id makes its nonce.
func Line(id, text string) Message {
	m := Message{Content: escape("", text)}
	m.finish(chat.Reply{ID: id}, 0)
	return m
}

// Small is a message of one line in small print; id makes its nonce.
func Small(id, text string) Message {
	m := Message{Content: "-# " + escape("-# ", text)}
	m.finish(chat.Reply{ID: id}, 0)
	return m
}

// hardMaxContent is what Discord takes of a message's text.
const hardMaxContent = 2000

// Mention pings a member at the beginning of the message, if there is room for it.
func (m *Message) Mention(member string) {
	if ping := "<@" + member + "> "; IsID(member) && utf16Len(ping)+utf16Len(m.Content) <= hardMaxContent {
		m.Content = ping + m.Content
		m.AllowedMentions.Users = []string{member}
	}
}

// Edited is the body that changes a message: what creates one and nothing else is not in
// it.
type Edited struct {
	Content     string       `json:"content"`
	Embeds      []Embed      `json:"embeds"`
	Components  []ActionsRow `json:"components"`
	Attachments []Attachment `json:"attachments"`
	Mentions    Mentions     `json:"allowed_mentions"`
}

// Edit is the body that brings a message that was posted up to date.
func (m Message) Edit() Edited {
	return Edited{m.Content, m.Embeds, m.Components, m.Attachments, m.AllowedMentions}
}

// Answers is the message that this one answers.
func (m Message) Answers() string {
	if m.Reference == nil {
		return ""
	}
	return m.Reference.MessageID
}

// Nonce is 22 of the 25 characters that Discord takes.
func Nonce(reply string, part int) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(part) + "/" + reply))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// IsID reports whether s is an id of Discord's: the terminal of a developer
// and tests have others.
func IsID(s string) bool {
	if len(s) < 15 || len(s) > 20 || s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return true
}

// FlagEphemeral marks what only one member sees.
const FlagEphemeral = 64

// Ephemeral is a message as the answer to an interaction.
type Ephemeral struct {
	Content    string       `json:"content"`
	Flags      int          `json:"flags"`
	Components []ActionsRow `json:"components"`
	Mentions   Mentions     `json:"allowed_mentions"`
}

// EphemeralLine is a passing note: its lines, in the last of which addresses may stand.
func EphemeralLine(line, link string) Ephemeral {
	text := escape("", line)
	if link != "" {
		text += " " + link
	}
	return EphemeralText(text)
}

// EphemeralText is a passing note with content that is rendered already.
func EphemeralText(content string) Ephemeral {
	return Ephemeral{Content: content, Flags: FlagEphemeral, Components: []ActionsRow{}, Mentions: Mentions{Parse: []string{}}}
}

// Faults says what is wrong with a form, a line for each fault.
func Faults(faults []chat.Fault) Ephemeral {
	var lines []string
	for _, f := range faults {
		line := f.Message
		if f.Input != "" {
			line = f.Input + ": " + line
		}
		lines = append(lines, markdown.Line(line, MaxContent/maxInputs/2))
	}
	return EphemeralLine(strings.Join(lines, "\n"), "")
}

// AddButton adds a button to a passing note.
func (a *Ephemeral) AddButton(b chat.Button) error {
	made, err := button(b)
	if err != nil {
		return err
	}
	a.Components = []ActionsRow{{Type: typeRow, Components: []Button{made}}}
	return nil
}
