package command

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/goldentest"
	"aidesk/core/model"
)

// TestTexts: what members read about how an answer came about.
func TestTexts(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	show := func(name string, text string) { fmt.Fprintf(&out, "-- %s --\n%s\n", name, strings.TrimSpace(text)) }

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

	goldentest.File(t, "texts.golden", []byte(out.String()))
}
