package recordtest_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/bots/bottest"
	"aidesk/core/model/modeltest"
)

// TestDiscordWire records what goes to Discord and to the model.
func TestDiscordWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, modeltest.NewChat(t))
	s := newDiscordStory(w, w.open(filepath.Join(t.TempDir(), "desk.db"), run{limits: ample}))
	s.answers()
	s.writes()
	s.edits()
	s.commands()
	s.forms()
	s.plugins()
	s.ends()
	s.tape.golden("discord")
}

// discordStory is what members do in Discord; Admin is the one who asks.
type discordStory struct {
	*world
	*desk
	tape   *tape
	thread string
}

func newDiscordStory(w *world, d *desk) *discordStory {
	return &discordStory{world: w, desk: d, tape: newTape(d, w.discordCalls, w.modelCalls)}
}

// discordCalls are the requests to Discord so far, but for typing: whether it is shown
// depends on how long a turn takes. Reading is done as time wants it.
func (w *world) discordCalls() []call {
	var out []call
	for _, r := range w.discord.Requests() {
		if strings.HasSuffix(r.Route, "/typing") {
			continue
		}
		c := call{name: r.Name(), loose: r.Method == http.MethodGet || strings.HasSuffix(r.Route, "/@me/channels")}
		if !c.loose {
			c.name = r.Method + " " + r.Path
		}
		body := map[string]any{}
		if len(r.Body) > 0 {
			body["body"] = decoded(r.Body)
		}
		if r.Query != "" && !c.loose {
			body["query"] = r.Query
		}
		for _, f := range r.Files {
			body["file "+f.Name] = f.Type + ": " + string(f.Content)
		}
		c.body = body
		out = append(out, c)
	}
	return out
}

// ask begins a thread with a mention.
func (s *discordStory) ask(text string) func() {
	return func() {
		s.world.t.Helper()
		s.thread = ""
		s.more(text)()
	}
}

// more mentions the desk in the thread that was begun last.
func (s *discordStory) more(text string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		at := fakediscord.General
		if s.thread != "" {
			at = s.thread
		}
		id, err := s.discord.Post(fakediscord.Admin, at, "<@"+fakediscord.BotUser+"> "+text, fakediscord.PostOptions{})
		must(s.world.t, err)
		if s.thread == "" {
			s.thread = id
		}
	}
}

// command gives a slash command.
func (s *discordStory) command(name, sub string, options ...string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		given := map[string]string{}
		for i := 0; i+1 < len(options); i += 2 {
			given[options[i]] = options[i+1]
		}
		r, err := s.discord.Command(fakediscord.Admin, fakediscord.General, name, sub, given)
		must(s.world.t, err)
		s.answered(r)
	}
}

func (s *discordStory) answered(r *fakediscord.Receipt) {
	s.world.t.Helper()
	_, err := r.Wait(s.world.t.Context())
	must(s.world.t, err)
}

// press lets a member press the newest button with a label, wherever it stands.
func (s *discordStory) press(user, label string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		var newest fakediscord.Message
		id := ""
		for _, c := range s.discord.Channels() {
			for _, m := range s.discord.Messages(c.ID) {
				each(m.Components, func(v map[string]any) {
					if v["label"] == label && !m.Deleted && m.ID > newest.ID && v["custom_id"] != nil {
						newest, id = m, v["custom_id"].(string)
					}
				})
			}
		}
		if id == "" {
			s.world.t.Fatalf("nothing shows a button %q", label)
		}
		r, err := s.discord.Press(user, newest.Channel, newest.ID, id)
		must(s.world.t, err)
		s.answered(r)
	}
}

// submit fills in the modal that Admin has open.
func (s *discordStory) submit(values map[string]string) func() {
	return func() {
		s.world.t.Helper()
		s.clock.Advance(time.Second)
		form, ok := s.discord.Modal(fakediscord.Admin)
		if !ok {
			s.world.t.Fatal("no modal is open")
		}
		by := map[string]string{}
		for _, in := range form.Inputs {
			for word, value := range values {
				if strings.Contains(in.CustomID, word) {
					by[in.CustomID] = value
				}
			}
		}
		r, err := s.discord.Submit(fakediscord.Admin, "", by)
		must(s.world.t, err)
		s.answered(r)
	}
}

// answers are what the model says, in every shape.
func (s *discordStory) answers() {
	s.model.Then(goods, modeltest.Text(rich))
	s.tape.step("an answer with previews and Markdown", s.ask("which goods are there?"), "All about copper-kettle")
	s.tape.step("why", s.more("why"))
	s.model.Then(modeltest.Text(long))
	s.tape.step("a long answer is split", s.ask("tell me everything"), "A sentence")
	s.model.Then(modeltest.Fault(400, "invalid_request_error", "", "no"))
	s.tape.step("the model fails", s.ask("what now?"))
	s.model.Then(modeltest.Text("It is **forty-two**."))
	s.tape.step("a question by command is answered in private", s.command("aidesk", "ask", "question", "what is it?"), "forty-two")
	s.tape.step("the answer is shared", s.press(fakediscord.Admin, "Share"), "who asked in private")
	s.model.Then(modeltest.Text("Hello in private."))
	s.tape.step("a direct message", func() {
		_, err := s.discord.Post(fakediscord.Admin, s.discord.DM(fakediscord.Admin), "hello", fakediscord.PostOptions{})
		must(s.world.t, err)
	}, "Hello in private.")
}

// writes are calls with effect, with each end that they can have.
func (s *discordStory) writes() {
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("a write waits", s.ask("order two kettles"), "Approve")
	s.tape.step("who did not ask cannot approve", s.press(fakediscord.Ben, "Approve"), "can decide this")
	s.tape.step("words decide nothing", s.more("yes"), "use the buttons")
	s.tape.approval(s.world, bottest.Fixed(201, "application/json", `{"order":"A-1","url":"http://127.0.0.1:4010/pages/order-1"}`), "confirmed it", "It is ordered.")
	s.tape.step("approved", s.press(fakediscord.Admin, "Approve"), "It is ordered.")
	s.model.Then(noted, modeltest.Text("I prepared it."))
	s.tape.step("a write too long for its card waits", s.ask("order a ladder"), "Approve")
	s.tape.step("cancelled", s.press(fakediscord.Admin, "Cancel"), "Cancelled by")
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("another write waits", s.ask("order them again"), "Approve")
	s.tape.approval(s.world, bottest.Torn, "may or may not have happened", "Nobody knows.")
	s.tape.step("approved, and its end is not known", s.press(fakediscord.Admin, "Approve"), "may or may not have happened", "Nobody knows.")
	s.tape.step("once more", s.press(fakediscord.Admin, "Send again"), "Approve")
	s.tape.approval(s.world, bottest.Fixed(422, "application/json", `{"error":"none left"}`), "does not accept these values", "It was refused.")
	s.tape.step("approved, and refused", s.press(fakediscord.Admin, "Approve"), "It was refused.")
	s.shop.On("POST /orders", nil)
}

// edits change the values of a card.
func (s *discordStory) edits() {
	s.model.Then(order, modeltest.Text("I prepared it."))
	s.tape.step("a write waits to be edited", s.ask("order kettles to edit"), "Approve")
	s.tape.step("the form of its values", s.press(fakediscord.Admin, "Edit"), "/callback")
	s.tape.step("a wrong value", s.submit(map[string]string{"count": "many"}), "integer")
	asides := s.discord.Ephemerals(fakediscord.Admin)
	again := asides[len(asides)-1]
	s.tape.step("the form once more", func() {
		each(again.Components, func(v map[string]any) {
			if id, ok := v["custom_id"].(string); ok {
				r, err := s.discord.Press(fakediscord.Admin, again.Channel, again.ID, id)
				must(s.world.t, err)
				s.answered(r)
			}
		})
	}, "/callback")
	s.tape.step("a right value", s.submit(map[string]string{"count": "3"}), "Approve")
}

// commands are what is said about the desk itself.
func (s *discordStory) commands() {
	s.tape.step("help", s.command("aidesk", "help"))
	s.tape.step("usage", s.command("aidesk", "usage"))
	s.tape.step("the list", s.command("plugins", "list"), "Disable Shop")
	s.tape.step("a toggle", s.press(fakediscord.Admin, "Disable Shop"), "Enable Shop")
	s.model.Then(modeltest.Text("No tools here."))
	s.tape.step("a question without plugins", s.ask("which goods are there?"), "No tools here.")
	s.tape.step("enable", s.command("plugins", "enable", "plugin", "shop"))
	s.tape.step("a plugin", s.command("plugins", "info", "plugin", "shop"), "placeOrder")
	s.tape.step("completion", func() {
		_, err := s.discord.Complete(fakediscord.Admin, fakediscord.General, "plugins", "run", "operation", "shop", nil)
		must(s.world.t, err)
	}, "/callback")
}

// forms run operations by their forms.
func (s *discordStory) forms() {
	s.tape.step("the form of a read", s.command("plugins", "run", "operation", "shop.listGoods"), "/callback")
	s.model.Then(modeltest.Text("These are all."))
	s.tape.step("it is sent", s.submit(map[string]string{"kind": "metal"}), "These are all.")
	s.tape.step("the form of a write", s.command("plugins", "run", "operation", "shop.placeOrder"), "/callback")
	s.tape.step("it waits", s.submit(map[string]string{"good": "Wool Blanket", "count": "1"}), "Approve")
	s.tape.step("it is cancelled", s.press(fakediscord.Admin, "Cancel"), "Cancelled.")
	s.tape.step("no such operation", s.command("plugins", "run", "operation", "shop.dance"), "dance")
}

// plugins come and go.
func (s *discordStory) plugins() {
	s.tape.step("a plugin is read", s.command("plugins-admin", "add", "source", "http://"+depotAddress), "Add Depot")
	s.tape.step("the form that adds it", s.press(fakediscord.Admin, "Add Depot"), "/callback")
	s.tape.step("it is added", s.submit(nil))
	s.tape.step("one that cannot be read", s.command("plugins-admin", "add", "source", "http://127.0.0.1:4012"), "cannot be added")
	s.tape.step("default", s.command("plugins-admin", "default", "plugin", "depot", "state", "on"))
	s.tape.step("scope", s.command("plugins-admin", "scope", "plugin", "depot", "state", "deny"))
	s.tape.step("remove", s.command("plugins-admin", "remove", "plugin", "depot"))
}

// ends are the last things: a card whose time is over, and everything forgotten.
func (s *discordStory) ends() {
	s.tape.step("the time of the card is over", func() { s.clock.Advance(16 * time.Minute) }, "Expired. Nothing was sent.")
	s.tape.step("forgetting is asked", s.command("aidesk", "forget"), "Delete everything")
	s.tape.step("everything is forgotten", s.press(fakediscord.Admin, "Delete everything"), "Deleted: our conversations")
}
