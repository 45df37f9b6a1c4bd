package turn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/goldentest"
	"aidesk/core/model/middleware"
	"aidesk/core/policy"
	"aidesk/store"
)

// TestTexts: what members read about limits.
func TestTexts(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	show := func(name string, text string) { fmt.Fprintf(&out, "-- %s --\n%s\n", name, strings.TrimSpace(text)) }

	place := chat.Place{Platform: "room", Workspace: "W1", Channel: "C1"}
	s := &quota{
		Exchange: &bot.Exchange{
			Bot: &bot.Bot{Name: "desk", Limits: bot.Limits{
				TurnsPerMemberHour: 20, TokensPerTurn: 200_000, TokensPerDay: 1_000_000, MoneyPerDay: 12_500_000, Currency: "EUR",
			}},
			Event: chat.Event{Place: place, Member: "ada"},
		},
		day: time.Date(2026, 11, 23, 22, 10, 0, 0, time.UTC),
	}
	s.Now = func() time.Time { return s.day }
	s.bounds = &bounds{scope: s.Bot.Scope(place), owner: s.Owner(), channel: s.Bot.Scope(place) + "/channel/C1"}
	every := policy.Limits{TurnsPerHour: 20, TurnsPerDay: 50, TokensPerDay: 1000, MoneyPerDay: 1000}
	s.bounds.mine, s.bounds.channels, s.bounds.workspaces = every, every, every
	for _, b := range slices.Concat(s.bounds.turns(1, s.day), s.bounds.amounts(middleware.Amount{Tokens: 1, Micros: 1}, s.day)) {
		line, err := s.limitText(chat.Member{Zone: "Europe/Paris"}, &store.Limit{Key: b.Key})
		if err != nil {
			t.Fatal(err)
		}
		show("limit "+b.Key, line)
	}
	if line, err := s.limitText(chat.Member{}, &store.Limit{Key: "of something else"}); err == nil {
		t.Errorf("a counter that nobody knows: %s", line)
	}
	line, err := s.limitText(chat.Member{}, middleware.ErrSpent)
	if err != nil {
		t.Fatal(err)
	}
	show("limit of one question", line)
	for _, key := range []string{"tokens/x", "money/x"} {
		show("near "+key, nearLimitText(policy.Limits{TokensPerDay: 1_000_000, MoneyPerDay: 12_500_000}, "EUR", key))
	}
	goldentest.File(t, "texts.golden", []byte(out.String()))
}

// TestWhyBounded: whatever a turn was offered and got, why keeps little of it.
func TestWhyBounded(t *testing.T) {
	t.Parallel()
	var trace agent.Trace
	for i := range 3000 {
		trace.Offered = append(trace.Offered, agent.Offer{Tool: fmt.Sprintf("plugin__operation_number_%04d_with_a_long_name_of_64_bytes_all_in", i), Score: float64(i) / 3000, Why: "ranked"})
	}
	for range 16 {
		trace.Steps = append(trace.Steps, agent.Step{Tool: "plugin__operation", Plugin: "Plugin", Args: json.RawMessage(`"` + strings.Repeat("x", 20_000) + `"`), Result: strings.Repeat("y", 2048)})
	}
	w := whyOf(trace, nil)
	body, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 8<<10 || w.More != 3000-mostOffers || w.Offered[0].Score < .99 {
		t.Errorf("%d bytes, %d more, the first is %+v", len(body), w.More, w.Offered[0])
	}
	if trace.Steps[0].Result == "" {
		t.Error("the trace itself was changed")
	}
}
