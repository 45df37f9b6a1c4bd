package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/bots/bottest"
	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/script"
)

func entry(role model.Role, parts ...model.Part) agent.Entry {
	return agent.Entry{Message: model.Message{V: model.Version, Role: role, Parts: parts}}
}

// talk is a turn of a transcript: a question, a call with a result of so many bytes,
// and an answer.
func talk(i, bytes int) []agent.Entry {
	id := fmt.Sprintf("call%d", i)
	return []agent.Entry{
		entry(model.User, model.Part{Text: fmt.Sprintf("question %d", i)}),
		entry(model.Assistant, model.Part{Call: &model.ToolCall{ID: id, Name: "shop__listGoods", Args: json.RawMessage(`{}`)}}),
		entry(model.ToolRole, model.Part{Result: &model.ToolResult{
			CallID: id, Operation: "shop__listGoods", Status: model.OK, Content: strings.Repeat("word ", bytes/5), LeftOut: "the rest",
		}}),
		entry(model.Assistant, model.Part{Text: fmt.Sprintf("answer %d", i)}),
	}
}

// sent is the transcript that a model with a window gets.
func sent(t *testing.T, window int, history []agent.Entry, question string) []model.Message {
	t.Helper()
	return sentBy(t, toolset(t, true), window, history, question)
}

// sentBy is sent for a bench that is set.
func sentBy(t *testing.T, b *bench, window int, history []agent.Entry, question string) []model.Message {
	t.Helper()
	b.script = script.New(script.Say("hello")).With(model.Info{Wire: "script", Name: "script", Window: window})
	b.Model, b.turn.History, b.turn.Question = b.script, history, question
	b.run(t)
	r := b.script.Requests()[0]
	if err := modeltest.WellFormed(r); err != nil {
		t.Error(err)
	}
	return r.Messages
}

// contents are the results of a transcript.
func contents(messages []model.Message) []string {
	var all []string
	for _, m := range messages {
		for _, p := range m.Parts {
			if p.Result != nil {
				all = append(all, p.Result.Content)
			}
		}
	}
	return all
}

// TestCompact: of a long transcript the old results go first, with a word in their
// place, then the oldest turns. The last turn always comes whole.
func TestCompact(t *testing.T) {
	var history []agent.Entry
	for i := range 200 {
		history = append(history, talk(i, 10_000)...)
	}
	const left = "[result of shop.listGoods left out, 10.0 kB]"
	for _, test := range []struct {
		name                   string
		window, turns          int
		question               string
		least, most, whole, up int // messages, and results that stand whole, at most
	}{
		{"a short one", 0, 2, "and now?", 9, 9, 2, 2},
		{"its results do not fit", 0, 12, "and now?", 49, 49, 1, 5},
		{"nor do its turns", 0, 200, "and now?", 60, 4 * 150, 0, 5},
		{"a large window, of which not all is used", 1_000_000, 200, "and now?", 60, 4 * 190, 1, 6},
		{"a small one", 8_000, 200, "and now?", 5, 4 * 40, 0, 1},
		{"a question alone", 0, 200, strings.Repeat("why ", 50_000), 1, 1, 0, 0},
	} {
		got := sent(t, test.window, history[:4*test.turns], test.question)
		if len(got) < test.least || len(got) > test.most {
			t.Errorf("%s: %d messages; want %d to %d", test.name, len(got), test.least, test.most)
		}
		if got[0].Role != model.User || got[len(got)-1].TextOf() != test.question {
			t.Errorf("%s: from %s to %.40q", test.name, got[0].Role, got[len(got)-1].TextOf())
		}
		whole := 0
		for i, c := range contents(got) {
			switch {
			case c != left:
				whole++
			case whole > 0:
				t.Errorf("%s: result %d is left out, one before it is not", test.name, i)
			}
		}
		if whole < test.whole || whole > test.up {
			t.Errorf("%s: %d results stand whole; want %d to %d", test.name, whole, test.whole, test.up)
		}
	}
}

// TestCompactStays: what a model saw at the beginning stays the same for many turns,
// so that a provider need not read it anew.
func TestCompactStays(t *testing.T) {
	var history []agent.Entry
	before, changes := []model.Message(nil), 0
	const turns = 60
	b := toolset(t, true)
	for i := range turns {
		got := sentBy(t, b, 0, history, "and now?")
		kept := got[:len(got)-1]
		if len(before) > len(kept) || cmp.Diff(before, kept[:len(before)]) != "" {
			changes++
		}
		before = kept
		history = append(history, talk(i, 4_000)...)
	}
	if changes == 0 || changes > turns/4 {
		t.Errorf("the beginning changed %d times in %d turns", changes, turns)
	}
}

// TestCompactTurn: a turn that grows too long itself keeps its newest results.
func TestCompactTurn(t *testing.T) {
	n := 0
	read := func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		n++
		return script.Call("shop__listGoods", fmt.Sprintf(`{"kind":"k%d"}`, n))(ctx, r, on)
	}
	b := toolset(t, true, read, read, read, read, read, script.Say("done"))
	b.script.With(model.Info{Wire: "script", Name: "script", Window: 8_000})
	b.shop.On("GET /goods", bottest.Fixed(200, "text/plain", strings.Repeat("lorem ipsum ", 500)))
	b.run(t)
	all := b.script.Requests()
	for _, r := range all {
		if err := modeltest.WellFormed(r); err != nil {
			t.Error(err)
		}
	}
	got := contents(all[5].Messages)
	if len(got) != 5 || !strings.HasPrefix(got[3], "[result of shop.listGoods left out") || !strings.HasPrefix(got[4], "lorem") {
		t.Errorf("results %.60q", got)
	}
}

// TestContext: a model that finds the transcript too long is asked once more with
// half of it, and not where there is nothing to leave out.
func TestContext(t *testing.T) {
	tooLong := script.Fail(&model.Error{Kind: model.Context, Message: "too long"})
	var history []agent.Entry
	for i := range 5 {
		history = append(history, talk(i, 5_000)...)
	}
	b := toolset(t, true, tooLong, script.Say("hello"), tooLong, tooLong, script.Say("never"))
	b.turn.History = history
	b.run(t)
	all := b.script.Requests()
	first, second := strings.Join(contents(all[0].Messages), ""), strings.Join(contents(all[1].Messages), "")
	if len(all) != 2 || len(second)*2 > len(first)+1000 {
		t.Errorf("%d requests, of %d and %d bytes of results", len(all), len(first), len(second))
	}
	if err := modeltest.WellFormed(all[1]); err != nil {
		t.Error(err)
	}
	if _, err := b.Run(t.Context(), b.turn); err == nil {
		t.Error("a model that finds half of it too long gave an answer")
	}
	if n := len(b.script.Requests()); n != 4 {
		t.Errorf("it was asked %d times; want one more time than the first two", n)
	}
	b.turn.History = nil
	b.script = script.New(tooLong, script.Say("never"))
	b.Model = b.script
	if _, err := b.Run(t.Context(), b.turn); err == nil || len(b.script.Requests()) != 1 {
		t.Errorf("%d requests with nothing to leave out, %v", len(b.script.Requests()), err)
	}
}
