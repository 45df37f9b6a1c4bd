package bottest

import (
	"strings"
	"testing"

	"aidesk/core/model/planner"
	"aidesk/core/model/script"
)

var commands = []Behaviour{
	{"plugins", pluginCommands},
	{"toggle buttons", toggles},
	{"disabled plugin's hint", hint},
	{"enablement is the member's own", ownEnablement},
	{"help", help},
	{"wrong names", wrongNames},
}

// two is a stage with one plugin on and one off, and the planner.
func two(t *testing.T, p Platform, clock *Clock) (s *Stage, on, off *Shop) {
	t.Helper()
	on, off = NewShop(t, "shop"), NewShop(t, "depot")
	return Start(t, p, clock, Setup{Model: planner.New(), Plugins: []Plugin{{Address: on.Address, Default: true}, {Address: off.Address}}}), on, off
}

// state is what the list says of a plugin.
func state(t testing.TB, s *Stage, name string) string {
	t.Helper()
	for _, row := range s.Ask("/plugins").Rows {
		_, after, found := strings.Cut(row.Text.Text(), "("+name+", ")
		if found {
			state, _, _ := strings.Cut(after, ")")
			return state
		}
	}
	return ""
}

// pluginCommands: list, info, enable and disable.
func pluginCommands(t *testing.T, p Platform, clock *Clock) {
	s, shop, _ := two(t, p, clock)
	list := s.Ask("/plugins list")
	contains(t, list.Text.Text(), "Plugins")
	if len(list.Rows) != 2 {
		t.Fatalf("%d rows", len(list.Rows))
	}
	contains(t, Text(list), "shop, on", "depot, off", "Goods and orders.")

	info := Text(s.Ask("/plugins info shop"))
	contains(t, info, "Shop", shop.Address, "hello@example.com", "http://"+shop.Address+"/pages/legal",
		"shop.listGoods", "List the goods", "shop.placeOrder", "Place an order (asks you first)", "show me the goods")
	lacks(t, info, "shop.listGoods: List the goods (asks")

	contains(t, Text(s.Ask("/plugins disable shop")), "now disabled", "no longer use")
	if got := state(t, s, "shop"); got != "off" {
		t.Errorf("after disabling it is %q", got)
	}
	contains(t, Text(s.Ask("/plugins disable shop")), "was not enabled")
	contains(t, Text(s.Ask("/plugins enable Depot")), "now enabled", "For example", "show me the goods")
	contains(t, Text(s.Ask("/plugins enable depot")), "was already enabled")
	s.Restart()
	if shop, depot := state(t, s, "shop"), state(t, s, "depot"); shop != "off" || depot != "on" {
		t.Errorf("after a restart shop is %q, depot is %q", shop, depot)
	}
}

// toggles: the list's buttons switch, and the list changes with it.
func toggles(t *testing.T, p Platform, clock *Clock) {
	s, _, _ := two(t, p, clock)
	list := s.Ask("/plugins")
	contains(t, s.Act(s.Member, s.Button(list, "Enable Depot")), "Depot is now enabled for you.")
	list = s.Now(list.ID)
	contains(t, Text(list), "depot, on", "[Disable Depot]")
	lacks(t, Text(list), "[Enable Depot]")
	contains(t, s.Act(s.Member, s.Button(list, "Disable Shop")), "Shop is now disabled for you.")
	if shop, depot := state(t, s, "shop"), state(t, s, "depot"); shop != "off" || depot != "on" {
		t.Errorf("shop is %q, depot is %q", shop, depot)
	}
	if s.Other != "" {
		contains(t, s.Act(s.Other, s.Button(s.Now(list.ID), "Disable Depot")), "somebody else")
	}
}

// hint: the desk itself says which plugin knows the question, and asks none.
func hint(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.New(script.Say("I do not know."), script.Say("I do not know."), script.Call("shop__listGoods", `{}`), list, script.Call("shop__listGoods", `{}`), list, script.Say("I do not know."))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address}}})
	r := s.Ask("show me the goods")
	contains(t, Text(r), "I do not know.", "may know this", "not enabled for you", "/plugins enable shop")
	lacks(t, Text(s.Ask("what is the weather?")), "Shop")
	if n := len(shop.Calls()); n != 0 {
		t.Fatalf("%d calls to a disabled plugin", n)
	}
	for _, request := range m.Requests() {
		if len(request.Tools)+len(request.Brief) != 0 {
			t.Errorf("the model sees %v and %v", request.Tools, request.Brief)
		}
	}
	contains(t, s.Act(s.Member, s.Button(r, "Enable Shop")), "Shop is now enabled for you.", "Copper Kettle") // and asks again
	contains(t, Text(s.Ask("show me the goods")), "Copper Kettle")
	requests := m.Requests()
	if last := requests[2].Messages; last[len(last)-1].TextOf() != "show me the goods" {
		t.Errorf("asked again: %q", last[len(last)-1].TextOf())
	}
	if p.Place.Direct {
		return // there is no channel to deny it in
	}
	s.Ask("/plugins-admin scope shop deny")
	contains(t, Text(s.Ask("show me the goods")), "Shop may know this, but your administrators do not allow it in this channel.")
}

// ownEnablement: what one member switches is theirs.
func ownEnablement(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is nobody else on this platform")
	}
	s, shop, _ := two(t, p, clock)
	s.Ask("/plugins disable shop")
	contains(t, Text(s.Ask("show me the goods")), "not enabled for you")
	if n := len(shop.Calls()); n != 0 {
		t.Errorf("%d calls to a disabled plugin", n)
	}
	contains(t, Text(s.AskAs(s.Other, "show me the goods")), "Copper Kettle")
}

// help: what can be asked and typed, and where texts go.
func help(t *testing.T, p Platform, clock *Clock) {
	s, _, _ := two(t, p, clock)
	for _, words := range []string{"/aidesk help", "help", "/aidesk"} {
		text := Text(s.Ask(words))
		contains(t, text, "show me the goods", "/plugins enable", "/aidesk stop", "stay in this program")
		lacks(t, text, "Depot")
	}
}

// wrongNames: a name that nobody has is answered with those there are.
func wrongNames(t *testing.T, p Platform, clock *Clock) {
	s, _, _ := two(t, p, clock)
	for _, c := range []string{"/plugins info nothing", "/plugins enable nothing", "/plugins disable no\u202ething"} {
		text := Text(s.Ask(c))
		plain(t, text)
		contains(t, text, "There is no plugin", "depot, shop")
		lacks(t, text, "\u202e")
	}
}
