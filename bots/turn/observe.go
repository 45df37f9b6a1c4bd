package turn

import (
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/store"
)

// The outcomes of a turn.
const (
	outcomeAnswered = "answered"
	outcomeStopped  = "stopped"
	outcomeChanged  = "changed" // the question was, before the answer
	outcomeLimited  = "limited"
	outcomeFailed   = "failed" // the model did
	outcomeGaveUp   = "gave-up"
	outcomeUnshown  = "unshown" // the platform took no answer; counted beside how the turn ended
)

// observeTurn tells how a turn ended.
func observeTurn(o bot.Observer, outcome string, took time.Duration) {
	o.Report(bot.TurnEnded, outcome, took.Seconds())
}

// observeTrace tells what a turn was offered and denied.
func observeTrace(o bot.Observer, t agent.Trace) {
	o.Report(bot.Offered, "", float64(len(t.Offered)))
	for _, s := range t.Steps {
		if s.Status == model.Denied && s.Rule != "" {
			o.Report(bot.DeniedBy, s.Rule, 1)
		}
	}
}

// observeDecisions tells which confirmations a commit ended.
func observeDecisions(o bot.Observer, c store.Commit) {
	for _, t := range c.Actions {
		if !confirm.State(t.From).Open() || confirm.State(t.Action.State).Open() {
			continue
		}
		decision := t.Action.State
		if decision == string(confirm.Executing) {
			decision = "approved"
		}
		o.Report(bot.Decided, decision, 1)
	}
}
