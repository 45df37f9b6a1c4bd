package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/bots/bottest"
	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
)

// TestRepair: a call that cannot be made is the model's to put right, in two steps;
// with the third the turn ends and says why.
func TestRepair(t *testing.T) {
	unknown, list := part("shop__burnDown", `{}`), part("shop__listGoods", `[1]`)
	missing, broken := part("shop__placeOrder", `{"body":{"good":"x"}}`), model.Part{Call: &model.ToolCall{Name: "shop__listGoods", Invalid: `{"kind":`}}
	good := part("shop__listGoods", `{}`)
	for _, test := range []struct {
		name  string
		steps []script.Step
		asked int
		says  string
	}{
		{"put right at once", []script.Step{script.Answer(unknown), script.Answer(good), script.Say("done")}, 3, "done"},
		{"put right at last", []script.Step{script.Answer(missing), script.Answer(broken), script.Answer(good), script.Say("done")}, 4, "done"},
		{"many in one step", []script.Step{script.Answer(unknown, list, missing, broken), script.Answer(unknown), script.Say("done")}, 3, "done"},
		{"never", []script.Step{script.Answer(unknown), script.Answer(list), script.Answer(missing), script.Say("done")}, 3, "I stopped"},
		{"beside good ones", []script.Step{script.Answer(unknown, good), script.Answer(list), script.Answer(broken), script.Say("done")}, 3, "I stopped"},
	} {
		b := toolset(t, true, test.steps...)
		a := b.run(t)
		if text := a.Text.Text(); !strings.Contains(text, test.says) || strings.Contains(text, "\n") {
			t.Errorf("%s: it said %q", test.name, text)
		}
		if n := len(b.script.Requests()); n != test.asked {
			t.Errorf("%s: %d requests to the model; want %d", test.name, n, test.asked)
		}
		if last := a.Entries[len(a.Entries)-1].Message; last.Role != model.Assistant || last.TextOf() != a.Text.Text() {
			t.Errorf("%s: the transcript ends with %+v", test.name, last)
		}
	}
}

// TestCardTooLarge: a call that no card shows whole is not asked about; the model is told
// why, and asks for less.
func TestCardTooLarge(t *testing.T) {
	bazaar := bottest.NewShop(t, "bazaar")
	bazaar.Extend(`  /carts:
    post:
      operationId: fillCart
      summary: Fill the cart
      requestBody: {content: {application/json: {schema: {type: object, properties: {goods: {type: array, items: {type: string}}}}}}}
      responses: {"201": {description: Filled.}}
`)
	goods := func(n int) model.Part {
		list, err := json.Marshal(slices.Repeat([]string{"x"}, n))
		if err != nil {
			t.Fatal(err)
		}
		return part("bazaar__fillCart", `{"body":{"goods":`+string(list)+`}}`)
	}
	b := setWith(t, []plugin.Configured{{Source: "http://" + bazaar.Address, Default: true}}, true,
		script.Answer(goods(501)), script.Answer(goods(2)), script.Say("ready"))
	a := b.run(t)
	if len(a.Parked) != 1 || len(a.Parked[0].Arguments) != 2 || bazaar.Count("POST") != 0 {
		t.Errorf("%d parked, %d sent", len(a.Parked), bazaar.Count("POST"))
	}
	told := b.script.Requests()[1].Messages
	if result := told[len(told)-1].Parts[0].Result; result.Status != model.Failed || !strings.Contains(result.Content, "more in it than a card can show: at most 500 values") {
		t.Errorf("the model is told %+v", result)
	}
}

// TestIDs: whatever ids a model gives its calls, each call of the transcript has one
// of its own, and its result.
func TestIDs(t *testing.T) {
	n := 0
	id := func(id string) model.Part {
		n++
		return model.Part{Call: &model.ToolCall{ID: id, Name: "shop__listGoods", Args: json.RawMessage(fmt.Sprintf(`{"kind":"k%d"}`, n))}}
	}
	foreign := model.Part{Result: &model.ToolResult{CallID: "c1", Status: model.OK, Content: "made up"}}
	b := toolset(t, true,
		script.Answer(id("c1"), id("c1"), id("c2"), foreign), script.Answer(id("c1"), id("a b"), id(strings.Repeat("x", 65))), script.Say("hello"),
	)
	first := b.run(t)
	b.turn.History = first.Entries
	b.script.Then(script.Answer(id("c2")), script.Say("hello again"))
	second := b.run(t)
	var ids []string
	for _, r := range b.script.Requests() {
		if err := modeltest.WellFormed(r); err != nil {
			t.Error(err)
		}
	}
	for _, e := range append(first.Entries, second.Entries...) {
		for _, c := range e.Message.CallsOf() {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) != 7 || ids[0] != "c1" || ids[2] != "c2" {
		t.Errorf("the calls are %v", ids)
	}
	raw, err := json.Marshal(first.Entries)
	if err != nil || strings.Contains(string(raw), "made up") {
		t.Errorf("a result that the model gave itself stands in %s, %v", raw, err)
	}
}

// TestFormed: what no wire could send again is not kept.
func TestFormed(t *testing.T) {
	call := func(name, args string) model.Part {
		return model.Part{Call: &model.ToolCall{Name: name, Args: json.RawMessage(args)}}
	}
	b := toolset(t, true, func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		response, err := script.Answer(call("shop__listGoods", ``), call("shop__listGoods", `null`), call("shop__listGoods", `{"kind":`), call(strings.Repeat("n", 4000), `{}`))(ctx, r, on)
		response.Message.Role = model.User
		return response, err
	}, script.Say("hello"))
	a := b.run(t)
	var got []string
	for _, e := range a.Entries {
		for _, c := range e.Message.CallsOf() {
			got = append(got, fmt.Sprintf("%s %s %q", c.Name[:min(len(c.Name), 15)], c.Args, c.Invalid))
		}
	}
	want := []string{`shop__listGoods {} ""`, `shop__listGoods {} ""`, `shop__listGoods {} "{\"kind\":"`, `nnnnnnnnnnnnnnn {} ""`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	for _, e := range a.Entries {
		if _, err := json.Marshal(e); err != nil {
			t.Error(err)
		}
	}
}

// TestTrace: an answer says what the model saw and did, and which rule decided.
func TestTrace(t *testing.T) {
	b := toolset(t, true, script.Answer(part("shop__listGoods", `{"kind":"metal"}`), part("shop__placeOrder", write), part("shop__burnDown", `{}`)), script.Say("ready"))
	got := b.run(t).Trace
	if len(got.Steps) != 3 || !strings.Contains(got.Steps[0].Result, "Copper Kettle") {
		t.Fatalf("steps %+v", got.Steps)
	}
	got.Steps[0].Result, got.Steps[1].Result, got.Steps[2].Result = "", "", ""
	want := agent.Trace{
		Model: "script", Plugins: []string{"Shop"},
		Offered: []agent.Offer{{Tool: "shop__countOrders", Why: "all"}, {Tool: "shop__listGoods", Why: "all"}, {Tool: "shop__placeOrder", Why: "all"}},
		Steps: []agent.Step{
			{Tool: "shop__listGoods", Plugin: "Shop", Args: json.RawMessage(`{"kind":"metal"}`), Status: model.OK, Rule: "read"},
			{Tool: "shop__placeOrder", Plugin: "Shop", Args: json.RawMessage(write), Status: model.Waiting, Rule: "write-asks", Parked: true},
			{Tool: "shop__burnDown", Args: json.RawMessage(`{}`), Status: model.Failed},
		},
		Usage: model.Usage{Input: 4, Output: 4},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}

	long := strings.Repeat("long ", 1000)
	b = toolset(t, true, script.Answer(part("shop__placeOrder", `{"body":{"good":"kettle","count":1,"note":"`+long+`"}}`)), script.Say("ready"))
	a := b.run(t)
	if args := a.Trace.Steps[0].Args; len(a.Parked) != 1 || len(args) > 3000 || !json.Valid(args) || !strings.HasSuffix(string(args), `…"`) {
		t.Errorf("%d parked, %d bytes of arguments: %.40s", len(a.Parked), len(args), args)
	}
}
