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
