package slack

import (
	"encoding/json"
	"slices"
	"strings"
)

// readable finds the channel of a call that reads something of it.
func (c *call) readable(verb string) (Channel, error) {
	ch, ok := c.channel(c.args["channel"])
	if !ok {
		return ch, refuse("channel_not_found")
	}
	if err := c.need(ch.family() + ":" + verb); err != nil {
		return ch, err
	}
	if !ch.reads(BotUser) {
		return ch, refuse("channel_not_found")
	}
	return ch, nil
}

// wire is the channel as Slack sends it.
func (c Channel) wire() object {
	out := object{
		"id": c.ID, "created": 1_700_000_000, "is_im": c.IM, "is_mpim": c.MPIM, "is_archived": c.Archived, "is_org_shared": false,
		"is_ext_shared": c.ExtShared, "is_shared": c.ExtShared, "is_private": c.Private || c.IM || c.MPIM, "context_team_id": TeamID,
	}
	if c.IM {
		out["user"], out["is_open"] = c.Members[0], true
		return out
	}
	out["name"], out["name_normalized"] = c.Name, c.Name
	out["is_channel"], out["is_group"], out["is_member"] = !c.Private, c.Private, c.has(BotUser)
	out["is_general"], out["num_members"] = c.Name == "general", len(c.Members)
	return out
}

func conversationInfo(c *call) (object, error) {
	ch, err := c.readable("read")
	if err != nil {
		return nil, err
	}
	return object{"channel": ch.wire()}, nil
}

func conversationMembers(c *call) (object, error) {
	ch, err := c.readable("read")
	if err != nil {
		return nil, err
	}
	some, next := page(ch.Members, c.args["cursor"], c.count("limit", 100, 1000))
	return object{"members": some, "response_metadata": object{"next_cursor": next}}, nil
}

func conversationOpen(c *call) (object, error) {
	users := strings.FieldsFunc(c.args["users"], func(r rune) bool { return r == ',' })
	if len(users) > 1 {
		return nil, refuse("not_supported_by_the_fake")
	}
	if err := c.need("im:write"); err != nil {
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
	if u, ok := c.user(users[0]); !ok || u.ID == BotUser {
		return nil, refuse("user_not_found")
	} else if u.Deleted {
		return nil, refuse("user_disabled")
	}
	id := c.dm(users[0])
	ch, _ := c.channel(id)
	if c.flag("return_im") {
		return object{"channel": ch.wire()}, nil
	}
	return object{"channel": object{"id": id}}, nil
}

func conversationList(c *call) (object, error) {
	return c.list(func(ch Channel) bool { return ch.reads(BotUser) })
}

func conversationsOf(c *call) (object, error) {
	return c.list(func(ch Channel) bool { return ch.has(BotUser) })
}

// list gives the channels of the kinds that a call names.
func (c *call) list(wanted func(Channel) bool) (object, error) {
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
		if err := c.need(f + ":read"); err != nil {
			return nil, err
		}
		named = append(named, f)
	}
	var out []object
	for _, ch := range c.channels {
		if slices.Contains(named, ch.family()) && wanted(ch) && (!ch.Archived || !c.flag("exclude_archived")) {
			out = append(out, ch.wire())
		}
	}
	some, next := page(out, c.args["cursor"], c.count("limit", 100, 1000))
	return object{"channels": some, "response_metadata": object{"next_cursor": next}}, nil
}

// page is a part of a list, and the cursor of the next.
func page[E any](list []E, cursor string, limit int) ([]E, string) {
	from := 0
	for from < len(list) && cursor != "" && cursor != mark(from) {
		from++
	}
	to := min(from+limit, len(list))
	if to == len(list) {
		return slices.Concat([]E{}, list[from:]), ""
	}
	return slices.Clone(list[from:to]), mark(to)
}

// mark is the cursor of a place in a list.
func mark(at int) string {
	text, _ := json.Marshal(at)
	return "next:" + string(text)
}

func history(c *call) (object, error) {
	return c.read(func(m *message) bool { return m.Thread == "" }, true)
}

func replies(c *call) (object, error) {
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
	return c.read(func(m *message) bool { return m.TS == ts || m.Thread == ts }, false)
}

// read gives messages of a channel; newest first, as conversations.history does.
func (c *call) read(wanted func(*message) bool, newest bool) (object, error) {
	ch, err := c.readable("history")
	if err != nil {
		return nil, err
	}
	if !ch.has(BotUser) {
		return nil, refuse("not_in_channel")
	}
	oldest, latest, inclusive := c.args["oldest"], c.args["latest"], c.flag("inclusive")
	out := []object{}
	for _, m := range c.messages {
		in := m.Channel == ch.ID && !m.Deleted && m.To == "" && wanted(m)
		in = in && (oldest == "" || m.TS > oldest || inclusive && m.TS == oldest || !newest && m.Thread == "")
		in = in && (latest == "" || m.TS < latest || inclusive && m.TS == latest || !newest && m.Thread == "")
		if !in {
			continue
		}
		wire := m.wire(c.Slack)
		if m.Metadata != nil && c.flag("include_all_metadata") {
			wire["metadata"] = m.Metadata
		}
		out = append(out, wire)
	}
	if newest {
		slices.Reverse(out)
	}
	some, next := page(out, c.args["cursor"], c.count("limit", 100, 999))
	return object{"messages": some, "has_more": next != "", "response_metadata": object{"next_cursor": next}}, nil
}
