package bottest

import (
	"slices"
	"strings"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/model/script"
)

var pages = []Behaviour{
	{"a member's page", memberPage},
	{"asking from the page", pageAsks},
}

// page waits until a member's page is shown that has all of these words and not the one that
// it lacks, and returns it.
func (s *Stage) page(member, lacks string, words ...string) chat.Reply {
	s.T.Helper()
	var r chat.Reply
	s.board.until(s.T, "the page with "+strings.Join(words, ", "), func() bool {
		all := s.board.pages[member]
		if len(all) == 0 {
			return false
		}
		h := all[len(all)-1]
		r = chat.Reply{Text: h.Text, Rows: h.Rows}
		return (lacks == "" || !strings.Contains(Text(r), lacks)) &&
			!slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(Text(r), w) })
	})
	return r
}

// memberPage: it shows what is theirs, and changes with what is pressed on it; what waits for
// administrators is shown to them alone.
func memberPage(t *testing.T, p Platform, clock *Clock) {
	if p.Visit == nil {
		t.Skip("members have no pages here")
	}
	s, shop := play(t, p, clock, order("Copper Kettle", 2), script.Say("ready"), script.Say("done"))
	contains(t, Text(s.Ask("/plugins-admin grants shop.placeOrder on")), "Members can now allow me shop.placeOrder beforehand")
	s.Visit(s.Member)
	lacks(t, Text(s.page(s.Member, "", "[Disable Shop]")), "Your schedules", "For administrators", "without asking you")

	allow(t, s, shop, nil)
	scheduled(t, s, "every day at 9", "how many kettles?")
	contains(t, Text(s.Ask("/plugins-admin freeze shop writes")), "Shop")
	s.Visit(s.Member)
	page := s.page(s.Member, "", "For administrators", "Your schedules", "how many kettles?", "[Pause]", "What I may do without asking you", "It sleeps while Shop is frozen")
	s.Visit(s.Other)
	lacks(t, Text(s.page(s.Other, "", "[Disable Shop]")), "Your schedules", "For administrators", "kettles")

	s.Act(s.Member, s.Button(page, "Pause"))
	page = s.page(s.Member, "", "paused: by you", "[Resume]")
	s.Act(s.Member, s.Button(page, "Revoke"))
	page = s.page(s.Member, "[Revoke]", "you revoked it")
	s.Push(s.Member, s.Button(page, "Disable Shop"))
	page = s.page(s.Member, "", "[Enable Shop]")
	s.Act(s.Member, s.Button(page, "Delete"))
	s.page(s.Member, "[Resume]", "[Enable Shop]", "For administrators")
}

// pageAsks: a press asks what stands beside it, and the answer in the direct message says
// what was asked. It is the member's own conversation there.
func pageAsks(t *testing.T, p Platform, clock *Clock) {
	if p.Visit == nil {
		t.Skip("members have no pages here")
	}
	s, _ := play(t, p, clock, script.Say("We sell kettles."), script.Say("Three."))
	s.Visit(s.Member)
	page := s.page(s.Member, "", "Ask me, for example", "[Ask]", "[Disable Shop]")
	row := page.Rows[slices.IndexFunc(page.Rows, func(r chat.Row) bool { return len(r.Buttons) == 1 && r.Buttons[0].Label == "Ask" })]
	contains(t, s.Act(s.Member, row.Buttons[0]), "We sell kettles.", "You asked on my page: “"+row.Text.Text()+"”")
	last := s.Replies()[len(s.Replies())-1]
	if !last.Place.Direct || last.Place.Thread != "" || last.Rating == nil {
		t.Errorf("answered in %+v, rating: %v", last.Place, last.Rating)
	}
	words := s.request().Messages
	contains(t, words[len(words)-1].Parts[0].Text, row.Text.Text())
	s.Act(s.Member, row.Buttons[0])
	if n := len(s.request().Messages); n < 3 {
		t.Errorf("the second question knows nothing of the first: %d messages", n)
	}
	contains(t, Text(s.Ask("/plugins disable shop")), "Shop")
	s.Visit(s.Member)
	s.page(s.Member, "[Ask]", "[Enable Shop]")
}
