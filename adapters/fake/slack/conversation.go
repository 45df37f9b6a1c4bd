package slack

import (
	"encoding/json"
	"slices"
	"strings"
)

// readableChannel finds the channel of a call that reads something of it.
func (c *call) readableChannel(verb string) (Channel, error) {
	ch, ok := c.channel(c.args["channel"])
	if !ok {
		return ch, refuse("channel_not_found")
	}
	if err := c.requireScope(ch.scopeName() + ":" + verb); err != nil {
		return ch, err
	}
	if !ch.readableBy(c.Team.BotUser) {
		return ch, refuse("channel_not_found")
	}
	return ch, nil
}

// payload is the channel as Slack sends it.
func (c Channel) payload(team Team) object {
	out := object{
		"id": c.ID, "created": 1_700_000_000, "is_im": c.IM, "is_mpim": c.MPIM, "is_archived": c.Archived, "is_org_shared": false,
		"is_ext_shared": c.ExtShared, "is_shared": c.ExtShared, "is_private": c.Private || c.IM || c.MPIM, "context_team_id": team.ID,
	}
	if c.IM {
		out["user"], out["is_open"] = c.Members[0], true
		return out
	}
	out["name"], out["name_normalized"] = c.Name, c.Name
	out["is_channel"], out["is_group"], out["is_member"] = !c.Private, c.Private, c.hasMember(team.BotUser)
	out["is_general"], out["num_members"] = c.Name == "general", len(c.Members)
	return out
}

func conversationInfo(c *call) (object, error) {
	ch, err := c.readableChannel("read")
	if err != nil {
		return nil, err
	}
	return object{"channel": ch.payload(c.Team)}, nil
}

func conversationMembers(c *call) (object, error) {
	ch, err := c.readableChannel("read")
	if err != nil {
		return nil, err
	}
	some, next := paginate(ch.Members, c.args["cursor"], c.limit(100, 1000))
	return object{"members": some, "response_metadata": object{"next_cursor": next}}, nil
}

func conversationOpen(c *call) (object, error) {
	users := strings.FieldsFunc(c.args["users"], func(r rune) bool { return r == ',' })
	if len(users) > 1 {
		return nil, refuse("not_supported_by_the_fake")
	}
	if err := c.requireScope("im:write"); err != nil {
		return nil, err
	}
	if id := c.args["channel"]; id != "" {
		ch, ok := c.channel(id)
		if !ok || !ch.IM {
			return nil, refuse("channel_not_found")
		}
		users = ch.Members[:1]
	}
	if len(users) == 0 {
		return nil, refuse("users_list_not_supplied")
	}
	if u, ok := c.user(users[0]); !ok || u.ID == c.Team.BotUser {
		return nil, refuse("user_not_found")
	} else if u.Deleted {
		return nil, refuse("user_disabled")
	}
	id := c.dm(users[0])
	ch, _ := c.channel(id)
	if c.isTrue("return_im") {
		return object{"channel": ch.payload(c.Team)}, nil
	}
	return object{"channel": object{"id": id}}, nil
}

func conversationList(c *call) (object, error) {
	return c.listChannels(func(ch Channel) bool { return ch.readableBy(c.Team.BotUser) })
}

func conversationsOf(c *call) (object, error) {
	return c.listChannels(func(ch Channel) bool { return ch.hasMember(c.Team.BotUser) })
}

// listChannels gives the channels of the kinds that a call names.
func (c *call) listChannels(wanted func(Channel) bool) (object, error) {
	kinds := strings.Split(c.args["types"], ",")
	if c.args["types"] == "" {
		kinds = []string{"public_channel"}
	}
	family := map[string]string{"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
	var named []string
	for _, k := range kinds {
		f, ok := family[strings.TrimSpace(k)]
		if !ok {
			return nil, refuse("invalid_types")
		}
		if err := c.requireScope(f + ":read"); err != nil {
			return nil, err
		}
		named = append(named, f)
	}
	var out []object
	for _, ch := range c.channels {
		if slices.Contains(named, ch.scopeName()) && wanted(ch) && (!ch.Archived || !c.isTrue("exclude_archived")) {
			out = append(out, ch.payload(c.Team))
		}
	}
	some, next := paginate(out, c.args["cursor"], c.limit(100, 1000))
	return object{"channels": some, "response_metadata": object{"next_cursor": next}}, nil
}

// paginate is a part of a list, and the cursor of the next.
func paginate[E any](list []E, cursor string, limit int) ([]E, string) {
	from := 0
	for from < len(list) && cursor != "" && cursor != cursorAt(from) {
		from++
	}
	to := min(from+limit, len(list))
	if to == len(list) {
		return slices.Concat([]E{}, list[from:]), ""
	}
	return slices.Clone(list[from:to]), cursorAt(to)
}

// cursorAt is the cursor of a place in a list.
func cursorAt(at int) string {
	text, _ := json.Marshal(at)
	return "next:" + string(text)
}

func conversationHistory(c *call) (object, error) {
	return c.listMessages(func(m *message) bool { return m.Thread == "" }, true)
}

func conversationReplies(c *call) (object, error) {
	ts := c.args["ts"]
	if ch, ok := c.channel(c.args["channel"]); ok {
		m := c.message(ch.ID, ts)
		if m == nil {
			return nil, refuse("thread_not_found")
		}
		if m.Thread != "" {
			ts = m.Thread
		}
	}
	return c.listMessages(func(m *message) bool { return m.TS == ts || m.Thread == ts }, false)
}

// listMessages gives messages of a channel; newest first, as conversations.history does.
func (c *call) listMessages(wanted func(*message) bool, newest bool) (object, error) {
	ch, err := c.readableChannel("history")
	if err != nil {
		return nil, err
	}
	if !ch.hasMember(c.Team.BotUser) {
		return nil, refuse("not_in_channel")
	}
	oldest, latest, inclusive := c.args["oldest"], c.args["latest"], c.isTrue("inclusive")
	out := []object{}
	for _, m := range c.messages {
		in := m.Channel == ch.ID && !m.Deleted && m.To == "" && wanted(m)
		in = in && (oldest == "" || m.TS > oldest || inclusive && m.TS == oldest || !newest && m.Thread == "")
		in = in && (latest == "" || m.TS < latest || inclusive && m.TS == latest || !newest && m.Thread == "")
		if !in {
			continue
		}
		wire := m.payload(c.Slack)
		if m.Metadata != nil && c.isTrue("include_all_metadata") {
			wire["metadata"] = m.Metadata
		}
		out = append(out, wire)
	}
	if newest {
		slices.Reverse(out)
	}
	limit := c.limit(100, 999)
	if c.App.Sold {
		limit = min(limit, 15)
	}
	some, next := paginate(out, c.args["cursor"], limit)
	return object{"messages": some, "has_more": next != "", "response_metadata": object{"next_cursor": next}}, nil
}
