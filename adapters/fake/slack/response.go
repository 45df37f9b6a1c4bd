package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// A response URL can be used so often, for so long.
const (
	maxResponses        = 5
	responseURLLifetime = 30 * time.Minute
)

// responseURL is what a response URL leads to.
type responseURL struct {
	user, channel string
	thread        string
	message       *message // that a button was pressed in
	expires       time.Time
	uses          int
}

// newResponseURL makes one. The lock is held.
func (s *Slack) newResponseURL(a responseURL) string {
	a.expires = s.Clock.Now().Add(responseURLLifetime)
	id := s.newID("R")
	s.responseURLs[id] = &a
	return s.URL + "/response/" + id
}

// serveResponseURL serves a response URL.
func (s *Slack) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	a, err := readArgs(r)
	s.mu.Lock()
	status, body := http.StatusOK, "ok"
	if err == nil {
		err = s.useResponseURL(r.PathValue("id"), a)
	}
	if err != nil {
		body, status = err.Error(), http.StatusNotFound
		if body != "expired_url" && body != "used_url" {
			status = http.StatusInternalServerError // as Slack does
		}
	}
	record := Request{Method: "response_url", Args: a, Status: status}
	if err != nil {
		record.Error = body
	}
	s.addRequest(record)
	s.mu.Changed()
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (s *Slack) useResponseURL(id string, a args) error {
	to := s.responseURLs[id]
	switch {
	case to == nil, s.Clock.Now().After(to.expires):
		return refuse("expired_url")
	case to.uses >= maxResponses:
		return refuse("used_url")
	}
	to.uses++
	return s.postResponse(to, a)
}

// postResponse does what the body of a response URL's request, or of a command's
// acknowledgement, asks for.
func (s *Slack) postResponse(to *responseURL, a args) error {
	delete(a, "markdown_text") // it is not taken here
	c := &call{s, a}
	if a["delete_original"] == "true" && to.message != nil {
		to.message.Deleted = true
		return nil
	}
	msg, err := c.content()
	if err != nil {
		return err
	}
	if msg.text == "" && len(msg.blocks) == 0 && a["attachments"] == "" {
		return refuse("no_text")
	}
	if a["replace_original"] == "true" && to.message != nil && !to.message.Deleted {
		before := to.message.payload(s)
		to.message.setContent(s, msg.text, msg.blocks)
		if to.message.To == "" {
			s.sendChangeEvent(to.message, before)
		}
		return nil
	}
	m := &message{blocks: msg.blocks, Message: Message{
		Channel: to.channel, Thread: a["thread_ts"], User: s.Team.BotUser, Text: msg.text, To: to.user,
	}}
	if m.Thread == "" {
		m.Thread = to.thread
	}
	if a["response_type"] == "in_channel" {
		m.To = ""
	}
	s.addMessage(m)
	if m.To == "" {
		s.sendMessageEvent(m)
	}
	return nil
}

// argsOfJSON makes arguments of a JSON object; anything else is a text.
func argsOfJSON(body []byte) args {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return args{"text": string(body)}
	}
	out := args{}
	for name, value := range all {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		if text != "null" {
			out[name] = text
		}
	}
	return out
}
