package planner

import (
	"encoding/json"
	"strings"
	"testing"

	"aidesk/core/model"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// desk reads the tools of the table of suggestions.
func desk(t *testing.T) []model.Tool {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/turns/suggest.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var tools []model.Tool
	if err := json.Unmarshal(archive.Files[0].Data, &tools); err != nil {
		t.Fatal(err)
	}
	return tools
}

// TestSmallTalk gets help and nothing to press.
func TestSmallTalk(t *testing.T) {
	tools := desk(t)
	want := help(tools)
	for _, said := range []string{
		"tell me a joke", "Tell Me A Joke", "tell me another joke, please", "hello", "Hello there!", "hi", "hey you", "good morning", "good night everybody",
		"how are you?", "how are you today?", "what can you do?", "who are you?", "what is this?", "help", "help me", "thanks", "thank you very much!", "ok", "yes", "no", "why not?",
		"you are great", "I love you", "what's up", "what do you think about that?", "what time is it?", "what day is it today?", "see you tomorrow", "bye", "sorry", "lol", "42", "?!", "😀",
		"what's the weather like?", "who won the election?", "write a poem about autumn", "translate this into French", "what is the capital of Peru?", "how tall is the Eiffel Tower?",
		"summarise the last meeting", "my computer does not start", "can somebody order pizza for lunch?", "I am on holiday until Friday", "Anna is out today",
	} {
		r, err := New().Generate(t.Context(), &model.Request{
			Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: said}}}}, Tools: tools,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]model.Part{{Text: want}}, r.Message.Parts); diff != "" {
			t.Errorf("%q (-want +got):\n%s", said, diff)
		}
	}
}

// TestSuggestCallsNothing has requests that resemble operations, and no call.
func TestSuggestCallsNothing(t *testing.T) {
	for _, tool := range desk(t) {
		for _, said := range []string{tool.Summary, tool.Name, "please " + tool.Summary + " now", strings.ReplaceAll(tool.Typed, ".", " ") + "!"} {
			r, err := New().Generate(t.Context(), &model.Request{
				Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: said}}}}, Tools: desk(t),
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, part := range r.Message.Parts {
				found = found || part.Choice != nil && part.Choice.Tool == tool.Name
			}
			if len(r.Message.CallsOf()) > 0 || !found {
				t.Errorf("%q: calls %v, offers it %v", said, r.Message.CallsOf(), found)
			}
		}
	}
}

// TestChoiceOnTheWire keeps what is stored the same for choices that only say.
func TestChoiceOnTheWire(t *testing.T) {
	tests := []struct {
		choice model.Choice
		want   string
	}{
		{model.Choice{Label: "A", Say: "b"}, `{"label":"A","say":"b"}`},
		{model.Choice{Label: "A", Tool: "t"}, `{"label":"A","say":"","tool":"t"}`},
		{model.Choice{Label: "A", Tool: "t", Args: json.RawMessage(`{"x":1}`)}, `{"label":"A","say":"","tool":"t","args":{"x":1}}`},
	}
	for _, test := range tests {
		got, err := json.Marshal(test.choice)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
