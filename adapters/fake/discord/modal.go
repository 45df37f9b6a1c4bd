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
		rule.EachComponent([]any{v}, func(c object) {
			in, ok := inputOf(c, outer)
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
// them is as the application filled it in. Several choices stand one a line; a single box
// is "true" or "false". Discord itself looks after what must not be empty and after lengths: that is an error here. A modal is closed by the answer.
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
