package bots_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	"aidesk/adapters/fake/wiretest"
	"aidesk/bots/bot"
	"aidesk/bots/bottest"
	"aidesk/bots/command"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// TestDiscord plays the behaviours in a thread of a Discord that refuses what the
// platform refuses, with both ways in for what members press and command.
func TestDiscord(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"gateway", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			bottest.Run(t, func(t *testing.T, _ *bottest.Clock) bottest.Platform {
				p, _ := server(t, mode == "http")
				return p
			})
		})
	}
}

// server is a Discord with the bot in a server of it.
func server(t *testing.T, web bool) (bottest.Platform, *fakediscord.Discord) {
	t.Helper()
	return serverWith(t, web, fakediscord.Config{})
}

// TestDiscordContent plays what is read of a thread where Discord shows the bot all that is
// said.
func TestDiscordContent(t *testing.T) {
	t.Parallel()
	bottest.Play(t, bottest.Above, func(t *testing.T, _ *bottest.Clock) bottest.Platform {
		p, _ := serverWith(t, false, fakediscord.Config{Intents: fakediscord.IntentContent})
		return p
	})
}

func serverWith(t *testing.T, web bool, config fakediscord.Config) (bottest.Platform, *fakediscord.Discord) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var front atomic.Pointer[http.Handler]
	if web {
		door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*front.Load()).ServeHTTP(w, r) }))
		t.Cleanup(door.Close)
		config.InteractionsURL = door.URL + discord.PathInteractions
	}
	fake := faketest.Discord(t, config)
	wiretest.Discord(t, fake)
	thread := func(name string) string {
		t.Helper()
		root, err := fake.Post(fakediscord.Ben, fakediscord.General, name, fakediscord.PostOptions{})
		must(err)
		id, err := fake.OpenThread(fakediscord.Ben, fakediscord.General, root, name)
		must(err)
		return id
	}
	place := chat.Place{Platform: "discord", Workspace: fakediscord.GuildID, Channel: fakediscord.General, Thread: thread("a thread")}
	var threads sync.Map
	var last *discord.Adapter
	ready := func() {
		t.Helper()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		limit := time.After(20 * time.Second)
		for last.Ready() != nil || len(fake.Commands()) == 0 {
			select {
			case <-tick.C:
			case <-limit:
				t.Fatalf("the adapter is not ready: %v", last.Ready())
			}
		}
	}
	say := func(user, thread, text string) {
		t.Helper()
		ready()
		if _, known := fake.User(user); !known {
			fake.SetUser(fakediscord.User{ID: user, Name: "stranger"})
			fake.Fail("GET /guilds/{guild}/members/{user}", fakediscord.Fault{Status: http.StatusNotFound, Code: 10007})
		}
		if c, err := command.Table.Parse(text); err == nil && text[0] == '/' && c.Verb == "stop" {
			_, err := fake.Command(user, thread, c.Name, c.Verb, c.Options)
			must(err)
			return
		}
		_, err := fake.Post(user, thread, "<@"+fakediscord.BotUser+"> "+strings.TrimPrefix(text, "/"), fakediscord.PostOptions{})
		must(err)
	}
	return bottest.Platform{
		Place: place, Member: fakediscord.Admin, Other: fakediscord.Ben, Blind: config.Intents&fakediscord.IntentContent == 0,
		Open: func() chat.Adapter {
			c := discord.Config{
				Token: fakediscord.Token, APIBaseURL: fake.APIURL(), Files: faketest.Files(t, fake.APIURL()), Grammar: command.Table,
				Now: func() time.Time { return time.Now().Add(time.Minute) },
			}
			c.MessageContent = config.Intents&fakediscord.IntentContent != 0
			if web {
				c.PublicKey = fakediscord.PublicKey
			}
			a, err := discord.New(c)
			must(err)
			h := a.Handler()
			front.Store(&h)
			last = a
			return a
		},
		Say: func(user, text string) { say(user, place.Thread, text) },
		Press: func(user string, b chat.Button) {
			ready()
			for _, c := range fake.Channels() {
				for _, m := range fake.Messages(c.ID) {
					if id := buttonIn(m, b.ID); id != "" && !m.Deleted {
						r, err := fake.Press(user, c.ID, m.ID, id)
						if must(err); b.Form {
							faketest.Result(t, r, nil)
						}
						return
					}
				}
			}
			t.Fatalf("nothing shows the button %q", b.Label)
		},
		Rate: func(user string, rating chat.Rating, good bool) {
			ready()
			prefix := "f:"
			if good {
				prefix = "p:"
			}
			for _, c := range fake.Channels() {
				for _, m := range fake.Messages(c.ID) {
					if id := buttonIn(m, prefix+rating.ID); id != "" {
						r, err := fake.Press(user, c.ID, m.ID, id)
						if must(err); !good {
							faketest.Result(t, r, nil)
						}
						return
					}
				}
			}
			t.Fatal("nothing shows the thumbs")
		},
		Run: func(user, operation string) {
			ready()
			r, err := fake.Command(user, fakediscord.General, "plugins", "run", map[string]string{"operation": operation})
			faketest.Result(t, r, err)
		},
		Fill: func(user string, inputs []adaptertest.Filled, fault string) {
			told(t, faketest.FillDiscord(t, fake, user, answers(inputs)), fault)
		},
		Attach: func(user, text string, files ...bottest.File) {
			ready()
			var o fakediscord.PostOptions
			for _, f := range files {
				o.Attachments = append(o.Attachments, fakediscord.File{Name: f.Name, Type: f.Type, Content: f.Content})
			}
			_, err := fake.Post(user, place.Thread, "<@"+fakediscord.BotUser+"> "+text, o)
			must(err)
		},
		Edit: func(user, message, text string) {
			must(fake.Edit(user, place.Thread, message, "<@"+fakediscord.BotUser+"> "+text))
		},
		Delete: func(user, message string) { must(fake.Delete(user, place.Thread, message)) },
		Aside: func(user, text string) string {
			ready()
			id, err := fake.Post(user, place.Thread, text, fakediscord.PostOptions{})
			must(err)
			return id
		},
		Thread: func(user, name, text string) {
			id, ok := threads.Load(name)
			if !ok {
				id, _ = threads.LoadOrStore(name, thread(name))
			}
			say(user, id.(string), text)
		},
	}, fake
}

// TestDiscordForms: names of plugins and operations are completed as they are typed, a
// command opens a form, and what is wrong with it is corrected in it.
func TestDiscordForms(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"gateway", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p, fake := server(t, mode == "http")
			shop := bottest.NewShop(t, "shop")
			s := bottest.Start(t, p, bottest.NewClock(), bottest.Setup{Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}})
			s.Ask("/plugins list")
			answered := func(r *fakediscord.Receipt, err error) fakediscord.Answer {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				a, err := r.Wait(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			complete := func(sub, option, typed, want string) {
				t.Helper()
				choices, err := fake.Complete(fakediscord.Ada, fakediscord.General, "plugins", sub, option, typed, nil)
				if got := fmt.Sprint(choices); err != nil || got != want {
					t.Errorf("%s %s: %s, %v; want %s", sub, typed, got, err, want)
				}
			}
			complete("disable", "plugin", "sh", "[{Shop (shop) shop}]")
			complete("enable", "plugin", "sh", "[]")
			complete("run", "operation", "SHOP.p", "[{Place an order (shop.placeOrder) shop.placeOrder}]")

			answered(fake.Command(fakediscord.Ada, fakediscord.General, "plugins", "run", map[string]string{"operation": "shop.placeOrder"}))
			form, ok := fake.Modal(fakediscord.Ada)
			if !ok || len(form.Inputs) < 2 {
				t.Fatalf("the form: %+v", form)
			}
			values := map[string]string{}
			for _, in := range form.Inputs {
				switch {
				case strings.Contains(in.CustomID, "good"):
					values[in.CustomID] = "Copper Kettle"
				case strings.Contains(in.CustomID, "count"):
					values[in.CustomID] = "many"
				}
			}
			wrong := answered(fake.Submit(fakediscord.Ada, "", values))
			if fault := fake.Ephemerals(fakediscord.Ada); len(fault) == 0 || fault[len(fault)-1].Text != "Count: This must be an integer, not a string." {
				t.Fatalf("the fault is not said: %+v", fault)
			}
			asides := fake.Ephemerals(fakediscord.Ada)
			again := buttonIn(asides[len(asides)-1], "shop.placeOrder")
			answered(fake.Press(fakediscord.Ada, fakediscord.General, wrong.Message, again))
			form, _ = fake.Modal(fakediscord.Ada)
			for _, in := range form.Inputs {
				if strings.Contains(in.CustomID, "good") && in.Value != "Copper Kettle" {
					t.Errorf("what was filled in is gone: %+v", in)
				}
				if strings.Contains(in.CustomID, "count") {
					values[in.CustomID] = "3"
				}
			}
			answered(fake.Submit(fakediscord.Ada, "", values))
			card := s.Wait("a card", func(r chat.Reply) bool { return len(r.Cards) == 1 })
			if n := shop.Count("POST"); n != 0 {
				t.Errorf("%d calls before the approval", n)
			}
			s.Act(fakediscord.Ada, s.Button(card, "Approve"))
			if n := shop.Count("POST"); n != 1 {
				t.Errorf("%d calls, want one", n)
			}
		})
	}
}

// buttonIn is how Discord calls a button of ours that stands, or stood, in a message.
func buttonIn(m fakediscord.Message, button string) string {
	for _, v := range m.Versions {
		var rows []struct {
			Components []struct {
				ID string `json:"custom_id"`
			} `json:"components"`
		}
		if json.Unmarshal(v.Components, &rows) != nil {
			continue
		}
		for _, row := range rows {
			for _, b := range row.Components {
				if strings.Contains(b.ID, button) {
					return b.ID
				}
			}
		}
	}
	return ""
}

// TestDiscordShare: who asks by command is answered in the direct message, and can share
// the answer where they asked.
func TestDiscordShare(t *testing.T) {
	t.Parallel()
	p, fake := server(t, false)
	s := bottest.Start(t, p, bottest.NewClock(), bottest.Setup{Model: script.New(script.Say("hello"), script.Say("It is forty-two."))})
	s.Ask("hello")
	answered := func(r *fakediscord.Receipt, err error) {
		t.Helper()
		if err == nil {
			_, err = r.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	answered(fake.Command(fakediscord.Ada, fakediscord.Random, "aidesk", "ask", map[string]string{"question": "what is it?"}))
	stands := func(channel string) func() bool {
		return func() bool {
			return slices.ContainsFunc(fake.From(channel), func(m fakediscord.Message) bool { return strings.Contains(m.Text, "forty-two") })
		}
	}
	dm := fake.DM(fakediscord.Ada)
	faketest.Until(t, fake, "the answer in the direct message", stands(dm))
	if stands(fakediscord.Random)() {
		t.Error("the answer stands in the channel")
	}
	all := fake.From(dm)
	share := buttonIn(all[len(all)-1], "p:")
	answered(fake.Press(fakediscord.Ada, dm, all[len(all)-1].ID, share))
	faketest.Until(t, fake, "the answer in the channel", stands(fakediscord.Random))
}

// TestDiscordThread: who gets a private answer only, or deletes the question before there is
// one, leaves no empty thread behind.
func TestDiscordThread(t *testing.T) {
	t.Parallel()
	p, fake := server(t, false)
	began := make(chan struct{})
	hang := func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		close(began)
		return script.Hang()(ctx, r, on)
	}
	s := bottest.Start(t, p, bottest.NewClock(), bottest.Setup{
		Model: script.New(script.Say("hello"), hang, script.Say("Here I am.")), Limits: bot.Limits{TurnsPerMemberHour: 1},
	})
	s.Ask("hello")
	opened := func() int { return len(fake.Requests("POST /channels/{channel}/messages/{message}/threads")) }
	post := func(user string) string {
		t.Helper()
		id, err := fake.Post(user, fakediscord.General, "<@"+fakediscord.BotUser+"> and now?", fakediscord.PostOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	post(fakediscord.Admin)
	s.Wait("the private line", func(r chat.Reply) bool {
		return r.Private && strings.Contains(bottest.Text(r), "1 questions in this hour")
	})
	id := post(fakediscord.Ben)
	s.Await("the model to be asked", began)
	faketest.Until(t, fake, "a sign of life", func() bool {
		return slices.ContainsFunc(fake.Typings(), func(at fakediscord.Typing) bool { return at.Channel == fakediscord.General })
	})
	if err := fake.Delete(fakediscord.Ben, fakediscord.General, id); err != nil {
		t.Fatal(err)
	}
	if n := opened(); n != 0 {
		t.Errorf("%d threads were opened for nothing", n)
	}
	post(fakediscord.Ada)
	s.Wait("an answer", func(r chat.Reply) bool { return r.Text.Text() == "Here I am." })
	if n := opened(); n != 1 {
		t.Errorf("%d threads were opened; want the one of the answer", n)
	}
}
