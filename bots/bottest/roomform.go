package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aidesk/adapters/adaptertest"
	"aidesk/bots/command"
	"aidesk/core/chat"
)

// run opens the form of an operation by a command.
func (r *Room) run(member, operation string) {
	c, err := command.Table.Parse("/plugins run " + operation)
	if err != nil {
		panic(err)
	}
	r.openForm(chat.Opening{Place: r.place(), Member: member, Command: &c})
}

// openForm shows a form to its member, filled in as aidesk gives it.
func (r *Room) openForm(o chat.Opening) {
	<-r.listening()
	r.mu.Lock()
	desk := r.desk
	r.mu.Unlock()
	f, err := desk.Form(context.Background(), o)
	if err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forms[o.Member] = &f
}

func (r *Room) listening() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready
}

// fill fills in the form that a member sees and submits it. It stays open while it has a
// fault, which must be the one that is wanted.
func (r *Room) fill(member string, inputs []adaptertest.Filled, want string) {
	r.mu.Lock()
	f, desk := r.forms[member], r.desk
	r.mu.Unlock()
	if f == nil {
		panic(member + " sees no form")
	}
	e := chat.Event{Place: r.place(), Member: member, Filled: &chat.Submitted{Form: f.ID, Values: map[string]string{}}}
	for i, in := range f.Inputs {
		at := slices.IndexFunc(inputs, func(filled adaptertest.Filled) bool { return filled.Label == in.Label })
		if at >= 0 && inputs[at].Value != "" {
			f.Inputs[i].Value = inputs[at].Value
		}
		e.Filled.Values[in.Name] = f.Inputs[i].Value
		if in.Kind == chat.InputSecret {
			e.Filled.Secret = append(e.Filled.Secret, in.Name)
		}
	}
	faults, err := desk.Check(context.Background(), e)
	if err != nil {
		panic(err)
	}
	var said []string
	for _, fault := range faults {
		said = append(said, fault.Message)
	}
	if got := strings.Join(said, " "); got != want {
		panic(fmt.Sprintf("the form says %q; want %q", got, want))
	}
	if len(faults) > 0 {
		return
	}
	r.mu.Lock()
	delete(r.forms, member)
	r.mu.Unlock()
	r.event("f", member, func(filled *chat.Event, _ string) { filled.Filled = e.Filled })
}
