package discord

import (
	"fmt"
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// Modal is a window with a form that a user sees.
type Modal struct {
	User, Channel   string
	CustomID, Title string
	Inputs          []Input
	Text            string // of what is no input
	// Failed says that a submission was not answered in time: Discord shows that
	// something went wrong, and the window stays.
	Failed bool
}

// modal is one that is open.
type modal struct {
	Modal
	components []any
	from       *message
}

// Modal is the modal that a user sees, if one is open. There is never more than one.
func (d *Discord) Modal(user string) (Modal, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.modals[user]
	if m == nil {
		return Modal{}, false
	}
	out := m.Modal
	out.Inputs = slices.Clone(out.Inputs)
	return out, true
}

// CloseModal lets a user close it. The application is not told.
func (d *Discord) CloseModal(user string) {
	defer d.mu.Changing()()
	delete(d.modals, user)
}

// openModal shows a modal that was checked before. The lock is held.
func (d *Discord) openModal(i *interaction, data object) {
	components, _ := data["components"].([]any)
	rule.FillDefaults(components)
	m := &modal{components: components, from: i.message, Modal: Modal{
		User: i.user, Channel: i.channel.ID, CustomID: rule.Text(data["custom_id"]), Title: rule.Text(data["title"]),
	}}
	for _, v := range components {
		outer, _ := v.(object)
		label := rule.Text(outer["label"])
		rule.EachComponent([]any{v}, func(c object) {
			in, ok := inputOf(c, label)
			switch {
			case ok:
				m.Inputs = append(m.Inputs, in)
			case rule.Text(c["content"]) != "":
				m.Text += rule.Text(c["content"]) + "\n"
			}
		})
	}
	d.modals[i.user] = m
}

// Submit lets a user submit the modal that they see; customID is the modal's, or empty
// for whichever it is. The values are by the custom_id of the input; what is not among
// them is as the application filled it in. Discord itself looks after what must not be
// empty and after lengths: that is an error here. A modal is closed by the answer.
func (d *Discord) Submit(user, customID string, values map[string]string) (*Receipt, error) {
	defer d.mu.Changing()()
	m := d.modals[user]
	if m == nil || customID != "" && m.CustomID != customID {
		return nil, fmt.Errorf("modal %q: %w", customID, errNotShown)
	}
	ch, err := d.visibleChannel(user, m.Channel)
	if err != nil {
		return nil, err
	}
	filled := map[string]string{}
	for _, in := range m.Inputs {
		v, given := values[in.CustomID]
		if !given {
			v = in.Value
		}
		if err := in.check(v); err != nil {
			return nil, err
		}
		filled[in.CustomID] = v
	}
	for name := range values {
		if _, ok := filled[name]; !ok {
			return nil, fmt.Errorf("input %q: %w", name, errNotShown)
		}
	}
	data := object{"custom_id": m.CustomID, "components": submittedComponents(m.components, filled)}
	i := &interaction{kind: kindSubmit, user: user, channel: ch, data: data, message: m.from}
	i.onAnswer = func(Answer) {
		if d.modals[user] == m {
			delete(d.modals, user)
		}
	}
	m.Failed = false
	r := d.interact(i)
	d.work.Go(func() {
		<-r.done
		defer d.mu.Changing()()
		m.Failed = r.err != nil
	})
	return r, nil
}

// submittedComponents are the components of a modal as they come back: rows and labels with what
// was filled in.
func submittedComponents(components []any, filled map[string]string) []object {
	var out []object
	for _, v := range components {
		c, _ := v.(object)
		answer := object{"type": c["type"], "id": c["id"]}
		value, ok := filled[rule.Text(c["custom_id"])]
		switch kind := rule.Integer(c["type"]); {
		case ok && kind == 4:
			answer["custom_id"], answer["value"] = c["custom_id"], value
		case ok:
			answer["custom_id"], answer["values"] = c["custom_id"], []string{}
			if value != "" {
				answer["values"] = []string{value}
			}
		}
		if inner, ok := c["components"].([]any); ok {
			answer["components"] = submittedComponents(inner, filled)
		}
		if inner, ok := c["component"]; ok {
			answer["component"] = submittedComponents([]any{inner}, filled)[0]
		}
		out = append(out, answer)
	}
	return out
}

// Input is one of a modal's fields.
type Input struct {
	CustomID, Label, Value, Placeholder string
	Kind                                int // 4, or of a menu 3, 5, 6, 7, 8
	Long, Required                      bool
	Least, Most                         int // characters, or values
	Options                             []Choice
}

func inputOf(c object, label string) (Input, bool) {
	in := Input{Kind: rule.Integer(c["type"]), CustomID: rule.Text(c["custom_id"]), Label: label, Required: c["required"] != false}
	switch {
	case in.Kind == 4:
		in.Value, in.Placeholder, in.Long = rule.Text(c["value"]), rule.Text(c["placeholder"]), rule.Integer(c["style"]) == 2
		in.Least, in.Most = rule.Integer(c["min_length"]), rule.Integer(c["max_length"])
		if in.Most == 0 {
			in.Most = 4000
		}
		if in.Label == "" {
			in.Label = rule.Text(c["label"])
		}
		return in, true
	case in.Kind == 3, in.Kind >= 5 && in.Kind <= 8:
		in.Least, in.Most, in.Placeholder = 1, 1, rule.Text(c["placeholder"])
		if v, ok := c["min_values"]; ok {
			in.Least = rule.Integer(v)
		}
		if v, ok := c["max_values"]; ok {
			in.Most = rule.Integer(v)
		}
		options, _ := c["options"].([]any)
		for _, o := range options {
			option, _ := o.(object)
			in.Options = append(in.Options, Choice{rule.Text(option["label"]), rule.Text(option["value"])})
			if option["default"] == true {
				in.Value = rule.Text(option["value"])
			}
		}
		return in, true
	}
	return in, false
}

// check refuses what the client would not let a user submit.
func (in Input) check(value string) error {
	n := rule.Length(value)
	if in.Kind != 4 {
		n = 0
		if value != "" {
			n = 1
		}
		if n > 0 && in.Kind == 3 && !slices.ContainsFunc(in.Options, func(c Choice) bool { return c.Value == value }) {
			return fmt.Errorf("%q has no option %q", in.Label, value)
		}
	}
	switch {
	case n == 0 && in.Required:
		return fmt.Errorf("%q must not be empty", in.Label)
	case n == 0:
		return nil
	case n < in.Least:
		return fmt.Errorf("%q has less than %d characters", in.Label, in.Least)
	case n > in.Most:
		return fmt.Errorf("%q has more than %d characters", in.Label, in.Most)
	}
	return nil
}
