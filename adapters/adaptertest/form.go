package adaptertest

import (
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
)

// Filled is what a member fills into the input with a label: a text, the value of a choice,
// or several of them, one a line.
type Filled struct{ Label, Value string }

// forms checks that a form is opened by its button, that each kind of input can be filled in
// and left as it is, that a fault is shown, and that all of it arrives at the end.
func forms(s *contract) {
	many := make([]string, 12)
	for i := range many {
		many[i] = fmt.Sprintf("m%d", i)
	}
	yesNo, letters := []string{"true", "false"}, []string{"x", "y, z", "w"}
	form := chat.Form{ID: "f1", Title: "golf", Submit: "Send", Inputs: []chat.Input{
		{Name: "line", Label: "Line", Kind: chat.InputLine, Required: true},
		{Name: "number", Label: "Number", Kind: chat.InputNumber, Whole: true, Min: "1", Max: "90071992547409", Required: true},
		{Name: "fraction", Label: "Fraction", Kind: chat.InputNumber},
		{Name: "date", Label: "Date", Kind: chat.InputDate, Required: true},
		{Name: "time", Label: "Time", Kind: chat.InputDateTime},
		{Name: "choice", Label: "Choice", Kind: chat.InputChoice, Choices: yesNo, Labels: []string{"Yes", "No"}, Required: true},
		{Name: "few", Label: "Few", Kind: chat.InputMany, Choices: letters, Labels: []string{"Ex", "Both", "We"}},
		{Name: "many", Label: "Many", Kind: chat.InputMany, Choices: many},
		{Name: "secret", Label: "Secret", Kind: chat.InputSecret},
		// What is left as it stands.
		{Name: "kept line", Label: "Kept line", Kind: chat.InputLine, Value: "as it was"},
		{Name: "kept lines", Label: "Kept lines", Kind: chat.InputLine, Value: "two\nlines"},
		{Name: "kept number", Label: "Kept number", Kind: chat.InputNumber, Value: "12345678901234567890.10"},
		{Name: "kept date", Label: "Kept date", Kind: chat.InputDate, Value: "2026-02-28"},
		{Name: "kept time", Label: "Kept time", Kind: chat.InputDateTime, Value: "2026-12-05T14:00:00Z"},
		{Name: "exact time", Label: "Exact time", Kind: chat.InputDateTime, Value: "2026-12-05T14:00:07.5+02:00"},
		{Name: "kept choice", Label: "Kept choice", Kind: chat.InputChoice, Choices: yesNo, Value: "false"},
		{Name: "kept few", Label: "Kept few", Kind: chat.InputMany, Choices: letters, Value: "y, z\nw"},
		{Name: "kept many", Label: "Kept many", Kind: chat.InputMany, Choices: many, Value: "m3\nm11"},
	}}
	s.start(&Recorder{
		Forms: func(o chat.Opening) (chat.Form, error) {
			if o.Member != s.Member {
				s.Errorf("%q opens a form; want %q", o.Member, s.Member)
			}
			return form, nil
		},
		Checks: func(f chat.Submitted) ([]chat.Fault, error) {
			if f.Values["date"] != "2026-12-05" {
				return []chat.Fault{{Input: "date", Message: "This must be hotel."}}, nil
			}
			return nil, nil
		},
	}, &Memory{})
	r := s.plainReply("r1", "fill it in")
	r.Buttons = []chat.Button{{ID: "f1", Label: "Fill", Form: true}}
	s.send(r, "")
	fill := []Filled{
		{"Line", "india"},
		{"Number", "7"},
		{"Fraction", "-0.50"},
		{"Date", "2026-12-04"},
		{"Time", "2026-12-05T14:00:00Z"},
		{"Choice", "false"},
		{"Few", "x\ny, z"},
		{"Many", "m0\nm11"},
		{"Secret", "juliett"},
	}
	s.Fill("Fill", fill, len(form.Inputs), "This must be hotel.")
	s.Fill("", []Filled{{"Date", "2026-12-05"}}, 1, "")
	e := s.next()
	want := map[string]string{"date": "2026-12-05"}
	for _, in := range form.Inputs {
		if in.Value != "" {
			want[in.Name] = in.Value
		}
	}
	for _, f := range fill {
		if name := strings.ToLower(f.Label); want[name] == "" {
			want[name] = f.Value
		}
	}
	if e.Filled == nil {
		s.Fatalf("got %+v; want a filled-in form", e)
	}
	if diff := cmp.Diff(&chat.Submitted{Form: "f1", Values: want, Secret: []string{"secret"}}, e.Filled); diff != "" {
		s.Errorf("filled in (-want +got):\n%s", diff)
	}
}
