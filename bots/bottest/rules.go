package bottest

import (
	"strings"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

var rules = []Behaviour{
	{"an administrator changes how operations go", rulesForm},
	{"what an administrator never lets go is not sent", ruledNever},
	{"a read that is made to ask", ruledAsk},
	{"an administrator changes the rules of all", workspaceForm},
	{"a plugin for a role", ruledRole},
	{"an administrator changes what a role may", roleForm},
	{"new members wait", ruledAge},
	{"limits of a channel", channelLimit},
	{"limits of each member with a role", roleLimit},
	{"calls of a plugin in a day", callLimit},
	{"a moderator stops what others asked", moderatorStops},
	{"administrators see who used what", usageTable},
	{"wrong words to the commands of rules", ruledWrong},
}

// rule changes the rules of the workspace, as another administrator does.
func (s *Stage) rule(change func(*policy.Rules)) {
	s.T.Helper()
	r := &plugin.Registry{Bot: "desk", Records: s.Store}
	record, err := r.ChangeRules(s.T.Context(), s.Place, change)
	if err == nil {
		_, err = s.Store.Put(s.T.Context(), record)
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

// role is a role that members have.
func (s *Stage) role() string {
	s.T.Helper()
	m, err := s.live.bot.Member(s.T.Context(), s.Place, s.Member)
	if err != nil || len(m.Roles) == 0 {
		s.T.Skip("nobody has a role here")
	}
	return m.Roles[0]
}

// ruled is the rule of one operation of a shop.
func ruled(shop *Shop, operation string, mode policy.Mode) func(*policy.Rules) {
	return func(r *policy.Rules) {
		r.Operations = map[string]policy.OperationRule{policy.OperationKey(shop.Address, operation): {Mode: mode}}
	}
}

// rulesForm: the form shows how it is; what is chosen holds at once, is told in plain words and
// stands in the audit.
func rulesForm(t *testing.T, p Platform, clock *Clock) {
	list := script.Call("shop__listGoods", `{}`)
	s, shop := play(t, p, clock, list, script.Say("Kettles."), list, script.Say("May I?"))
	s.Ask("what do you sell?")
	r := s.Ask("/plugins-admin policy shop")
	contains(t, Text(r), "listGoods: goes without asking", "placeOrder: asks first")
	if !r.Private {
		t.Error("everybody is told")
	}
	s.Press(s.Member, s.Button(r, "Change"))
	s.Done(s.Submit(s.Member,
		adaptertest.Filled{Label: "Most calls in a day"},
		adaptertest.Filled{Label: "GET listGoods", Value: "ask"},
		adaptertest.Filled{Label: "GET countOrders"},
		adaptertest.Filled{Label: "POST placeOrder", Value: "never"},
	))
	r = s.Wait("the rules", func(r chat.Reply) bool { return strings.Contains(Text(r), "It is so now") })
	contains(t, Text(r), "listGoods: asks first, by your rule", "placeOrder: never")
	if next := s.Ask("and now?"); len(next.Cards) != 1 || len(shop.Calls()) != 1 {
		t.Errorf("%d calls:\n%s", len(shop.Calls()), Text(next))
	}
	for _, tool := range s.request().Tools {
		if strings.Contains(tool.Name, "placeOrder") {
			t.Error("what nobody may call is offered")
		}
	}
	found := false
	for _, a := range s.Audits() {
		found = found || a.Action == "rules.changed" && a.Actor.ID == s.Member && a.Targets[0].ID == shop.Address
	}
	if !found {
		t.Errorf("the audit is %+v", s.Audits())
	}
}

// ruledNever: also not by the press on a card that was shown before.
func ruledNever(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("May I?"))
	r := asked(t, s, shop)
	s.rule(ruled(shop, "placeOrder", policy.ModeNever))
	s.Act(s.Member, s.Button(r, "Approve"))
	if c := card(t, s.Now(r.ID)); c.State != chat.CardDenied || !strings.Contains(c.Outcome, "An administrator does not let me do this at Shop.") || shop.Count("POST") != 0 {
		t.Errorf("%d calls, the card is %s: %s", shop.Count("POST"), c.State, c.Outcome)
	}
}

// ruledAsk: within a turn under way, too.
func ruledAsk(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Call("shop__listGoods", `{}`))
	s, shop := play(t, p, clock, hold, script.Say("I may not."))
	e := s.Tell(s.Member, "what do you sell?")
	s.Await("the model", began)
	s.rule(ruled(shop, "listGoods", policy.ModeAsk))
	let()
	s.Done(e)
	if n := len(shop.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// ruledRole: everybody on Discord has the role of their server; elsewhere nobody has one here.
func ruledRole(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock)
	role := s.role()
	s.rule(func(r *policy.Rules) {
		r.Roles = map[string]policy.RoleRule{role: {Deny: []string{shop.Address}}}
	})
	contains(t, Text(s.Ask("/plugins list")), "denied here by an administrator")
	contains(t, Text(s.Ask("/plugins enable shop")), "an administrator has denied it here")
}

// workspaceForm: what is chosen is told in words and is kept; a wrong value is told at its input.
func workspaceForm(t *testing.T, p Platform, clock *Clock) {
	s := Start(t, p, clock, Setup{})
	r := s.Ask("/plugins-admin policy")
	contains(t, Text(r), "Moderators: nobody", "Days before plugins: none", "Guests: use plugins as members do", "Notices go to: each administrator")
	s.Press(s.Member, s.Button(r, "Change"))
	s.Done(s.Submit(s.Member,
		adaptertest.Filled{Label: "Moderators", Value: "ABC123"}, adaptertest.Filled{Label: "Days before plugins", Value: "3"},
		adaptertest.Filled{Label: "Guests", Value: "only look things up"}, adaptertest.Filled{Label: "Notices go to"},
	))
	r = s.Wait("the rules", func(r chat.Reply) bool { return strings.Contains(Text(r), "It is so now") })
	contains(t, Text(r), "Moderators: ABC123", "Days before plugins: 3 days", "Guests: only look things up")
	s.Wait("the notice", func(r chat.Reply) bool {
		return r.To == s.Member && strings.Contains(Text(r), "The moderators are now: ABC123.")
	})
	s.Restart()
	contains(t, Text(s.Ask("/plugins-admin policy")), "Moderators: ABC123", "3 days")
}

// roleForm: what a role has been given, and that nothing can be given and denied.
func roleForm(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{Plugins: []Plugin{{shop.Address, false}}})
	role := s.role()
	r := s.Ask("/plugins-admin role " + role)
	contains(t, Text(r), "On for them: none", "Each of them: no bound")
	s.Press(s.Member, s.Button(r, "Change"))
	s.Done(s.Submit(s.Member,
		adaptertest.Filled{Label: "On for them", Value: shop.Address}, adaptertest.Filled{Label: "Denied to them"},
		adaptertest.Filled{Label: "Questions in an hour", Value: "7"}, adaptertest.Filled{Label: "Questions in a day"},
		adaptertest.Filled{Label: "Tokens in a day"}, adaptertest.Filled{Label: "Money in a day", Value: "2.5"},
	))
	s.Wait("the rules", func(r chat.Reply) bool {
		return strings.Contains(Text(r), "On for them: Shop") && strings.Contains(Text(r), "Each of them: 7 questions in an hour, 2.50")
	})
	contains(t, Text(s.Ask("/plugins list")), "Disable Shop")
	contains(t, Text(s.Ask("/plugins disable shop")), "Shop is now disabled for you.")
	contains(t, Text(s.Ask("/plugins list")), "Enable Shop")
}

// ruledAge: administrators are not held back.
func ruledAge(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is nobody else")
	}
	shop := NewShop(t, "shop")
	list := script.Call("shop__listGoods", `{}`)
	s := Start(t, p, clock, Setup{Model: script.New(list, script.Say("Too new."), list, script.Say("Kettles."), list, script.Say("Now.")), Plugins: []Plugin{{shop.Address, true}}})
	s.rule(func(r *policy.Rules) { r.MinimumAge = 20 * 365 * bot.Day })
	s.AskAs(s.Other, "what do you sell?")
	if n := len(shop.Calls()); n != 0 {
		t.Errorf("%d calls for a new member", n)
	}
	for _, r := range outcomesOf(s) {
		contains(t, r, "New members cannot use plugins yet. You can from ")
	}
	s.Ask("what do you sell?")
	s.rule(func(r *policy.Rules) { r.MinimumAge = bot.Day })
	clock.Advance(25 * time.Hour)
	s.AskAs(s.Other, "and now?")
	if n := len(shop.Calls()); n != 2 {
		t.Errorf("%d calls; want an administrator's and one after a day", n)
	}
}

// outcomesOf are the results of calls that the model was told with the last request.
func outcomesOf(s *Stage) []string {
	var all []string
	for _, m := range s.request().Messages {
		for _, p := range m.Parts {
			if p.Result != nil {
				all = append(all, p.Result.Content)
			}
		}
	}
	return all
}

// channelLimit: what all ask there counts together, is told once in plain words, and is over
// with the hour.
func channelLimit(t *testing.T, p Platform, clock *Clock) {
	if p.Place.Direct {
		t.Skip("there is no channel")
	}
	s := Start(t, p, clock, Setup{Model: script.Func(script.Say("hello"))})
	r := s.Ask("/plugins-admin limits")
	contains(t, Text(r), "In this channel all together may use: no bound.")
	s.Press(s.Member, s.Button(r, "Change"))
	s.Done(s.Submit(s.Member,
		adaptertest.Filled{Label: "Questions in an hour", Value: "2"}, adaptertest.Filled{Label: "Questions in a day"},
		adaptertest.Filled{Label: "Tokens in a day"}, adaptertest.Filled{Label: "Money in a day"},
	))
	s.Wait("the limits", func(r chat.Reply) bool { return strings.Contains(Text(r), "may use: 2 questions in an hour.") })
	contains(t, Text(s.Ask("one")), "hello")
	contains(t, Text(s.AskAs(s.Other, "two")), "hello")
	s.refused("three", "This channel has reached its limit. I answer here again at")
	s.silent("four")
	s.Restart()
	s.silent("five")
	clock.Advance(time.Hour)
	contains(t, Text(s.Ask("six")), "hello")
}

// roleLimit: each has their own.
func roleLimit(t *testing.T, p Platform, clock *Clock) {
	s := Start(t, p, clock, Setup{Model: script.Func(spends(1000, script.Say("hello")))})
	role := s.role()
	s.rule(func(r *policy.Rules) {
		r.Roles = map[string]policy.RoleRule{role: {Limits: policy.Limits{TurnsPerDay: 1}}}
	})
	contains(t, Text(s.Ask("one")), "hello")
	contains(t, Text(s.AskAs(s.Other, "one")), "hello")
	s.refused("two", "You have reached your limit for today")
	contains(t, Text(s.Ask("/aidesk usage")), "You: 1 of 1 questions")
}

// callLimit: the call beyond it is not sent, a write neither; the next day it is.
func callLimit(t *testing.T, p Platform, clock *Clock) {
	list := script.Call("shop__listGoods", `{}`)
	s, shop := play(t, p, clock, list, script.Say("One."), list, script.Say("None."), kettles(), script.Say("May I?"), script.Say("Not sent."), list, script.Say("Again."))
	s.rule(func(r *policy.Rules) { r.Calls = map[string]int64{shop.Address: 1} })
	s.Ask("what do you sell?")
	s.Ask("once more")
	contains(t, strings.Join(outcomesOf(s), " "), "Shop has been called 1 times today, which is the limit here")
	s.Restart()
	r := s.Ask("order two copper kettles")
	s.Act(s.Member, s.Button(r, "Approve"))
	if c := card(t, s.Now(r.ID)); c.State != chat.CardFailed || !strings.Contains(c.Outcome, "has been called 1 times today") || !strings.Contains(c.Outcome, "Nothing was sent") {
		t.Errorf("the card is %s: %s", c.State, c.Outcome)
	}
	clock.Advance(24 * time.Hour)
	s.Ask("and today?")
	if n := len(shop.Calls()); n != 2 {
		t.Errorf("%d calls; want one a day", n)
	}
}

// moderatorStops: nobody else may; whoever asked reads that it was stopped.
func moderatorStops(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" || p.Place.Direct {
		t.Skip("there is nobody else")
	}
	hold, began, _ := held(script.Say("never said"))
	s := Start(t, p, clock, Setup{Model: script.New(hold)})
	e := s.Tell(s.Member, "think hard")
	s.Await("the model", began)
	halt := s.TellIn(s.Other, "T1", "/plugins-admin stop")
	s.Done(halt)
	s.Wait("a refusal", func(r chat.Reply) bool {
		return r.To == s.Other && r.Private && strings.Contains(Text(r), "/plugins-admin stop is for administrators and moderators.")
	})
	s.rule(func(r *policy.Rules) { r.Moderators = []string{s.Other} })
	s.Done(s.TellIn(s.Other, "T1", "/plugins-admin stop"))
	s.Done(e)
	s.Wait("the end", func(r chat.Reply) bool { return r.To == s.Member && strings.Contains(Text(r), "Stopped") })
	contains(t, Text(s.AskAs(s.Other, "/plugins-admin policy")), "/plugins-admin policy is for administrators.")
	help := Text(s.AskAs(s.Other, "/aidesk help"))
	contains(t, help, "/plugins-admin stop")
	lacks(t, help, "/plugins-admin add")
}

// usageTable: by member and by plugin, as a file too, and for administrators alone.
func usageTable(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{
		Model: script.New(spends(1500, script.Call("shop__listGoods", `{}`)), spends(500, script.Say("Kettles."))), Plugins: []Plugin{{shop.Address, true}},
	})
	s.Ask("what do you sell?")
	r := s.Ask("/plugins-admin usage")
	if !r.Private || len(r.Files) != 1 {
		t.Fatalf("private: %t, %d files", r.Private, len(r.Files))
	}
	month := clock.Now().UTC().Format("2006-01")
	if f := r.Files[0]; f.Name != "usage-"+month+"-by-member.csv" || !strings.HasSuffix(f.Text, ","+strings.Join([]string{"1", "1", "2000", "0", "0.00", ""}, ",")+"\n") {
		t.Errorf("%s:\n%s", f.Name, f.Text)
	}
	contains(t, Text(s.Ask("/plugins-admin usage plugin")), "Shop")
	contains(t, Text(s.Ask("/plugins-admin usage model "+month)), "Model")
	contains(t, Text(s.Ask("/plugins-admin usage channel 1999-01")), "Nothing was used in January 1999.")
	contains(t, Text(s.Ask("/aidesk usage")), "You: 1 question, 2,000 tokens", "This month")
	if s.Other != "" {
		contains(t, Text(s.AskAs(s.Other, "/plugins-admin usage")), "is for administrators")
	}
	var seen store.Usage
	if err := s.Store.Usages(t.Context(), chat.Key("desk")+"/"+s.Place.Scope(), clock.Now().Add(-bot.Day), func(u store.Usage) bool { seen = u; return false }); err != nil {
		t.Error(err)
	}
	if (seen.Channel == "") != s.Place.Direct || seen.Calls[shop.Address] != 1 {
		t.Errorf("kept as %+v", seen)
	}
}

// ruledWrong: one plain private line that names the remedy.
func ruledWrong(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	for line, want := range map[string]string{
		"/plugins-admin policy shap":           "There is no plugin “shap” here.",
		"/plugins-admin policy shop placeordr": "Did you mean: placeOrder",
		"/plugins-admin role no-role!":         "is no id of a role",
		"/plugins-admin usage member May":      "“May” is no month. Write one such as ",
	} {
		r := s.Ask(line)
		contains(t, Text(r), want)
		plain(t, r.Text.Text())
		if !r.Private {
			t.Errorf("%s: everybody is told", line)
		}
	}
}
