package slack

import (
	"regexp"
	"slices"
	"strings"
)

// subscribed reports whether the app hears of something: it is subscribed, and has
// the scope for it.
func (s *Slack) subscribed(event string, scopes ...string) bool {
	return slices.Contains(s.App.Events, event) && s.App.granted(scopes...)
}

// sendEvent sends an event to the app. The lock is held.
func (s *Slack) sendEvent(event object, shared bool) {
	now := s.Clock.Now()
	if event["event_ts"] == nil {
		event["event_ts"] = s.newTS()
	}
	s.deliver(Events, object{
		"token": verificationToken, "team_id": s.Team.ID, "context_team_id": s.Team.ID, "context_enterprise_id": nil, "api_app_id": AppID,
		"type": "event_callback", "event_id": s.newID("Ev"), "event_time": now.Unix(), "event_context": s.newID("4-"), "event": event,
		"is_ext_shared_channel": shared, "authorizations": []object{{
			"enterprise_id": nil, "team_id": s.Team.ID, "user_id": s.Team.BotUser, "is_bot": true, "is_enterprise_install": false,
		}},
	}, nil)
}

// hearsMessages reports whether the app hears of messages in a channel.
func (s *Slack) hearsMessages(ch Channel) bool {
	return ch.hasMember(s.Team.BotUser) && s.subscribed("message."+ch.scopeName(), ch.scopeName()+":history")
}

// sendMessageEvent tells the app of a new message: by a message event, and by a twin when
// it is mentioned. Slack does not say in which order they come.
func (s *Slack) sendMessageEvent(m *message) {
	ch, _ := s.channel(m.Channel)
	event := m.payload(s)
	event["channel"], event["channel_type"], event["event_ts"] = ch.ID, ch.channelType(), m.TS
	if len(m.Files) > 0 {
		event["subtype"] = "file_share"
	}
	if s.hearsMessages(ch) {
		s.sendEvent(event, ch.ExtShared)
	}
	s.sendMention(m, ch, m.TS)
}

// sendMention tells the app that a message mentions it, if it does.
func (s *Slack) sendMention(m *message, ch Channel, eventTS string) {
	if m.app || ch.IM || !ch.hasMember(s.Team.BotUser) || !mentionsUser(m.Text, s.Team.BotUser) || !s.subscribed("app_mention", "app_mentions:read") {
		return
	}
	mention := m.payload(s)
	mention["type"], mention["channel"], mention["event_ts"] = "app_mention", ch.ID, eventTS
	s.sendEvent(mention, ch.ExtShared)
}

// sendChangeEvent tells the app that a message says something else. Of an edit it hears
// once more if it is mentioned; of a preview that Slack adds it does not.
func (s *Slack) sendChangeEvent(m *message, before object) {
	ch, _ := s.channel(m.Channel)
	if s.hearsMessages(ch) {
		ts := s.newTS()
		s.sendEvent(object{
			"type": "message", "subtype": "message_changed", "hidden": true, "channel": ch.ID, "channel_type": ch.channelType(), "ts": ts,
			"event_ts": ts, "message": m.payload(s), "previous_message": before,
		}, ch.ExtShared)
	}
	if before["text"] != m.Text {
		s.sendMention(m, ch, s.newTS())
	}
}

// sendDeletionEvent tells the app that a message is gone.
func (s *Slack) sendDeletionEvent(m *message, before object) {
	ch, _ := s.channel(m.Channel)
	if s.hearsMessages(ch) {
		ts := s.newTS()
		s.sendEvent(object{
			"type": "message", "subtype": "message_deleted", "hidden": true, "channel": ch.ID, "channel_type": ch.channelType(), "ts": ts,
			"event_ts": ts, "deleted_ts": m.TS, "previous_message": before,
		}, ch.ExtShared)
	}
}

// markupToken is a mention, link or other token of Slack's markup.
var markupToken = regexp.MustCompile(`<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>`)

// richTextOf are the blocks that Slack makes of what a user wrote.
func richTextOf(text string) []any {
	var parts []any
	add := func(s string) {
		if s != "" {
			parts = append(parts, object{"type": "text", "text": unescape(s)})
		}
	}
	at := 0
	for _, m := range markupToken.FindAllStringSubmatchIndex(text, -1) {
		add(text[at:m[0]])
		at = m[1]
		sign, target := text[m[2]:m[3]], unescape(text[m[4]:m[5]])
		switch sign {
		case "@":
			parts = append(parts, object{"type": "user", "user_id": target})
		case "#":
			parts = append(parts, object{"type": "channel", "channel_id": target})
		case "!":
			parts = append(parts, object{"type": "broadcast", "range": target})
		default:
			l := object{"type": "link", "url": target}
			if m[6] >= 0 {
				l["text"] = unescape(text[m[6]:m[7]])
			}
			parts = append(parts, l)
		}
	}
	add(text[at:])
	if len(parts) == 0 {
		return nil
	}
	return []any{object{"type": "rich_text", "elements": []any{object{"type": "rich_text_section", "elements": parts}}}}
}

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

func unescape(s string) string { return unescaper.Replace(s) }

var typedName = regexp.MustCompile(`@([A-Za-z0-9._-]+)|https?://[^\s<>]+`)

// Typed is what Slack makes of what a user types: &, < and > are escaped, addresses
// become links, and names after an @ mentions of who bears them.
func (s *Slack) Typed(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return typedName.ReplaceAllStringFunc(escaper.Replace(text), func(found string) string {
		if !strings.HasPrefix(found, "@") {
			return "<" + found + ">"
		}
		for _, u := range s.users {
			if strings.EqualFold(u.Name, found[1:]) {
				return "<@" + u.ID + ">"
			}
		}
		return found
	})
}
