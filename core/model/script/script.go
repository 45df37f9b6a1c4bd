// Package script is a model for tests: it answers what it was told to, in order,
// keeps every request, and can fail, hang or panic on the way.
package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"aidesk/core/model"
)

// Step answers one request. on is never nil.
type Step func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error)

// Model answers by its steps. It may be used concurrently: requests take the
// steps in the order in which they come.
type Model struct {
	info model.Info

	mu       sync.Mutex
	steps    []Step
	repeat   Step
	requests []model.Request
}

// New makes a model that takes one step for each request and fails when none is
// left.
func New(steps ...Step) *Model {
	return &Model{info: model.Info{Wire: "script", Name: "script"}, steps: steps}
}

// Func makes a model that answers every request by one function.
func Func(step Step) *Model {
	m := New()
	m.repeat = step
	return m
}

// With gives the model another description and returns it.
func (m *Model) With(info model.Info) *Model {
	m.info = info
	return m
}

// Then adds steps.
func (m *Model) Then(steps ...Step) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps = append(m.steps, steps...)
}

// Requests gives copies of all requests so far.
func (m *Model) Requests() []model.Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.requests)
}

// Left is the number of steps that no request has taken.
func (m *Model) Left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.steps)
}

// Info describes the model.
func (m *Model) Info() model.Info { return m.info }

// Generate takes the next step.
func (m *Model) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("asking the script: %w", err)
	}
	if on == nil {
		on = func(model.Event) {}
	}
	step, err := m.next(r)
	if err != nil {
		return nil, err
	}
	return step(ctx, r, on)
}

// next keeps the request and takes a step.
func (m *Model) next(r *model.Request) (Step, error) {
	kept, err := copyOf(r)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = append(m.requests, kept)
	if len(m.steps) > 0 {
		step := m.steps[0]
		m.steps = m.steps[1:]
		return step, nil
	}
	if m.repeat == nil {
		return nil, &model.Error{Kind: model.BadRequest, Message: fmt.Sprintf("the script has no answer to request %d", len(m.requests))}
	}
	return m.repeat, nil
}

// copyOf copies a request deeply, so that what the caller does with it later does
// not show.
func copyOf(r *model.Request) (model.Request, error) {
	kept := *r
	kept.System, kept.Brief = slices.Clone(r.System), slices.Clone(r.Brief)
	kept.Messages, kept.Tools = nil, nil
	if err := errors.Join(copyJSON(&kept.Messages, r.Messages), copyJSON(&kept.Tools, r.Tools)); err != nil {
		return model.Request{}, fmt.Errorf("keeping the request: %w", err)
	}
	return kept, nil
}

// copyJSON copies what is stored as JSON.
func copyJSON[T any](to *T, from T) error {
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}

// Say answers with text, and with choices where there are some.
func Say(text string, choices ...model.Choice) Step {
	parts := []model.Part{{Text: text}}
	for _, choice := range choices {
		parts = append(parts, model.Part{Choice: &choice})
	}
	return Answer(parts...)
}

// Call answers with one call; args is JSON.
func Call(name, args string) Step {
	return Answer(model.Part{Call: &model.ToolCall{Name: name, Args: json.RawMessage(args)}})
}

// Answer answers with any parts, and streams them one by one. Calls without an id
// get one. The response counts one token for each part.
func Answer(parts ...model.Part) Step {
	return func(_ context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		said := slices.Clone(parts)
		stop, calls := model.End, 0
		for i, part := range said {
			switch {
			case part.Text != "":
				on(model.Event{Text: part.Text})
			case part.Call != nil:
				call := *part.Call
				if call.ID == "" {
					call.ID = model.CallID(r.Messages, calls)
				}
				calls++
				stop = model.Calls
				said[i].Call = &call
				on(model.Event{Call: &call})
			}
		}
		return &model.Response{
			Message: model.Message{V: model.Version, Role: model.Assistant, Parts: said},
			Stop:    stop, Usage: model.Usage{Input: len(r.Messages), Output: len(said)},
		}, nil
	}
}

// Fail fails; err is usually a *model.Error.
func Fail(err error) Step {
	return func(context.Context, *model.Request, func(model.Event)) (*model.Response, error) { return nil, err }
}

// Cut streams text and then fails as a stream does that is cut.
func Cut(text string) Step {
	return func(_ context.Context, _ *model.Request, on func(model.Event)) (*model.Response, error) {
		on(model.Event{Text: text})
		return nil, &model.Error{Kind: model.Truncated, Message: "the stream was cut"}
	}
}

// Hang waits until the request is cancelled.
func Hang() Step {
	return func(ctx context.Context, _ *model.Request, _ func(model.Event)) (*model.Response, error) {
		<-ctx.Done()
		return nil, fmt.Errorf("asking the script: %w", ctx.Err())
	}
}
