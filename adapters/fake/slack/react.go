package slack

import (
	"regexp"
	"slices"
)

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
	if slices.Contains(m.Reactions[name], BotUser) {
		return nil, refuse("already_reacted")
	}
	if m.Reactions == nil {
		m.Reactions = map[string][]string{}
	}
	m.Reactions[name] = append(m.Reactions[name], BotUser)
	return nil, nil
}

func reactionRemove(c *call) (object, error) {
	m, name, err := c.reactionTarget()
	if err != nil {
		return nil, err
	}
	at := slices.Index(m.Reactions[name], BotUser)
	if at < 0 {
		return nil, refuse("no_reaction")
	}
	m.Reactions[name] = slices.Delete(slices.Clone(m.Reactions[name]), at, at+1)
	if len(m.Reactions[name]) == 0 {
		delete(m.Reactions, name)
	}
	return nil, nil
}
