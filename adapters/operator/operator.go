// Package operator is the adapter by which whoever operates the machine gives commands of
// administrators. A command is an event as from a messenger, worked as any other; it names
// the request from which it came, so that what it answers returns there and is shown in no
// channel. Members and names are those of the workspace's own platform.
package operator

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/core/chat"
)

// Adapter answers operators. Its fields are set before Run.
type Adapter struct {
	Platforms []chat.Adapter // of the bot
	Grammar   chat.Grammar
	Buttons   func(chat.Reply) []chat.Button // in the order in which they are numbered for whoever reads a reply
	Now       func() time.Time

	mu      sync.Mutex
	handler chat.Handler             // nil: it does not run
	waiting map[string]*request      // by id
	last    map[string][]chat.Button // what was shown last, by operator and workspace
}

var (
	_ chat.Adapter = (*Adapter)(nil)
	_ chat.Namer   = (*Adapter)(nil)
	_ chat.Settler = (*Adapter)(nil)
)

// request is somebody who waits for what comes of an event.
type request struct {
	event   string
	replies []chat.Reply // each in its newest version
	done    chan struct{}
}

// Platform is the platform of operators.
func (a *Adapter) Platform() string { return chat.OperatorPlatform }

// Run takes requests until ctx is done.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, _ chat.Keeper) error {
	a.mu.Lock()
	a.handler, a.waiting, a.last = h, map[string]*request{}, map[string][]chat.Button{}
	a.mu.Unlock()
	<-ctx.Done()
	a.mu.Lock()
	a.handler = nil
	a.mu.Unlock()
	return nil
}

// Member is an operator, who may do what administrators may, or a member of the platform.
func (a *Adapter) Member(ctx context.Context, place chat.Place, id string) (chat.Member, error) {
	if name, ok := chat.OperatorName(id); ok {
		return chat.Member{ID: id, Name: name, Admin: true}, nil
	}
	p, err := a.platform(place)
	if err != nil {
		return chat.Member{}, err
	}
	return p.Member(ctx, place.AtPlatform(), id)
}

// Names are as the platform gives them.
func (a *Adapter) Names(ctx context.Context, place chat.Place, marks []string) map[string]string {
	p, err := a.platform(place)
	if namer, ok := p.(chat.Namer); ok && err == nil {
		return namer.Names(ctx, place.AtPlatform(), marks)
	}
	return nil
}

// platform finds the adapter of a place's platform.
func (a *Adapter) platform(place chat.Place) (chat.Adapter, error) {
	for _, p := range a.Platforms {
		if p.Platform() == place.Platform {
			return p, nil
		}
	}
	return nil, fmt.Errorf("not at %s", place.Platform)
}

// Send gives a reply to whoever waits for it. Where nobody does any more, it is dropped: it
// was for them alone.
func (a *Adapter) Send(_ context.Context, r chat.Reply, _ string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.waiting[r.Place.Operator]; w != nil {
		if at := slices.IndexFunc(w.replies, func(o chat.Reply) bool { return o.ID == r.ID }); at >= 0 {
			w.replies[at] = r
		} else {
			w.replies = append(w.replies, r)
		}
	}
	return r.ID, nil
}

// Settled ends the request from which an event came.
func (a *Adapter) Settled(event string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, w := range a.waiting {
		if w.event == event {
			delete(a.waiting, id)
			close(w.done)
		}
	}
}

// Request is what an operator asks for.
type Request struct {
	Operator string            `json:"-"` // their name, as the audit has it
	Place    chat.Place        `json:"place"`
	Line     string            `json:"line,omitempty"`  // a command, or
	Press    int               `json:"press,omitempty"` // the number of a button of the last answer
	Set      map[string]string `json:"set,omitempty"`   // values of the form that it opens
}

// The refusals of Do, each a plain line.
var (
	ErrNotRunning = errors.New("aidesk is starting or stopping: try again in a moment")
	ErrSlow       = errors.New("it is not done yet; the audit will say what came of it")
)

// Do does what an operator asks for, and returns what is answered.
func (a *Adapter) Do(ctx context.Context, r Request) ([]chat.Reply, error) {
	a.mu.Lock()
	handler := a.handler
	a.mu.Unlock()
	if handler == nil {
		return nil, ErrNotRunning
	}
	id := rand.Text()
	place := r.Place
	place.Operator = id
	e := chat.Event{ID: "operator:" + id, Time: a.Now(), Place: place, Member: chat.OperatorID(r.Operator)}
	opening := chat.Opening{Place: place, Member: e.Member}
	var form bool
	if r.Press > 0 {
		b, err := a.button(r)
		if err != nil {
			return nil, err
		}
		form, opening.Button, e.Press = b.Form, b.ID, &chat.Press{Button: b.ID}
	} else {
		c, verb, err := a.command(r.Line)
		if err != nil {
			return nil, err
		}
		form, opening.Command, e.Command = verb.Form, &c, &c
	}
	switch {
	case form:
		filled, err := fill(ctx, handler, opening, r.Set)
		if err != nil {
			return nil, err
		}
		e.Press, e.Command, e.Filled = nil, nil, filled
		faults, err := handler.Check(ctx, e)
		if err != nil {
			return nil, err
		}
		if len(faults) > 0 {
			return nil, faultsOf(faults)
		}
	case len(r.Set) > 0:
		return nil, errors.New("this opens no form: leave out --set")
	}
	return a.receive(ctx, handler, r, id, e)
}

// receive hands an event on and waits for what comes of it.
func (a *Adapter) receive(ctx context.Context, handler chat.Handler, r Request, id string, e chat.Event) ([]chat.Reply, error) {
	w := &request{event: e.ID, done: make(chan struct{})}
	a.mu.Lock()
	a.waiting[id] = w
	a.mu.Unlock()
	err := handler.Receive(ctx, e)
	if err == nil {
		select {
		case <-w.done:
		case <-ctx.Done():
			err = ErrSlow
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, id)
	if err != nil {
		return nil, err
	}
	if len(w.replies) > 0 {
		a.last[board(r)] = a.Buttons(w.replies[len(w.replies)-1])
	}
	return w.replies, nil
}

// command reads a line as one of the commands of administrators, with or without its name.
func (a *Adapter) command(line string) (chat.Command, chat.Verb, error) {
	var admins chat.Grammar
	for _, s := range a.Grammar {
		if s.Who == chat.Admins {
			admins = append(admins, s)
		}
	}
	c, err := admins.Parse(line)
	for _, s := range admins {
		if err == nil {
			break
		}
		if first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "/"), " "); strings.EqualFold(first, s.Name) {
			break // its own fault is the one to tell
		}
		c, err = admins.Parse(s.Name + " " + line)
	}
	if err != nil {
		return c, chat.Verb{}, err
	}
	_, verb, _ := admins.Find(c.Name, c.Verb)
	return c, verb, nil
}

// button is the button that a number presses.
func (a *Adapter) button(r Request) (chat.Button, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	buttons := a.last[board(r)]
	if r.Press > len(buttons) {
		return chat.Button{}, fmt.Errorf("there is no button %d: the last answer here has %d", r.Press, len(buttons))
	}
	return buttons[r.Press-1], nil
}

// board says whose last answer in which workspace counts.
func board(r Request) string { return chat.Key(r.Operator, r.Place.Platform, r.Place.Workspace) }

// fill opens a form and fills it in: with what is set, and else with what stands there.
func fill(ctx context.Context, h chat.Handler, o chat.Opening, set map[string]string) (*chat.Submitted, error) {
	form, err := h.Form(ctx, o)
	if err != nil {
		return nil, err
	}
	left := maps.Clone(set)
	s := &chat.Submitted{Form: form.ID, Values: map[string]string{}}
	var missing, all []string
	for _, in := range form.Inputs {
		value, given := left[in.Name]
		delete(left, in.Name)
		if value = cmp.Or(value, map[bool]string{false: in.Value}[given]); value != "" {
			s.Values[in.Name] = value
		}
		if in.Kind == chat.InputSecret {
			s.Secret = append(s.Secret, in.Name)
		}
		described := fmt.Sprintf("%s (%s)", in.Name, strings.TrimSpace(in.Label+" "+in.Wants()))
		all = append(all, described)
		if value == "" && in.Required {
			missing = append(missing, described)
		}
	}
	switch {
	case len(left) > 0:
		return nil, fmt.Errorf("the form has no %s; it has: %s", strings.Join(slices.Sorted(maps.Keys(left)), ", "), strings.Join(all, "; "))
	case len(missing) > 0:
		return nil, fmt.Errorf("the form wants --set NAME=VALUE for: %s", strings.Join(missing, "; "))
	}
	return s, nil
}

// faultsOf are faults of a form in one line.
func faultsOf(faults []chat.Fault) error {
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Input+": "+f.Message)
	}
	return errors.New(strings.Join(lines, " "))
}
