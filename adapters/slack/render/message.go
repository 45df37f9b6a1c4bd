package render

import (
	"encoding/json"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Message is the body of one chat.postMessage request; its JSON is what Slack gets.
// Nothing in it can ping anybody but the asker, and only if [Look].Ping asks for it.
type Message struct {
	Channel string // of Reply.Place; left out where that is empty
	Thread  string // timestamp of the thread's first message, or empty

	// Text is what stands in notifications and where blocks cannot be shown: plain,
	// its &, < and > escaped, at most 4,000 characters.
	Text string

	// Blocks are a JSON array, or nil for a message of Text alone.
	Blocks json.RawMessage

	// Files belong behind this message. They are no part of a chat.postMessage
	// request: they are uploaded (files.getUploadURLExternal,
	// files.completeUploadExternal) into the same channel and thread once it is sent.
	Files []chat.File

	parts []part // what it was made of
	rung  int    // how far it was made simpler, see Degrade
}

// MarshalJSON is the request's body. Slack's fetching of links is off, and so is its
// reading of markup in the text. Files stand in it under "files" with their whole
// content, for whoever reads the body; a sender takes them out.
func (m Message) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	if m.Channel != "" {
		out = append(appendString(append(out, `"channel":`...), m.Channel), ',')
	}
	if m.Thread != "" {
		out = append(appendString(append(out, `"thread_ts":`...), m.Thread), ',')
	}
	out = appendString(append(out, `"text":`...), m.Text)
	if len(m.Blocks) > 0 {
		out = append(append(out, `,"blocks":`...), m.Blocks...)
	}
	out = append(out, `,"unfurl_links":false,"unfurl_media":false,"mrkdwn":false,"parse":"none"`...)
	for i, f := range m.Files {
		if i == 0 {
			out = append(out, `,"files":[`...)
		} else {
			out = append(out, ',')
		}
		out = appendString(append(out, `{"filename":`...), f.Name)
		out = append(appendKey(out, "content", f.Text), '}')
	}
	if len(m.Files) > 0 {
		out = append(out, ']')
	}
	return append(out, '}'), nil
}

// Short is the text as chat.update takes it, which counts bytes.
func (m Message) Short() string { return clip(m.Text, maxText) }

// FileMessages are the text of a file as messages.
func FileMessages(f chat.File) []Message {
	var out []Message
	for _, text := range chop(f.Name+":\n"+markdown.Visible(f.Text), maxText) {
		out = append(out, Message{Text: Escape(text)})
	}
	return out
}
