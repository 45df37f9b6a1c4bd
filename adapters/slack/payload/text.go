package payload

import (
	"encoding/json"
	"slices"
	"strings"
)

// Text is what a message says.
type Text struct {
	Text  string   // CommonMark, the mention of aidesk left out
	Marks []string // what in Text stands for a name: "@U1" for a member or group, "#C1" for a channel
	Named bool     // aidesk is mentioned
	Leads bool     // its mention stands first
}

// Read returns what a message says. What members write is read from its rich text, which
// alone tells a style from an asterisk that they typed ("all messages sent by end-users
// will have this format", docs.slack.dev, Rich text block); other messages from their text.
func (m Message) Read(self string) Text {
	r := reading{self: self}
	text, ok := r.richText(m.Blocks)
	if !ok {
		lead := strings.TrimSpace(m.Text)
		r.leads = self != "" && (strings.HasPrefix(lead, "<@"+self+">") || strings.HasPrefix(lead, "<@"+self+"|"))
		text = r.mrkdwn(m.Text)
	}
	return Text{Text: strings.TrimSpace(text), Marks: r.marks, Named: r.named, Leads: r.leads}
}

// Pointed returns the text of messages that a message shares or forwards, and whether an app
// may have written some of it: Slack names the author of what a member wrote.
func (m Message) Pointed(self string) (text string, byApp bool) {
	var all []string
	for _, a := range m.attachments() {
		if !a.Share && !a.Unfurl {
			continue
		}
		said := a.words()
		switch {
		case said == "" && len(a.Files) > 0:
			said = onlyFiles
		case said == "":
			said = "A message that cannot be read."
		}
		if a.Author != "" {
			said = a.Author + ": " + said
		}
		all = append(all, said)
		member := strings.HasPrefix(a.AuthorID, "U") || strings.HasPrefix(a.AuthorID, "W")
		byApp = byApp || !member || a.AuthorID == self || a.Bot != ""
	}
	return strings.Join(all, "\n\n"), byApp
}

// PointedFiles are the files of messages that a message shares or forwards.
func (m Message) PointedFiles() []File {
	var all []File
	for _, a := range m.attachments() {
		if a.Share || a.Unfurl {
			all = append(all, a.Files...)
		}
	}
	return all
}

// Whole returns all that a message says, also in layout blocks and attachments: an alert of
// an app often has no other text.
func (m Message) Whole() string {
	text := m.Read("").Text
	more := []string{layoutWords(m.Blocks)}
	if strings.Contains(more[0], text) { // which was only their summary
		text = ""
	}
	for _, a := range m.attachments() {
		more = append(more, a.words())
	}
	for _, words := range more {
		if words = strings.TrimSpace(words); words != "" && !strings.Contains(text, words) {
			text = strings.TrimSpace(text + "\n\n" + words)
		}
	}
	if text == "" && len(m.AllFiles()) > 0 {
		return onlyFiles
	}
	return text
}

// onlyFiles stands for the text of a message that has none, but files.
const onlyFiles = "A message with a file."

// AllFiles are the files of a message and of those that it shares.
func (m Message) AllFiles() []File { return append(slices.Clone(m.Files), m.PointedFiles()...) }

// attachment is a part of a message: one that is shared, a preview, or what an app attached.
type attachment struct {
	Share    bool   `json:"is_share"`
	Unfurl   bool   `json:"is_msg_unfurl"`
	Author   string `json:"author_name"`
	AuthorID string `json:"author_id"`
	Bot      string `json:"bot_id"`
	Pretext  string `json:"pretext"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	Fallback string `json:"fallback"`
	Fields   []struct {
		Title string `json:"title"`
		Value string `json:"value"`
	} `json:"fields"`
	Files         []File          `json:"files"`
	Blocks        json.RawMessage `json:"blocks"`
	MessageBlocks []struct {
		Message struct {
			Blocks json.RawMessage `json:"blocks"`
		} `json:"message"`
	} `json:"message_blocks"`
}

// maxAttachments is how many attachments of a message are read; Slack allows a hundred.
const maxAttachments = 100

func (m Message) attachments() []attachment {
	var raw []json.RawMessage
	if json.Unmarshal(m.Attachments, &raw) != nil {
		return nil
	}
	var out []attachment
	for _, r := range raw[:min(len(raw), maxAttachments)] {
		var a attachment
		if json.Unmarshal(r, &a) == nil {
			out = append(out, a)
		}
	}
	return out
}

// words is what an attachment says.
func (a attachment) words() string {
	for _, m := range a.MessageBlocks {
		r := reading{}
		if text, ok := r.richText(m.Message.Blocks); ok {
			return strings.TrimSpace(text)
		}
	}
	r := reading{}
	var lines []string
	for _, line := range []string{a.Pretext, a.Title, a.Text} {
		lines = append(lines, r.mrkdwn(line))
	}
	for _, f := range a.Fields {
		lines = append(lines, strings.Trim(f.Title+": "+r.mrkdwn(f.Value), ": "))
	}
	lines = append(lines, layoutWords(a.Blocks))
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	if len(lines) == 0 {
		return strings.TrimSpace(unescape(a.Fallback))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// layoutWords is what layout blocks say: headers, sections, contexts, Markdown.
func layoutWords(blocks json.RawMessage) string {
	type object struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	var all []json.RawMessage
	if json.Unmarshal(blocks, &all) != nil {
		return ""
	}
	r := reading{}
	var lines []string
	add := func(raw json.RawMessage) {
		var o object
		switch {
		case len(raw) == 0 || json.Unmarshal(raw, &o) != nil:
		case o.Type == "mrkdwn":
			lines = append(lines, r.mrkdwn(o.Text))
		case o.Type == "plain_text":
			lines = append(lines, o.Text)
		}
	}
	for _, raw := range all {
		var b struct {
			Type     string            `json:"type"`
			Text     json.RawMessage   `json:"text"`
			Fields   []json.RawMessage `json:"fields"`
			Elements []json.RawMessage `json:"elements"`
		}
		if json.Unmarshal(raw, &b) != nil {
			continue
		}
		switch b.Type {
		case "header", "section":
			add(b.Text)
			for _, f := range b.Fields {
				add(f)
			}
		case "context":
			for _, e := range b.Elements {
				add(e)
			}
		case "markdown":
			var text string
			if json.Unmarshal(b.Text, &text) == nil {
				lines = append(lines, text)
			}
		case "rich_text":
			if text, ok := r.richText(append(append(json.RawMessage("["), raw...), ']')); ok {
				lines = append(lines, strings.TrimSpace(text))
			}
		}
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" }), "\n")
}
