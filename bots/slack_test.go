package bots_test

import (
	"bytes"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/fake/wiretest"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/setup"
	"aidesk/bots/bottest"
	"aidesk/bots/command"
	"aidesk/core/chat"
)

// TestSlack plays the behaviours in a thread of a channel of a Slack that refuses what
// the platform refuses, by both ways in.
func TestSlack(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{slack.ModeSocket, slack.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			bottest.Run(t, func(t *testing.T, _ *bottest.Clock) bottest.Platform { return workspace(t, mode) })
		})
	}
}

// workspace is a Slack with the app in it.
func workspace(t *testing.T, mode string) bottest.Platform {
	t.Helper()
	p, _ := slackWorkspace(t, mode)
	return p
}

// answers are what is filled in; what has no value stays as it is.
func answers(inputs []adaptertest.Filled) (all []faketest.Answer) {
	for _, in := range inputs {
		if in.Value != "" {
			all = append(all, faketest.Answer(in))
		}
	}
	return all
}

// told checks that a form has the fault that is wanted, and no other.
func told(t *testing.T, faults []string, want string) {
	t.Helper()
	got := strings.Join(faults, "; ")
	if want == "" && got != "" || !strings.HasSuffix(got, want) || strings.Count(got, ": This") > 1 {
		t.Errorf("the form says %q; want %q", got, want)
	}
}

func slackWorkspace(t *testing.T, mode string) (bottest.Platform, *fakeslack.Slack) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	manifest, err := setup.Manifest(mode, "https://desk.example.com", command.Table)
	must(err)
	app, err := fakeslack.ParseManifest(manifest)
	must(err)
	// Over HTTP it is the app of the manifest, which hears of channels by mentions alone. The
	// other hears of every message, of deleted ones too. (With both events an app hears of
	// each mention twice, which the adapter's own tests play.)
	all := mode == slack.ModeSocket
	if all {
		app.Events = append(slices.DeleteFunc(app.Events, func(e string) bool { return e == "app_mention" }), "message.channels")
		app.Scopes = append(app.Scopes, "channels:history")
	}
	front := &faketest.Handler{}
	if mode == slack.ModeHTTP {
		server := httptest.NewServer(front)
		t.Cleanup(server.Close)
		app = app.WithHTTP(server.URL)
	}
	fake := faketest.Slack(t, fakeslack.Config{App: app})
	wiretest.Slack(t, fake)
	root := func(user, text string) string {
		ts, err := fake.Post(user, fakeslack.General, text, "")
		must(err)
		return ts
	}
	place := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: fakeslack.General, Thread: root(fakeslack.Ben, "a thread")}
	var threads sync.Map
	var last *slack.Adapter
	ready := func() {
		t.Helper()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		limit := time.After(20 * time.Second)
		for last.Ready() != nil {
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
		text = strings.TrimPrefix(text, "/") // there are no slash commands in a thread: a mention does the same
		if _, known := fake.User(user); !known {
			fake.SetUser(fakeslack.User{ID: user, Name: user})
			fake.Fail("users.info", fakeslack.Fault{Error: "user_not_found"})
		}
		_, err := fake.Post(user, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, thread)
		must(err)
	}
	p := bottest.Platform{
		Place: place, Member: fakeslack.Ada, Other: fakeslack.Ben,
		Open: func() chat.Adapter {
			a, err := slack.New(slack.Config{
				Mode: mode, BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, SigningSecret: fakeslack.SigningSecret,
				APIBaseURL: fake.APIURL(), Files: faketest.Files(t, fake.APIURL()), Grammar: command.Table,
				Now: func() time.Time { return time.Now().Add(time.Minute) },
			})
			must(err)
			front.Set(a.Handler())
			last = a
			return a
		},
		Say: func(user, text string) { say(user, place.Thread, text) },
		Visit: func(user string) {
			ready()
			must(fake.OpenHome(user, "home"))
		},
		Press: func(user string, b chat.Button) {
			ready()
			action := b.ID
			if b.Form {
				action = "form:" + action
			}
			if page, ok := fake.Home(user); ok && bytes.Contains(page.Blocks, []byte(`"`+action+`"`)) {
				_, err := fake.PressView(user, page.ID, action)
				must(err)
				return
			}
			for _, c := range fake.Channels() {
				for _, m := range fake.Messages(c.ID) {
					if m.Deleted || !slices.ContainsFunc(m.Versions, func(v fakeslack.Version) bool { return bytes.Contains(v.Blocks, []byte(`"`+action+`"`)) }) {
						continue
					}
					r, err := fake.Press(user, c.ID, m.TS, action)
					if must(err); b.Form {
						faketest.Result(t, r, nil)
					}
					return
				}
			}
			t.Fatalf("nothing shows the button %q", b.Label)
		},
		Rate: func(user string, rating chat.Rating, good bool) {
			ready()
			value := render.ValueBad
			if good {
				value = render.ValueGood
			}
			for _, c := range fake.Channels() {
				for _, m := range fake.Messages(c.ID) {
					if bytes.Contains(m.Blocks, []byte(`"`+rating.ID+`"`)) {
						r, err := fake.Choose(user, c.ID, m.TS, rating.ID, value)
						if must(err); !good {
							faketest.Result(t, r, nil)
						}
						return
					}
				}
			}
			t.Fatal("nothing shows the thumbs")
		},
		Talk: func(user string) {
			ready()
			must(fake.OpenHome(user, "messages"))
		},
		Prompts: func(user string) (questions []string) {
			for _, p := range fake.Prompts(user) {
				questions = append(questions, p.Message)
			}
			return questions
		},
		Stop: func(user string) {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for fake.Status(fakeslack.General, place.Thread) == "" {
				<-tick.C
			}
			must(fake.Stop(user, fakeslack.General, place.Thread))
		},
		Run: func(user, operation string) {
			ready()
			r, err := fake.Command(user, fakeslack.General, "/plugins", "run "+operation)
			faketest.Result(t, r, err)
		},
		Fill: func(user string, inputs []adaptertest.Filled, fault string) {
			told(t, faketest.FillSlack(t, fake, user, answers(inputs)), fault)
		},
		Attach: func(user, text string, files ...bottest.File) {
			ready()
			var list []fakeslack.File
			for _, f := range files {
				list = append(list, fakeslack.File{Name: f.Name, Type: f.Type, Content: f.Content})
			}
			_, err := fake.PostFiles(user, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, place.Thread, list...)
			must(err)
		},
		Edit: func(user, message, text string) {
			must(fake.Edit(user, fakeslack.General, message, "<@"+fakeslack.BotUser+"> "+text))
		},
		Delete: func(user, message string) { must(fake.Delete(user, fakeslack.General, message)) },
		Aside: func(user, text string) string {
			ready()
			ts, err := fake.Post(user, fakeslack.General, text, place.Thread)
			must(err)
			return ts
		},
		Thread: func(user, thread, text string) {
			ts, ok := threads.Load(thread)
			if !ok {
				ts, _ = threads.LoadOrStore(thread, root(fakeslack.Ben, thread))
			}
			say(user, ts.(string), text)
		},
	}
	if !all {
		p.Delete = nil
	}
	return p, fake
}
