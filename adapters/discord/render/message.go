package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// The limits of one message. Discord does not say how it counts characters; UTF-16 units
// are the largest count.
const (
	MaxContent      = 1990 // of 2000
	maxButtonsInRow = 5
	maxRows         = 5
	maxFiles        = 10
)

// Message is the body that posts or updates a message. Every field is always sent, also
// when empty, so that an update removes what is gone.
type Message struct {
	Content         string                           `json:"content"`
	Embeds          []Embed                          `json:"embeds"`
	Components      []actionsRow                     `json:"components"`
	Attachments     []attachment                     `json:"attachments"`
	AllowedMentions discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	// Nonce is the same whenever the same part of the same reply is rendered. Within
	// some minutes, Discord posts only one message with a nonce.
	Nonce        string                      `json:"nonce"`
	EnforceNonce bool                        `json:"enforce_nonce"`
	Reference    *discordgo.MessageReference `json:"message_reference,omitempty"`

	// Files go with the body as multipart fields files[0], files[1] and so on, in
	// the order of Attachments; the body is then the field payload_json.
	Files []chat.File `json:"-"`
}

// noMentions permits no notification at all: without it Discord notifies everybody whom
// the text mentions. At most the member whom a reply is for is added to it.
func noMentions() discordgo.MessageAllowedMentions {
	return discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// Reference makes a message the answer to another; if that is gone, it answers none.
func Reference(message string) *discordgo.MessageReference {
	return &discordgo.MessageReference{MessageID: message, FailIfNotExists: new(false)}
}

// attachment describes one of the Files.
type attachment struct {
	ID       string `json:"id"` // its index among the files, from "0"
	Filename string `json:"filename"`
}

// Embed is the preview of a page.
type Embed struct {
	Title       string       `json:"title"`
	URL         string       `json:"url"`
	Description string       `json:"description,omitempty"`
	Author      *embedAuthor `json:"author,omitempty"`
	Image       *embedImage  `json:"image,omitempty"`
	Thumbnail   *embedImage  `json:"thumbnail,omitempty"`
	Footer      *embedFooter `json:"footer,omitempty"`
}

// embedAuthor is the first line of an embed, in plain text.
type embedAuthor struct {
	Name string `json:"name"`
}

// embedImage is a picture by its URL.
type embedImage struct {
	URL string `json:"url"`
}

// embedFooter is the last line of an embed, in plain text.
type embedFooter struct {
	Text string `json:"text"`
}

// actionsRow is a row of one to five buttons.
type actionsRow struct {
	Type       int               `json:"type"` // always 1
	Components []buttonComponent `json:"components"`
}

// buttonComponent has a CustomID if it is for the bot, or a URL to open.
type buttonComponent struct {
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

// has reports whether the message has a button with this id; Discord takes an id only
// once per message.
func (m Message) has(id string) bool {
	return slices.ContainsFunc(m.Components, func(r actionsRow) bool {
		return slices.ContainsFunc(r.Components, func(b buttonComponent) bool { return b.CustomID == id })
	})
}

// attach adds a file to the message.
func (m *Message) attach(f chat.File) {
	m.Attachments = append(m.Attachments, attachment{ID: strconv.Itoa(len(m.Files)), Filename: f.Name})
	m.Files = append(m.Files, f)
}

// finish sets the fields that every message of a reply has.
func (m *Message) finish(r chat.Reply, part int) {
	m.AllowedMentions.Parse = noMentions().Parse
	m.Nonce, m.EnforceNonce = Nonce(r.ID, part), true
	if part == 0 && IsID(r.Answers) {
		m.Reference = Reference(r.Answers)
	}
	if m.Embeds == nil {
		m.Embeds = []Embed{}
	}
	if m.Components == nil {
		m.Components = []actionsRow{}
	}
	if m.Attachments == nil {
		m.Attachments = []attachment{}
	}
}

// Line is a message with one line of plain text; its nonce is made from id.
func Line(id, text string) Message {
	m := Message{Content: escape("", text)}
	m.finish(chat.Reply{ID: id}, 0)
	return m
}

// Small is a message with one line of small print; its nonce is made from id.
func Small(id, text string) Message {
	m := Message{Content: "-# " + escape("-# ", text)}
	m.finish(chat.Reply{ID: id}, 0)
	return m
}

// hardMaxContent is Discord's own limit for the text of a message.
const hardMaxContent = 2000

// Mention mentions a member at the beginning of the message, if there is room for it.
func (m *Message) Mention(member string) {
	if ping := "<@" + member + "> "; IsID(member) && utf16Len(ping)+utf16Len(m.Content) <= hardMaxContent {
		m.Content = ping + m.Content
		m.AllowedMentions.Users = []string{member}
	}
}

// Edited is the body that updates a message, without the fields that only a new message
// has.
type Edited struct {
	Content     string                           `json:"content"`
	Embeds      []Embed                          `json:"embeds"`
	Components  []actionsRow                     `json:"components"`
	Attachments []attachment                     `json:"attachments"`
	Mentions    discordgo.MessageAllowedMentions `json:"allowed_mentions"`
}

// Edit returns the body that updates a posted message to m.
func (m Message) Edit() Edited {
	return Edited{m.Content, m.Embeds, m.Components, m.Attachments, m.AllowedMentions}
}

// Answers returns the id of the message that this one answers, or "".
func (m Message) Answers() string {
	if m.Reference == nil {
		return ""
	}
	return m.Reference.MessageID
}

// Nonce returns the nonce of one message of a reply, 22 of the 25 characters that
// Discord takes.
func Nonce(reply string, part int) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(part) + "/" + reply))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// IsID reports whether s looks like an id of Discord: the terminal and tests have other
// ids.
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

// FlagEphemeral marks a message that only one member sees.
const FlagEphemeral = 64

// Ephemeral is a message that only the member of an interaction sees.
type Ephemeral struct {
	Content    string                           `json:"content"`
	Flags      int                              `json:"flags"`
	Components []actionsRow                     `json:"components"`
	Mentions   discordgo.MessageAllowedMentions `json:"allowed_mentions"`
}

// EphemeralLine is an ephemeral message with a plain text and, if link is not empty, a
// link behind it.
func EphemeralLine(line, link string) Ephemeral {
	text := escape("", line)
	if link != "" {
		text += " " + link
	}
	return EphemeralText(text)
}

// EphemeralText is an ephemeral message with content that is rendered already.
func EphemeralText(content string) Ephemeral {
	return Ephemeral{Content: content, Flags: FlagEphemeral, Components: []actionsRow{}, Mentions: noMentions()}
}

// Faults is an ephemeral message that says what is wrong with a form, a line for each
// fault, by the label of its input.
func Faults(faults []chat.Fault, f chat.Form) Ephemeral {
	var lines []string
	for _, fault := range faults {
		name := fault.Input
		if at := slices.IndexFunc(f.Inputs, func(in chat.Input) bool { return in.Name == name }); at >= 0 {
			name = cmp.Or(f.Inputs[at].Label, name)
		}
		line := fault.Message
		if name != "" {
			line = name + ": " + line
		}
		lines = append(lines, markdown.Line(line, MaxContent/max(len(faults), maxInputs)/2))
	}
	return EphemeralLine(strings.Join(lines, "\n"), "")
}

// AddButton adds a button.
func (a *Ephemeral) AddButton(b chat.Button) error {
	made, err := button(b)
	if err != nil {
		return err
	}
	a.add(made)
	return nil
}

// AddContinue adds a button with the custom_id of a page of a form, see ContinueID.
func (a *Ephemeral) AddContinue(text, custom string, style chat.Style) {
	made := buttonComponent{Type: typeButton, Style: stylePlain, Label: text, CustomID: custom}
	if style == chat.Primary {
		made.Style = styleFilled
	}
	a.add(made)
}

func (a *Ephemeral) add(b buttonComponent) {
	if len(a.Components) == 0 {
		a.Components = []actionsRow{{Type: typeRow}}
	}
	a.Components[0].Components = append(a.Components[0].Components, b)
}
