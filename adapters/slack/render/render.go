// Package render lays out what aidesk shows in Slack, and does nothing else: it has no
// clock, no network and no state. [Render] makes of a chat.Reply the bodies of the
// chat.postMessage requests that Slack gets, in order, and [Degrade] makes simpler ones
// of a body that Slack has refused. [Modal] makes a view of a chat.Form, [HomeView] one
// of a member's page.
//
// Running text goes out as rich_text, header, divider and table blocks. Their text
// carries no markup, so nothing that a model, a plugin or a page wrote can mention
// anybody, link or format, and nothing needs escaping. What a member
// decides on stands in plain and preformatted text, in full. Slack's own markup
// (mrkdwn) occurs in two places, both escaped: the title of a preview, and the
// fallback text beside the blocks.
//
// Messages keep to the limits of Slack (limits.go). A longer answer becomes
// several messages, each of which stands alone; one that would take more than five
// goes out as its beginning with the whole as a file.
package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Renderer renders replies. Its messages depend on nothing but its fields and the reply.
type Renderer struct {
	Zone *time.Location // of the member who reads the times. Defaults to UTC
	Ping bool           // mention the member whom the reply answers
	// Local shows pictures of this machine, too. Slack's servers cannot fetch them, unless
	// they are a fake on this machine.
	Local bool
}

// Render is [Renderer.Render] with the defaults.
func Render(r chat.Reply) ([]Message, error) { return Renderer{}.Render(r) }

// Render makes the messages of a reply, in the order in which they are posted. A
// reply that shows nothing has none. It fails if a card cannot be shown whole, or if
// a button's id is longer than 255 characters.
func (l Renderer) Render(r chat.Reply) ([]Message, error) {
	if err := check(r); err != nil {
		return nil, err
	}
	segments, files, err := l.segments(r)
	if err != nil {
		return nil, err
	}
	return messages(r.Place, segments, files), nil
}

func check(r chat.Reply) error {
	for b := range buttons(r) {
		if n := utf8.RuneCountInString(b.ID); n > MaxID {
			return fmt.Errorf("the id of button %q has %d characters, and Slack takes %d", b.Label, n, MaxID)
		}
		if b.ID == "" && b.URL == "" {
			return fmt.Errorf("button %q has neither an id nor an address", b.Label)
		}
	}
	if r.Rating != nil && (r.Rating.ID == "" || utf8.RuneCountInString(r.Rating.ID) > MaxID) {
		return fmt.Errorf("the id of a rating has %d characters", utf8.RuneCountInString(r.Rating.ID))
	}
	return nil
}

// messages makes messages of the segments of a reply. The files go with the last one.
func messages(place chat.Place, segments []segment, files []chat.File) []Message {
	if len(segments) == 0 && len(files) > 0 {
		segments = []segment{smallPrint{"Attached."}}
	}
	out := paginate(segments, fullMessage, renderOptions{})
	for i := range out {
		out[i].Channel, out[i].Thread = place.Channel, place.Thread
	}
	if n := len(out); n > 0 {
		out[n-1].Files = files
	}
	return out
}

// memberID is the pattern of a member's id.
var memberID = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// segments are the segments of a reply, in reading order, and the files with what would not
// fit.
func (l Renderer) segments(r chat.Reply) ([]segment, []chat.File, error) {
	var out []segment
	var files []chat.File
	if l.Ping && memberID.MatchString(r.To) {
		out = append(out, mention(r.To))
	}
	texts, long := textSegments(r.Text)
	out, files = append(out, texts...), append(files, long...)
	for i, c := range r.Cards {
		s, attached, err := l.cardSegment(c, i+1)
		if err != nil {
			return nil, nil, err
		}
		out, files = append(out, s), append(files, attached...)
	}
	for _, row := range r.Rows {
		out = append(out, rowSegments(row)...)
	}
	for _, p := range r.Previews[:min(len(r.Previews), maxPreviews)] {
		out = append(out, previewSegment(p, l.Local))
	}
	if len(r.Buttons) > 0 {
		out = append(out, buttonRow(r.Buttons))
	}
	if n := len(r.Previews) - maxPreviews; n > 0 {
		out = append(out, smallPrint{fmt.Sprintf("and %d more", n)})
	}
	if len(r.Notes) > 0 {
		out = append(out, smallPrint(r.Notes))
	}
	if r.Working {
		out = append(out, smallPrint{textWorking})
	}
	if r.Rating != nil {
		out = append(out, rating(*r.Rating))
	}
	return out, append(files, r.Files...), nil
}

// Message is the body of one chat.postMessage request. It can notify nobody but the member
// whom it answers, and only if [Renderer].Ping is set.
type Message struct {
	Channel string // of Reply.Place; left out where that is empty
	Thread  string // timestamp of the thread's first message, or empty

	// Text is shown in notifications and wherever blocks cannot be: plain text with &, <
	// and > escaped, at most 4,000 characters.
	Text string

	// Blocks are a JSON array, or nil for a message of Text alone.
	Blocks json.RawMessage

	// Files are to be shown below this message. They are no part of a chat.postMessage
	// request but uploaded (files.getUploadURLExternal,
	// files.completeUploadExternal) into the same channel and thread.
	Files []chat.File

	segments   []segment // what it was rendered from
	simplified int       // the last step of Degrade; 0: none
}

// MarshalJSON is the request's body. It tells Slack not to unfurl links and not to read
// markup in the text. Files are in it under "files" with their whole content, for
// whoever reads the body; a sender removes them first.
func (m Message) MarshalJSON() ([]byte, error) {
	type file struct {
		Name    string `json:"filename"`
		Content string `json:"content"`
	}
	body := struct {
		Channel     string          `json:"channel,omitempty"`
		Thread      string          `json:"thread_ts,omitempty"`
		Text        string          `json:"text"`
		Blocks      json.RawMessage `json:"blocks,omitempty"`
		UnfurlLinks bool            `json:"unfurl_links"`
		UnfurlMedia bool            `json:"unfurl_media"`
		Markdown    bool            `json:"mrkdwn"`
		Parse       string          `json:"parse"`
		Files       []file          `json:"files,omitempty"`
	}{Channel: m.Channel, Thread: m.Thread, Text: m.Text, Blocks: m.Blocks, Parse: "none"}
	for _, f := range m.Files {
		body.Files = append(body.Files, file{f.Name, f.Text})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // as in the blocks, for whoever reads the body
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// Short is the text for chat.update, whose limit counts bytes.
func (m Message) Short() string { return clip(m.Text, maxText) }

// FileMessages are the text of a file as messages.
func FileMessages(f chat.File) []Message {
	var out []Message
	for _, text := range splitText(f.Name+":\n"+markdown.Visible(f.Text), maxText) {
		out = append(out, Message{Text: Escape(text)})
	}
	return out
}
