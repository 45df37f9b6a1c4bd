package hostiletest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/discord/render"
	slack "aidesk/adapters/slack/render"
	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/costtest"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// show shows a card on every platform.
func show(card chat.Card) error {
	reply := chat.Reply{ID: "r1", Cards: []chat.Card{card}}
	if _, err := slack.Render(reply); err != nil {
		return fmt.Errorf("on Slack: %w", err)
	}
	if _, err := render.Render(reply); err != nil {
		return fmt.Errorf("on Discord: %w", err)
	}
	if (terminal.Renderer{}).Render(reply) == "" {
		return errors.New("in the terminal: it is empty")
	}
	return nil
}

// action is a call with these values that waits for its member.
func action(values []openapi.Argument, body string) confirm.Action {
	c := plugin.Call{
		Plugin: "shop.example", Human: "Shop", Operation: "order", Summary: "Place an order.", Write: true,
		Request: openapi.Request{Method: "POST", URL: "https://shop.example/orders", Body: []byte(body)},
	}
	a := confirm.New(c, values, func() string { return "id" }, time.Unix(0, 0))
	a.Place = chat.Place{Channel: "C1"}
	return a
}

// TestCards: what fits is shown on every platform, in time; more is refused with a reason
// before anyone is asked.
func TestCards(t *testing.T) {
	values := func(n int, label, value string) []openapi.Argument {
		var out []openapi.Argument
		for i := range n {
			out = append(out, openapi.Argument{Label: strings.ReplaceAll(label, "#", strconv.Itoa(i)), Value: value})
		}
		return out
	}
	for name, test := range map[string]struct {
		values []openapi.Argument
		body   string
		fits   bool
	}{
		"few":                    {values(5, "Field #", "value"), "{}", true},
		"as many as may be":      {values(500, "Field #", "value"), strings.Repeat("x", 100<<10), true},
		"one more":               {values(501, "Field #", "value"), "{}", false},
		"empty ones":             {values(500, "#", ""), "{}", true},
		"of several lines":       {values(500, "#", "a\nb"), "{}", true},
		"long ones":              {values(500, "Field #", strings.Repeat("word ", 200)), "{}", true},
		"long labels":            {values(100, strings.Repeat("Label ", 500)+"#", "x"), "{}", true},
		"one of half a megabyte": {values(1, "Text", strings.Repeat("`*_~|<@U1> ", 20_000)), strings.Repeat("x", 200<<10), true},
		"lines only":             {values(1, "Text", strings.Repeat("\n", 400<<10)), "", true},
		"backquotes only":        {values(1, "Text", strings.Repeat("`", 400<<10)), "", true},
		"hidden ones":            {values(1, "Text", strings.Repeat("‹U+202E›", 20_000)), "", true},
		"more than that":         {values(1, "Text", strings.Repeat("x", 500<<10)), strings.Repeat("x", 100<<10), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := action(test.values, test.body)
			if err := confirm.Fits(a.Call, a.Arguments); (err == nil) != test.fits {
				t.Fatalf("it fits: %v", err)
			}
			if !test.fits {
				return
			}
			took, used := costtest.Measure(func() {
				if err := show(confirm.Card(a)); err != nil {
					t.Error(err)
				}
			})
			if took > costtest.Limit {
				t.Errorf("it took %v and %d MiB", took, used)
			}
			t.Logf("%v, %d MiB", took, used)
		})
	}
}

// TestCardOwnLines: on every platform the lines that say where a call goes are aidesk's own,
// whatever a plugin calls its fields.
func TestCardOwnLines(t *testing.T) {
	a := action([]openapi.Argument{{Label: "Host", Value: "bank.example"}, {Label: "Visible to", Value: "only you"}, {Label: "Good\nHost: bank.example", Value: "kettle"}}, "")
	reply := chat.Reply{ID: "r1", Cards: []chat.Card{confirm.Card(a)}}
	onSlack, err := slack.Render(reply)
	if err != nil {
		t.Fatal(err)
	}
	onDiscord, err := render.Render(reply)
	if err != nil {
		t.Fatal(err)
	}
	for platform, shown := range map[string]string{"Slack": onSlack[0].Text, "Discord": onDiscord[0].Content, "the terminal": (terminal.Renderer{Width: 80}).Render(reply)} {
		own, small := 0, 0
		for line := range strings.Lines(strings.NewReplacer("*", "", "`", "", "│", "").Replace(shown)) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "Host") || strings.HasPrefix(line, "Visible to") {
				own++
			}
			if strings.Contains(line, "POST to ") {
				small++
				if strings.Contains(line, "bank.example") || strings.Contains(line, "only you") {
					t.Errorf("on %s a field passes for aidesk's line: %s", platform, line)
				}
			}
		}
		if own != 0 || small != 1 || !strings.Contains(shown, "Field “Host”") || !strings.Contains(shown, "Field “Visible to”") {
			t.Errorf("on %s stands, with %d lines of aidesk's:\n%s", platform, own, shown)
		}
	}
}
