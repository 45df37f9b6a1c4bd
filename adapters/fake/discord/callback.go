package discord

import (
	"encoding/json"
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// answersTo are the answers that each type of interaction takes.
var answersTo = map[int][]int{
	kindSlash:        {AnswerMessage, AnswerDeferred, AnswerModal},
	kindComponent:    {AnswerMessage, AnswerDeferred, AnswerDeferredUpdate, AnswerUpdate, AnswerModal},
	kindAutocomplete: {AnswerChoices},
	kindSubmit:       {AnswerMessage, AnswerDeferred, AnswerDeferredUpdate, AnswerUpdate},
}

// answerCallback answers an interaction for the first time.
func answerCallback(c *call) (any, error) {
	i := c.interactions[c.vars["token"]]
	if i == nil || i.id != c.vars["interaction"] {
		return nil, refuse(unknownInteraction)
	}
	if err := c.acknowledge(i, c.form, c.files, "callback"); err != nil {
		return nil, err
	}
	if c.query.Get("with_response") != "true" {
		return nil, nil
	}
	inter := object{"id": i.id, "type": i.kind}
	out := object{"interaction": inter}
	a := i.receipt.answer
	if m := i.original; m != nil && a.Message != "" {
		inter["response_message_id"], inter["response_message_loading"] = m.ID, m.Flags&FlagLoading != 0
		inter["response_message_ephemeral"] = m.To != ""
		if a.Type == AnswerMessage || a.Type == AnswerUpdate {
			out["resource"] = object{"type": a.Type, "message": c.messagePayload(m)}
		}
	}
	return out, nil
}

// acknowledge takes the first answer to an interaction. The lock is held.
func (d *Discord) acknowledge(i *interaction, form object, files []upload, via string) error {
	took := d.Clock.Now().Sub(i.createdAt)
	switch {
	case i.answered:
		return refuse(alreadyAcknowledged)
	case i.ended, took > answerTime:
		return refuse(unknownInteraction)
	}
	f := rule.Faults{}
	kinds := answersTo[i.kind]
	if i.message == nil {
		kinds = slices.DeleteFunc(slices.Clone(kinds), func(k int) bool { return k == AnswerDeferredUpdate || k == AnswerUpdate })
	}
	kind := f.Choice(form, "type", "", kinds...)
	if err := invalidFormBody(f); err != nil {
		return err
	}
	data, _ := form["data"].(object)
	a := Answer{Type: kind, Via: via, Took: took}
	if data != nil {
		a.Data, _ = json.Marshal(data)
	}
	if err := d.applyAnswer(i, kind, data, files); err != nil {
		return err
	}
	if i.original != nil && kind != AnswerDeferredUpdate {
		a.Message = i.original.ID
	}
	i.answered, i.receipt.answer = true, a
	close(i.answeredCh)
	if i.onAnswer != nil {
		i.onAnswer(a)
	}
	d.endInteraction(i, nil)
	return nil
}

// applyAnswer does what an answer asks for.
func (d *Discord) applyAnswer(i *interaction, kind int, data object, files []upload) error {
	switch kind {
	case AnswerMessage:
		return d.answerWithMessage(i, data, files)
	case AnswerDeferred:
		flags := rule.Integer(data["flags"])
		if flags&^FlagEphemeral != 0 {
			return invalidField("data.flags", "MESSAGE_FLAGS_INVALID", "only EPHEMERAL may be set when deferring")
		}
		i.ephemeral = flags&FlagEphemeral != 0
		i.original = d.postAnswer(i, content{Message: rule.Message{Flags: FlagLoading | flags, Allowed: rule.AllowUsers}})
	case AnswerDeferredUpdate:
		i.original = i.message
	case AnswerUpdate:
		s, err := readContent(data, files, rule.AllowUsers)
		if err != nil {
			return nestFaults("data", err)
		}
		if err := d.editMessage(i.message, s); err != nil {
			return err
		}
		i.original = i.message
	case AnswerChoices:
		return choiceFaults(i, data)
	case AnswerModal:
		if data == nil {
			data = object{}
		}
		if err := invalidFormBody(rule.Modal(data)); err != nil {
			return nestFaults("data", err)
		}
		i.opened = true
		d.openModal(i, data)
	}
	return nil
}

// nestFaults puts the faults of a form below a field.
func nestFaults(field string, err error) error {
	r, ok := err.(*apiError) //nolint:errorlint // made by faults.err
	if ok && r.errors != nil {
		r.errors = object{field: r.errors}
	}
	return err
}

// choiceFaults checks the choices that complete an option.
func choiceFaults(i *interaction, data object) error {
	f := rule.Faults{}
	if _, ok := data["choices"].([]any); !ok {
		f.Addf("data.choices", "BASE_TYPE_REQUIRED", "This field is required")
	}
	kind := rule.OptionString
	var find func(options []any)
	find = func(options []any) {
		for _, v := range options {
			o, _ := v.(object)
			if o["focused"] == true {
				kind = rule.Integer(o["type"])
			}
			inner, _ := o["options"].([]any)
			find(inner)
		}
	}
	options, _ := deepCopy(i.data)["options"].([]any)
	find(options)
	for n, v := range f.List(data, "choices", "data", 25) {
		c, _ := v.(object)
		path := rule.At("data", "choices", n)
		f.Required(c, "name", path, 100)
		if kind == rule.OptionString {
			f.Required(c, "value", path, 100)
		} else if _, ok := c["value"].(json.Number); !ok {
			f.Addf(rule.At(path, "value"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", c["value"])
		}
	}
	return invalidFormBody(f)
}

// answerWithMessage makes the first answer a message.
func (d *Discord) answerWithMessage(i *interaction, data object, files []upload) error {
	s, err := readContent(data, files, rule.AllowUsers)
	if err != nil {
		return nestFaults("data", err)
	}
	if s.Empty() {
		return refuse(emptyMessage)
	}
	i.ephemeral = s.Flags&FlagEphemeral != 0
	i.original = d.postAnswer(i, s)
	return nil
}

// postAnswer makes a message that answers an interaction. The lock is held.
func (d *Discord) postAnswer(i *interaction, s content) *message {
	m := &message{token: i.token, metadata: d.interactionMetadata(i), embeds: s.Embeds, components: s.Components, Message: Message{
		Channel: i.channel.ID, User: BotUser, Text: s.Text, Interaction: i.id,
		Flags: s.Flags & (FlagSuppressEmbeds | FlagSilent | FlagLoading | FlagComponentsV2),
	}}
	switch {
	case i.original != nil:
		m.Kind, m.ReplyTo = kindReply, i.original.ID
	case i.kind == kindSlash && i.command == 3:
		m.Kind = kindMenu
		m.ReplyTo = rule.Text(i.data["target_id"])
	case i.kind == kindSlash:
		m.Kind = kindCommand
	case i.message != nil:
		m.Kind, m.ReplyTo = kindReply, i.message.ID
	}
	if s.Flags&FlagEphemeral != 0 {
		m.To = i.user
	}
	m.Pings = d.mentioned(BotUser, i.channel, s.Text, s.Allowed, nil)
	d.attachFiles(m, s)
	d.addMessage(m)
	d.dispatchMessage(m, "CREATE")
	return m
}

// tokenInteraction finds the answered interaction of a token. How Discord answers for a
// token that is unknown, or whose interaction is not answered yet, is not documented.
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

// answerMessage finds the message that a request with a token names.
func (c *call) answerMessage() (*message, error) {
	i, err := c.tokenInteraction()
	if err != nil {
		return nil, err
	}
	m := i.original
	if id, ok := c.vars["message"]; ok {
		m = c.message(i.channel.ID, id)
		if m != nil && m.token != i.token && m != i.original {
			m = nil
		}
	}
	if m == nil || m.Deleted {
		return nil, refuse(unknownMessage)
	}
	return m, nil
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
	m, err := c.answerMessage()
	if err != nil {
		return nil, err
	}
	return c.messagePayload(m), nil
}

func changeAnswer(c *call) (any, error) {
	m, err := c.answerMessage()
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
	m, err := c.answerMessage()
	if err != nil {
		return nil, err
	}
	c.deleteMessage(m)
	return nil, nil
}
