package render_test

import (
	"testing"

	"aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
	"aidesk/core/markdown/markdowntest"
)

// TestHostile looks at what becomes of mutated documents, and of each message in all
// its simpler forms. The oracles' test does so with 10,000.
func TestHostile(t *testing.T) {
	t.Parallel()
	documents := markdowntest.Texts(markdowntest.CommonMark(t))
	for r := range oracletest.Hostile(1, 500, documents) {
		for _, m := range rendered(t, r, oracletest.Allowed) {
			simpler(t, m, 0)
		}
		if t.Failed() {
			t.Fatalf("of this reply: %+v", r)
		}
	}
}

// simpler checks a message in all its simpler forms, of which there are at most five.
func simpler(t *testing.T, m render.Message, depth int) {
	t.Helper()
	next, ok := render.Degrade(m)
	if !ok {
		if len(m.Blocks) > 0 {
			t.Errorf("the simplest form still has blocks: %s", m.Blocks)
		}
		return
	}
	if depth == 5 {
		t.Fatal("it becomes simpler without end")
	}
	for _, m := range next {
		for _, fault := range oracletest.Faults(m, oracletest.Allowed) {
			t.Errorf("at rung %d: %s\n%s", depth+1, fault, m.Blocks)
		}
		simpler(t, m, depth+1)
	}
}
