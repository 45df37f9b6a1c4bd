package bots_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/corporatest"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// messenger is a desk at one messenger: the other one's fake is nil.
type messenger struct {
	*bottest.Stage
	t       *testing.T
	shop    *bottest.Shop
	slack   *fakeslack.Slack
	discord *fakediscord.Discord
}

// field says what each input of the field does at both messengers.
var field = map[string]func(m *messenger, input func(name string) string){
	"01-slack-edited-mention": func(m *messenger, input func(string) string) {
		old := m.Ask("add 100 chairs to my list")
		edited := "add 10 chairs to my list"
		if m.slack != nil {
			event := strings.NewReplacer("TS OF THE FIRST", old.Answers, "NOW", "1795000000.000000").Replace(input("event.json"))
			event = strings.Replace(event, `"ts":"`, `"thread_ts":"`+m.Place.Thread+`","ts":"`, 1)
			m.inject(event)
		} else {
			m.Edit(m.Member, old.Answers, edited)
		}
		card := m.Wait("the new card", func(r chat.Reply) bool {
			return len(r.Cards) == 1 && r.Cards[0].State == chat.CardWaiting && r.ID != old.ID
		})
		m.has(bottest.Text(m.Now(old.ID)), "You changed the message that asked for this. Nothing was sent.")
		m.Act(m.Member, m.Button(card, "Approve"))
		if calls := m.shop.Calls(); len(calls) != 1 || !strings.Contains(calls[0].Body, `"10 chairs"`) {
			m.t.Errorf("what was sent: %+v", calls)
		}
	},
	"02-edit-adds-mention": func(m *messenger, _ func(string) string) {
		m.Edit(m.Member, m.Aside(m.Member, "what is new?"), "what is new?")
		m.heard("what is new?")
	},
	"03-nbsp-and-wide-blanks": func(m *messenger, input func(string) string) {
		lines := strings.Split(strings.ReplaceAll(strings.TrimRight(input("input.txt"), "\n"), "todo", "shop"), "\n")
		if m.slack == nil {
			r, err := m.discord.Command(m.Member, fakediscord.General, "plugins", "info", map[string]string{"plugin": lines[3]})
			faketest.Result(m.t, r, err)
			m.shows("Goods and orders.")
			return
		}
		for i, want := range []string{"is now enabled for you.", "Goods and orders.", ""} {
			command := "/plugins"
			if i == 2 {
				command = "/aidesk"
			}
			r, err := m.slack.Command(m.Member, fakeslack.General, command, lines[i])
			faketest.Result(m.t, r, err)
			if want != "" {
				m.shows(want)
			}
		}
		m.heard("what is new?")
	},
	"05-mention-then-punctuation": func(m *messenger, _ func(string) string) {
		for _, mark := range []string{":", ",", " -", " —"} {
			m.has(bottest.Text(m.write(mark+" help?")), "How aidesk works")
			m.has(bottest.Text(m.write(mark+" stop!")), "Nothing is running here.")
		}
	},
	"06-literal-marks-rewritten": func(m *messenger, _ func(string) string) {
		for _, typed := range []string{"fix __init__.py", "(*.log,*.tmp)", "~/.bashrc,~/.zshrc", "^_[a-z]+_$"} {
			m.Ask("add " + typed)
			m.heard("add " + typed)
		}
	},
	"08-people-are-ids": func(m *messenger, input func(string) string) {
		text := strings.TrimPrefix(strings.TrimSpace(input("input.txt")), "<@U0000DESK> ")
		if m.discord != nil {
			text = strings.ReplaceAll(text, "U00000BEN", fakediscord.Ben)
		}
		m.Ask(text)
		m.heard(map[bool]string{true: "ask @ben about the invoice", false: "ask @Ben Okri about the invoice"}[m.slack != nil])
	},
	"09-slack-forward": func(m *messenger, input func(string) string) {
		if m.slack == nil {
			return // its own are the next
		}
		event := strings.Replace(input("event.json"), "D00000ADA", m.slack.DM(fakeslack.Ada), 1)
		m.inject(strings.Replace(event, `{"type"`, `{"ts":"1795000000.000100","type"`, 1))
		m.heard("what does this mean?")
		m.heard("The staging deploy failed at step 7 with exit code 137")
	},
	"11-discord-forward": func(m *messenger, input func(string) string) {
		if m.discord == nil {
			return
		}
		m.Ask("hello") // so that direct messages belong to the server
		dm := m.discord.DM(m.Member)
		head := fmt.Sprintf(`{"id":"1600000000000000001","channel_id":%q,"author":{"id":%q,"username":"ada"},`, dm, m.Member)
		m.discord.Inject("MESSAGE_CREATE", json.RawMessage(strings.Replace(input("event.json"), "{", head, 1)))
		m.heard("Deploy of 2.14 failed: exit code 137")
	},
	"13-discord-own-role": func(m *messenger, input func(string) string) {
		if m.discord == nil {
			return
		}
		if _, err := m.discord.Post(m.Member, fakediscord.General, strings.TrimSpace(input("input.txt")), fakediscord.PostOptions{}); err != nil {
			m.t.Fatal(err)
		}
		m.heard("hello")
	},
	"15-preview-joiners": func(m *messenger, input func(string) string) {
		m.preview(input("page.html"), "برنامه\u200cهای آینده می\u200cآیند", "این کتاب\u200cها خانه\u200cی ماست")
		m.preview(input("page2.html"), "Team 👩\u200d💻 and family 👨\u200d👩\u200d👧", "ශ්\u200dරී ලංකා, क्\u200dष")
	},
	"16-preview-tags-in-body": func(m *messenger, input func(string) string) {
		m.preview(input("page.html"), "Blue kettle, 1.7 l", "Boils in two minutes")
	},
}

// TestMessenger plays what members really typed, edited, pasted and pointed at, as it was
// found in the field, at both messengers.
func TestMessenger(t *testing.T) {
	t.Parallel()
	folder := corporatest.Path(t, "field/messenger")
	found, err := os.ReadDir(folder)
	if err != nil || len(found) < len(field) {
		t.Fatalf("%d inputs: %v", len(found), err)
	}
	for _, entry := range found {
		play, known := field[entry.Name()]
		if !known {
			t.Errorf("nobody plays %s", entry.Name())
			continue
		}
		input := func(name string) string {
			data, err := os.ReadFile(filepath.Join(folder, entry.Name(), name))
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			t.Run("slack", func(t *testing.T) {
				t.Parallel()
				p, fake := slackWorkspace(t, "http")
				m := &messenger{t: t, slack: fake}
				m.start(p)
				play(m, input)
			})
			t.Run("discord", func(t *testing.T) {
				t.Parallel()
				p, fake := serverWith(t, false, fakediscord.Config{Intents: fakediscord.IntentContent})
				m := &messenger{t: t, discord: fake}
				m.start(p)
				play(m, input)
			})
		})
	}
}

// start opens the desk, whose model orders what it is told to add, lists goods where it is
// asked for them, and else says that it heard.
func (m *messenger) start(p bottest.Platform) {
	m.t.Helper()
	m.shop = bottest.NewShop(m.t, "shop")
	m.Stage = bottest.Start(m.t, p, bottest.NewClock(), bottest.Setup{
		Plugins: []bottest.Plugin{{Address: m.shop.Address}},
		Model: script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			last := r.Messages[len(r.Messages)-1]
			var count int
			switch _, err := fmt.Sscanf(last.TextOf(), "add %d chairs", &count); {
			case err == nil && len(r.Tools) > 0:
				return script.Call("shop__placeOrder", fmt.Sprintf(`{"body":{"good":"Copper Kettle","count":2,"note":"%d chairs"}}`, count))(ctx, r, on)
			case strings.HasPrefix(last.TextOf(), "what goods"):
				return script.Call("shop__listGoods", `{}`)(ctx, r, on)
			case last.Role == model.ToolRole:
				return script.Say("[It](http://"+m.shop.Address+"/p)")(ctx, r, on)
			}
			return script.Say("I heard you.")(ctx, r, on)
		}),
	})
	m.Ask("/plugins enable shop")
}

// heard waits until a request to the model holds some words of a member.
func (m *messenger) heard(words string) {
	m.t.Helper()
	m.Wait("the model to hear "+words, func(chat.Reply) bool {
		for _, r := range m.Script.Requests() {
			for _, said := range r.Messages {
				if said.Role == model.User && strings.Contains(said.TextOf(), words) {
					return true
				}
			}
		}
		return false
	})
}

// shows waits until a reply shows some words.
func (m *messenger) shows(words string) {
	m.t.Helper()
	m.Wait(words, func(r chat.Reply) bool { return strings.Contains(bottest.Text(r), words) })
}

// write is Ask with a text right behind the mention.
func (m *messenger) write(text string) chat.Reply {
	m.t.Helper()
	said := m.Say
	defer func() { m.Say = said }()
	m.Say = func(member, text string) {
		var err error
		if m.slack != nil {
			_, err = m.slack.Post(member, fakeslack.General, "<@"+fakeslack.BotUser+">"+text, m.Place.Thread)
		} else {
			_, err = m.discord.Post(member, m.Place.Thread, "<@"+fakediscord.BotUser+">"+text, fakediscord.PostOptions{})
		}
		if err != nil {
			m.t.Error(err)
		}
	}
	return m.Ask(text)
}

// inject sends an event as Slack wraps it.
func (m *messenger) inject(event string) {
	m.t.Helper()
	faketest.Result(m.t, m.slack.Inject(fakeslack.Events, []byte(`{"type":"event_callback","team_id":"`+fakeslack.TeamID+`","api_app_id":"`+fakeslack.AppID+`",
		"event_id":"EvFIELD","event_time":1795000000,"authorizations":[{"team_id":"`+fakeslack.TeamID+`"}],"event":`+event+`}`)), nil)
}

// preview serves a page to which a result links, and looks at its card.
func (m *messenger) preview(page, title, description string) {
	m.t.Helper()
	m.Restart() // so that nothing is remembered of the page before
	m.shop.On("GET /p", bottest.Fixed(http.StatusOK, "text/html; charset=utf-8", page))
	m.shop.On("GET /goods", bottest.Fixed(http.StatusOK, "application/json", `{"goods":[{"id":"1","url":"http://`+m.shop.Address+`/p"}]}`))
	r := m.Ask("what goods are there?")
	if len(r.Previews) != 1 || r.Previews[0].Title != title || r.Previews[0].Description != description {
		m.t.Errorf("the previews are %+q", r.Previews)
	}
}

// has checks that a text has some words.
func (m *messenger) has(text, words string) {
	m.t.Helper()
	if !strings.Contains(text, words) {
		m.t.Errorf("%q is missing in:\n%s", words, text)
	}
}
