package slack

import (
	"encoding/json"
	"fmt"
	"slices"
)

// What Slack gives an app that people talk with: prompts in its direct message, titles of the
// threads there, and a button that stops it.

// Prompt is a question that is proposed to a user, who asks it by a press.
type Prompt struct {
	Title   string `json:"title"`
	Message string `json:"message"`
}

// maxPrompts is how many are proposed at once.
const maxPrompts = 4

func setTitle(c *call) (object, error) {
	at, err := c.statusThread()
	if err != nil {
		return nil, err
	}
	ch, _ := c.channel(at.channel)
	switch {
	case !ch.IM:
		return nil, refuse("channel_not_found")
	case c.args["title"] == "":
		return nil, refuseArgs("[ERROR] missing required field: title")
	}
	c.titles[at] = c.args["title"]
	return nil, nil
}

// Title is the name of a thread in a direct message; empty: it has none.
func (s *Slack) Title(channel, ts string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.titles[threadKey{channel, ts}]
}

func setPrompts(c *call) (object, error) {
	c.args["channel"] = c.args["channel_id"]
	defer delete(c.args, "channel")
	ch, err := c.writableChannel()
	if err != nil {
		return nil, err
	}
	if !ch.IM {
		return nil, refuse("channel_not_found")
	}
	if c.args["thread_ts"] != "" {
		if _, err := c.statusThread(); err != nil {
			return nil, err
		}
		c.args["channel"] = ch.ID
	}
	var prompts []Prompt
	if err := json.Unmarshal([]byte(c.args["prompts"]), &prompts); err != nil || len(prompts) == 0 || len(prompts) > maxPrompts {
		return nil, refuseArgs("[ERROR] 1 to 4 prompts are needed [json-pointer:/prompts]")
	}
	if slices.ContainsFunc(prompts, func(p Prompt) bool { return p.Title == "" || p.Message == "" }) {
		return nil, refuseArgs("[ERROR] a prompt needs a title and a message [json-pointer:/prompts]")
	}
	c.prompts[ch.ID] = prompts
	return nil, nil
}

// Prompts are what is proposed in a user's direct message with the app.
func (s *Slack) Prompts(user string) []Prompt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.prompts[s.dm(user)])
}

// Stop lets a user press the button that stops the app, which stands beside what the app says
// that it is doing in a thread.
func (s *Slack) Stop(user, channel, ts string) error {
	defer s.mu.Changing()()
	ch, err := s.visibleChannel(user, channel)
	if err != nil {
		return err
	}
	at := threadKey{ch.ID, ts}
	if st, ok := s.statuses[at]; !ok || s.Clock.Now().Sub(st.at) >= statusLifetime {
		return fmt.Errorf("the button that stops: %w", errNotShown)
	}
	delete(s.statuses, at)
	if s.subscribed("agent_session_stopped") {
		s.sendEvent(object{"type": "agent_session_stopped", "channel": ch.ID, "thread_ts": ts, "user": user}, ch.ExtShared)
	}
	return nil
}
