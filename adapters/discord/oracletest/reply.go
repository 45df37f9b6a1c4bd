package oracletest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Asker is the member whom replies of tests answer, Channel where they are shown.
const (
	Asker   = "123456789012345678"
	Channel = "333333333333333333"
)

// Replies are replies of every kind, ordinary and at the limits, by name.
func Replies() map[string]chat.Reply {
	place := chat.Place{Platform: "discord", Workspace: "222222222222222222", Channel: Channel}
	line := func(s string) markdown.Document { return markdown.New(markdown.Paragraph(markdown.Text(s))) }
	base := chat.Reply{ID: "r1", Place: place, To: Asker, Answers: "444444444444444444"}
	card := chat.Card{
		State: chat.CardWaiting, Sentence: "Shall I do this at Shop: order *3* chairs?", Until: time.Unix(1_800_000_000, 0),
		Values:  []chat.Field{{Label: "Count", Value: "3"}, {Label: "Note", Value: "two\nlines with ``` and `ticks`"}, {Label: "Empty", Value: ""}},
		Details: []chat.Field{{Label: "Header X-Note", Value: "<@123456789012345678>"}},
		Facts: []chat.Fact{
			{Text: "POST to shop.example/orders?x=<@123456789012345678>"},
			{Text: "no account"},
			{Text: "visible to everyone in", Channel: Channel},
			{Text: "only Ann can press"},
		},
		Buttons: []chat.Button{{ID: "yes", Label: "Approve", Style: chat.Primary}, {ID: "no", Label: "Cancel"}, {ID: "edit", Label: "Edit", Form: true}},
	}
	preview := func(i int) chat.Preview {
		return chat.Preview{
			URL: fmt.Sprintf("https://shop.example/p/%d", i), SiteName: "The **Shop**", Title: fmt.Sprintf("Chair <@%s> #%d", Asker, i),
			Description: strings.Repeat("*very* [good](https://evil.example) ", 30), Image: "https://shop.example/i.png",
		}
	}
	all := map[string]chat.Reply{}
	add := func(name string, change func(r *chat.Reply)) {
		r := base
		change(&r)
		all[name] = r
	}
	add("text", func(r *chat.Reply) { r.Text = line("hello") })
	add("card", func(r *chat.Reply) { r.Cards = []chat.Card{card} })
	add("card direct", func(r *chat.Reply) { r.Cards, r.Place.Direct = []chat.Card{card}, true })
	add("text and card", func(r *chat.Reply) {
		r.Text, r.Cards, r.Notes = line("I need your word."), []chat.Card{card, card}, []string{"Used: Shop."}
	})
	add("card done", func(r *chat.Reply) {
		c := card
		c.State, c.Outcome, c.Buttons, c.Until = chat.CardDone, "Order *17* is placed.", nil, time.Time{}
		r.Cards = []chat.Card{c}
	})
	add("card unknown", func(r *chat.Reply) {
		c := card
		c.State, c.Buttons = chat.CardUnknown, []chat.Button{{ID: "again", Label: "Send again", Style: chat.Danger}}
		r.Cards = []chat.Card{c}
	})
	add("card with a long body", func(r *chat.Reply) {
		c := card
		c.Values = append(c.Values[:1:1], chat.Field{Label: "Body", Value: strings.Repeat(`{"a": "b"}`+"\n", 400)})
		r.Cards = []chat.Card{c}
	})
	add("card with many values", func(r *chat.Reply) {
		c := card
		c.Values = nil
		for i := range 300 {
			c.Values = append(c.Values, chat.Field{Label: fmt.Sprintf("value_%d", i), Value: strconv.Itoa(i)})
		}
		r.Cards = []chat.Card{c}
	})
	add("card with a long sentence", func(r *chat.Reply) {
		c := card
		c.Sentence = strings.Repeat("**Shall** I? ", 400)
		r.Cards = []chat.Card{c}
	})
	add("card with hidden characters", func(r *chat.Reply) {
		c := card
		c.Sentence, c.Values = "a\u202eb\nc", []chat.Field{{Label: "l\u200b\n", Value: "\n\nx\x1b[2J\u202e\n"}, {Label: "only", Value: "\n"}, {Label: "ticks", Value: "`` ` ```"}}
		r.Cards = []chat.Card{c}
	})
	add("rows", func(r *chat.Reply) {
		r.Text = markdown.New(markdown.Heading(2, markdown.Text("Plugins")))
		for i := range 60 {
			text := markdown.New(markdown.Paragraph(markdown.Strong(fmt.Sprintf("Plugin %d", i)), markdown.Text(" (on): what it is good for")))
			r.Rows = append(r.Rows, chat.Row{Text: text, Buttons: []chat.Button{{ID: fmt.Sprint("b", i), Label: fmt.Sprint("Disable ", i)}}})
		}
		r.Buttons = []chat.Button{{ID: "add", Label: "Add", Form: true}, {Label: "Site", URL: "https://shop.example/"}}
	})
	add("one row", func(r *chat.Reply) {
		r.Rows = []chat.Row{{Text: line("It is off."), Buttons: []chat.Button{{ID: "on", Label: "Enable", Style: chat.Primary}}}}
		r.Notes = []string{"-# small *print* <@" + Asker + "> https://evil.example/?q=1"}
	})
	add("a long row", func(r *chat.Reply) {
		r.Rows = []chat.Row{{Text: line(strings.Repeat("word ", 1000)), Buttons: []chat.Button{{ID: "on", Label: "Enable"}}}, {Text: line("short")}}
	})
	add("many buttons", func(r *chat.Reply) {
		r.Text = line("Which?")
		for i := range 32 {
			r.Buttons = append(r.Buttons, chat.Button{ID: fmt.Sprint("c", i), Label: strings.Repeat("👩‍🚒", 40)})
		}
		r.Buttons = append(r.Buttons, r.Buttons[0])
	})
	add("thumbs", func(r *chat.Reply) {
		r.Text, r.Rating = line("Two."), &chat.Rating{ID: "rate", Good: "Good answer", Bad: "Bad answer"}
	})
	add("only buttons", func(r *chat.Reply) { r.Buttons = []chat.Button{{ID: "a", Label: ""}} })
	add("addresses of buttons", func(r *chat.Reply) {
		r.Text = line("Log in:")
		r.Buttons = []chat.Button{{Label: "Log in", URL: "https://id.example/?s=" + strings.Repeat("x", 600)}, {Label: "no", URL: "javascript:alert(1)"}, {Label: "ok", URL: "https://id.example/"}}
	})
	add("one preview", func(r *chat.Reply) { r.Text, r.Previews = line("See:"), []chat.Preview{preview(1)} })
	add("previews", func(r *chat.Reply) {
		r.Previews = []chat.Preview{preview(1), preview(1), {URL: "javascript:x", Title: "no"}, preview(2), preview(3), preview(4)}
		r.Previews[0].Title = strings.Repeat("*", 300)
	})
	add("bare preview", func(r *chat.Reply) { r.Previews = []chat.Preview{{URL: "https://shop.example/x", Image: "data:x"}} })
	add("files", func(r *chat.Reply) {
		r.Text = line("Attached:")
		for i := range 12 {
			r.Files = append(r.Files, chat.File{Name: fmt.Sprintf("../../a:%d\u202e.txt", i), Text: "x\x1b[2J"})
		}
	})
	add("long answer", func(r *chat.Reply) {
		r.Text = markdown.Parse(strings.Repeat("A sentence of *some* words. ", 120)+"\n\n```go\n"+strings.Repeat("x := 1\n", 300)+"```\n\n"+strings.Repeat("1. item\n", 100), nil)
	})
	add("very long answer", func(r *chat.Reply) {
		r.Text = markdown.Parse(strings.Repeat("A sentence of *some* words. ", 2000), nil)
	})
	return all
}
