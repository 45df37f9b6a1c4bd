package discord

import (
	"encoding/json"
	"slices"
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
	f := faults{}
	kinds := kindsOf[i.kind]
	if i.from == nil {
		kinds = slices.DeleteFunc(slices.Clone(kinds), func(k int) bool { return k == AnswerDeferredUpdate || k == AnswerUpdate })
	}
	kind := f.choice(form, "type", "", kinds...)
	if err := f.err(); err != nil {
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
		flags := integer(data["flags"])
		if flags&^FlagEphemeral != 0 {
			return formFault("data.flags", "MESSAGE_FLAGS_INVALID", "only EPHEMERAL may be set when deferring")
		}
		i.ephemeral = flags&FlagEphemeral != 0
		i.original = d.respond(i, said{flags: FlagLoading | flags, allowed: allowUsers})
	case AnswerDeferredUpdate:
		i.original = i.from
	case AnswerUpdate:
		s, err := d.readMessage(data, files, allowUsers)
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
		if err := modalFaults(data); err != nil {
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
	f := faults{}
	if _, ok := data["choices"].([]any); !ok {
		f.addf("data.choices", "BASE_TYPE_REQUIRED", "This field is required")
	}
	kind := optionString
	var find func(options []any)
	find = func(options []any) {
		for _, v := range options {
			o, _ := v.(object)
			if o["focused"] == true {
				kind = integer(o["type"])
			}
			inner, _ := o["options"].([]any)
			find(inner)
		}
	}
	options, _ := clone(i.data)["options"].([]any)
	find(options)
	for n, v := range f.list(data, "choices", "data", 25) {
		c, _ := v.(object)
		path := at("data", "choices", n)
		f.required(c, "name", path, 100)
		if kind == optionString {
			f.required(c, "value", path, 100)
		} else if _, ok := c["value"].(json.Number); !ok {
			f.addf(at(path, "value"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", c["value"])
		}
	}
	return f.err()
}

// reply makes the first answer a message.
func (d *Discord) reply(i *interaction, data object, files []upload) error {
	s, err := d.readMessage(data, files, allowUsers)
	if err != nil {
		return under("data", err)
	}
	if s.empty() {
		return refuse(emptyMessage)
	}
	i.ephemeral = s.flags&FlagEphemeral != 0
	i.original = d.respond(i, s)
	return nil
}

// respond makes a message that answers an interaction. The lock is held.
func (d *Discord) respond(i *interaction, s said) *message {
	m := &message{token: i.token, about: d.about(i), embeds: s.embeds, components: s.components, Message: Message{
		Channel: i.channel.ID, User: BotUser, Text: s.text, Interaction: i.id,
		Flags: s.flags & (FlagSuppressEmbeds | FlagSilent | FlagLoading | FlagComponentsV2),
	}}
	switch {
	case i.original != nil:
		m.Kind, m.ReplyTo = kindReply, i.original.ID
	case i.kind == kindSlash && i.command == 3:
		m.Kind = kindMenu
		m.ReplyTo = text(i.data["target_id"])
	case i.kind == kindSlash:
		m.Kind = kindCommand
	case i.from != nil:
		m.Kind, m.ReplyTo = kindReply, i.from.ID
	}
	if s.flags&FlagEphemeral != 0 {
		m.To = i.user
	}
	m.Pings = d.pings(BotUser, i.channel, s.text, s.allowed, nil)
	d.attach(m, s)
	d.add(m)
	d.tellMessage(m, "CREATE")
	return m
}
