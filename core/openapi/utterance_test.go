package openapi_test

import (
	"strings"
	"testing"
)

// TestExampleSlots: a slot within an object is left out with a word on how to write the
// example; one that no words can fill is kept for a language model.
func TestExampleSlots(t *testing.T) {
	t.Parallel()
	o := read(t, bodyOf("{type: object, properties: {note: {type: string}, loan: {type: object, properties: {amount: {type: integer}}}, tags: {type: array, items: {type: string}}}}")).Operations[0]
	for _, c := range []struct{ example, note string }{
		{"lend {note}", ""},
		{"lend {body.note}", ""},
		{"lend {loan.amount}", "a field within loan"},
		{"lend {body.loan.amount}", "Write it without the slot: members then fill loan into a form"},
		{"lend {amount}", "a field within loan"},
		{"lend {loan}", "only a language model can use it"},
		{"lend {tags}", "only a language model can use it"},
		{"lend {loan.colour}", "which is no argument"},
		{"lend {note.amount}", "which is no argument"},
	} {
		before := len(o.Examples)
		notes := o.AddExamples(c.example)
		kept := len(o.Examples) > before
		said := ""
		if len(notes) > 0 {
			said = notes[0].Message
		}
		if !strings.Contains(said, c.note) || (said == "") != (c.note == "") {
			t.Errorf("%s: %q", c.example, said)
		}
		if want := c.note == "" || strings.Contains(c.note, "only a language"); kept != want {
			t.Errorf("%s: kept %v", c.example, kept)
		}
	}
}
