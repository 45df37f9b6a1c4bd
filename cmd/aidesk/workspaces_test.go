package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestWorkspaces: one program, one app, two workspaces. Each installs the app by itself, asks,
// and has its own plugins; nothing of the one gets to the other. One of them leaves in the
// middle of a turn, and nothing is left of it but what the journal holds for its time.
func TestWorkspaces(t *testing.T) {
	t.Parallel()
	dir, proxy, model := t.TempDir(), newProxy(t), modeltest.NewChat(t)
	app := installed(t).WithHTTP(proxy.URL)
	app.Rotates = true
	site := faketest.Site(t, fakeslack.Config{App: app, Uninstalled: true}, fakeslack.AcmeConfig(app))
	desk, acme := site.Teams[0], site.Teams[1]
	stays := lodge(t, dir)
	path := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf(`http: {listen: "127.0.0.1:0", public_url: %q, metrics_token: scrape}
models: {main: {provider: openai-chat, model: m, base_url: %q}}
bots:
  - name: desk
    model: main
    answers: whole
    slack: {client_id: %q, client_secret: %s, signing_secret: %s, api_base_url: %q}
    plugins: [{source: %q}]
egress: {allow_hosts: [%q]}
`, proxy.URL, model.URL, fakeslack.ClientID, fakeslack.ClientSecret, fakeslack.SigningSecret, site.APIURL(), stays, strings.TrimPrefix(stays, "http://"))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	doctor := func(code int, lines ...string) {
		t.Helper()
		model.Then(modeltest.Text("ready"))
		var out, errs bytes.Buffer
		if got := run(t.Context(), []string{"doctor", "--config", path}, strings.NewReader(""), &out, &errs); got != code {
			t.Errorf("doctor: exit code %d\n%s%s", got, out.String(), errs.String())
		}
		for _, line := range append(lines, "✓ slack: client id and client secret") {
			if !strings.Contains(out.String(), line) {
				t.Errorf("doctor does not say %q:\n%s", line, out.String())
			}
		}
	}
	doctor(exitOK, "✓ slack: workspaces install the app at "+proxy.URL+"/slack/oauth/start")

	program := serving(t, desk, proxy, path)
	installIn(t, proxy, fakeslack.TeamID)
	installIn(t, proxy, fakeslack.AcmeID)

	receipt, err := desk.Command(fakeslack.Ada, fakeslack.General, "/plugins-admin", "default Stays on")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	faketest.Until(t, desk, "the plugin to be on", func() bool {
		for _, c := range desk.Channels() {
			for _, m := range desk.Messages(c.ID) {
				if strings.Contains(m.Text, "Stays") {
					return true
				}
			}
		}
		return false
	})
	model.Then(modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}), modeltest.Text("Try the Canal Loft."))
	program.ask("where can I stay in Paris?")
	faketest.Until(t, desk, "an answer", func() bool { return shows(desk, fakeslack.General, "Try the Canal Loft.") })
	asked := len(model.Queries())
	model.Then(modeltest.Text("I know no place."))
	question := func(text string) {
		t.Helper()
		if _, err := acme.Post(fakeslack.Amy, fakeslack.Lobby, "<@"+fakeslack.AcmeBot+"> "+text, ""); err != nil {
			t.Fatal(err)
		}
	}
	question("and where here?")
	faketest.Until(t, acme, "an answer", func() bool { return shows(acme, fakeslack.Lobby, "I know no place.") })
	for _, q := range model.Queries()[asked:] {
		for _, foreign := range []string{"searchStays", "Canal Loft", "where can I stay", "Ada", fakeslack.TeamID} {
			if bytes.Contains(q.Body, []byte(foreign)) {
				t.Errorf("the other workspace's turn tells the model of %s: %s", foreign, q.Body)
			}
		}
	}

	model.Then(modeltest.Hang(modeltest.Chunk(map[string]any{"content": "Let me"}, "")))
	asked = len(model.Queries())
	question("and now?")
	awaitAsked(t, model, asked+1)
	acme.Uninstall() // in the middle of the turn
	faketest.Idle(t, acme)
	before := len(acme.Requests())
	program.kill()
	program = serving(t, desk, proxy, path)
	model.Then(modeltest.Text("Still here."), modeltest.Text("Still here."))
	program.ask("are you there?")
	faketest.Until(t, desk, "an answer", func() bool { return shows(desk, fakeslack.General, "Still here.") })
	program.terminate()
	if now := acme.Requests()[before:]; len(now) > 0 {
		t.Errorf("asked of the workspace that left: %+v", now)
	}
	for of, prefix := range map[*fakeslack.Slack]string{desk: "xoxe.xoxb-" + fakeslack.TeamID, acme: "xoxe.xoxb-" + fakeslack.AcmeID} {
		for _, r := range of.Requests() {
			if r.Token != "" && !strings.HasPrefix(r.Token, prefix) {
				t.Errorf("%s at %s with another's token", r.Method, of.Team.ID)
			}
		}
	}
	doctor(exitOK, "✓ slack: installed in desk ("+fakeslack.TeamID+")")

	db, err := bolt.Open(filepath.Join(dir, "aidesk.db"), bolt.Options{AsIs: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Scan(t.Context(), "", func(r store.Record) bool {
		if strings.Contains(r.Key, fakeslack.AcmeID) {
			t.Errorf("kept of the workspace that left: %s", r.Key)
		}
		if bytes.Contains(r.Value, []byte("xox")) {
			t.Errorf("%s holds a token", r.Key)
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"xoxe", fakeslack.ClientSecret, fakeslack.SigningSecret, "code-T0"} {
		if strings.Contains(program.out.String(), secret) {
			t.Errorf("the log has %s", secret)
		}
	}
}

// installIn lets an administrator of a workspace of a fake site install the app there.
func installIn(t *testing.T, proxy *proxy, team string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/authorize") { // there the member chooses the workspace
			r.URL.RawQuery += "&team=" + team
		}
		return nil
	}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, proxy.URL+"/slack/oauth/start", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.HasPrefix(page, []byte("aidesk is in ")) {
		t.Fatalf("installing: %d %s %v", response.StatusCode, page, err)
	}
}
