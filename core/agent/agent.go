// Package agent is one turn: it builds the prompt, asks the model, makes the calls
// that may go, parks those that may not, and makes an Answer of what came out. It
// writes nothing: what a turn decided is in its Answer, and the caller commits it.
//
// A turn never waits for a person. A call that needs one is parked as an Action
// and its result says so; the turn goes on to its end.
package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/core/preview"
)

// Agent answers turns for one bot.
type Agent struct {
	Model    model.Model
	Plugins  *plugin.Registry
	Previews *preview.Fetcher // nil: no previews
	Persona  string           // who the desk is, in the operator's words
	Limits   Limits
	Now      func() time.Time
	Logger   *slog.Logger

	sets sets
}

// Limits bound one turn. Zero values mean the defaults.
type Limits struct {
	Steps    int           // requests to the model; 8
	Calls    int           // calls to plugins, those that wait for the member among them; 16
	Failures int           // failed calls in a row; 3
	Repeats  int           // identical calls; the one after the second stops the turn: 2
	Repairs  int           // steps with a call that cannot be made, which the model may put right; 2
	Searches int           // searches of the model for operations; 2
	Time     time.Duration // all of it; 5 minutes
	Step     time.Duration // one request to the model; 2 minutes
}

func (l Limits) withDefaults() Limits {
	or := func(n, d int) int {
		if n == 0 {
			return d
		}
		return n
	}
	l.Steps, l.Calls, l.Failures, l.Repeats = or(l.Steps, 8), or(l.Calls, 16), or(l.Failures, 3), or(l.Repeats, 2)
	l.Repairs, l.Searches = or(l.Repairs, 2), or(l.Searches, 2)
	l.Time = time.Duration(or(int(l.Time), int(5*time.Minute)))
	l.Step = time.Duration(or(int(l.Step), int(2*time.Minute)))
	return l
}

// Turn is what a turn starts from.
type Turn struct {
	Conversation string
	Place        chat.Place
	Member       chat.Member
	Owner        string  // the member as the store knows them
	Question     string  // what the member said; empty when an outcome is to be told
	History      []Entry // the transcript so far
	Waiting      []confirm.Action
	Confirmation string         // the Reply on whose card parked calls are asked about
	Links        []openapi.Link // of the outcome that is to be told
	Progress     func(text string)
	NewID        func() string
}

// Answer is what a turn decided.
type Answer struct {
	Entries  []Entry // to be appended to the transcript
	Text     markdown.Document
	Previews []chat.Preview
	Notes    []string
	Choices  []Choice
	Parked   []confirm.Action
	Usage    model.Usage
	Calls    int            // how many went to a plugin
	Disabled *plugin.Plugin // a plugin that is not enabled and whose examples know the question
	Trace    Trace          // how it came about
}

// Choice is something the member may want next: a press says it in their stead or,
// when it names an operation, opens its form.
type Choice struct {
	Label     string
	Say       string
	Plugin    string // id
	Operation string
	Args      json.RawMessage
}

// Run works one turn. The error is a *model.Error when the model failed, or the
// cause for which ctx ended; whatever was read until then is dropped.
func (a *Agent) Run(ctx context.Context, t Turn) (Answer, error) {
	limits := a.Limits.withDefaults()
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Time, errTime)
	defer cancel()

	on, off, err := a.Plugins.Enabled(ctx, t.Place, t.Member.ID)
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return Answer{}, cause
	}
	if err != nil {
		return Answer{}, err
	}
	set, err := a.sets.of(on)
	if err != nil {
		return Answer{}, err
	}
	r := &run{Agent: a, Turn: t, limits: limits, enabled: on, set: set, links: t.Links, zone: t.Member.Location(), seen: map[string]int{}}
	if t.Question != "" {
		r.say(model.Message{Role: model.User, Name: t.Member.Name, Parts: []model.Part{{Text: t.Question}}})
	}
	text, err := r.loop(ctx)
	if err != nil {
		return Answer{}, err
	}
	if err := r.finish(ctx, text, off); err != nil {
		return Answer{}, err
	}
	return r.answer, nil
}

// errTime ends a turn that took too long.
var errTime = errors.New("the turn took too long")

// run is the state of one Run.
type run struct {
	*Agent
	Turn
	limits   Limits
	enabled  []*plugin.Plugin
	zone     *time.Location // the member's
	set      *set           // what they can
	offered  []pick         // of that, sorted by name
	all      bool           // everything is offered
	found    []string       // tools that the model searched for, the last first
	answer   Answer
	links    []openapi.Link // of this turn's results
	from     []string       // plugins whose results were used, by name for people
	leftOut  []string
	seen     map[string]int // calls by digest
	asked    int            // calls that a plugin or the member was asked for
	failures int            // failed calls in a row
	mended   bool           // this step has a call that cannot be made
	repairs  int            // how many steps had
	searches int
	sizes    []int // of the transcript's messages, in tokens
	narrow   int   // room for the transcript, once the model found it too long
}

// transcript is what was said before this turn and in it.
func (r *run) transcript() []Entry { return slices.Concat(r.History, r.answer.Entries) }

// now is the time where the member is.
func (r *run) now() time.Time { return r.Now().In(r.zone) }

// say appends a message to the transcript of this turn.
func (r *run) say(m model.Message, links ...string) {
	m.V = model.Version
	e := Entry{Message: m, Links: links}
	if m.Role == model.Assistant {
		e.Seen = r.saw()
	}
	r.answer.Entries = append(r.answer.Entries, e)
}

// loop asks the model until it has nothing more to call: the only loop. It
// returns what the model said at the end, or why the desk stopped it.
func (r *run) loop(ctx context.Context) (string, error) {
	for range r.limits.Steps {
		r.choose()
		r.answer.Trace.offer(r.offered)
		response, err := r.ask(ctx)
		if err != nil {
			if errors.Is(context.Cause(ctx), errTime) {
				return r.stop("I stopped: this took longer than I may spend on one question. Ask for less at once."), nil
			}
			if cause := context.Cause(ctx); cause != nil {
				return "", cause
			}
			return "", err
		}
		r.answer.Usage = add(r.answer.Usage, response.Usage)
		response.Message = r.formed(response.Message)
		r.say(response.Message)
		for _, p := range response.Message.Parts {
			if p.Choice != nil {
				r.answer.Choices = append(r.answer.Choices, r.choice(*p.Choice))
			}
		}
		calls := response.Message.CallsOf()
		if len(calls) == 0 {
			return response.Message.TextOf(), nil
		}
		why := r.call(ctx, calls)
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, errTime) {
			return "", cause
		}
		if why != "" {
			return r.stop(why), nil
		}
	}
	return r.stop(fmt.Sprintf("I stopped after %d steps without reaching an end. Ask for a smaller part of it.", r.limits.Steps)), nil
}

// stop ends the transcript of the turn with the desk's own reason.
func (r *run) stop(why string) string {
	r.say(model.Message{Role: model.Assistant, Parts: []model.Part{{Text: why}}})
	return why
}

// choice resolves what a choice names among what was offered.
func (r *run) choice(c model.Choice) Choice {
	out := Choice{Label: c.Label, Say: c.Say}
	for _, o := range r.offered {
		if c.Tool != "" && o.tool.Name == c.Tool {
			out.Plugin, out.Operation, out.Args = o.plugin.ID, o.operation.ID, c.Args
		}
	}
	return out
}

// ask sends one request to the model. What it finds too long is sent once more with
// half the transcript, where that can be made shorter.
func (r *run) ask(ctx context.Context) (*model.Response, error) {
	request := r.request()
	response, err := r.generate(ctx, request)
	fault := (*model.Error)(nil)
	if !errors.As(err, &fault) || fault.Kind != model.Context || r.narrow > 0 {
		return response, err
	}
	was := sizeOf(request.Messages)
	r.narrow = was / 2
	if request = r.request(); sizeOf(request.Messages) == was {
		return response, err
	}
	return r.generate(ctx, request)
}

func (r *run) generate(ctx context.Context, request *model.Request) (*model.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limits.Step)
	defer cancel()
	response, err := r.Model.Generate(ctx, request, nil)
	if err != nil && ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil, &model.Error{Kind: model.Overloaded, Message: fmt.Sprintf("no answer within %s", r.limits.Step)}
	}
	return response, err
}

func add(a, b model.Usage) model.Usage {
	return model.Usage{
		Input: a.Input + b.Input, Output: a.Output + b.Output,
		CacheRead: a.CacheRead + b.CacheRead, CacheWrite: a.CacheWrite + b.CacheWrite,
		Reasoning: a.Reasoning + b.Reasoning, Estimated: a.Estimated || b.Estimated,
	}
}
