package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"aidesk/core/model"
)

// TestScrub keeps what was sent out of messages.
func TestScrub(t *testing.T) {
	r := &model.Request{
		Messages: []model.Message{
			{Role: model.User, Parts: []model.Part{{Text: ""}}},
			{Role: model.Assistant, Parts: []model.Part{{Call: &model.ToolCall{ID: "c1", Name: "probe_look", Args: json.RawMessage(`{"word":"a <word>"}`)}}}},
		},
		Tools: []model.Tool{{Name: "probe_look"}},
	}
	r.Messages[0].Parts[0].Text = "my number is 4711-0815 and the launch is on friday the 13th, call ann@corp.example"
	s := redactor{key: "key-of-the-test", model: "scripted-3", request: r}
	tests := []struct{ name, message, want string }{
		{"harmless", "tool probe_look is odd", "tool probe_look is odd"},
		{"key", "key-of-the-test is wrong", "*** is wrong"},
		{"another key", "Bearer abc.def and sk-12345678 are wrong", "*** and *** are wrong"},
		{"model", "no model 'scripted-3'", "no model 'scripted-3'"},
		{"tool", "no tool \"probe_look\"", "no tool \"probe_look\""},
		{"word with digits", "cannot read 4711-0815.", "cannot read …"},
		{"address", "no such user (Ann@corp.example)", "no such user …"},
		{"quotation", "cannot read “friday”", "cannot read “…”"},
		{"piece", "cannot read The Launch  is on Friday here", "cannot rea…here"},
		{"argument", `bad: {"word":"a <word>"}`, "bad: {“…”:“…”}"},
		{"not sent", "cannot read 99-99 of 'nobody'", "cannot read 99-99 of 'nobody'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := s.clean(test.message); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFrame shows that data cannot end its own frame.
func TestFrame(t *testing.T) {
	data := "x"
	for range 5 {
		framed := Frame("About", data)
		lines := strings.Split(framed, "\n")
		mark := lines[1]
		if lines[len(lines)-1] != mark || strings.Count(framed, strings.TrimPrefix(mark, "--- ")) != 3 || strings.Contains(data, mark) {
			t.Fatalf("mark %q in\n%s", mark, framed)
		}
		// The next data has the marks of all before it.
		data += "\n" + mark
	}
}
