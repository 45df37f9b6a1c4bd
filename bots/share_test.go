package bots_test

import (
	"strings"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model/script"
)

// TestShare: an answer that was asked for in a channel and given in private can be
// published there by its asker, once, as it stands, without what was found to make it.
func TestShare(t *testing.T) {
	t.Parallel()
	shop := bottest.NewShop(t, "shop")
	clock := bottest.NewClock()
	m := script.New(script.Call("shop__listGoods", `{"kind":"secret metal"}`), script.Say("We sell **kettles**."))
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}})
	channel := s.Place
	channel.Thread = ""
	direct := chat.Place{Platform: channel.Platform, Workspace: channel.Workspace, Channel: "D-" + s.Member, Direct: true}
	e := chat.Event{ID: "c:1", Time: clock.Now(), Place: direct, Member: s.Member, Command: &chat.Command{
		Name: "aidesk", Verb: "ask", Options: map[string]string{"question": "which kettles do you sell?"}, From: &channel,
	}}
	if err := s.Receive(e); err != nil {
		t.Fatal(err)
	}
	answer := s.Wait("the answer", func(r chat.Reply) bool { return strings.Contains(bottest.Text(r), "kettles") && len(r.Buttons) == 1 })
	if answer.Place != direct {
		t.Errorf("it is answered in %+v", answer.Place)
	}
	share := s.Button(answer, "Share")
	if note := s.Act(s.Other, share); !strings.Contains(note, "somebody else") {
		t.Errorf("another member shares it: %q", note)
	}
	s.Restart()
	s.Act(s.Member, share)
	shown := s.Wait("the shared answer", func(r chat.Reply) bool { return r.Place == channel })
	if text := bottest.Text(shown); !strings.Contains(text, "We sell kettles.") || !strings.Contains(text, "Shared by Ada, who asked in private.") || strings.Contains(text, "secret metal") {
		t.Errorf("in the channel stands:\n%s", text)
	}
	if !shown.Open || shown.Private || len(shown.Buttons) != 0 {
		t.Errorf("it is shared as %+v", shown)
	}
	if now := s.Now(answer.ID); len(now.Buttons) != 0 || !strings.Contains(bottest.Text(now), "Shared.") {
		t.Errorf("the answer now is:\n%s", bottest.Text(now))
	}
	if note := s.Act(s.Member, share); !strings.Contains(note, "shared already") {
		t.Errorf("shared again: %q", note)
	}
}
