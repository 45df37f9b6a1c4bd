package discord

import (
	"encoding/json"
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// kindsOf are the answers that each type of interaction takes.
var kindsOf = map[int][]int{
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
			out["resource"] = object{"type": a.Type, "message": c.messageWire(m)}
		}
	}
	return out, nil
}

// acknowledge takes the first answer to an interaction. The lock is held.
func (d *Discord) acknowledge(i *interaction, form object, files []upload, via string) error {
	took := d.Clock.Now().Sub(i.made)
	switch {
	case i.acked:
		return refuse(alreadyAcknowledged)
	case i.over, took > answerTime:
		return refuse(unknownInteraction)
	}
	f := rule.Faults{}
	kinds := kindsOf[i.kind]
	if i.from == nil {
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
	if err := d.carry(i, kind, data, files); err != nil {
		return err
	}
	if i.original != nil && kind != AnswerDeferredUpdate {
		a.Message = i.original.ID
	}
	i.acked, i.receipt.answer = true, a
	close(i.answered)
	if i.then != nil {
		i.then(a)
	}
	d.settle(i, nil)
	return nil
}

// carry does what an answer asks for.
func (d *Discord) carry(i *interaction, kind int, data object, files []upload) error {
	switch kind {
	case AnswerMessage:
		return d.reply(i, data, files)
	case AnswerDeferred:
		flags := rule.Integer(data["flags"])
		if flags&^FlagEphemeral != 0 {
			return formFault("data.flags", "MESSAGE_FLAGS_INVALID", "only EPHEMERAL may be set when deferring")
		}
		i.ephemeral = flags&FlagEphemeral != 0
		i.original = d.respond(i, said{Message: rule.Message{Flags: FlagLoading | flags, Allowed: rule.AllowUsers}})
	case AnswerDeferredUpdate:
		i.original = i.from
	case AnswerUpdate:
		s, err := readMessage(data, files, rule.AllowUsers)
		if err != nil {
			return under("data", err)
		}
		if err := d.change(i.from, s); err != nil {
			return err
		}
		i.original = i.from
	case AnswerChoices:
		return choiceFaults(i, data)
	case AnswerModal:
		if data == nil {
			data = object{}
		}
		if err := invalidFormBody(rule.Modal(data)); err != nil {
			return under("data", err)
		}
		i.opened = true
		d.openModal(i, data)
	}
	return nil
}

// under puts the faults of a form below a field.
func under(field string, err error) error {
	r, ok := err.(*refusal) //nolint:errorlint // made by faults.err
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
	options, _ := clone(i.data)["options"].([]any)
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

// reply makes the first answer a message.
func (d *Discord) reply(i *interaction, data object, files []upload) error {
	s, err := readMessage(data, files, rule.AllowUsers)
	if err != nil {
		return under("data", err)
	}
	if s.Empty() {
		return refuse(emptyMessage)
	}
	i.ephemeral = s.Flags&FlagEphemeral != 0
	i.original = d.respond(i, s)
	return nil
}

// respond makes a message that answers an interaction. The lock is held.
func (d *Discord) respond(i *interaction, s said) *message {
	m := &message{token: i.token, about: d.about(i), embeds: s.Embeds, components: s.Components, Message: Message{
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
	case i.from != nil:
		m.Kind, m.ReplyTo = kindReply, i.from.ID
	}
	if s.Flags&FlagEphemeral != 0 {
		m.To = i.user
	}
	m.Pings = d.pings(BotUser, i.channel, s.Text, s.Allowed, nil)
	d.attach(m, s)
	d.add(m)
	d.tellMessage(m, "CREATE")
	return m
}
