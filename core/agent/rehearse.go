package agent

import (
	"context"

	"aidesk/core/model"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// Rehearsal is what a model would do first with a question. Nothing of it was sent to a
// plugin.
type Rehearsal struct {
	Calls []RehearsedCall
	Text  string // what it said instead, or with the calls
	Usage model.Usage
}

// RehearsedCall is a call that would be sent, or that a card would ask about.
type RehearsedCall struct {
	Operation *openapi.Operation
	Call      plugin.Call
}

// Draft returns the first request of a turn with these plugins enabled. The model is not
// asked.
func (a *Agent) Draft(on []*plugin.Plugin, t Turn) (*model.Request, error) {
	r, err := a.begin(on, t, a.Limits.withDefaults())
	if err != nil {
		return nil, err
	}
	r.choose()
	return r.request(), nil
}

// Rehearse runs a turn with these plugins enabled until the model makes its first good
// calls or says something. As in a turn it may search operations and correct wrong calls.
func (a *Agent) Rehearse(ctx context.Context, on []*plugin.Plugin, t Turn) (Rehearsal, error) {
	limits := a.Limits.withDefaults()
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Time, errTime)
	defer cancel()
	r, err := a.begin(on, t, limits)
	if err != nil {
		return Rehearsal{}, err
	}
	var out Rehearsal
	for range limits.Steps {
		r.choose()
		response, err := r.ask(ctx)
		if err != nil {
			return out, err
		}
		out.Usage = out.Usage.Plus(response.Usage)
		response.Message = r.normalize(response.Message)
		r.appendMessage(response.Message)
		calls := response.Message.CallsOf()
		r.invalidCall = false
		var outcomes []outcome
		for _, c := range calls {
			w := r.prepare(ctx, c)
			if w.plugin != nil && w.call.Digest != "" {
				out.Calls = append(out.Calls, RehearsedCall{w.operation, w.call})
			}
			outcomes = append(outcomes, outcome{result: w.result})
		}
		if r.invalidCall {
			r.repairs++
		}
		if len(calls) == 0 || len(out.Calls) > 0 || r.repairs > limits.Repairs {
			out.Text = response.Message.TextOf()
			return out, nil
		}
		r.recordResults(outcomes)
	}
	return out, nil
}
