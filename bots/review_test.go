package bots_test

import (
	"strings"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/model/script"
)

// TestReview: a configured plugin that changed serves as it was approved until an
// administrator has seen what changed and takes it.
func TestReview(t *testing.T) {
	t.Parallel()
	shop, clock := bottest.NewShop(t, "shop"), bottest.NewClock()
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{
		Model: script.New(script.Say("Nothing.")), Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}},
	})
	contains := func(text, want string) {
		t.Helper()
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	say := func(member, text, want string) string {
		t.Helper()
		got := bottest.Text(s.AskAs(member, text))
		contains(got, want)
		return got
	}
	old := func(text string) {
		t.Helper()
		if strings.Contains(text, "Burn all goods") {
			t.Errorf("what nobody approved serves: %s", text)
		}
	}
	say("ada", "/plugins-admin review shop", "Nothing waits for a review.")
	shop.Extend("  /goods/all:\n    delete: {operationId: burnAll, summary: Burn all goods, responses: {\"204\": {description: Burnt.}}}\n")
	s.Restart()
	old(say("ada", "/plugins info shop", "/plugins-admin review shop"))
	say("ben", "/plugins-admin review shop", "is for administrators")

	review := s.AskAs("ada", "/plugins-admin review shop")
	contains(bottest.Text(review), "Shop has changed")
	contains(bottest.Text(review), "DELETE /goods/all (burnAll)")
	take := s.Button(review, "Take the change")
	contains(s.Act("ben", take), "for somebody else")
	old(say("ada", "/plugins info shop", "Shop"))
	contains(s.Act("ada", take), "Shop serves its new version.")
	say("ada", "/plugins info shop", "Burn all goods (asks you first)")
	contains(s.Act("ada", take), "no longer what waits")
	say("ada", "/plugins-admin review shop", "Nothing waits")
	s.Restart()
	say("ada", "/plugins info shop", "Burn all goods")
}
