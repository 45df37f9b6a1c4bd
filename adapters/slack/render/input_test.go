package render_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"aidesk/adapters/fake/slack/rule"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
)

// TestInputs: each input is what Slack has for it, or a plain field where that would change
// what stands in it.
func TestInputs(t *testing.T) {
	t.Parallel()
	numbers := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprint("n", i))
		}
		return out
	}
	for _, test := range []struct {
		name string
		in   chat.Input
		want string // of the block
	}{
		{"whole number", chat.Input{Kind: chat.InputNumber, Whole: true, Min: "1", Value: "3"}, `"initial_value":"3","is_decimal_allowed":false,"min_value":"1","type":"number_input"`},
		{"any number", chat.Input{Kind: chat.InputNumber}, `"is_decimal_allowed":true,"type":"number_input"`},
		{"many digits", chat.Input{Kind: chat.InputNumber, Value: "12345678901234567"}, `"initial_value":"12345678901234567","multiline":false,"type":"plain_text_input"`},
		{"an exponent", chat.Input{Kind: chat.InputNumber, Value: "1e3"}, `plain_text_input`},
		{"a bound of many digits", chat.Input{Kind: chat.InputNumber, Max: "9223372036854775807"}, `"is_decimal_allowed":true,"type":"number_input"`},
		{"a day", chat.Input{Kind: chat.InputDate, Value: "2026-12-05"}, `"initial_date":"2026-12-05","type":"datepicker"`},
		{"no day", chat.Input{Kind: chat.InputDate, Value: "20261205"}, `"hint":{"type":"plain_text","text":"A date such as 2026-01-31."`},
		{"a time", chat.Input{Kind: chat.InputDateTime, Value: "2026-12-05T14:00:00Z"}, `"initial_date_time":1796479200,"type":"datetimepicker"`},
		{"a zone", chat.Input{Kind: chat.InputDateTime, Value: "2026-12-05T14:00:00+01:00"}, `plain_text_input`},
		{"seconds", chat.Input{Kind: chat.InputDateTime, Value: "2026-12-05T14:00:01Z"}, `plain_text_input`},
		{"long ago", chat.Input{Kind: chat.InputDateTime, Value: "1999-12-05T14:00:00Z"}, `plain_text_input`},
		{"boxes", chat.Input{Kind: chat.InputMany, Choices: numbers(10), Value: "n1\nn2"}, `"type":"checkboxes"`},
		{"a menu", chat.Input{Kind: chat.InputMany, Choices: numbers(11)}, `"type":"multi_static_select"`},
		{"groups", chat.Input{Kind: chat.InputChoice, Choices: numbers(101), Value: "n100"}, `{"label":{"type":"plain_text","text":"101–101"`},
		{"too long a choice", chat.Input{Kind: chat.InputMany, Choices: []string{strings.Repeat("x", 151)}}, `"multiline":true,"type":"plain_text_input"`},
		{"a long choice with a label", chat.Input{Kind: chat.InputChoice, Choices: []string{strings.Repeat("x", 150)}, Labels: []string{strings.Repeat("y", 80)}}, `"type":"static_select"`},
		{"two lines", chat.Input{Kind: chat.InputLine, Value: "a\nb"}, `"initial_value":"a\nb","multiline":true`},
	} {
		test.in.Name, test.in.Label = "name", "Label"
		if text := view(t, chat.Form{ID: "f", Title: "T", Inputs: []chat.Input{test.in}}); !strings.Contains(text, test.want) {
			t.Errorf("%s: %s\nwant %s", test.name, text, test.want)
		}
	}

	// Forty inputs with long lists are more than a view takes: the lists are typed.
	var full chat.Form
	full.ID, full.Title = "f", "T"
	for i := range chat.MaxInputs {
		full.Inputs = append(full.Inputs, chat.Input{Name: fmt.Sprint("i", i), Label: "L", Kind: chat.InputChoice, Choices: numbers(100)})
	}
	if text := view(t, full); strings.Contains(text, "static_select") || !strings.Contains(text, "One of: n0, n1") {
		t.Errorf("a large form: %.300s", text)
	}
}

// view is the JSON of a form as a modal, which Slack takes.
func view(t *testing.T, f chat.Form) string {
	t.Helper()
	v, err := render.Modal(f, chat.Place{Platform: "slack"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rule.View(string(text), false, nil); err != nil {
		t.Errorf("%v: %.500s", err, text)
	}
	return string(text)
}
