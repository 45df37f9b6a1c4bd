package bot

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

// Observer is told what an operator may want to count; nil: nobody counts. It may be
// called concurrently.
type Observer func(Observation)

// Report tells whoever counts.
func (o Observer) Report(what What, label string, value float64) {
	if o != nil {
		o(Observation{what, label, value})
	}
}
