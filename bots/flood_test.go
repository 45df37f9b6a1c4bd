package bots_test

import (
	"fmt"
	"strings"
	"testing"

	"aidesk/adapters/slack"
	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// TestManyCards: as many cards as one turn may ask about are shown, and each can be
// decided, also where a platform's message takes fewer.
func TestManyCards(t *testing.T) {
	t.Parallel()
	var parts []model.Part
	for i := range 16 {
		parts = append(parts, model.Part{Call: &model.ToolCall{
			Name: "shop__placeOrder", Args: []byte(fmt.Sprintf(`{"body":{"good":"kettle","count":%d,"note":%q}}`, i+1, strings.Repeat("a word to the seller ", 40))),
		}})
	}
	platform, _ := slackWorkspace(t, slack.ModeSocket)
	shop := bottest.NewShop(t, "shop")
	s := bottest.Start(t, platform, bottest.NewClock(), bottest.Setup{
		Model: script.New(script.Answer(parts...), script.Say("ready"), script.Say("done")), Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}},
	})
	r := s.Ask("order everything")
	if len(r.Cards) != 16 {
		t.Fatalf("%d cards", len(r.Cards))
	}
	s.Act(s.Member, r.Cards[15].Buttons[0])
	if calls := shop.Calls(); len(calls) != 1 || !strings.Contains(calls[0].Body, `"count":16`) {
		t.Errorf("the last card sent %+v", calls)
	}
	if got := s.Now(r.ID).Cards[15].State; got != chat.CardDone {
		t.Errorf("the card is %s", got)
	}
}
