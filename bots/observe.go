package bots

import (
	"time"

	"aidesk/core/agent"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/store"
)

// Observation is something that an operator may want to count. It never holds an id or
// anything that was said.
type Observation struct {
	What  What
	Label string  // which outcome, decision or rule
	Value float64 // seconds, or a number
}

// What is observed.
type What string

// The kinds of observation.
const (
	TurnEnded    What = "turn"         // Label: its outcome; Value: seconds
	Decided      What = "decision"     // Label: what became of a confirmation
	DeniedBy     What = "denial"       // Label: the rule of policy
	Cost         What = "cost"         // Value: what a turn spent, in the currency
	Offered      What = "offered"      // Value: how many tools a turn offered
	Acknowledged What = "acknowledged" // Value: seconds until an event was durable
)

// The outcomes of a turn.
const (
	Answered = "answered"
	Stopped  = "stopped"
	Changed  = "changed" // the question was, before the answer
	Limited  = "limited"
	Failed   = "failed" // the model did
	GaveUp   = "gave-up"
)

// observe tells whoever counts.
func (d *Desk) observe(what What, label string, value float64) {
	if d.Observe != nil {
		d.Observe(Observation{what, label, value})
	}
}

// observeTurn tells how a turn ended.
func (d *Desk) observeTurn(outcome string, took time.Duration) {
	d.observe(TurnEnded, outcome, took.Seconds())
}

// observeTrace tells what a turn was offered and denied.
func (d *Desk) observeTrace(t agent.Trace) {
	d.observe(Offered, "", float64(len(t.Offered)))
	for _, s := range t.Steps {
		if s.Status == model.Denied && s.Rule != "" {
			d.observe(DeniedBy, s.Rule, 1)
		}
	}
}

// observeDecisions tells which confirmations a commit ended.
func (d *Desk) observeDecisions(c store.Commit) {
	for _, t := range c.Actions {
		if t.From != string(confirm.Waiting) {
			continue
		}
		decision := t.Action.State
		if decision == string(confirm.Executing) {
			decision = "approved"
		}
		d.observe(Decided, decision, 1)
	}
}
