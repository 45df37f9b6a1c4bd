package confirm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/goldentest"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// draw is a card as text.
func draw(c chat.Card) string {
	var b strings.Builder
	fmt.Fprintf(&b, "state: %s\nsentence: %s\n", c.State, c.Sentence)
	for _, f := range c.Values {
		fmt.Fprintf(&b, "value %s: %s\n", f.Label, f.Value)
	}
	for _, f := range c.Details {
		fmt.Fprintf(&b, "detail %s: %s\n", f.Label, strings.TrimSpace(f.Value+" "+f.Channel))
	}
	if c.Outcome != "" {
		fmt.Fprintf(&b, "outcome: %s\n", c.Outcome)
	}
	if !c.Until.IsZero() {
		fmt.Fprintf(&b, "until: %s\n", c.Until.Format("15:04:05"))
	}
	for _, button := range c.Buttons {
		fmt.Fprintf(&b, "button %s: %s %s\n", button.ID, button.Label, button.Style)
	}
	return b.String()
}

// TestCard draws an Action in every state.
func TestCard(t *testing.T) {
	var all strings.Builder
	write := func(name string, a confirm.Action) { fmt.Fprintf(&all, "-- %s --\n%s", name, draw(confirm.Card(a))) }
	for _, s := range states {
		a := order()
		a.State = s
		if s != confirm.Waiting {
			a.Outcome.Line = "What became of it."
		}
		write(string(s), a)
	}
	remove := order()
	remove.Call.Request = openapi.Request{Method: "DELETE", URL: "https://shop.example/api/orders/7", Header: []openapi.Field{{Name: "If-Match", Value: `"v7"`}, {Name: "Accept", Value: "application/json"}}}
	remove.Call.Summary, remove.Arguments, remove.Call.Account, remove.Place.Direct = "", nil, "ada@shop", true
	write("a deletion without summary and values, with an account, in a direct message", remove)
	again := confirm.Again(order(), "r2", ids(), noon)
	again.Call.Summary = "PUT it there!"
	write("once more", again)

	read := order()
	read.Call.Write, read.Call.Request = false, openapi.Request{Method: "GET", URL: "https://shop.example/api/goods?q=7"}
	read.Call.From = []plugin.Origin{{Plugin: "scores.example", Human: "Scores"}, {Plugin: "todo.example", Human: "Todo"}}
	read = confirm.New(read.Call, read.Arguments, ids(), noon.Add(confirm.Life))
	write("a read that may carry data from two other plugins", read)
	read.Call.From, read.Call.Write, read.Call.Summary = read.Call.From[:1], true, ""
	read.Buttons.Allow = ""
	write("a write that may, without summary", read)

	goldentest.File(t, "card.golden", []byte(all.String()))
}

// evil are characters that show nothing or turn the reading direction.
const evil = "pay 10\u202e0001\u202c\u200b\u2066x\u2069\u00ad\ufeff\x1b[2J\u0000end"

// TestCardHidesNothing: what an Action holds stands on its card, in full, and no
// character of it is invisible.
func TestCardHidesNothing(t *testing.T) {
	long := strings.Repeat("0123456789 ", 3000) + evil
	body, err := json.Marshal(map[string]string{"note": long})
	if err != nil {
		t.Fatal(err)
	}
	p := read(t)
	o, ok := p.Operation("order")
	if !ok {
		t.Fatal("the document has no operation order")
	}
	args := json.RawMessage(`{"body":` + string(body) + `,"who":"` + "a\u202eb" + `"}`)
	c, err := p.Call(o, args)
	if err != nil {
		t.Fatal(err)
	}
	card := confirm.Card(confirm.New(c, o.Arguments(args), ids(), noon.Add(confirm.Life)))
	values := draw(chat.Card{Values: card.Values})
	for what, want := range map[string]string{
		"the beginning of a long value": strings.Repeat("0123456789 ", 3000), "its end": "end",
		"a bidirectional control": "‹U+202E›0001", "an escape": "‹U+001B›[2J", "a zero": "‹U+0000›", "another argument": "a‹U+202E›b",
	} {
		if !strings.Contains(values, want) {
			t.Errorf("%s is missing", what)
		}
	}
	for i, r := range values {
		if r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) {
			t.Fatalf("U+%04X stands on the card unseen: %q", r, values[max(0, i-40):min(len(values), i+20)])
		}
	}
	// Details are the very bytes: to make them visible is the adapter's part, which its
	// contract checks.
	details := map[string]string{}
	for _, f := range card.Details {
		details[f.Label] = f.Value
	}
	if details["Body"] != string(c.Request.Body) {
		t.Error("the body on the card is not the body that is sent")
	}
	if details["Path"] != "/orders?who=a%E2%80%AEb" {
		t.Errorf("the path is %q", details["Path"])
	}
}

// read compiles a plugin with one operation.
func read(t *testing.T) *plugin.Plugin {
	t.Helper()
	const document = `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"servers":[{"url":"https://shop.example"}],"paths":{"/orders":{"post":{
		"operationId":"order","summary":"Order","parameters":[{"name":"who","in":"query","schema":{"type":"string"}}],
		"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"note":{"type":"string"}}}}}},"responses":{"200":{"description":"d"}}}}}}`
	d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://shop.example/o.json", Data: []byte(document)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &plugin.Plugin{Registration: plugin.Registration{ID: "shop.example", Name: "shop", Version: "v1"}, Manifest: plugin.Manifest{NameForHuman: "Shop"}, Document: d}
}
