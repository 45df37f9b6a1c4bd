package agent_test

import (
	"fmt"
	"strings"
	"testing"

	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// TestAbove: what was said above goes with the request, the newest whole, and the note says
// whose words were read.
func TestAbove(t *testing.T) {
	t.Parallel()
	twelve := make([]agent.Earlier, 12)
	for i := range twelve {
		twelve[i] = agent.Earlier{Name: []string{"Ben", "Cy"}[i%2], Text: fmt.Sprintf("message %d", i+1)}
	}
	long := make([]agent.Earlier, 30)
	for i := range long {
		long[i] = agent.Earlier{Name: fmt.Sprintf("Member %d", i%6), Text: fmt.Sprintf("%d: ", i) + strings.Repeat("some words of it ", 200)}
	}
	tests := []struct {
		name        string
		above       []agent.Earlier
		cut         bool
		note        string
		first, last string // of what the model reads
		asks        bool   // a read is asked about
	}{
		{"nothing", nil, false, "", "", "", false},
		{"twelve", twelve, false, "I read the 12 messages above, by Ben and Cy.", "Ben: message 1\n\nCy: message 2\n\n", "Cy: message 12", true},
		{"more than was read", twelve, true, "I read the last 12 messages above, by Ben and Cy.", "(What was said before that is left out.)\n\nBen: message 1\n\n", "Cy: message 12", true},
		{"one's own", []agent.Earlier{{Name: "Ada", Own: true, Text: "mine"}}, false, "I read the message above, by you.", "Ada: mine", "Ada: mine", false},
		{"nobody's name", []agent.Earlier{{Text: "a"}, {Name: "Ada", Own: true, Text: "b"}}, false, "I read the 2 messages above, by somebody and you.", "somebody: a\n\n", "Ada: b", true},
		{"too long", long, false, "I read the last 9 messages above, by Member 3, Member 4, Member 5 and 3 others.", "(What was said before that is left out.)\n\nMember 3: 21: some", "of it ", true},
		{"one too long", long[:1], false, "I read the message above, by Member 0.", "Member 0: some words", "…", true},
	}
	for i := range tests {
		tests[i].above = append([]agent.Earlier(nil), tests[i].above...)
	}
	tests[6].above[0].Text = strings.Repeat("some words of it ", 10_000)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := toolset(t, true, script.Call("shop__countOrders", `{}`), script.Say("So it is."))
			b.script.With(model.Info{Wire: "script", Name: "script", Window: 200_000})
			b.turn.Question, b.turn.Above, b.turn.AboveCut = "summarize this", test.above, test.cut
			answer := b.run(t)
			if notes := strings.Join(answer.Notes, " "); !strings.Contains(notes, test.note) || test.note == "" && strings.Contains(notes, "above") {
				t.Errorf("the notes are %q", notes)
			}
			for _, r := range b.script.Requests() {
				if !strings.HasPrefix(r.Above, test.first) || !strings.HasSuffix(r.Above, test.last) || len(r.Above) > 60_000 {
					t.Errorf("%d bytes, the model reads %.60q … %q", len(r.Above), r.Above, r.Above[max(0, len(r.Above)-20):])
				}
			}
			if asks := len(answer.Parked) == 1; asks != test.asks || asks && answer.Parked[0].Call.From[0].Human != "the messages above" {
				t.Errorf("parked: %+v", answer.Parked)
			}
			for _, e := range answer.Entries {
				if strings.Contains(e.Message.TextOf(), "message 1") {
					t.Errorf("it is kept: %+v", e.Message)
				}
			}
		})
	}
}
