package planner

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/core/goldentest"
	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

func TestPlanner(t *testing.T) {
	modeltest.Run(t, func(*testing.T) model.Model { return New() })
	info := New().Info()
	if info.Host != "" || !strings.Contains(info.Notice, "not a language model") || strings.Contains(info.Notice, "\n") {
		t.Errorf("info: %+v", info)
	}
}

// TestTurns runs testdata/turns/*.txtar: tools.json, then turns. A turn's lines
// are the transcript ("user: …", "call: tool {…}", "tool: operation status {…}",
// "outcome: operation status {…}", "assistant: …"); what follows the line "==" is
// the answer.
func TestTurns(t *testing.T) {
	goldentest.Archives(t, "turns/*.txtar", func(t *testing.T, archive *txtar.Archive) {
		var tools []model.Tool
		for i, file := range archive.Files {
			if file.Name == "tools.json" {
				if err := json.Unmarshal(file.Data, &tools); err != nil {
					t.Fatalf("tools.json: %v", err)
				}
				continue
			}
			t.Run(file.Name, func(t *testing.T) {
				said, _, _ := strings.Cut(string(file.Data), "==\n")
				r := &model.Request{
					Messages: transcript(t, said), Tools: tools,
					Now: time.Date(2026, 11, 30, 23, 30, 0, 0, time.FixedZone("member", 2*3600)),
				}
				if strings.HasPrefix(file.Name, "without tools") {
					r.Tools = nil
				}
				archive.Files[i].Data = []byte(said + "==\n" + generate(t, r))
			})
		}
	})
}

// generate is the planner's answer as text.
func generate(t *testing.T, r *model.Request) string {
	t.Helper()
	var streamed strings.Builder
	var calls []model.ToolCall
	response, err := New().Generate(t.Context(), r, func(e model.Event) {
		streamed.WriteString(e.Text)
		if e.Call != nil {
			calls = append(calls, *e.Call)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := New().Generate(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(response, again); diff != "" {
		t.Errorf("two answers to one request (-first +second):\n%s", diff)
	}
	if got := response.Message.TextOf(); got != streamed.String() {
		t.Errorf("streamed %q, answered %q", streamed.String(), got)
	}
	if diff := cmp.Diff(response.Message.CallsOf(), calls); diff != "" {
		t.Errorf("calls answered, but streamed otherwise (-answered +streamed):\n%s", diff)
	}
	if wants := len(calls) > 0; wants != (response.Stop == model.Calls) {
		t.Errorf("stop is %q with %d calls", response.Stop, len(calls))
	}
	var b strings.Builder
	if text := response.Message.TextOf(); text != "" {
		b.WriteString(text + "\n")
	}
	for _, call := range calls {
		fmt.Fprintf(&b, "call: %s %s\n", call.Name, call.Args)
	}
	for _, part := range response.Message.Parts {
		switch c := part.Choice; {
		case c == nil:
		case c.Tool != "":
			fmt.Fprintf(&b, "form: %s -> %s %s\n", c.Label, c.Tool, c.Args)
		default:
			fmt.Fprintf(&b, "choice: %s -> %s\n", c.Label, c.Say)
		}
		if c := part.Choice; c != nil && (utf8.RuneCountInString(c.Label) > maxLabel || c.Label == "" || (c.Tool == "") == (c.Say == "")) {
			t.Errorf("choice %+v", c)
		}
	}
	if b.Len() == 0 {
		return "(nothing)\n"
	}
	return b.String()
}

// transcript reads the lines of a turn.
func transcript(t *testing.T, said string) []model.Message {
	t.Helper()
	var messages []model.Message
	for line := range strings.Lines(said) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		// In JSON it stands for itself.
		if _, body, _ := strings.Cut(rest, "{"); !strings.Contains(body, `\n`) || strings.Contains(rest, `\n[`) || strings.Contains(rest, `\n{`) {
			rest = strings.ReplaceAll(rest, `\n`, "\n")
		}
		m := model.Message{V: model.Version, Role: model.Role(kind), Parts: []model.Part{{Text: rest}}}
		id := fmt.Sprintf("call%d", len(messages))
		switch kind {
		case "user", "assistant":
		case "call":
			name, args, _ := strings.Cut(rest, " ")
			m.Role, m.Parts = model.Assistant, []model.Part{{Call: &model.ToolCall{ID: id, Name: name, Args: json.RawMessage(args)}}}
		case "tool", "outcome":
			fields := strings.SplitN(rest, " ", 3)
			result := &model.ToolResult{CallID: id, Operation: fields[0], Status: model.Status(fields[1])}
			if len(fields) > 2 {
				result.Content, result.LeftOut, _ = strings.Cut(fields[2], " LEFT OUT ")
			}
			m.Parts = []model.Part{{Result: result}}
		default:
			t.Fatalf("unknown line %q", line)
		}
		messages = append(messages, m)
	}
	return messages
}
