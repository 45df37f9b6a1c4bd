package slack

import (
	"encoding/json"
	"time"
)

// statusLifetime is how long a status is shown if nothing is posted.
const statusLifetime = 2 * time.Minute

// status is what the app says that it is doing.
type status struct {
	text string
	at   time.Time
}

// Status is what stands below a thread while the app works; empty after it has
// answered, and after two minutes.
func (s *Slack) Status(channel, ts string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.statuses[threadKey{channel, ts}]
	if !ok || s.Clock.Now().Sub(st.at) >= statusLifetime {
		return ""
	}
	return st.text
}

// statusThread finds the thread of a call of assistant.threads.
func (c *call) statusThread() (threadKey, error) {
	c.args["channel"] = c.args["channel_id"]
	defer delete(c.args, "channel")
	ch, err := c.writableChannel()
	if err != nil {
		return threadKey{}, err
	}
	ts := c.args["thread_ts"]
	if m := c.message(ch.ID, ts); !timestamp.MatchString(ts) || m == nil || m.Thread != "" {
		return threadKey{}, refuse("invalid_thread_ts")
	}
	return threadKey{ch.ID, ts}, nil
}

func setStatus(c *call) (object, error) {
	at, err := c.statusThread()
	if err != nil {
		return nil, err
	}
	text, ok := c.args["status"]
	if !ok {
		return nil, refuseArgs("invalid_arguments", "[ERROR] missing required field: status")
	}
	if list := c.args["loading_messages"]; list != "" {
		var lines []string
		if json.Unmarshal([]byte(list), &lines) == nil && len(lines) > 10 {
			return nil, refuseArgs("invalid_arguments", "[ERROR] no more than 10 items allowed [json-pointer:/loading_messages]")
		}
	}
	c.statuses[at] = status{text, c.Clock.Now()}
	if text == "" {
		delete(c.statuses, at)
	}
	return nil, nil
}

func setTitle(c *call) (object, error) {
	_, err := c.statusThread()
	return nil, err
}

func setPrompts(c *call) (object, error) {
	var prompts []struct {
		Title   string `json:"title"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal([]byte(c.args["prompts"]), &prompts); err != nil || len(prompts) == 0 || len(prompts) > 4 {
		return nil, refuseArgs("invalid_arguments", "[ERROR] 1 to 4 prompts are needed [json-pointer:/prompts]")
	}
	return nil, nil
}
