package bots_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/openapi"
	"aidesk/store"
)

// mark marks a POST of the shop as a read, as an administrator does who adds a plugin.
func mark(t *testing.T, s *bottest.Stage, shop *bottest.Shop, operation string) {
	t.Helper()
	response, err := http.Get("http://" + shop.Address + "/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	d, err := openapi.Read(t.Context(), openapi.Source{URL: "http://" + shop.Address + "/openapi.yaml", Data: data}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var record store.Record
	if err := s.Store.Scan(t.Context(), "plugin/", func(r store.Record) bool {
		record = r
		return !strings.Contains(string(r.Value), shop.Address)
	}); err != nil {
		t.Fatal(err)
	}
	var registration map[string]any
	if err := json.Unmarshal(record.Value, &registration); err != nil {
		t.Fatal(err)
	}
	for _, o := range d.Operations {
		if o.ID == operation {
			registration["reads"] = map[string]string{o.ID: o.Hash}
		}
	}
	if record.Value, err = json.Marshal(registration); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.Put(t.Context(), record); err != nil {
		t.Fatal(err)
	}
}

// TestMarkedRead: what an administrator lets go as a read asks each member once, says so,
// and asks again when they had it forgotten.
func TestMarkedRead(t *testing.T) {
	t.Parallel()
	shop := bottest.NewShop(t, "shop")
	shop.Extend(`  /search:
    post:
      operationId: search
      summary: Search the goods
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [words], properties: {words: {type: string}}}}}}
      responses: {"200": {description: What was found.}}
`)
	shop.On("POST /search", bottest.Fixed(http.StatusOK, "application/json", `{"found":["kettle"]}`))
	clock := bottest.NewClock()
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		if last := r.Messages[len(r.Messages)-1]; last.Role == model.User {
			return script.Call("shop__search", `{"body":{"words":"kettles for Ada"}}`)(ctx, r, on)
		}
		return script.Say("That is it.")(ctx, r, on)
	})
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}})
	mark(t, s, shop, "search")
	asks := func(r chat.Reply, sent int) chat.Reply {
		t.Helper()
		if len(r.Cards) != 1 || shop.Count("POST") != sent {
			t.Fatalf("%d cards, %d calls; want a card and %d:\n%s", len(r.Cards), shop.Count("POST"), sent, bottest.Text(r))
		}
		for _, want := range []string{"Send this to Shop: search the goods? Your admins let such requests go without a card; I ask you this once.", "kettles for Ada", "/search"} {
			if !strings.Contains(bottest.Text(r), want) {
				t.Errorf("the card does not say %q:\n%s", want, bottest.Text(r))
			}
		}
		return r
	}
	goes := func(r chat.Reply, sent int) {
		t.Helper()
		if len(r.Cards) != 0 || shop.Count("POST") != sent {
			t.Errorf("%d cards, %d calls; want none and %d", len(r.Cards), shop.Count("POST"), sent)
		}
	}
	if err := s.Receive(chat.Event{
		ID: "f:1", Time: clock.Now(), Place: s.Place, Member: s.Member,
		Filled: &chat.Submitted{Form: "run:shop.search", Values: map[string]string{"words": "kettles for Ada"}},
	}); err != nil {
		t.Fatal(err)
	}
	form := s.Wait("a card for the form", func(r chat.Reply) bool { return len(r.Cards) == 1 })
	s.Act(s.Member, s.Button(asks(form, 0), "Cancel"))
	s.Act(s.Member, s.Button(asks(s.Ask("search them"), 0), "Cancel"))
	r := asks(s.Ask("search them again"), 0)
	if got := s.Act(s.Member, s.Button(r, "Approve")); !strings.Contains(got, "Shop answered.") {
		t.Errorf("after the press:\n%s", got)
	}
	if a := s.Audits(); a[1].Action != "call.executing" || a[1].Leave != "operation" {
		t.Errorf("the audit says %v", a)
	}
	goes(s.Ask("search once more"), 2)
	s.Restart()
	mark(t, s, shop, "search") // the configuration, which this plugin comes from, marks nothing
	goes(s.Ask("search after a restart"), 3)
	if info := bottest.Text(s.Ask("/plugins info shop")); !strings.Contains(info, "Search the goods (your admins let it go without a card; asks you once)") || !strings.Contains(info, "Place an order (asks you first)") {
		t.Errorf("the plugin's page says:\n%s", info)
	}
	asks(s.AskAs(s.Other, "search for me"), 3)
	s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything"))
	asks(s.Ask("search again"), 3)
}
