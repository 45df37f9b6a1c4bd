package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/aidesk/config"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestRisks: each setting that opens something has a line with its remedy, and a
// configuration that opens nothing has none.
func TestRisks(t *testing.T) {
	t.Parallel()
	quiet := func() config.Config {
		c := config.Default()
		c.HTTP.Listen, c.HTTP.PublicURL, c.HTTP.MetricsToken = "127.0.0.1:8080", "https://desk.example", config.Secret(strings.Repeat("x", 16))
		c.Models = map[string]config.Model{"m": {BaseURL: "http://127.0.0.1:11434/v1"}}
		c.Bots = []config.Bot{{Name: "desk", Plugins: []config.Plugin{{Source: "stays.example"}}, Access: config.Access{Roles: []string{"S1"}}}}
		c.Policy.Admins.Slack = []string{"U1", "S2"}
		return c
	}
	if got := risks(quiet()); len(got) != 0 {
		t.Errorf("nothing is open, and it says %q", got)
	}
	for _, test := range []struct {
		name   string
		change func(*config.Config)
		want   string // of its line
		remedy string
	}{
		{"a plugin for everyone", func(c *config.Config) { c.Bots[0].Plugins[0].Default = true }, "stays.example is on for everyone", "without default"},
		{"a plugin by http", func(c *config.Config) { c.Bots[0].Plugins[0].Source = "http://stays.example/openapi.yaml" }, "over plain http", "https address"},
		{"a key for everybody", func(c *config.Config) {
			c.Bots[0].Plugins[0].Login = config.Login{Key: "hush", Roles: []string{"S1"}}
		}, "login.roles of the plugin stays.example has S1", "name a smaller role"},
		{"guests", func(c *config.Config) { c.Bots[0].Access.Guests = true }, "access.guests", "leave it out"},
		{"everybody administers", func(c *config.Config) { c.Policy.Admins.Slack = []string{"S1"} }, "policy.admins has S1", "by their own ids"},
		{"everybody administers at Discord", func(c *config.Config) {
			c.Policy.Admins.Discord, c.Bots[0].Access.Roles = []string{"role:123"}, []string{"123"}
		}, "policy.admins has role:123", "by their own ids"},
		{"a model by http", func(c *config.Config) { c.Models["m"] = config.Model{BaseURL: "http://model.example/v1"} }, "the model m is asked over plain http", "https address"},
		{"an open listener", func(c *config.Config) { c.HTTP.Listen = ":8080" }, "http.listen is :8080", "127.0.0.1"},
		{"an address without TLS", func(c *config.Config) { c.HTTP.PublicURL = "http://desk.example" }, "http.public_url is plain http", "over https"},
		{"a short token", func(c *config.Config) { c.HTTP.MetricsToken = "secret" }, "http.metrics_token has 6 characters", "openssl rand"},
		{"allow_hosts", func(c *config.Config) { c.Egress.AllowHosts = []string{"10.0.0.5:80"} }, "reach 10.0.0.5:80", "egress.internal"},
		{"internal", func(c *config.Config) {
			c.Egress.Internal = []config.Internal{{Host: "crm.corp:443", Plugin: "crm.example"}}
		}, "crm.example may call crm.corp:443", "leave it out"},
		{"a proxy", func(c *config.Config) { c.Egress.Proxy = "http://proxy:3128" }, "through the proxy", "see that it is yours"},
		{"a proxy that resolves", func(c *config.Config) { c.Egress.Proxy, c.Egress.ProxyResolves = "http://proxy:3128", true }, "egress.proxy_resolves", "see that it does"},
		{"no limit", func(c *config.Config) { c.Limits.TokensPerDay = 0 }, "nothing bounds", "set limits.tokens_per_day"},
	} {
		c := quiet()
		test.change(&c)
		got := risks(c)
		if len(got) != 1 || !strings.Contains(got[0], test.want) || !strings.Contains(got[0], test.remedy) {
			t.Errorf("%s: %q; want one line with %q and %q", test.name, got, test.want, test.remedy)
		}
		if diff := cmp.Diff(got, risks(c)); diff != "" {
			t.Errorf("%s: it says another thing the second time:\n%s", test.name, diff)
		}
		if strings.Contains(strings.Join(got, ""), string(c.HTTP.MetricsToken)) {
			t.Errorf("%s: a secret is shown", test.name)
		}
	}
}

// TestStoredRisks: what administrators opened in a chat is named too, with the command that
// closes it; what the configuration registered is not told twice.
func TestStoredRisks(t *testing.T) {
	t.Parallel()
	s, err := openStore("bolt:"+filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for key, value := range map[string]string{
		"plugin/desk/slack/T1/stays.example":           `{"id":"stays.example","name":"stays","source":"stays.example","default":true,"reads":{"search":"h1","find":"h2"}}`,
		"plugin/desk/slack/T1/todo.example":            `{"id":"todo.example","name":"todo","source":"todo.example"}`,
		"plugin/desk/*/crm.example":                    `{"id":"crm.example","name":"crm","source":"crm.example","default":true,"locked":true}`,
		"account/desk/discord/7/crm.example/shared/A1": `{"id":"A1","scope":"desk/discord/7","plugin":"crm.example","label":"CRM, shared","roles":["7"]}`,
		"account/desk/discord/7/crm.example/shared/A2": `{"id":"A2","scope":"desk/discord/7","plugin":"crm.example","label":"CRM, shared","roles":["8"]}`,
		"plugin/desk/discord/7/local%2Fstays":          `{"id":"local/stays","name":"b","source":"b.example","default":true}`,
	} {
		if _, err := s.Put(t.Context(), store.Record{Key: key, Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := storedRisks(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"in desk/slack/T1 an administrator put the plugin stays.example on for everyone", "/plugins-admin default stays off",
		"in desk/slack/T1 an administrator lets find, search of stays.example go without a card", "in desk/discord/7 an administrator put the plugin b.example",
		"in desk/discord/7 everybody may use CRM, shared at crm.example",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("it does not say %q:\n%s", want, all)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d lines:\n%s", len(got), all)
	}
	if _, err := s.Put(t.Context(), store.Record{Key: "plugin/desk/x/broken", Value: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if _, err := storedRisks(t.Context(), s); err == nil {
		t.Error("a broken record is passed over in silence")
	}
}
