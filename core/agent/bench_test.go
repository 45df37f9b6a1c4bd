package agent_test

import (
	"fmt"
	"testing"

	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// BenchmarkOffer is a turn without a call: what is enabled is read, what to offer is
// chosen, and the request is made.
func BenchmarkOffer(b *testing.B) {
	for _, operations := range []int{3, 24, 3000} {
		b.Run(fmt.Sprintf("operations=%d", operations), func(b *testing.B) {
			var plugins []source
			for i, p := range mills(operations) { // more trades than there are words
				p.name = fmt.Sprintf("%s%d", p.name, i)
				plugins = append(plugins, p)
			}
			a, turn := stocked(b, script.Func(script.Say("hello")), plugins...)
			turn.Question = "Which paintings of the museum were archived in Lyon?"
			if _, err := a.Run(b.Context(), turn); err != nil { // draws the tools and reads them
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				got, err := a.Run(b.Context(), turn)
				if err != nil || len(got.Trace.Offered) == 0 {
					b.Fatal(got.Trace.Offered, err)
				}
			}
		})
	}
}

// BenchmarkCompact is a turn with a long conversation before it.
func BenchmarkCompact(b *testing.B) {
	var history []agent.Entry
	for i := range 200 {
		history = append(history, talk(i, 8_000)...)
	}
	a, turn := stocked(b, script.Func(script.Say("hello")).With(model.Info{Wire: "script", Name: "script"}), mills(3)...)
	turn.Question, turn.History = "hello", history
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Run(b.Context(), turn); err != nil {
			b.Fatal(err)
		}
	}
}
