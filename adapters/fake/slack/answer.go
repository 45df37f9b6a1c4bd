package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// A response URL can be used so often, for so long.
const (
	maxAnswers  = 5
	answerLives = 30 * time.Minute
)

// answer is what a response URL leads to.
type answer struct {
	user, channel string
	thread        string
	about         *message // that a button was pressed in
	due           time.Time
	uses          int
}

// responseURL makes one. The lock is held.
func (s *Slack) responseURL(a answer) string {
	a.due = s.Clock.Now().Add(answerLives)
	id := s.id("R")
	s.answers[id] = &a
	return s.URL + "/response/" + id
}

// serveAnswer serves a response URL.
func (s *Slack) serveAnswer(w http.ResponseWriter, r *http.Request) {
	a, err := readArgs(r)
	s.mu.Lock()
	status, said := http.StatusOK, "ok"
	if err == nil {
		err = s.respond(r.PathValue("id"), a)
	}
	if err != nil {
		said, status = err.Error(), http.StatusNotFound
		if said != "expired_url" && said != "used_url" {
			status = http.StatusInternalServerError // as Slack does
		}
	}
	record := Request{Method: "response_url", Args: a, Status: status}
	if err != nil {
		record.Error = said
	}
	s.record(record)
	s.mu.Changed()
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, said)
}

func (s *Slack) respond(id string, a args) error {
	to := s.answers[id]
	switch {
	case to == nil, s.Clock.Now().After(to.due):
		return refuse("expired_url")
	case to.uses >= maxAnswers:
		return refuse("used_url")
	}
	to.uses++
	return s.reply(to, a)
}

// reply does what the body of a response URL's request, or of a command's
// acknowledgement, asks for.
func (s *Slack) reply(to *answer, a args) error {
	delete(a, "markdown_text") // it is not taken here
	c := &call{s, a}
	if a["delete_original"] == "true" && to.about != nil {
		to.about.Deleted = true
		return nil
	}
	said, err := c.content()
	if err != nil {
		return err
	}
	if said.text == "" && len(said.blocks) == 0 && a["attachments"] == "" {
		return refuse("no_text")
	}
	if a["replace_original"] == "true" && to.about != nil && !to.about.Deleted {
		before := to.about.wire(s)
		to.about.say(s, said.text, said.blocks)
		if to.about.To == "" {
			s.tellChange(to.about, before)
		}
		return nil
	}
	m := &message{blocks: said.blocks, Message: Message{
		Channel: to.channel, Thread: a["thread_ts"], User: BotUser, Text: said.text, To: to.user,
	}}
	if m.Thread == "" {
		m.Thread = to.thread
	}
	if a["response_type"] == "in_channel" {
		m.To = ""
	}
	s.add(m)
	if m.To == "" {
		s.tellMessage(m)
	}
	return nil
}

// argsOf makes arguments of a JSON object; anything else is a text.
func argsOf(body []byte) args {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return args{"text": string(body)}
	}
	out := args{}
	for name, value := range all {
		var said string
		if json.Unmarshal(value, &said) != nil {
			said = string(value)
		}
		if said != "null" {
			out[name] = said
		}
	}
	return out
}
