package bots

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/store"
)

var update = flag.Bool("update", false, "write what was got into the files of testdata")

// TestTexts: what members read about limits, and about how an answer came about.
func TestTexts(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	show := func(name string, text string) { fmt.Fprintf(&out, "-- %s --\n%s\n", name, strings.TrimSpace(text)) }

	place := chat.Place{Platform: "room", Workspace: "W1", Channel: "C1"}
	s := &step{
		Exchange: bot.Exchange{
			Bot: &bot.Bot{Name: "desk", Limits: bot.Limits{
				TurnsPerMemberHour: 20, TokensPerTurn: 200_000, TokensPerDay: 1_000_000, MoneyPerDay: 12_500_000, Currency: "EUR",
			}},
			Event: chat.Event{Place: place, Member: "ada"},
		},
		day: time.Date(2026, 11, 23, 22, 10, 0, 0, time.UTC),
	}
	scope, owner := s.Bot.Scope(place), s.Bot.Owner(place, "ada")
	for _, key := range []string{"hour", s.key("tokens", scope), s.key("money", scope), s.key("tokens", owner), s.key("money", owner)} {
		line, err := s.limitLine(chat.Member{Zone: "Europe/Paris"}, &store.Limit{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		show("limit "+strings.TrimPrefix(key, "desk/"), line)
	}
	line, err := s.limitLine(chat.Member{}, middleware.ErrSpent)
	if err != nil {
		t.Fatal(err)
	}
	show("limit of one question", line)
	for _, key := range []string{"tokens/x", "money/x"} {
		show("near "+key, s.nearLine(key))
	}
	used := func(name string, u store.Usage, tokens int, micros int64) {
		show(name, markdown.New(markdown.Paragraph(s.used("You", u, tokens, micros)...)).Text())
	}
	used("used nothing", store.Usage{}, 0, 0)
	used("used", store.Usage{Turns: 1234, Input: 1_234_567, Output: 89, Micros: 1_234_500_000}, 0, 0)
	used("used of limits", store.Usage{Turns: 1, Input: 12, Micros: 1}, 1_000_000, 2_000_000)

	turn := []model.Message{
		{Role: model.User, Name: "Ada", Parts: []model.Part{{Text: "which kettles?"}}},
		{Role: model.Assistant, Parts: []model.Part{{Call: &model.ToolCall{ID: "1", Name: "shop__list", Args: json.RawMessage(`{"kind":"metal"}`)}}}},
		{Role: model.ToolRole, Parts: []model.Part{{Result: &model.ToolResult{CallID: "1", Operation: "shop__list", Status: model.OK, Content: strings.Repeat("kettle ", 300)}}}},
		{Role: model.Outcome, Parts: []model.Part{{Result: &model.ToolResult{CallID: "0", Operation: "shop__order", Status: model.Declined, Content: "You cancelled it."}}}},
		{Role: model.Assistant, Parts: []model.Part{{Text: "Many."}}},
	}
	private := []model.Message{turn[0], turn[1], {Role: model.ToolRole, Parts: []model.Part{{Result: &model.ToolResult{CallID: "1", Operation: "shop__list", Status: model.OK, Account: "a1"}}}}}
	all := &bot.Why{Model: "llama3.1", Input: 1200, Output: 30}
	some := &bot.Why{
		Model: "llama3.1, llama3.2", Plugins: []string{"Shop", "Depot"}, Input: 1200, Output: 30, Guessed: true, Micros: 4200, More: 1200,
		Offered: []agent.Offer{{Tool: "shop__list", Score: .915, Why: "ranked"}, {Tool: "depot__find", Why: "used"}},
		Steps: []agent.Step{
			{Tool: "shop__list", Plugin: "Shop", Status: model.OK, Rule: "read"},
			{Tool: "shop__buy", Plugin: "Shop", Status: model.Denied, Rule: "plugin-frozen"},
			{Tool: "shop__order", Plugin: "Shop", Status: model.Waiting, Rule: "write-asks", Parked: true},
			{Tool: "nothing", Status: model.Failed},
		},
	}
	show("why, nothing in view", whyText(all, nil, true, "EUR").Text())
	show("why", whyText(some, turn, true, "EUR").Text())
	show("why, to others", whyText(some, turn, false, "EUR").Text())
	show("why, to others, under an account", whyText(some, private, false, "EUR").Text())

	const name = "testdata/texts.golden"
	if *update {
		if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhyBounded: whatever a turn was offered and got, why keeps little of it.
func TestWhyBounded(t *testing.T) {
	t.Parallel()
	var trace agent.Trace
	for i := range 3000 {
		trace.Offered = append(trace.Offered, agent.Offer{Tool: fmt.Sprintf("plugin__operation_number_%04d_with_a_long_name_of_64_bytes_all_in", i), Score: float64(i) / 3000, Why: "ranked"})
	}
	for range 16 {
		trace.Steps = append(trace.Steps, agent.Step{Tool: "plugin__operation", Plugin: "Plugin", Args: json.RawMessage(`"` + strings.Repeat("x", 20_000) + `"`), Result: strings.Repeat("y", 2048)})
	}
	s := &step{purse: &middleware.Purse{}}
	w := s.whyOf(trace)
	body, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 8<<10 || w.More != 3000-mostOffers || w.Offered[0].Score < .99 {
		t.Errorf("%d bytes, %d more, the first is %+v", len(body), w.More, w.Offered[0])
	}
	if trace.Steps[0].Result == "" {
		t.Error("the trace itself was changed")
	}
}
