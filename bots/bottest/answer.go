package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/planner"
	"aidesk/core/model/script"
)

var answers = []Behaviour{
	{"question with previews", question},
	{"foreign link is not clickable", foreignLink},
	{"redelivered event", redelivered},
	{"queued messages become one turn", queued},
	{"notice once per member", notice},
	{"limit per hour", limit},
	{"usage and choices", choices},
	{"members by name", names},
	{"words as they were typed", typed},
}

// names: whom a question names is named to the model as members see them.
func names(t *testing.T, p Platform, clock *Clock) {
	if p.Place.Platform != "slack" && p.Place.Platform != "discord" {
		t.Skip("members are not mentioned on this platform")
	}
	s, _ := play(t, p, clock, script.Say("I shall"))
	contains(t, Text(s.Ask("remind <@"+s.Other+"> of the invoice")), "I shall")
	messages := s.request().Messages
	asked := messages[len(messages)-1].TextOf()
	if name, ok := strings.CutPrefix(asked, "remind @"); !ok || strings.Contains(asked, s.Other) || !strings.HasPrefix(strings.ToLower(name), "ben") {
		t.Errorf("asked %q", asked)
	}
}

// typed: asterisks, underscores and tildes that a member typed reach the model as typed.
func typed(t *testing.T, p Platform, clock *Clock) {
	words := "fix __init__.py (*.log,*.tmp), ~/.bashrc,~/.zshrc and ^_[a-z]+_$"
	s, _ := play(t, p, clock, script.Say("done"))
	s.Ask(words)
	messages := s.request().Messages
	if asked := messages[len(messages)-1].TextOf(); asked != words {
		t.Errorf("asked %q", asked)
	}
}

// list answers with the goods of the last result, each with its link.
func list(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	result := r.Messages[len(r.Messages)-1].Parts[0].Result
	var got struct{ Goods []Good }
	if err := json.Unmarshal([]byte(result.Content), &got); err != nil {
		return nil, fmt.Errorf("the script cannot read %q: %w", result.Content, err)
	}
	var lines []string
	for _, g := range got.Goods {
		lines = append(lines, fmt.Sprintf("- [%s](%s) at %s", g.Name, g.URL, g.Price))
	}
	return script.Say(strings.Join(lines, "\n"))(ctx, r, on)
}

// question: the model calls, the result is woven into the answer, links get previews.
func question(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		if r.Messages[len(r.Messages)-1].Role == model.User {
			return script.Call("shop__listGoods", `{"kind":"metal & wood"}`)(ctx, r, on)
		}
		return list(ctx, r, on)
	})
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	r := s.Ask("what do you sell of metal & wood?")
	if calls := shop.Calls(); len(calls) != 1 || calls[0].Method != http.MethodGet || calls[0].Path != "/goods" || calls[0].Query != "kind=metal%20%26%20wood" && calls[0].Query != "kind=metal+%26+wood" {
		t.Errorf("the shop was asked %+v", calls)
	}
	for _, g := range shop.Goods() {
		contains(t, r.Text.Text(), g.Name, g.Price)
	}
	// On a busy machine pages may miss their time; they are there the next time.
	whole := func(v []chat.Preview) bool {
		return len(v) == 3 && !slices.ContainsFunc(v, func(p chat.Preview) bool { return p.Image == "" })
	}
	for range 5 {
		if !whole(r.Previews) {
			r = s.Ask("and once more?")
		}
	}
	if len(r.Previews) != 3 {
		t.Fatalf("%d previews; want 3: %+v", len(r.Previews), r.Previews)
	}
	for i, g := range shop.Goods()[:3] {
		got := r.Previews[i]
		if got.URL != g.URL || got.SiteName != "Shop" || got.Title != g.Name || // as the result names them
			got.Description != "All about "+g.ID+"." || got.Image != g.URL+".png" {
			t.Errorf("the preview of %s is %+v", g.URL, got)
		}
	}
	contains(t, strings.Join(r.Notes, "\n"), "Source: Shop")
	if len(r.Text.Links()) != len(shop.Goods()) {
		t.Errorf("links %v; want one for each good", r.Text.Links())
	}
	if r.To != s.Member || r.Private || r.Working {
		t.Errorf("to %q, private %v, working %v", r.To, r.Private, r.Working)
	}
}

// foreignLink: an address that stands in no result is text, whatever the model does.
func foreignLink(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, script.Call("shop__listGoods", `{}`),
		script.Say("See [the goods](http://evil.example/login) and https://evil.example/b, <@"+p.Member+"> @everyone"))
	r := s.Ask("what do you sell?")
	if links := r.Text.Links(); len(links) != 0 {
		t.Errorf("links %v; want none", links)
	}
	for _, v := range r.Previews {
		if !strings.HasPrefix(v.URL, "http://"+shop.Address+"/") {
			t.Errorf("a preview of %s", v.URL)
		}
	}
}

// redelivered: the same event twice is answered once.
func redelivered(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("first"), script.Say("second"))
	e := s.Tell(s.Member, "one?")
	s.Done(e)
	s.Again(e)
	contains(t, Text(s.Ask("two?")), "second")
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("the model was asked %d times; want twice", n)
	}
	if n := len(s.Replies()); n != 2 {
		t.Errorf("%d replies; want two", n)
	}
	s.Restart()
	s.Again(e)
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("after a restart the model was asked again")
	}
}

// queued: what came while a turn ran becomes one turn.
func queued(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Say("first"))
	s, _ := play(t, p, clock, hold, script.Say("both"))
	one := s.Tell(s.Member, "one?")
	s.Await("the first turn", began)
	two, three := s.Tell(s.Member, "two?"), s.Tell(s.Member, "three?")
	let()
	s.Done(one)
	s.Done(two)
	s.Done(three)
	requests := s.Script.Requests()
	if len(requests) != 2 {
		t.Fatalf("the model was asked %d times; want twice", len(requests))
	}
	last := requests[1].Messages[len(requests[1].Messages)-1]
	if last.Role != model.User || last.TextOf() != "two?\n\nthree?" {
		t.Errorf("the second turn was asked %q as %s", last.TextOf(), last.Role)
	}
	if n := len(s.Replies()); n != 2 {
		t.Errorf("%d replies; want two", n)
	}
}

// notice: each member is told once that a model is not what they may think.
func notice(t *testing.T, p Platform, clock *Clock) {
	m := planner.New()
	s := Start(t, p, clock, Setup{Model: m})
	told := func(member string) int {
		return strings.Count(strings.Join(s.AskAs(member, "sing a song").Notes, "\n"), m.Info().Notice)
	}
	if first, second := told(s.Member), told(s.Member); first != 1 || second != 0 {
		t.Errorf("told %d and then %d times; want once", first, second)
	}
	s.Restart()
	if again := told(s.Member); again != 0 {
		t.Errorf("told again after a restart")
	}
	if s.Other != "" {
		if other := told(s.Other); other != 1 {
			t.Errorf("the other member was told %d times; want once", other)
		}
	}
}

// limit: who has asked too often within the hour is told so once, and answered again
// in the next one.
func limit(t *testing.T, p Platform, clock *Clock) {
	hello := script.Func(script.Say("hello"))
	s := Start(t, p, clock, Setup{Model: hello, Limits: bot.Limits{TurnsPerMemberHour: 2}})
	contains(t, Text(s.Ask("one")), "hello")
	contains(t, Text(s.Ask("two")), "hello")
	over := s.Ask("three")
	plain(t, over.Text.Text())
	contains(t, over.Text.Text(), "2 questions", "limit")
	if !over.Private {
		t.Error("everybody is told")
	}
	mark := s.Mark()
	s.Done(s.Tell(s.Member, "four"))
	if again := s.Since(mark); again != "" {
		t.Errorf("told once more: %s", again)
	}
	if n := len(hello.Requests()); n != 2 {
		t.Errorf("the model was asked %d times; want twice", n)
	}
	if s.Other != "" {
		contains(t, Text(s.AskAs(s.Other, "me too?")), "hello")
	}
	clock.Advance(time.Hour)
	contains(t, Text(s.Ask("five")), "hello")
}

// choices: what a model offers to say becomes a button that says it.
func choices(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("Which?", model.Choice{Label: "The red one", Say: "I mean the red one"}), script.Say("Red it is."))
	s.Script.With(model.Info{Wire: "script", Name: "script", Literal: true}) // choices are for models that speak in the member's words
	r := s.Ask("show me that thing")
	shown := s.Act(s.Member, s.Button(r, "The red one"))
	contains(t, shown, "Red it is.")
	messages := s.request().Messages
	if last := messages[len(messages)-1]; last.TextOf() != "I mean the red one" {
		t.Errorf("the press said %q", last.TextOf())
	}
	if s.Other != "" {
		contains(t, s.Act(s.Other, s.Button(r, "The red one")), "somebody else")
	}
	clock.Advance(25 * time.Hour)
	contains(t, s.Act(s.Member, s.Button(r, "The red one")), "too old")
}
