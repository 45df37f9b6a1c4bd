package discord

import "aidesk/adapters/fake/discord/rule"

// tokenInteraction finds the answered interaction of a token. What is said of a token that
// is not known, or whose interaction is not answered yet, is not documented.
func (c *call) tokenInteraction() (*interaction, error) {
	if c.vars["application"] != ApplicationID {
		return nil, refuse(unknownWebhook)
	}
	i := c.interactions[c.vars["token"]]
	switch {
	case i == nil, c.Clock.Now().Sub(i.createdAt) > tokenTime:
		return nil, refuse(invalidWebhookToken)
	case !i.answered:
		return nil, refuse(unknownWebhook)
	}
	return i, nil
}

// answer finds the message that a request with a token names.
func (c *call) answerMessage() (*interaction, *message, error) {
	i, err := c.tokenInteraction()
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
	i, err := c.tokenInteraction()
	if err != nil {
		return nil, err
	}
	s, err := readContent(c.form, c.files, rule.AllowUsers)
	if err != nil {
		return nil, err
	}
	if s.Empty() {
		return nil, refuse(emptyMessage)
	}
	if m := i.original; m != nil && !m.Deleted && m.Flags&FlagLoading != 0 {
		s.HasText, s.HasEmbeds, s.HasComponents = true, true, true
		if err := c.editMessage(m, s); err != nil {
			return nil, err
		}
		return c.messagePayload(m), nil
	}
	return c.messagePayload(c.postAnswer(i, s)), nil
}

func getAnswer(c *call) (any, error) {
	_, m, err := c.answerMessage()
	if err != nil {
		return nil, err
	}
	return c.messagePayload(m), nil
}

func changeAnswer(c *call) (any, error) {
	_, m, err := c.answerMessage()
	if err != nil {
		return nil, err
	}
	s, err := readContent(c.form, c.files, rule.AllowUsers)
	if err != nil {
		return nil, err
	}
	if err := c.editMessage(m, s); err != nil {
		return nil, err
	}
	return c.messagePayload(m), nil
}

func deleteAnswer(c *call) (any, error) {
	_, m, err := c.answerMessage()
	if err != nil {
		return nil, err
	}
	c.deleteMessage(m)
	return nil, nil
}
