package recordtest_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/bots/bottest"
	"aidesk/core/model/modeltest"
)

// rich is an answer with each kind of Markdown in it.
const rich = `## Kettles

Take the **Copper Kettle**, see [its page](http://127.0.0.1:4010/pages/copper-kettle). It is *light*, ~~dear~~ cheap & has a ` + "`lid`" + `.

- one
  - below one
- two

1. first
2. second

| Good | Price |
|---|---|
| Copper Kettle | 10.50 |
| Oak Ladder | 17.50 |

> quoted

` + "```sh\nkettle --boil < water\n```\n\n---\n\nSee https://elsewhere.example/?q=secret too, <@U00000BEN> and @everyone.\n"

// long is an answer that fits into one message nowhere.
var long = strings.Repeat("A sentence of an answer that goes on and on until no message can hold it. ", 180)

// The calls of the model.
var (
	goods = modeltest.Call([2]string{"shop__listGoods", `{}`})
	order = modeltest.Call([2]string{"shop__placeOrder", `{"body":{"good":"Copper Kettle","count":2,"note":"ring twice"}}`})
	noted = modeltest.Call([2]string{"shop__placeOrder", `{"body":{"good":"Oak Ladder","count":1,"note":"` + strings.Repeat("A word to the seller. ", 300) + `"}}`})
)

// TestSlackWire records what goes to Slack and to the model.
func TestSlackWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, modeltest.NewChat(t))
	s := newSlackStory(w, w.open(filepath.Join(t.TempDir(), "desk.db"), run{limits: ample}))
	s.answers()
	s.writes()
	s.edits()
	s.commands()
	s.forms()
	s.plugins()
	s.ends()
	s.tape.golden("slack")
}

// slackStory is what members do in Slack.
type slackStory struct {
	*world
	*desk
	tape   *tape
	thread string
}

func newSlackStory(w *world, d *desk) *slackStory {
	return &slackStory{world: w, desk: d, tape: newTape(d, w.slackCalls, w.modelCalls)}
}

// slackLoose are the methods that are called as time wants it.
var slackLoose = []string{
	"auth.test", "apps.connections.open", "users.info", "conversations.info", "conversations.open", "conversations.replies", "conversations.history",
}

// slackCalls are the requests to Slack so far, but for statuses: whether one is shown depends
// on how long a turn takes.
func (w *world) slackCalls() []call {
	var out []call
	for _, r := range w.slack.Requests() {
		if r.Method != "assistant.threads.setStatus" {
			out = append(out, call{name: r.Method, body: nested(r.Args), loose: slices.Contains(slackLoose, r.Method)})
		}
	}
	return out
}

// modelCalls are the requests to the model so far.
func (w *world) modelCalls() []call {
	var out []call
	for _, q := range w.model.Queries() {
		out = append(out, call{name: "model", body: decoded(q.Body)})
	}
	return out
}

// ask begins a thread with a mention.
func (s *slackStory) ask(text string) func() {
	return func() {
		s.world.t.Helper()
		s.thread = ""
		s.more(text)()
	}
}

// more mentions the desk in the thread that was begun last.
func (s *slackStory) more(text string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		ts, err := s.slack.Post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, s.thread)
		must(s.world.t, err)
		if s.thread == "" {
			s.thread = ts
		}
	}
}

// command gives a slash command.
func (s *slackStory) command(name, text string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		receipt, err := s.slack.Command(fakeslack.Ada, fakeslack.General, name, text)
		must(s.world.t, err)
		s.acknowledged(receipt)
	}
}

// acknowledged records what the desk says in its acknowledgement.
func (s *slackStory) acknowledged(r *fakeslack.Receipt) {
	s.world.t.Helper()
	got, err := r.Wait(s.world.t.Context())
	must(s.world.t, err)
	if len(bytes.TrimSpace(got.Answer)) > 0 {
		s.tape.write(call{name: "acknowledgement of " + string(got.Kind), body: decoded(got.Answer), loose: true})
	}
}

// press lets a member press the newest button with a label, wherever it stands.
func (s *slackStory) press(user, label string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		var newest fakeslack.Message
		id := ""
		for _, c := range s.slack.Channels() {
			for _, m := range s.slack.Messages(c.ID) {
				if found := buttonOf(m.Blocks, label); found != "" && !m.Deleted && m.TS > newest.TS {
					newest, id = m, found
				}
			}
		}
		if id == "" {
			s.world.t.Fatalf("nothing shows a button %q", label)
		}
		_, err := s.slack.Press(user, newest.Channel, newest.TS, id)
		must(s.world.t, err)
	}
}

// submit fills in the modal that Ada has open.
func (s *slackStory) submit(values map[string]string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		views := s.slack.Views(fakeslack.Ada)
		if len(views) == 0 {
			s.world.t.Fatal("no modal is open")
		}
		v := views[len(views)-1]
		by := map[string]string{}
		for _, id := range inputsOf(v.Blocks) {
			for word, value := range values {
				if strings.Contains(id, word) {
					by[id] = value
				}
			}
		}
		receipt, err := s.slack.Submit(fakeslack.Ada, v.ID, by)
		must(s.world.t, err)
		s.acknowledged(receipt)
	}
}

// buttonOf is the action_id of the button with a label; empty: there is none.
func buttonOf(blocks json.RawMessage, label string) string {
	id := ""
	each(blocks, func(v map[string]any) {
		if text, ok := v["text"].(map[string]any); ok && v["type"] == "button" && text["text"] == label {
			id, _ = v["action_id"].(string)
		}
	})
	return id
}

// inputsOf are the block_ids of the inputs of a modal.
func inputsOf(blocks json.RawMessage) []string {
	var all []string
	each(blocks, func(v map[string]any) {
		if id, ok := v["block_id"].(string); ok && v["type"] == "input" {
			all = append(all, id)
		}
	})
	return all
}

// each calls fn with every object in a JSON text.
func each(text []byte, fn func(map[string]any)) {
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			fn(v)
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(decoded(text))
}

// answers are what the model says, in every shape.
func (s *slackStory) answers() {
	s.model.Then(goods, modeltest.Text(rich))
	s.tape.step("an answer with previews and Markdown", s.ask("which goods are there?"), "All about copper-kettle")
	s.tape.step("why", s.more("why"))
	s.model.Then(modeltest.Text(long))
	s.tape.step("a long answer is split", s.ask("tell me everything"), "A sentence")
	s.model.Then(modeltest.Fault(400, "invalid_request_error", "", "no"))
	s.tape.step("the model fails", s.ask("what now?"))
	s.model.Then(modeltest.Text("It is **forty-two**."))
	s.tape.step("a question by command is answered in private", s.command("/aidesk", "ask what is it?"), "forty-two")
	s.tape.step("the answer is shared", s.press(fakeslack.Ada, "Share"), "who asked in private")
	s.model.Then(modeltest.Text("Hello in private."))
	s.tape.step("a direct message", func() {
		_, err := s.slack.Post(fakeslack.Ben, s.slack.DM(fakeslack.Ben), "hello", "")
		must(s.world.t, err)
	}, "Hello in private.")
}

// writes are calls with effect, with each end that they can have.
func (s *slackStory) writes() {
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("a write waits", s.ask("order two kettles"), "Approve")
	s.tape.step("who did not ask cannot approve", s.press(fakeslack.Ben, "Approve"), "can decide this")
	s.tape.step("words decide nothing", s.more("yes"), "use the buttons")
	s.tape.approval(s.world, bottest.Fixed(201, "application/json", `{"order":"A-1","url":"http://127.0.0.1:4010/pages/order-1"}`), "confirmed it", "It is ordered.")
	s.tape.step("approved", s.press(fakeslack.Ada, "Approve"), "It is ordered.")
	s.model.Then(noted, modeltest.Text("I prepared it."))
	s.tape.step("a write too long for its card waits", s.ask("order a ladder"), "Approve")
	s.tape.step("cancelled", s.press(fakeslack.Ada, "Cancel"), "Cancelled by")
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("another write waits", s.ask("order them again"), "Approve")
	s.tape.approval(s.world, bottest.Torn, "may or may not have happened", "Nobody knows.")
	s.tape.step("approved, and its end is not known", s.press(fakeslack.Ada, "Approve"), "may or may not have happened", "Nobody knows.")
	s.tape.step("once more", s.press(fakeslack.Ada, "Send again"), "Approve")
	s.tape.approval(s.world, bottest.Fixed(422, "application/json", `{"error":"none left"}`), "does not accept these values", "It was refused.")
	s.tape.step("approved, and refused", s.press(fakeslack.Ada, "Approve"), "It was refused.")
	s.shop.On("POST /orders", nil)
}

// edits change the values of a card.
func (s *slackStory) edits() {
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("a write waits to be edited", s.ask("order kettles to edit"), "Approve")
	s.tape.step("the form of its values", s.press(fakeslack.Ada, "Edit"), "views.open")
	s.tape.step("a wrong value", s.submit(map[string]string{"good": " "}), "")
	s.tape.step("a right value", s.submit(map[string]string{"good": "Copper Kettle", "count": "3"}), "Approve")
}

// commands are what is said about the desk itself.
func (s *slackStory) commands() {
	s.tape.step("help", s.command("/aidesk", "help"))
	s.tape.step("usage", s.command("/aidesk", "usage"))
	s.tape.step("an unknown command", s.command("/aidesk", "dance"), "")
	s.tape.step("the page", func() { must(s.world.t, s.slack.OpenHome(fakeslack.Ada, "home")) }, "views.publish")
	s.tape.step("the list", s.command("/plugins", ""), "Disable Shop")
	s.tape.step("a toggle", s.press(fakeslack.Ada, "Disable Shop"), "Enable Shop")
	s.model.Then(modeltest.Text("No tools here."))
	s.tape.step("a question without plugins", s.ask("which goods are there?"), "No tools here.")
	s.tape.step("enable", s.command("/plugins", "enable shop"))
	s.tape.step("a plugin", s.command("/plugins", "info shop"), "placeOrder")
}

// forms run operations by their forms.
func (s *slackStory) forms() {
	s.tape.step("the form of a read", s.command("/plugins", "run shop.listGoods"), "views.open")
	s.model.Then(modeltest.Text("These are all."))
	s.tape.step("it is sent", s.submit(map[string]string{"kind": "metal"}), "These are all.")
	s.tape.step("the form of a write", s.command("/plugins", "run shop.placeOrder"), "views.open")
	s.tape.step("it waits", s.submit(map[string]string{"good": "Wool Blanket", "count": "1"}), "Approve")
	s.tape.step("it is cancelled", s.press(fakeslack.Ada, "Cancel"), "Cancelled.")
	s.tape.step("no such operation", s.command("/plugins", "run shop.dance"), "")
}

// plugins come and go.
func (s *slackStory) plugins() {
	s.tape.step("a plugin is read", s.command("/plugins-admin", "add http://"+depotAddress), "Add Depot")
	s.tape.step("the form that adds it", s.press(fakeslack.Ada, "Add Depot"), "views.open")
	s.tape.step("it is added", s.submit(nil))
	s.tape.step("one that cannot be read", s.command("/plugins-admin", "add http://127.0.0.1:4012"), "cannot be added")
	s.tape.step("default", s.command("/plugins-admin", "default depot on"))
	s.tape.step("scope", s.command("/plugins-admin", "scope depot deny"))
	s.tape.step("remove", s.command("/plugins-admin", "remove depot"))
}

// ends are the last things: a card whose time is over, and everything forgotten.
func (s *slackStory) ends() {
	s.tape.step("the time of the cards is over", func() { s.clock.Advance(16 * time.Minute) }, "Expired. Nothing was sent.")
	s.tape.step("forgetting is asked", s.command("/aidesk", "forget"), "Delete everything")
	s.tape.step("everything is forgotten", s.press(fakeslack.Ada, "Delete everything"), "Deleted: our conversations")
}
