package bots_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// TestGiven: of a plugin that others enabled a member is told with the first answer that
// it was asked for, once.
func TestGiven(t *testing.T) {
	t.Parallel()
	given, chosen := bottest.NewShop(t, "shop"), bottest.NewShop(t, "bazaar")
	given.On("GET /orders", bottest.Fixed(http.StatusInternalServerError, "text/plain", "broken"))
	clock := bottest.NewClock()
	var tool string
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		if last := r.Messages[len(r.Messages)-1]; last.Role == model.User && tool != "" {
			return script.Call(tool, `{}`)(ctx, r, on)
		}
		return script.Say("That is it.")(ctx, r, on)
	})
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Plugins: []bottest.Plugin{{Address: given.Address, Default: true}, {Address: chosen.Address}}})
	told := func(what string, r chat.Reply, want bool) {
		t.Helper()
		line := "Shop is on for everyone here. It received what this needed of your words. To switch it off: /plugins disable shop"
		if notes := strings.Join(r.Notes, "\n"); strings.Contains(notes, line) != want || strings.Contains(notes, "Bazaar is on") {
			t.Errorf("%s: the notes are\n%s", what, notes)
		}
	}
	told("nothing was asked of it", s.Ask("hello"), false)
	tool = "shop__countOrders"
	told("it was asked, and failed", s.Ask("how many?"), true)
	told("again", s.Ask("how many?"), false)
	s.Restart()
	told("after a restart", s.Ask("how many?"), false)
	told("another member", s.AskAs(s.Other, "how many?"), true)
	s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything"))
	told("forgotten", s.Ask("how many?"), true)
	s.Ask("/plugins enable bazaar")
	tool = "bazaar__listGoods"
	told("their own choice", s.Ask("what is there?"), false)
}
