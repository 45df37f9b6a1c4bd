package agent_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/openapi"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPrompt is the whole request for a question with one plugin enabled.
func TestPrompt(t *testing.T) {
	b := toolset(t, true, script.Say("hello"))
	b.run(t)
	request := b.script.Requests()[0]
	got, err := json.MarshalIndent(request, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "request.json")
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("the request (-want +got), write it anew with -update:\n%s", diff)
	}
	// What the golden must have, whoever writes it anew.
	brief := strings.Join(request.Brief, "\n")
	for what, words := range map[string]string{
		"description": "Lists goods and takes orders", "an endpoint": "GET /goods", "another": "POST /orders", "effect": "asks the member first",
		"usage": "Example:", "an utterance": "“how many orders are there?”",
	} {
		if !strings.Contains(brief, words) {
			t.Errorf("the brief lacks %s (%q):\n%s", what, words, brief)
		}
	}
	if got := request.Now.Format("2006-01-02 15:04 MST"); got != "2026-11-23 10:00 CET" {
		t.Errorf("for the member it is %s", got)
	}
}

// TestPromptDisabled: a plugin that is off leaves no byte, and one that is on none in
// the system role.
func TestPromptDisabled(t *testing.T) {
	on, off := toolset(t, true, script.Say("hello")), toolset(t, false, script.Say("hello"))
	on.run(t)
	off.run(t)
	with, without := on.script.Requests()[0], off.script.Requests()[0]
	if len(without.Brief)+len(without.Tools) != 0 {
		t.Errorf("disabled, the model sees %v and %v", without.Brief, without.Tools)
	}
	raw, err := json.Marshal(without)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"shop", "Shop", "goods", "order", off.shop.Address} {
		if strings.Contains(string(raw), word) {
			t.Errorf("disabled, %q still stands in %s", word, raw)
		}
	}
	if diff := cmp.Diff(without.System, with.System); diff != "" {
		t.Errorf("a plugin changes the system role:\n%s", diff)
	}
}

// TestLinks: clickable is what stood in a result, in the manifest or in the members'
// words, and nothing else.
func TestLinks(t *testing.T) {
	b := toolset(t, true, script.Call("shop__listGoods", `{}`), nil)
	good := b.shop.Goods()[0].URL
	legal := "http://" + b.shop.Address + "/pages/legal"
	earlier, said, foreign := "https://earlier.example/page", "https://said.example/here", "https://foreign.example/login"
	b.Model = script.New(script.Call("shop__listGoods", `{}`), func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		return script.Say(fmt.Sprintf("[a](%s) [b](%s) [c](%s) [d](%s) [e](%s) <%s> [f](%s?x=1)", good, legal, earlier, said, foreign, foreign, said))(ctx, r, on)
	})
	b.turn.Question = "what is behind " + said + "?"
	b.turn.History = []agent.Entry{
		{Message: model.Message{V: model.Version, Role: model.User, Parts: []model.Part{{Text: "hello"}}}, Links: []string{earlier}},
		{Message: model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{{Text: "see " + foreign}}}},
	}
	if diff := cmp.Diff([]string{good, legal, earlier, said}, b.run(t).Text.Links()); diff != "" {
		t.Errorf("clickable (-want +got):\n%s", diff)
	}
}

// TestOutcome: a turn without a question goes on from the outcome.
func TestOutcome(t *testing.T) {
	b := toolset(t, true, script.Call("shop__placeOrder", write), script.Say("ready"), script.Say("It is done."))
	first := b.run(t)
	action := first.Parked[0]
	done, _, err := action.To("executing", action.Outcome)
	if err != nil {
		t.Fatal(err)
	}
	done.State = "done"
	done.Outcome.Line, done.Outcome.Content = "Done.", `{"order":"A-1"}`
	done.Outcome.Links = []openapi.Link{{URL: "https://orders.example/A-1", Kind: "page"}}
	b.turn.History, b.turn.Question = slices.Concat(first.Entries, []agent.Entry{agent.OutcomeEntry(done)}), ""
	a := b.run(t)
	sent := b.script.Requests()[2].Messages
	last := sent[len(sent)-1]
	if last.Role != model.Outcome || last.Parts[0].Result.Status != model.OK || last.Parts[0].Result.Content != `{"order":"A-1"}` || last.Parts[0].Result.CallID != action.CallID {
		t.Errorf("the model was told %+v", last)
	}
	if a.Text.Text() != "It is done." || len(a.Entries) != 1 {
		t.Errorf("it said %q in %d entries", a.Text.Text(), len(a.Entries))
	}
}

// TestReadEntry: a transcript of a newer program is refused, not misread.
func TestReadEntry(t *testing.T) {
	if _, err := agent.ReadEntry([]byte(`{"message":{"v":1,"role":"user","parts":[{"text":"x"}]}}`)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{`{"message":{"v":99}}`, `{`, ``} {
		if _, err := agent.ReadEntry([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
