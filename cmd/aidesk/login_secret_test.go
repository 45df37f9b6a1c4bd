package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"aidesk/cmd/aidesk/logintest"
	"aidesk/core/model/modeltest"
)

// keyed is a plugin that wants a key in one of the places where keys go.
type keyed struct {
	name, auth, scheme string
	labels, typed      []string // of the inputs, and what is typed into them
	sent               func(r *http.Request) string
	want               string // of sent
}

// key is the secret for a plugin.
func key(name string) string { return logintest.Canary + "key-" + name + "-7Qz" }

var keyPlaces = []keyed{
	{name: "bearer", auth: `{"type":"user_http","authorization_type":"bearer"}`, labels: []string{"Key"}, sent: header("Authorization"), want: "Bearer " + key("bearer")},
	{
		name: "basic", auth: `{"type":"user_http","authorization_type":"basic"}`, labels: []string{"User name", "Password"}, typed: []string{"ada", key("basic")},
		sent: header("Authorization"), want: logintest.Basic("ada", key("basic")),
	},
	{name: "header", scheme: `{"type":"apiKey","in":"header","name":"X-Key"}`, labels: []string{"Key"}, sent: header("X-Key"), want: key("header")},
	{name: "query", scheme: `{"type":"apiKey","in":"query","name":"key"}`, labels: []string{"Key"}, sent: func(r *http.Request) string { return r.URL.Query().Get("key") }, want: key("query")},
	{name: "cookie", scheme: `{"type":"apiKey","in":"cookie","name":"session"}`, labels: []string{"Key"}, sent: func(r *http.Request) string {
		c, err := r.Cookie("session")
		if err != nil {
			return ""
		}
		return c.Value
	}, want: key("cookie")},
}

func header(name string) func(r *http.Request) string {
	return func(r *http.Request) string { return r.Header.Get(name) }
}

// values are what is typed.
func (k keyed) values() []string {
	if k.typed == nil {
		return []string{key(k.name)}
	}
	return k.typed
}

func (k keyed) plugin(t *testing.T) *logintest.Plugin {
	t.Helper()
	auth, more := k.auth, ""
	if k.scheme != "" {
		auth, more = `{"type":"none"}`, fmt.Sprintf(`,"components":{"securitySchemes":{"k":%s}},"security":[{"k":[]}]`, k.scheme)
	}
	return logintest.NewPlugin(t, k.name, auth, more, func(r *http.Request) (string, bool) { return "ada", k.sent(r) == k.want })
}

// TestLoginSecrets: every kind of login, from the question to the answer, at every place where a
// credential goes, with a refresh, a wrong try, a disconnect and a backup. Nothing of what is
// secret is in what the model and the messenger get, in the log, the metrics, the store
// and its backup.
func TestLoginSecrets(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			provider := logintest.NewProvider(t)
			plugins := []*logintest.Plugin{logintest.NewOAuthPlugin(t, "boards", provider)}
			for _, k := range keyPlaces {
				plugins = append(plugins, k.plugin(t))
			}
			s := newLoginStageWith(t, m.make(t), provider, plugins...)
			s.do(byName)
			ada, _ := s.at.users()
			var secrets []string

			card := s.question("boards")
			digits := logintest.NewBrowser(t, "ada").LogIn(s.link(card))
			wrong := wrongOf(strings.ReplaceAll(digits, " ", ""))
			s.press(ada, card, "Enter code")
			if faults := s.at.fill(ada, "Code", wrong); len(faults) == 0 {
				s.told(ada, "not the digits")
			}
			s.enter(ada, card, digits)
			s.answeredOf(card)
			secrets = append(secrets, wrong, wrong[:3]+" "+wrong[3:], digits, strings.ReplaceAll(digits, " ", ""))
			for _, k := range keyPlaces {
				card := s.question(k.name)
				digits := logintest.NewBrowser(t, "ada").LogIn(s.link(card), k.values()...)
				s.enter(ada, card, digits)
				s.answeredOf(card)
				secrets = append(secrets, digits, strings.ReplaceAll(digits, " ", ""))
			}
			provider.Expire(false)
			s.asksAgain("boards")
			plugins[2].Answer(func(w http.ResponseWriter, _ *http.Request) { // a key that is over
				w.WriteHeader(http.StatusUnauthorized)
			})
			s.asksAgain("basic")
			s.at.command(ada, "plugins", "disconnect header")
			s.told(ada, "no longer connected")
			for _, to := range provider.Redirects() {
				secrets = append(secrets, query(to, "state"))
			}
			s.idle()
			s.checkSecrets(append(secrets, provider.Secrets()...))
			for i, k := range keyPlaces {
				if n := len(plugins[i+1].Calls("GET")); n == 0 {
					t.Errorf("%s was not called", k.name)
				}
			}
		})
	}
}

// TestLoginSecretsTyped: without a page, keys are typed into a form of the messenger. They are
// nowhere else; and what looks like digits or a key in a message is a message.
func TestLoginSecretsTyped(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			var plugins []*logintest.Plugin
			for _, k := range keyPlaces {
				plugins = append(plugins, k.plugin(t))
			}
			s := readyLoginStage(t, m.make(t), logintest.NewProvider(t), nil, plugins...)
			amendLine(t, s.config, fmt.Sprintf(", public_url: %q", s.proxy.URL), "")
			s.start()
			s.do(byName)
			ada, _ := s.at.users()
			for _, k := range keyPlaces {
				card := s.question(k.name)
				s.press(ada, card, "Connect")
				if faults := s.at.fillAll(ada, k.labels, k.values()); len(faults) > 0 {
					t.Errorf("%s: the form: %q", k.name, faults)
				}
				s.answeredOf(card)
			}
			s.at.mention(ada, "is 123 456 a code?")
			s.find("an answer", func(shown) bool { return strings.Contains(s.queries(0), "is 123 456 a code?") })
			s.idle()
			s.checkSecrets(nil)
		})
	}
}

// byName is a model that lists the boards of the plugin that a question names.
func byName(q modeltest.Query) modeltest.Answer {
	last := q.Last()
	if name := named.FindStringSubmatch(last.Content); last.Role == "user" && name != nil {
		return modeltest.Call([2]string{name[1] + "__listBoards", `{}`})
	}
	return modeltest.Text("The model has heard: " + clipped(last.Content))
}

var named = regexp.MustCompile(`ask (\w+) now`)

// question lets Ada ask a plugin for which she has no account, and returns the card.
func (s *loginStage) question(name string) shown {
	s.t.Helper()
	ada, _ := s.at.users()
	s.at.leave() // what another plugin said would have to be allowed to go to this one
	s.at.mention(ada, "ask "+name+" now")
	return s.direct(ada, "Connect "+strings.ToUpper(name[:1])+name[1:]+" to go on")
}

// asksAgain lets Ada ask a plugin where she is connected, and waits for the end.
func (s *loginStage) asksAgain(name string) {
	s.t.Helper()
	ada, _ := s.at.users()
	asked := s.asked()
	s.at.leave() // what another plugin said would have to be allowed to go to this one
	s.at.mention(ada, "ask "+name+" now")
	s.find("an end", func(shown) bool { return s.asked() >= asked+2 })
	s.idle()
}

// answeredOf waits until the call of a card was sent and answered.
func (s *loginStage) answeredOf(card shown) {
	s.t.Helper()
	s.find("the answer behind the card", func(m shown) bool { return m.id == card.id && strings.Contains(m.text, "answered.") })
	s.idle()
}

// checkSecrets fails the test if something secret, of which all begins with logintest.Canary
// but for more, is in what the program wrote anywhere.
func (s *loginStage) checkSecrets(more []string) {
	t := s.t
	t.Helper()
	metrics := logintest.NewBrowser(t, "nobody").GetWith(s.proxy.URL+"/metrics", "Authorization", "Bearer scrape").Body
	var backup bytes.Buffer
	if err := s.db.Snapshot(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	s.end()
	file, err := os.ReadFile(filepath.Join(s.dir, "aidesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(metrics, "aidesk_turns_total") {
		t.Errorf("the metrics: %s", metrics)
	}
	places := map[string]string{
		"a request to the model": s.queries(0), "what the messenger got": s.at.sent(), "the log": s.log.String(),
		"the metrics": metrics, "the store": string(file), "a backup": backup.String(),
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(logintest.Canary))[:8] // as a part of longer ones
	all := append([]string{logintest.Canary, encoded, url.QueryEscape(logintest.Basic("ada", key("basic"))), logintest.Basic("ada", key("basic"))[6:]}, more...)
	for place, text := range places {
		for _, word := range all {
			digits := len(strings.ReplaceAll(word, " ", "")) == 6
			if digits && (place == "the log" || place == "the metrics") {
				continue // times and numbers have six digits too
			}
			if at := stands(text, word, digits); at >= 0 {
				t.Errorf("%s has %q in it: …%q…", place, word, text[max(0, at-200):min(len(text), at+100)])
			}
		}
	}
	if text := places["the log"]; !strings.Contains(text, "model asked") {
		t.Error("nothing was logged")
	}
}

// stands is where a word stands in a text, -1 if nowhere; alone: not as a part of a number.
func stands(text, word string, alone bool) int {
	digit := func(at int) bool {
		return at >= 0 && at < len(text) && (text[at] == '.' || text[at] >= '0' && text[at] <= '9')
	}
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return -1
		}
		if at += from; !alone || !digit(at-1) && !digit(at+len(word)) {
			return at
		}
		from = at + 1
	}
}
