package discord

import (
	"slices"
	"strconv"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// restMessage is a message as the application may read it over REST.
func (c *call) restMessage(m *message) object {
	wire := c.messagePayload(m)
	if c.Intents&IntentContent == 0 {
		if blank := c.withoutContent(m, wire); blank != nil {
			return blank
		}
	}
	return wire
}

func getMessage(c *call) (any, error) {
	ch, err := c.requestChannel(ReadHistory)
	if err != nil {
		return nil, err
	}
	m := c.message(ch.ID, c.vars["message"])
	if m == nil || m.Deleted || m.To != "" {
		return nil, refuse(unknownMessage)
	}
	return c.restMessage(m), nil
}

// listMessages lists messages, newest first: all, or those after, before or around one.
func listMessages(c *call) (any, error) {
	ch, err := c.requestChannel(0)
	if err != nil {
		return nil, err
	}
	f := rule.Faults{}
	limit := 50
	if v := c.query.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > 100 {
			f.Addf("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
		}
	}
	pivot := ""
	for _, key := range []string{"around", "before", "after"} {
		if v := c.query.Get(key); v != "" {
			if !rule.IsSnowflake(v) {
				f.Addf(key, "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", v)
			}
			if pivot != "" {
				f.Addf(key, "BASE_TYPE_MUTUALLY_EXCLUSIVE", "only one of around, before and after may be given")
			}
			pivot = key
		}
	}
	if err := invalidFormBody(f); err != nil {
		return nil, err
	}
	out := []object{}
	if !c.may(BotUser, ch, ReadHistory) {
		return out, nil
	}
	var all []*message
	for _, m := range c.messages {
		if m.Channel == ch.ID && !m.Deleted && m.To == "" {
			all = append(all, m)
		}
	}
	id := c.query.Get(pivot)
	from := slices.IndexFunc(all, func(m *message) bool { return olderID(id, m.ID) || m.ID == id })
	if from < 0 {
		from = len(all)
	}
	switch pivot {
	case "after":
		if from < len(all) && all[from].ID == id {
			from++
		}
		all = all[from:min(from+limit, len(all))]
	case "before":
		all = all[max(from-limit, 0):from]
	case "around":
		all = all[max(from-limit/2, 0):min(from+(limit+1)/2, len(all))]
	default:
		all = all[max(len(all)-limit, 0):]
	}
	for _, m := range slices.Backward(all) {
		out = append(out, c.restMessage(m))
	}
	return out, nil
}

// olderID reports whether a snowflake is less than another.
func olderID(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return strings.Compare(a, b) < 0
}
