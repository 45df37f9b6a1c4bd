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
	for _, f := range c.Facts {
		fmt.Fprintf(&b, "fact %s\n", strings.TrimSpace(f.Text+" "+f.Channel))
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
	if card.Facts[0].Text != "POST to shop.example/orders?who=a%E2%80%AEb" {
		t.Errorf("it goes to %q", card.Facts[0].Text)
	}
}

// TestCardRequest: the body stands on the card unless the values say all of it and a button
// shows it; what does not fit into the small print, or could pass for another part of it, stands
// in a line of its own.
func TestCardRequest(t *testing.T) {
	t.Parallel()
	more := order()
	more.Call.Request.Body = []byte(`{"good":"kettle","to":"Bob"}`)
	long := order()
	long.Call.Request.URL = "https://shop.example/" + strings.Repeat("x", 200)
	odd := order()
	odd.Call.Request.URL = "https://shop.example/a?b=c · visible to only you"
	account := order()
	account.Call.Label = "Ada · visible to only you"
	name := order()
	name.Name = "Ada · Ben"
	tests := []struct {
		name string
		a    confirm.Action
		want string // among the details or the facts
	}{
		{"all is said", order(), "fact POST to shop.example/api/orders?dry=no\nfact no account\nfact visible to everyone in\nfact only Ada can press\n"},
		{"one field more", confirm.New(more.Call, more.Arguments, ids(), noon), "detail Body: {\"good\":\"kettle\",\"to\":\"Bob\"}\n"},
		{"a long address", long, "detail Method: POST\ndetail Host: shop.example\ndetail Path: /" + strings.Repeat("x", 200) + "\nfact no account\n"},
		{"an odd address", odd, "detail Path: /a?b=c · visible to only you\nfact no account\n"},
		{"an account that says more", account, "detail Account: Ada · visible to only you\nfact POST"},
		{"a name that says more", name, "fact only who asked can press\n"},
	}
	for _, test := range tests {
		card := confirm.Card(test.a)
		if got := draw(card); !strings.Contains(got, test.want) {
			t.Errorf("%s: the card says\n%swithout\n%s", test.name, got, test.want)
		}
		shown := test.a.Buttons.Request != ""
		if shown == strings.Contains(draw(card), "detail Body") {
			t.Errorf("%s: the button stands there: %v, and so does the body", test.name, shown)
		}
	}
	r := order()
	r.Call.Request.Header = []openapi.Field{{Name: "Content-Type", Value: "application/json"}}
	if got, want := confirm.Request(r), "POST https://shop.example/api/orders?dry=no\nContent-Type: application/json\n\n{\"good\":\"kettle\"}"; got != want {
		t.Errorf("the request is\n%s", got)
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
