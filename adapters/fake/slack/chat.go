package slack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/adapters/fake/slack/rule"
)

// What a text may be. A new message may be longer than a changed one; that is
// counted in bytes, after &, < and > are escaped.
const (
	maxText    = 40_000
	maxUpdate  = 4_000
	maxComment = 12_000 // of markdown_text
)

var timestamp = regexp.MustCompile(`^\d{1,12}\.\d{6}$`)

// content is what a call wants msg.
type content struct {
	text     string
	blocks   []any
	given    bool // blocks were given, perhaps none
	metadata json.RawMessage
}

// content reads what a call wants msg.
func (c *call) content() (content, error) {
	out := content{text: c.args["text"]}
	raw := c.args["blocks"]
	if markdown, ok := c.args["markdown_text"]; ok {
		switch {
		case out.text != "" || raw != "":
			return out, refuse("markdown_text_conflict")
		case utf8.RuneCountInString(markdown) > maxComment:
			return out, refuse("msg_too_long")
		}
		out.text = markdown
	}
	if raw != "" {
		out.given = true
		var err error
		if out.blocks, err = rule.Blocks(raw, rule.Message, c.Unfetchable); err != nil {
			return out, err
		}
	}
	if utf8.RuneCountInString(out.text) > maxText {
		return out, refuse("msg_too_long") // Slack itself cuts it, which nobody wants to happen
	}
	if m := c.args["metadata"]; m != "" {
		var meta struct {
			Type    string          `json:"event_type"`
			Payload json.RawMessage `json:"event_payload"`
		}
		switch err := json.Unmarshal([]byte(m), &meta); {
		case err == nil && meta.Type == "": // what some clients send for none
		case err != nil, len(meta.Payload) == 0 || meta.Payload[0] != '{':
			return out, refuse("invalid_metadata_format")
		default:
			out.metadata = json.RawMessage(m)
		}
	}
	return out, nil
}

// writableChannel finds the channel of a call, in which the app may write.
func (c *call) writableChannel() (Channel, error) {
	id := c.args["channel"]
	if id == "" {
		return Channel{}, refuseArgs("[ERROR] missing required field: channel")
	}
	ch, ok := c.channel(id)
	switch {
	case !ok, !ch.readableBy(c.Team.BotUser):
		return ch, refuse("channel_not_found")
	case ch.Archived:
		return ch, refuse("is_archived")
	case !ch.hasMember(c.Team.BotUser):
		return ch, refuse("not_in_channel")
	}
	return ch, nil
}

// threadParent checks the thread that a call names. Slack does not document what becomes of
// a reply to nothing or to a reply; here both are refused.
func (c *call) threadParent(channel string) (string, error) {
	ts := c.args["thread_ts"]
	if ts == "" {
		return "", nil
	}
	if !timestamp.MatchString(ts) {
		return "", refuse("invalid_thread_ts")
	}
	m := c.message(channel, ts)
	if m == nil || m.To != "" || m.Thread != "" {
		return "", refuse("invalid_thread_ts")
	}
	return ts, nil
}

func postMessage(c *call) (object, error) {
	msg, err := c.content()
	if err != nil {
		return nil, err
	}
	if u, ok := c.user(c.args["channel"]); ok { // a member's id stands for the direct message with them
		if u.Deleted || u.ID == c.Team.BotUser {
			return nil, refuse("channel_not_found")
		}
		c.args["channel"] = c.dm(u.ID)
	}
	ch, err := c.writableChannel()
	if err != nil {
		return nil, err
	}
	if msg.text == "" && len(msg.blocks) == 0 && c.args["attachments"] == "" {
		return nil, refuse("no_text")
	}
	parent, err := c.threadParent(ch.ID)
	if err != nil {
		return nil, err
	}
	m := c.addMessage(&message{blocks: msg.blocks, Message: Message{
		Channel: ch.ID, Thread: parent, User: c.Team.BotUser, Text: msg.text, Metadata: msg.metadata, Unfurl: c.mayUnfurl(msg),
	}})
	c.sendMessageEvent(m)
	return object{"channel": ch.ID, "ts": m.TS, "message": m.payload(c.Slack)}, nil
}

// mayUnfurl reports whether Slack would fetch what the links point to: it does unless
// both flags are off.
func (c *call) mayUnfurl(msg content) bool {
	off := func(name string) bool { v, ok := c.args[name]; return ok && (v == "false" || v == "0") }
	text, _ := json.Marshal(msg.blocks)
	return (!off("unfurl_links") || !off("unfurl_media")) && strings.Contains(msg.text+string(text), "http")
}

// appMessage finds the message of the app that a call names.
func (c *call) appMessage(denied string) (*message, error) {
	ch, err := c.writableChannel()
	if err != nil {
		return nil, err
	}
	m := c.message(ch.ID, c.args["ts"])
	switch {
	case m == nil, m.Deleted, m.To != "":
		return nil, refuse("message_not_found")
	case !m.app:
		return nil, refuse(denied)
	}
	return m, nil
}

func updateMessage(c *call) (object, error) {
	msg, err := c.content()
	if err != nil {
		return nil, err
	}
	if escapedSize(msg.text) > maxUpdate {
		return nil, refuse("msg_too_long")
	}
	m, err := c.appMessage("cant_update_message")
	if err != nil {
		return nil, err
	}
	if msg.text == "" && len(msg.blocks) == 0 {
		return nil, refuse("no_text")
	}
	before := m.payload(c.Slack)
	m.Edited = !msg.given
	m.setContent(c.Slack, msg.text, msg.blocks)
	if msg.metadata != nil {
		m.Metadata = msg.metadata
	}
	c.sendChangeEvent(m, before)
	return object{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": m.payload(c.Slack)}, nil
}

// escapedSize is the number of bytes of a text whose &, < and > are escaped where they are
// no markup.
func escapedSize(text string) int {
	n := len(text)
	for i, r := range text {
		rest := text[i:]
		switch {
		case r == '&' && !strings.HasPrefix(rest, "&amp;") && !strings.HasPrefix(rest, "&lt;") && !strings.HasPrefix(rest, "&gt;"):
			n += len("amp;")
		case r == '<' && !markupStart.MatchString(rest):
			n += len("lt;")
		}
	}
	return n
}

var markupStart = regexp.MustCompile(`^<(@|#|!|[a-z]+:)[^<>]*>`)

func deleteMessage(c *call) (object, error) {
	m, err := c.appMessage("cant_delete_message")
	if err != nil {
		return nil, err
	}
	before := m.payload(c.Slack)
	m.Deleted = true
	c.sendDeletionEvent(m, before)
	return object{"channel": m.Channel, "ts": m.TS}, nil
}

func postEphemeral(c *call) (object, error) {
	msg, err := c.content()
	if err != nil {
		return nil, err
	}
	ch, err := c.writableChannel()
	if err != nil {
		return nil, err
	}
	if msg.text == "" && len(msg.blocks) == 0 && c.args["attachments"] == "" {
		return nil, refuse("no_text")
	}
	if !ch.hasMember(c.args["user"]) {
		return nil, refuse("user_not_in_channel")
	}
	parent, err := c.threadParent(ch.ID)
	if err != nil {
		return nil, err
	}
	m := c.addMessage(&message{blocks: msg.blocks, Message: Message{
		Channel: ch.ID, Thread: parent, User: c.Team.BotUser, Text: msg.text, To: c.args["user"],
	}})
	return object{"message_ts": m.TS}, nil
}

func getPermalink(c *call) (object, error) {
	ch, ok := c.channel(c.args["channel"])
	if !ok || !ch.readableBy(c.Team.BotUser) {
		return nil, refuse("channel_not_found")
	}
	m := c.message(ch.ID, c.args["message_ts"])
	if m == nil || m.Deleted || m.To != "" {
		return nil, refuse("message_not_found")
	}
	link := c.URL + "/archives/" + ch.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.Thread != "" {
		link += "?thread_ts=" + m.Thread + "&cid=" + ch.ID
	}
	return object{"channel": ch.ID, "permalink": link}, nil
}

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
		return nil, refuseArgs("[ERROR] missing required field: status")
	}
	if list := c.args["loading_messages"]; list != "" {
		var lines []string
		if json.Unmarshal([]byte(list), &lines) == nil && len(lines) > 10 {
			return nil, refuseArgs("[ERROR] no more than 10 items allowed [json-pointer:/loading_messages]")
		}
	}
	c.statuses[at] = status{text, c.Clock.Now()}
	if text == "" {
		delete(c.statuses, at)
	}
	return nil, nil
}

var emoji = regexp.MustCompile(`^[a-z0-9_+'-]+(::skin-tone-[2-6])?$`)

// reactionTarget finds the message that a call reacts to.
func (c *call) reactionTarget() (*message, string, error) {
	name := c.args["name"]
	if !emoji.MatchString(name) {
		return nil, "", refuse("invalid_name")
	}
	ch, err := c.writableChannel()
	if err != nil {
		return nil, "", err
	}
	m := c.message(ch.ID, c.args["timestamp"])
	if m == nil || m.Deleted || m.To != "" {
		return nil, "", refuse("message_not_found")
	}
	return m, name, nil
}

func reactionAdd(c *call) (object, error) {
	m, name, err := c.reactionTarget()
	if err != nil {
		return nil, err
	}
	if slices.Contains(m.Reactions[name], c.Team.BotUser) {
		return nil, refuse("already_reacted")
	}
	if m.Reactions == nil {
		m.Reactions = map[string][]string{}
	}
	m.Reactions[name] = append(m.Reactions[name], c.Team.BotUser)
	return nil, nil
}

func reactionRemove(c *call) (object, error) {
	m, name, err := c.reactionTarget()
	if err != nil {
		return nil, err
	}
	at := slices.Index(m.Reactions[name], c.Team.BotUser)
	if at < 0 {
		return nil, refuse("no_reaction")
	}
	m.Reactions[name] = slices.Delete(slices.Clone(m.Reactions[name]), at, at+1)
	if len(m.Reactions[name]) == 0 {
		delete(m.Reactions, name)
	}
	return nil, nil
}
