package slack_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/session"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/setup"
	"aidesk/core/chat"
	"aidesk/core/corporatest"
)

// TestManifestSchema: Slack's published schemas take the manifest.
func TestManifestSchema(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"manifest.schema.1.0.0.json", "manifest.schema.2.0.0.json"} {
		schema := schemaOf(t, name)
		for _, mode := range modes {
			manifest, err := setup.Manifest(mode, "https://desk.example.com/", grammar)
			if err != nil {
				t.Fatal(err)
			}
			data, err := yaml.YAMLToJSON(manifest)
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s, %s: %v", name, mode, err)
			}
		}
	}
}

// schemaOf compiles a schema. The one expression in it that Go's syntax does not have
// is about domains whose links an app unfurls, of which we name none.
func schemaOf(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(corporatest.Path(t, "slack/"+name))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.ReplaceAll(string(data), `(?![\\.\\-])`, "")))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, v); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestManifest: it has the commands, and the addresses in http mode only.
func TestManifest(t *testing.T) {
	t.Parallel()
	socket, err := setup.Manifest(slack.ModeSocket, "", grammar)
	if err != nil {
		t.Fatal(err)
	}
	web, err := setup.Manifest(slack.ModeHTTP, "https://desk.example.com/", grammar)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"socket_mode_enabled: true", `command: "/plugins-admin"`, `usage_hint: "[run]"`, "- im:write"} {
		if !strings.Contains(string(socket), want) {
			t.Errorf("the manifest has no %s:\n%s", want, socket)
		}
	}
	if strings.Contains(string(socket), "url") || strings.Count(string(web), "https://desk.example.com/slack/") != len(grammar)+3 {
		t.Errorf("addresses:\n%s\n%s", socket, web)
	}
	for _, c := range []struct {
		mode, url string
		grammar   chat.Grammar
	}{{"smoke", "", grammar}, {slack.ModeHTTP, "http://desk.example.com", grammar}, {slack.ModeHTTP, "", grammar}, {slack.ModeSocket, "", chat.Grammar{{Name: strings.Repeat("x", 33)}}}} {
		if _, err := setup.Manifest(c.mode, c.url, c.grammar); err == nil {
			t.Errorf("%s %s: no error", c.mode, c.url)
		}
	}
}

// TestSamples: recorded payloads of every kind are taken in; none crashes, and each is
// acknowledged.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		s := play(t, mode)
		count := 0
		for folder, kind := range map[string]fakeslack.Kind{"events": fakeslack.Events, "interactions": fakeslack.Interactive} {
			files, err := filepath.Glob(filepath.Join(corporatest.Path(t, "slack/"+folder), "*.json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				kind := kind
				if strings.Contains(f, "SlashCommand") {
					kind = fakeslack.Commands
				}
				for _, payload := range [][]byte{data, filled(data)} {
					if _, err := s.Inject(kind, payload).Wait(t.Context()); err != nil && kind != fakeslack.Commands {
						t.Errorf("%s %s: %v", mode, filepath.Base(f), err)
					}
					count++
				}
			}
		}
		if count < 150 {
			t.Errorf("only %d samples", count)
		}
		if strings.Contains(s.log.String(), "crashed") {
			t.Errorf("the log:\n%s", s.log)
		}
	}
}

// filled is a payload whose empty strings are not.
func filled(data []byte) []byte {
	data = []byte(strings.ReplaceAll(string(data), `: ""`, `: "U00000ADA"`))
	return []byte(strings.Replace(string(data), `"type": "U00000ADA"`, `"type": "event_callback"`, 1))
}

// TestDiagnoseOptional: what an optional scope would open is no fault, and named as off.
func TestDiagnoseOptional(t *testing.T) {
	t.Parallel()
	s := prepare(t, slack.ModeHTTP)
	off := func() string {
		var lines []string
		for _, f := range s.open().Diagnose(t.Context()) {
			if f.Err == nil && strings.Contains(f.What, ": off, ") {
				lines = append(lines, f.What)
			}
		}
		return strings.Join(lines, "\n")
	}
	if lines := off(); lines != "" {
		t.Errorf("with all scopes: %s", lines)
	}
	s.SetScopes("app_mentions:read", "chat:write", "users:read")
	want := "slack: reading files that members attach: off, the token lacks the scope files:read\n" +
		"slack: reading what stands above a question in a thread: off, the token lacks the scope channels:history"
	if lines := off(); lines != want {
		t.Errorf("without: %s", lines)
	}
}

// TestDiagnose: what is missing is named with its remedy.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*stage)
		then   func(*stage)
		want   []string
	}{
		{name: "all is well"},
		{name: "a scope is missing", then: func(s *stage) {
			s.SetScopes(slices.DeleteFunc(slices.Clone(s.app.Scopes), func(x string) bool { return x == "users:read" })...)
		}, want: []string{"the scope users:read: missing, to tell administrators", "reading members: users.info: missing_scope, needs the scope users:read: add the scope"}},
		{
			name: "the bot token is void", then: func(s *stage) { s.Revoke(fakeslack.BotToken, "account_inactive") },
			want: []string{"the bot token: auth.test: account_inactive: the app was removed"},
		},
		{name: "the tokens are swapped", change: func(s *stage) {
			s.config.BotToken, s.config.AppToken = s.config.AppToken, s.config.BotToken
		}, want: []string{"the bot token begins with xoxb-", "not_allowed_token_type", "the app token begins with xapp-"}},
		{
			name: "the app token is void", then: func(s *stage) { s.Revoke(fakeslack.AppToken, "invalid_auth") },
			want: []string{"slack refuses it (invalid_auth): make one with the scope connections:write"},
		},
		{name: "threads cannot be followed", change: func(s *stage) {
			s.config.FollowThreads = true
			s.app.Scopes = slices.DeleteFunc(s.app.Scopes, func(x string) bool { return x == "channels:history" })
		}, want: []string{"following threads: needs the scope channels:history"}},
	} {
		s := prepare(t, slack.ModeSocket, func(s *stage) {
			if c.change != nil {
				c.change(s)
			}
		})
		if c.then != nil {
			c.then(s)
		}
		faults := faultsOf(s.open().Diagnose(t.Context()))
		if (faults == "") != (len(c.want) == 0) {
			t.Errorf("%s: %s", c.name, faults)
		}
		for _, w := range c.want {
			if !strings.Contains(faults, w) {
				t.Errorf("%s: %q is not said:\n%s", c.name, w, faults)
			}
		}
	}
	s := prepare(t, slack.ModeHTTP, func(s *stage) { s.config.SigningSecret = "xoxb-fake-desk" })
	if faults := faultsOf(s.open().Diagnose(t.Context())); !strings.Contains(faults, "does not look like a signing secret") {
		t.Errorf("a token as secret: %s", faults)
	}
}

func faultsOf(findings []session.Finding) string {
	var out []error
	for _, f := range findings {
		if f.Err != nil {
			out = append(out, errors.New(f.What+": "+f.Err.Error()))
		}
	}
	if err := errors.Join(out...); err != nil {
		return err.Error()
	}
	return ""
}

// TestLive: one message of each kind comes and goes; what Slack refuses is said.
func TestLive(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	findings := s.adapter.Live(t.Context(), fakeslack.General)
	if faults := faultsOf(findings); faults != "" || len(findings) != 15 || len(s.From(fakeslack.General)) != 0 {
		t.Errorf("%d findings, %d messages left: %s", len(findings), len(s.From(fakeslack.General)), faults)
	}
	for _, m := range s.Messages(fakeslack.General) {
		var blocks []map[string]any
		if len(m.Versions) != 2 || json.Unmarshal(m.Versions[0].Blocks, &blocks) != nil || len(blocks) == 0 {
			t.Errorf("a message had %d versions: %s", len(m.Versions), m.Text)
		}
	}
	s.Fail("chat.postMessage", fakeslack.Fault{Error: "invalid_blocks"})
	if faults := faultsOf(s.adapter.Live(t.Context(), fakeslack.General)); !strings.Contains(faults, "a message with text, posted: chat.postMessage: invalid_blocks") {
		t.Errorf("got %s", faults)
	}
	if faults := faultsOf(s.adapter.Live(t.Context(), fakeslack.Quiet)); !strings.Contains(faults, "invite the app to the channel") {
		t.Errorf("got %s", faults)
	}
}
