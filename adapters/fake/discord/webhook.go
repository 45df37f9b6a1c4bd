package discord

import "aidesk/adapters/fake/discord/rule"

// interaction finds the answered interaction of a token. What is said of a token that
// is not known, or whose interaction is not answered yet, is not documented.
func (c *call) interaction() (*interaction, error) {
	if c.vars["application"] != ApplicationID {
		return nil, refuse(unknownWebhook)
	}
	i := c.interactions[c.vars["token"]]
	switch {
	case i == nil, c.Clock.Now().Sub(i.made) > tokenTime:
		return nil, refuse(invalidWebhookToken)
	case !i.acked:
		return nil, refuse(unknownWebhook)
	}
	return i, nil
}

// answer finds the message that a request with a token names.
func (c *call) answerOf() (*interaction, *message, error) {
	i, err := c.interaction()
	if err != nil {
		return nil, nil, err
	}
	m := i.original
	if id, ok := c.vars["message"]; ok {
		m = c.message(i.channel.ID, id)
		if m != nil && m.token != i.token && m != i.original {
			m = nil
		}
	}
	if m == nil || m.Deleted {
		return nil, nil, refuse(unknownMessage)
	}
	return i, m, nil
}

// followUp sends a further answer. The first one after a deferral takes its place.
func followUp(c *call) (any, error) {
	i, err := c.interaction()
	if err != nil {
		return nil, err
	}
	s, err := readMessage(c.form, c.files, rule.AllowUsers)
	if err != nil {
		return nil, err
	}
	if s.Empty() {
		return nil, refuse(emptyMessage)
	}
	if m := i.original; m != nil && !m.Deleted && m.Flags&FlagLoading != 0 {
		s.HasText, s.HasEmbeds, s.HasComponents = true, true, true
		if err := c.change(m, s); err != nil {
			return nil, err
		}
		return c.messageWire(m), nil
	}
	return c.messageWire(c.respond(i, s)), nil
}

func getAnswer(c *call) (any, error) {
	_, m, err := c.answerOf()
	if err != nil {
		return nil, err
	}
	return c.messageWire(m), nil
}

func changeAnswer(c *call) (any, error) {
	_, m, err := c.answerOf()
	if err != nil {
		return nil, err
	}
	s, err := readMessage(c.form, c.files, rule.AllowUsers)
	if err != nil {
		return nil, err
	}
	if err := c.change(m, s); err != nil {
		return nil, err
	}
	return c.messageWire(m), nil
}

func deleteAnswer(c *call) (any, error) {
	_, m, err := c.answerOf()
	if err != nil {
		return nil, err
	}
	c.remove(m)
	return nil, nil
}
