// Package eval replays golden questions: it asks a model each of them, sends nothing to a
// plugin, and says whether the model would have called what is right.
//
// file.go reads the questions, judge.go compares them with what a model did, run.go asks
// them within a bound, report.go prints what came out.
package eval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/plugin"
)

// Run asks questions.
type Run struct {
	Model    model.Model
	Persona  string           // of the bot
	Plugins  []*plugin.Plugin // all are enabled
	Now      func() time.Time
	Parallel int   // questions at a time; 0: one
	Repeat   int   // how often each is asked; 0: once
	Pass     int   // how many of a hundred times must be right; 0: all
	Tokens   int64 // of all together; 0: no bound
	Micros   int64 // what all together may cost, in millionths; 0: no bound
}

// Result is what came of all questions.
type Result struct {
	Model     string    `json:"model"`
	Outcomes  []Outcome `json:"questions"`
	Right     int       `json:"right"`
	Wrong     int       `json:"wrong"`
	Forbidden int       `json:"forbidden"`
	Failed    int       `json:"failed"`
	Unasked   int       `json:"not_asked"`
	Spent
}

// Outcome is what came of one question.
type Outcome struct {
	Number  int     `json:"number"` // in the file, from 1
	Ask     string  `json:"ask"`
	Want    string  `json:"want"`
	Verdict Verdict `json:"verdict"`
	Rate    float64 `json:"rate"` // how much of the tries was right, 0 to 1
	Tries   []Try   `json:"tries"`
	Spent
}

// Try is one time that a question was asked.
type Try struct {
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"` // it is not right
	Calls   []Call  `json:"calls"`
	Text    string  `json:"text,omitempty"` // what the model said
	Spent
}

// Spent is what was used of models.
type Spent struct {
	Input     int   `json:"input_tokens"`
	Output    int   `json:"output_tokens"`
	Estimated bool  `json:"estimated,omitempty"` // the server did not count
	Micros    int64 `json:"cost_micros"`         // in millionths of the currency
}

func (s *Spent) add(o Spent) {
	s.Input, s.Output, s.Micros, s.Estimated = s.Input+o.Input, s.Output+o.Output, s.Micros+o.Micros, s.Estimated || o.Estimated
}

// Ask asks the questions. The error is for what would befall every one of them: the model
// cannot be asked at all, or ctx has ended.
func (r *Run) Ask(ctx context.Context, list []Question) (Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	repeat := max(r.Repeat, 1)
	tries := make([]Try, len(list)*repeat)
	names := map[string]string{}
	for _, p := range r.Plugins {
		names[p.ID] = p.Name
	}
	asked := &agent.Agent{Model: r.Model, Persona: r.Persona, Now: r.Now, Logger: slog.New(slog.DiscardHandler)}
	pot := &pot{tokens: r.Tokens, micros: r.Micros}
	next := make(chan int)
	var group sync.WaitGroup
	for range max(r.Parallel, 1) {
		group.Go(func() {
			for i := range next {
				var err error
				if tries[i], err = r.try(ctx, asked, list[i/repeat], names, pot); err != nil {
					stop(err)
				}
			}
		})
	}
	for i := range tries {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return Result{}, err
	}
	out := Result{Model: r.Model.Info().Name}
	for i, q := range list {
		out.add(r.outcome(q, tries[i*repeat:(i+1)*repeat]))
	}
	return out, nil
}

// try asks a question once.
func (r *Run) try(ctx context.Context, a *agent.Agent, q Question, names map[string]string, pot *pot) (Try, error) {
	budget := &middleware.TurnBudget{Reserve: pot.reserve}
	got, err := a.Rehearse(middleware.WithTurnBudget(ctx, budget), r.Plugins, turn(q.Ask))
	pot.settle(budget.Unsettled())
	t := Try{Calls: callsOf(got, names), Text: markdown.Line(got.Text, 300)}
	for _, s := range budget.Spent() {
		t.add(Spent{s.Usage.Input, s.Usage.Output, s.Usage.Estimated, s.Micros})
	}
	switch {
	case err == nil:
		t.Verdict, t.Why = q.judge(t.Calls)
	case errors.Is(err, errSpent):
		t.Verdict, t.Why = Unasked, err.Error()
	case hopeless(err) || ctx.Err() != nil:
		return t, fmt.Errorf("asking question %d: %w", q.Number, err)
	default:
		t.Verdict, t.Why = Failed, markdown.Line(err.Error(), 300)
	}
	return t, nil
}

// hopeless reports whether other questions would fail in the same way.
func hopeless(err error) bool {
	fault, ok := errors.AsType[*model.Error](err)
	return ok && (fault.Kind == model.Auth || fault.Kind == model.Network || fault.Kind == model.Protocol)
}

// turn is a member's question in a direct message.
func turn(question string) agent.Turn {
	n := 0
	return agent.Turn{
		Conversation: "eval", Place: chat.Place{Platform: "terminal", Workspace: "eval", Channel: "eval", Direct: true},
		Member: chat.Member{ID: "member", Name: "Member"}, Owner: "member", Question: question,
		NewID: func() string { n++; return strconv.Itoa(n) },
	}
}

// outcome sums up the tries of a question. One forbidden call is one too many, however often
// the others were right.
func (r *Run) outcome(q Question, tries []Try) Outcome {
	out := Outcome{Number: q.Number, Ask: q.Ask, Want: q.Want, Tries: tries}
	count := map[Verdict]int{}
	for _, t := range tries {
		count[t.Verdict]++
		out.add(t.Spent)
	}
	out.Rate = float64(count[Right]) / float64(len(tries))
	pass := r.Pass
	if pass == 0 {
		pass = 100
	}
	switch {
	case count[Forbidden] > 0:
		out.Verdict = Forbidden
	case 100*count[Right] >= pass*len(tries):
		out.Verdict = Right
	case count[Wrong] > 0:
		out.Verdict = Wrong
	case count[Failed] > 0:
		out.Verdict = Failed
	default:
		out.Verdict = Unasked
	}
	return out
}

// add counts an outcome.
func (r *Result) add(o Outcome) {
	r.Outcomes = append(r.Outcomes, o)
	r.Spent.add(o.Spent)
	switch o.Verdict {
	case Right:
		r.Right++
	case Wrong:
		r.Wrong++
	case Forbidden:
		r.Forbidden++
	case Failed:
		r.Failed++
	case Unasked:
		r.Unasked++
	}
}

// Err says how many questions did not come out right; nil: all did.
func (r Result) Err() error {
	if bad := len(r.Outcomes) - r.Right; bad > 0 {
		return fmt.Errorf("%d of %d questions did not come out right", bad, len(r.Outcomes))
	}
	return nil
}

// errSpent refuses a request for which nothing is left.
var errSpent = errors.New("the bound of tokens or money is reached: raise --max-tokens or --max-money, or ask fewer with --only")

// pot is what all questions together may spend.
type pot struct {
	tokens, micros int64 // the bounds; 0: none

	mu   sync.Mutex
	held middleware.Amount // what was spent, and what requests that run may spend
}

// reserve holds an amount until settle, or refuses it.
func (p *pot) reserve(_ context.Context, a middleware.Amount) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	tokens, micros := p.held.Tokens+a.Tokens, p.held.Micros+a.Micros
	if p.tokens > 0 && tokens > p.tokens || p.micros > 0 && micros > p.micros {
		return errSpent
	}
	p.held = middleware.Amount{Tokens: tokens, Micros: micros}
	return nil
}

// settle corrects what was held by what was used.
func (p *pot) settle(a middleware.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held.Tokens += a.Tokens
	p.held.Micros += a.Micros
}
