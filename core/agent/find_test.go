package agent_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/script"
	"aidesk/core/model/search"
)

// names are the tools of a request.
func names(r model.Request) []string {
	var list []string
	for _, t := range r.Tools {
		list = append(list, t.Name)
	}
	return list
}

// searching is a call of the tool that finds others.
func searching(query string) model.Part {
	raw, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err)
	}
	return part("find_operations", string(raw))
}

// TestFind: what is enabled and not offered is found by a search, is offered in the
// next step, and stays with the conversation once it was used.
func TestFind(t *testing.T) {
	m := script.New(
		script.Answer(searching("measure storms")),
		script.Answer(part("weather__measureStorms", `{"place":"Lyon"}`)),
		script.Say("it waits"),
	)
	a, turn := stocked(t, m, mills(300)...)
	turn.Question = "wie stark weht der Wind in Lyon?"
	first, err := a.Run(t.Context(), turn)
	if err != nil {
		t.Fatal(err)
	}
	all := m.Requests()
	if got := names(all[0]); !slices.Equal(got, []string{"find_operations"}) {
		t.Errorf("offered to words that no operation says: %v", got)
	}
	if got := names(all[1]); len(got) != 9 || !slices.Contains(got, "weather__measureStorms") {
		t.Errorf("offered after the search: %v", got)
	}
	told := results(first)[0]
	if told.Status != model.OK || !strings.Contains(told.Content, "weather__measureStorms({day?: string, limit?: integer, place: string}) // measure storms of the weather") {
		t.Errorf("the search says %+v", told)
	}
	if len(first.Parked) != 1 || first.Parked[0].Tool != "weather__measureStorms" {
		t.Errorf("parked %+v", first.Parked)
	}
	why := map[string]string{}
	for _, o := range first.Trace.Offered {
		why[o.Tool] = o.Why
	}
	if why["weather__measureStorms"] != "found" {
		t.Errorf("offered because of %v", why)
	}

	turn.History = first.Entries
	request, answer := asked(t, a, turn, "und morgen?")
	if got := names(request); !slices.Contains(got, "weather__measureStorms") || len(got) != 2 {
		t.Errorf("offered to a later question: %v", got)
	}
	if o := answer.Trace.Offered; len(o) != 1 || o[0].Why != "used" {
		t.Errorf("offered because of %+v", o)
	}
}

// TestFindLimits: a search that is wrong, finds nothing or is one too many is
// answered; none of them ends the turn.
func TestFindLimits(t *testing.T) {
	m := script.New(
		script.Answer(part("find_operations", `{"words":"x"}`), searching("zzz"), searching("sail"), searching("book seats")),
		script.Answer(part("museum__bookPaintings", `{"place":"Lyon"}`), part("harbour__bookCrates", `{"place":"Lyon"}`)),
		script.Say("done"),
	)
	a, turn := stocked(t, m, mills(300)...)
	turn.Question = "hilf mir"
	answer, err := a.Run(t.Context(), turn)
	if err != nil {
		t.Fatal(err)
	}
	got := results(answer)
	for i, want := range []string{"arguments are wrong", "No operation says", "No operation says", "No more than 2 searches", "was not offered", "was not offered"} {
		if !strings.Contains(got[i].Content, want) {
			t.Errorf("result %d is %+v; want %q", i, got[i], want)
		}
	}
	all := m.Requests()
	if got := names(all[2]); !slices.Contains(got, "museum__bookPaintings") || !slices.Contains(got, "harbour__bookCrates") {
		t.Errorf("what was called by name is not offered: %v", got)
	}
	if answer.Text.Text() != "done" || answer.Calls != 0 {
		t.Errorf("it said %q after %d calls", answer.Text.Text(), answer.Calls)
	}
	for _, r := range all {
		if err := modeltest.WellFormed(r); err != nil {
			t.Error(err)
		}
	}
}

// TestFollowUp: a question that says little by itself is understood from the ones
// before it.
func TestFollowUp(t *testing.T) {
	a, turn := stocked(t, nil, mills(300)...)
	turn.History = []agent.Entry{
		entry(model.User, model.Part{Text: "measure the storms"}), entry(model.Assistant, model.Part{Text: "In which town?"}),
	}
	request, _ := asked(t, a, turn, "Lyon, please")
	if got := names(request); !slices.Contains(got, "weather__measureStorms") {
		t.Errorf("offered: %v", got)
	}
}

// TestLiteral: a model that reads members' words alone sees everything.
func TestLiteral(t *testing.T) {
	m := script.New(script.Say("hello")).With(model.Info{Wire: "script", Name: "script", Literal: true})
	a, turn := stocked(t, m, mills(300)...)
	turn.Question = "hello"
	if _, err := a.Run(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if n := len(m.Requests()[0].Tools); n != 300 {
		t.Errorf("%d tools; want all", n)
	}
}

// giants is a plugin whose operations need more than a model can be told.
func giants(operations int) source {
	type o = map[string]any
	paths := o{}
	for i := range operations {
		properties, required := o{}, []string{}
		for j := range 200 {
			name := fmt.Sprintf("field%dOfMany", j)
			properties[name] = o{"type": "string", "description": strings.Repeat("A long word about this field. ", 5), "enum": []string{"first-choice", "second-choice", "third-choice"}}
			required = append(required, name)
		}
		paths[fmt.Sprintf("/giant%d", i)] = o{"post": o{
			"operationId": fmt.Sprintf("giant%d", i), "summary": "Move the giant", "description": strings.Repeat("It is large. ", 100),
			"requestBody": o{"required": true, "content": o{"application/json": o{"schema": o{"type": "object", "properties": properties, "required": required}}}},
			"responses":   o{"200": o{"description": "ok"}},
		}}
	}
	document, err := json.Marshal(o{"openapi": "3.0.3", "info": o{"title": "Giants", "version": "1"}, "servers": []o{{"url": "https://giants.example"}}, "paths": paths})
	if err != nil {
		panic(err)
	}
	return source{name: "giants", document: document}
}

// TestGiants: no plugin takes more than its share, however much it says.
func TestGiants(t *testing.T) {
	for _, operations := range []int{1, 2, 12, 40} {
		a, turn := stocked(t, nil, append(mills(12), giants(operations))...)
		request, _ := asked(t, a, turn, "move the giant")
		if n := toolTokens(t, request); n > 4000 || estimated(request) > 4000 {
			t.Errorf("%d giants: %d tokens, %d by our own count", operations, n, estimated(request))
		}
		for _, tool := range request.Tools {
			if n := toolTokens(t, model.Request{Tools: []model.Tool{tool}}); n > 1000 {
				t.Errorf("%d giants: %s has %d tokens", operations, tool.Name, n)
			}
		}
		if !slices.ContainsFunc(request.Tools, func(t model.Tool) bool { return strings.HasPrefix(t.Name, "giants__") }) {
			t.Errorf("%d giants: none is offered", operations)
		}
		if n := search.Tokens(strings.Join(request.Brief, "\n")); n > 3500 {
			t.Errorf("%d giants: descriptions of %d tokens", operations, n)
		}
	}
}

// TestWindowShare: a model with a small window is told less.
func TestWindowShare(t *testing.T) {
	m := script.New(script.Say("hello")).With(model.Info{Wire: "script", Name: "script", Window: 8000})
	a, turn := stocked(t, m, mills(300)...)
	turn.Question = "which paintings does the museum have?"
	if _, err := a.Run(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	request := m.Requests()[0]
	if n := estimated(request); n > 1000 || len(request.Tools) < 5 {
		t.Errorf("%d tokens in %d tools", n, len(request.Tools))
	}
}
