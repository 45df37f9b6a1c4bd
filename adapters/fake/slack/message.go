package slack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/fake/slack/rule"
)

// Message is one in a channel, as it stands now.
type Message struct {
	Channel string
	TS      string
	Thread  string // timestamp of the thread's first message; of that itself empty
	User    string // BotUser for the app's
	Text    string
	Blocks  json.RawMessage // with the ids that Slack gave; nil: none

	To        string // an ephemeral one: the only user who sees it
	Deleted   bool
	Edited    bool // shown as "(edited)"
	Files     []File
	Reactions map[string][]string // users by name
	Metadata  json.RawMessage
	Unfurl    bool // Slack may fetch what its links point to

	Versions []Version // what it contained, oldest first; the last is the newest
}

// Version is the content of a message for a while.
type Version struct {
	Time   time.Time
	Text   string
	Blocks json.RawMessage
}

// message is a Message as it is kept.
type message struct {
	Message
	app      bool
	editedTS string // of the last edit, in whole seconds
	blocks   []any
	unfurl   []any  // attachments that Slack made of links, or another app's own
	other    string // the name of another app that wrote it
}

// Messages are those of a channel, oldest first, also ephemeral and deleted ones.
func (s *Slack) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if m.Channel == channel {
			out = append(out, m.copy())
		}
	}
	return out
}

// Message finds one by its timestamp.
func (s *Slack) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.message(channel, ts)
	if m == nil {
		return Message{}, false
	}
	return m.copy(), true
}

// From are the messages of the app in a channel, oldest first, without the deleted.
func (s *Slack) From(channel string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.User != s.Team.BotUser || m.Deleted })
}

func (m *message) copy() Message {
	out := m.Message
	out.Versions, out.Files = slices.Clone(m.Versions), slices.Clone(m.Files)
	out.Reactions = maps.Clone(m.Reactions)
	return out
}

func (s *Slack) message(channel, ts string) *message {
	i := slices.IndexFunc(s.messages, func(m *message) bool { return m.Channel == channel && m.TS == ts })
	if i < 0 {
		return nil
	}
	return s.messages[i]
}

// addMessage puts a message into its channel, and says so to the app. The lock is held.
func (s *Slack) addMessage(m *message) *message {
	m.TS = s.newTS()
	m.app = m.User == s.Team.BotUser
	m.setContent(s, m.Text, m.blocks)
	s.messages = append(s.messages, m)
	if m.app && m.To == "" {
		delete(s.statuses, threadKey{m.Channel, m.Thread})
	}
	return m
}

// setContent gives a message a new version. Blocks and elements without an id get one.
func (m *message) setContent(s *Slack, text string, blocks []any) {
	m.Text, m.blocks, m.Blocks = text, blocks, nil
	if len(blocks) > 0 {
		s.assignIDs(blocks)
		m.Blocks, _ = json.Marshal(blocks)
	}
	m.Versions = append(m.Versions, Version{s.Clock.Now(), text, m.Blocks})
}

// assignIDs gives ids to blocks and to elements that can be pressed.
func (s *Slack) assignIDs(blocks []any) {
	for _, b := range blocks {
		block, _ := b.(object)
		if block == nil {
			continue
		}
		if id, _ := block["block_id"].(string); id == "" && block["type"] != "markdown" {
			block["block_id"] = s.newID("b")
		}
		for _, e := range usableElements(block) {
			if id, _ := e["action_id"].(string); id == "" {
				e["action_id"] = s.newID("a")
			}
		}
	}
}

// usableElements are the elements of a block that a member can use.
func usableElements(block object) []object {
	var out []object
	add := func(v any) {
		if e, ok := v.(object); ok {
			kind, _ := e["type"].(string)
			if rule.IsElement(kind) && kind != "image" {
				out = append(out, e)
			}
		}
	}
	for _, key := range []string{"elements", "actions"} {
		list, _ := block[key].([]any)
		for _, e := range list {
			add(e)
			if card, ok := e.(object); ok && card["type"] == "card" {
				out = append(out, usableElements(card)...)
			}
		}
	}
	if inner, ok := block["child_blocks"].([]any); ok {
		for _, b := range inner {
			if child, ok := b.(object); ok {
				out = append(out, usableElements(child)...)
			}
		}
	}
	add(block["accessory"])
	add(block["element"])
	return out
}

// payload is the message as Slack sends it.
func (m *message) payload(s *Slack) object {
	out := object{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": s.Team.ID}
	switch {
	case m.app:
		out["bot_id"], out["app_id"] = s.Team.BotID, AppID
		out["bot_profile"] = object{"id": s.Team.BotID, "app_id": AppID, "user_id": s.Team.BotUser, "name": "aidesk", "deleted": false, "team_id": s.Team.ID, "icons": object{}, "updated": 1}
	case m.other != "":
		delete(out, "user")
		out["subtype"], out["bot_id"], out["username"], out["app_id"] = "bot_message", OtherBotID, m.other, "A0OTHER"
	default:
		out["client_msg_id"] = "c-" + m.TS
	}
	if len(m.blocks) > 0 {
		out["blocks"] = m.blocks
	}
	if m.Edited {
		out["edited"] = object{"user": m.User, "ts": m.editedTS}
	}
	if m.Thread != "" {
		out["thread_ts"] = m.Thread
		if parent := s.message(m.Channel, m.Thread); parent != nil {
			out["parent_user_id"] = parent.User
		}
	}
	if len(m.unfurl) > 0 {
		out["attachments"] = m.unfurl
	}
	if len(m.Files) > 0 {
		var files []object
		ch, _ := s.channel(m.Channel)
		for _, f := range m.Files {
			if ch.ExtShared {
				files = append(files, f.stub(s.Team.ID))
			} else {
				files = append(files, f.payload(s))
			}
		}
		out["files"] = files
	}
	var reactions []object
	for _, name := range slices.Sorted(maps.Keys(m.Reactions)) {
		reactions = append(reactions, object{"name": name, "users": m.Reactions[name], "count": len(m.Reactions[name])})
	}
	if reactions != nil {
		out["reactions"] = reactions
	}
	if n := s.replyCount(m); n > 0 {
		out["thread_ts"], out["reply_count"] = m.TS, n
	}
	return out
}

// replyCount is how many replies a message has.
func (s *Slack) replyCount(m *message) int {
	n := 0
	for _, o := range s.messages {
		if o.Channel == m.Channel && o.Thread == m.TS && !o.Deleted && o.To == "" {
			n++
		}
	}
	return n
}

// mentionsUser reports whether a text names a user.
func mentionsUser(text, user string) bool {
	return strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|")
}
