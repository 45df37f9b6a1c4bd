package bottest

import (
	"strings"
	"testing"
	"time"

	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

var writes = []Behaviour{
	{"approved once", approved},
	{"card is complete", completeCard},
	{"show the request", showRequest},
	{"the model says nothing to the outcome", speechless},
	{"cancelled", cancelled},
	{"expired by the timer", expired},
	{"pressed too late", tooLate},
	{"typed yes", typedYes},
	{"another member's press", otherPress},
	{"identical call while one waits", identical},
	{"two actions on one reply", twoActions},
	{"failed at the plugin", failedWrite},
	{"disabled before the press", disabledBefore},
	{"audit", audited},
}

// asked parks an order and returns the reply with its card.
func asked(t *testing.T, s *Stage, shop *Shop) chat.Reply {
	t.Helper()
	r := s.Ask("order two copper kettles")
	if got := card(t, r); got.State != chat.CardWaiting {
		t.Fatalf("the card is %s:\n%s", got.State, Text(r))
	}
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls before the press", n)
	}
	return r
}

// approved: one press, one call; the card becomes one line with the outcome and who decided, and
// the model goes on in a message of its own below it, which its asker is notified of.
func approved(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("I prepared your order."), script.Say("Your order is A-1."))
	r := asked(t, s, shop)
	yes := s.Button(r, "Approve")
	s.Act(s.Member, yes)
	if n := shop.Count("POST"); n != 1 {
		t.Fatalf("%d calls after the press; want one", n)
	}
	if body := shop.Calls()[0].Body; !sameJSON(t, body, `{"good":"Copper Kettle","count":2,"note":"ring twice"}`) {
		t.Errorf("sent %s", body)
	}
	now := s.Now(r.ID)
	c := card(t, now)
	line, decided := c.Short("", "")
	if c.State != chat.CardDone || !decided || len(c.Buttons) != 0 || c.At.IsZero() {
		t.Errorf("the card became %+v", c)
	}
	contains(t, line, "Placed this order. Shop confirmed it · approved by ")
	contains(t, now.Text.Text(), "I prepared your order.")
	all := s.Replies()
	if below := all[len(all)-1]; len(all) != 2 || below.ID == r.ID || below.To != s.Member || below.Text.Text() != "Your order is A-1." {
		t.Errorf("%d messages; the last says\n%s", len(all), Text(below))
	}
	told := outcomes(s.request())
	if len(told) != 1 || told[0].Status != model.OK || !strings.Contains(told[0].Content, "A-1") || told[0].Operation != "shop__placeOrder" {
		t.Errorf("the model was told %+v", told)
	}
	plain(t, s.Act(s.Member, yes))
	contains(t, s.Act(s.Member, yes), "already decided: done")
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls after three presses; want one", n)
	}
}

// completeCard: everything that will be sent stands on the card, in full.
func completeCard(t *testing.T, p Platform, clock *Clock) {
	long := strings.Repeat("a long word to the seller, ", 300) + "the end"
	s, shop := play(t, p, clock, script.Call("shop__placeOrder", `{"body":{"good":"Kett\u202ele\u200b","count":7,"note":"`+long+`"}}`), script.Say("ready"))
	r := asked(t, s, shop)
	c := card(t, r)
	if c.Sentence != "Place this order with Shop?" {
		t.Errorf("the sentence is %q", c.Sentence)
	}
	if got := value(c.Values, "Count"); got != "7" {
		t.Errorf("count is %q", got)
	}
	if got := value(c.Values, "Note"); got != long {
		t.Errorf("the note is cut: %d of %d characters", len(got), len(long))
	}
	if got := value(c.Values, "Good"); got != "Kett‹U+202E›le‹U+200B›" {
		t.Errorf("hidden characters are hidden: %q", got)
	}
	contains(t, facts(c), "POST to "+shop.Address+"/orders · no account · "+confirm.Audience(s.Place).Text, " · only ", " can press")
	if !c.Until.Equal(clock.Now().Add(confirm.Life)) {
		t.Errorf("it expires at %s; now is %s", c.Until, clock.Now())
	}
	_, _, body := s.Sends(s.Member, c)
	contains(t, body, long)
}

// showRequest: the button shows in private, to who asked alone, what is sent, and decides nothing.
func showRequest(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"))
	r := asked(t, s, shop)
	show := s.Button(r, "Show the request")
	if s.Other != "" {
		contains(t, s.Act(s.Other, show), "Only those who decide about this")
	}
	contains(t, s.Act(s.Member, show), "POST ", shop.Address+"/orders", "Content-Type: application/json", `"good":"Copper Kettle"`)
	for _, other := range s.Replies() {
		if strings.Contains(Text(other), "Content-Type") && (!other.Private || other.To != s.Member) {
			t.Errorf("others read the request: %+v", other)
		}
	}
	if c := card(t, s.Now(r.ID)); c.State != chat.CardWaiting || shop.Count("POST") != 0 {
		t.Errorf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
	s.Act(s.Member, s.Button(r, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls; want one", n)
	}
}

// speechless: where the model has nothing to say, or cannot, the message below the card is the
// outcome itself.
func speechless(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say(""))
	s.Act(s.Member, s.Button(asked(t, s, shop), "Approve"))
	s.line("Placed this order. Shop confirmed it.")
	s.Script.Then(kettles(), script.Say("ready"), script.Fail(&model.Error{Kind: model.Refused}))
	r := s.Ask("and once more")
	s.Act(s.Member, s.Button(r, "Approve"))
	if n, all := shop.Count("POST"), s.Replies(); n != 2 || len(all) != 4 {
		t.Errorf("%d calls, %d messages", n, len(all))
	}
}

// cancelled: nothing is sent, now or later.
func cancelled(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("as you wish"))
	r := asked(t, s, shop)
	s.Act(s.Member, s.Button(r, "Cancel"))
	if c := card(t, s.Now(r.ID)); c.State != chat.CardDenied || !strings.Contains(c.Outcome, "Nothing was sent.") || len(c.Buttons) != 0 {
		t.Errorf("the card became %+v", c)
	}
	contains(t, s.Act(s.Member, s.Button(r, "Approve")), "already decided: cancelled, nothing was sent")
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("the model was asked %d times; a cancel does not ask it", n)
	}
	s.Ask("and now?")
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Declined {
		t.Errorf("the model was told %+v", told)
	}
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

// expired: the timer closes the card, and a late press is explained.
func expired(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("as you wish"))
	r := asked(t, s, shop)
	clock.Advance(confirm.Life)
	late := s.Wait("the card to expire", func(n chat.Reply) bool { return n.ID == r.ID && n.Cards[0].State == chat.CardExpired })
	if c := card(t, late); !strings.Contains(c.Outcome, "Nothing was sent.") || len(c.Buttons) != 0 {
		t.Errorf("the card became %+v", c)
	}
	told := s.Act(s.Member, s.Button(r, "Approve"))
	plain(t, told)
	contains(t, told, "expired", "Nothing was sent")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
	s.Ask("and now?")
	if got := outcomes(s.request()); len(got) != 1 || got[0].Status != model.Expired {
		t.Errorf("the model was told %+v", got)
	}
}

// tooLate: the time at which a press came counts, timer or not.
func tooLate(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"))
	r := asked(t, s, shop)
	s.Close()
	clock.Advance(confirm.Life + time.Second)
	s.open()
	contains(t, s.Act(s.Member, s.Button(r, "Approve")), "expired")
	s.Wait("the card to expire", func(n chat.Reply) bool { return n.ID == r.ID && n.Cards[0].State == chat.CardExpired })
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

// typedYes: words decide nothing.
func typedYes(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("what do you mean?"), script.Say("hm"))
	r := asked(t, s, shop)
	for _, yes := range []string{"yes", "Yes!", "ok.", "do it", "approve", "no"} {
		got := s.Ask(yes).Text.Text()
		plain(t, got)
		contains(t, got, "buttons above")
	}
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("the model was asked %d times", n)
	}
	if c := card(t, s.Now(r.ID)); c.State != chat.CardWaiting || shop.Count("POST") != 0 {
		t.Errorf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
	if s.Other != "" { // for whom nothing waits, "yes" is a word like others
		contains(t, Text(s.AskAs(s.Other, "yes")), "what do you mean?")
	}
	s.Act(s.Member, s.Button(r, "Cancel"))
	contains(t, Text(s.Ask("yes")), "h")
}

// otherPress: only who asked decides.
func otherPress(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is nobody else on this platform")
	}
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"))
	r := asked(t, s, shop)
	for _, label := range []string{"Approve", "Cancel"} {
		told := s.Act(s.Other, s.Button(r, label))
		plain(t, told)
		contains(t, told, "Only", "can decide this")
	}
	if c := card(t, s.Now(r.ID)); c.State != chat.CardWaiting || shop.Count("POST") != 0 {
		t.Fatalf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
	s.Act(s.Member, s.Button(r, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls; want one", n)
	}
}

// identical: the same question is not asked twice.
func identical(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), kettles(), script.Say("it waits for you already"), script.Say("done"))
	first := asked(t, s, shop)
	second := s.Ask("order two copper kettles")
	if len(second.Cards) != 0 {
		t.Errorf("a second card:\n%s", Text(second))
	}
	s.Act(s.Member, s.Button(first, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls; want one", n)
	}
}

// twoActions: a reply with two cards keeps each by itself.
func twoActions(t *testing.T, p Platform, clock *Clock) {
	call := func(good string) model.Part {
		return model.Part{Call: &model.ToolCall{Name: "shop__placeOrder", Args: []byte(`{"body":{"good":"` + good + `","count":1}}`)}}
	}
	s, shop := play(t, p, clock, script.Answer(call("Oak Ladder"), call("Wool Blanket")), script.Say("two"), script.Say("one is done"))
	r := s.Ask("order a ladder and a blanket")
	if len(r.Cards) != 2 {
		t.Fatalf("%d cards; want two", len(r.Cards))
	}
	s.Act(s.Member, s.Button(chat.Reply{Cards: r.Cards[:1]}, "Cancel"))
	s.Act(s.Member, s.Button(chat.Reply{Cards: r.Cards[1:]}, "Approve"))
	now := s.Now(r.ID)
	if now.Cards[0].State != chat.CardDenied || now.Cards[1].State != chat.CardDone {
		t.Errorf("the cards are %s and %s", now.Cards[0].State, now.Cards[1].State)
	}
	if calls := shop.Calls(); len(calls) != 1 || !strings.Contains(calls[0].Body, "Wool Blanket") {
		t.Errorf("sent %+v", calls)
	}
}

// failedWrite: what the plugin says to it stands on the card, in one line.
func failedWrite(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("It did not work."))
	shop.On("POST /orders", Fixed(409, "application/json", `{"error":"there are no kettles left"}`))
	r := asked(t, s, shop)
	s.Act(s.Member, s.Button(r, "Approve"))
	c := card(t, s.Now(r.ID))
	plain(t, c.Outcome)
	contains(t, c.Outcome, "no kettles left")
	if c.State != chat.CardFailed || shop.Count("POST") != 1 {
		t.Errorf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Failed {
		t.Errorf("the model was told %+v", told)
	}
}

// disabledBefore: policy is asked again at the moment of sending.
func disabledBefore(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"))
	r := asked(t, s, shop)
	s.Ask("/plugins disable shop")
	s.Act(s.Member, s.Button(r, "Approve"))
	c := card(t, s.Now(r.ID))
	plain(t, c.Outcome)
	contains(t, c.Outcome, "not enabled", "Nothing was sent")
	if c.State != chat.CardDenied || shop.Count("POST") != 0 {
		t.Errorf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
}

// audited: who decided what is on record, without what was sent.
func audited(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"), kettles(), script.Say("ready"))
	s.Act(s.Member, s.Button(asked(t, s, shop), "Approve"))
	s.Act(s.Member, s.Button(s.Ask("again"), "Cancel"))
	var states []string
	for _, a := range s.Audits() {
		states = append(states, strings.TrimPrefix(a.Action, "call."))
		if a.Actor.ID != s.Member || a.Target(audit.OfPlugin).ID != shop.Address || a.Target(audit.OfOperation).ID != "placeOrder" || len(a.Digest) < 32 || a.Call == "" {
			t.Errorf("an entry lacks who, what or which: %v", a)
		}
		lacks(t, string(a.Encode()), "Kettle", "ring twice")
	}
	if got := strings.Join(states, " "); got != "denied done executing" {
		t.Errorf("audited %q, the newest first", got)
	}
}
