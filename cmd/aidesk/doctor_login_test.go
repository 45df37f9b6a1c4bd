package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aidesk/cmd/aidesk/config"
)

// TestDoctorLogin: what a plugin's login lacks is named with the remedy, the redirect address
// is printed, and no secret is.
func TestDoctorLogin(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/openapi.yaml" {
			fmt.Fprintf(w, "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'http://%s'}]\npaths: {/a: {get: {operationId: a, responses: {'200': {description: d}}}}}\n", r.Host)
			return
		}
		auth := fmt.Sprintf(`{"type":"oauth","client_url":"http://%s/login","authorization_url":"https://id.example/token"}`, r.Host)
		if strings.HasPrefix(r.URL.Path, "/key") {
			auth = `{"type":"service_http","authorization_type":"bearer"}`
		}
		fmt.Fprintf(w, `{"schema_version":"v1","name_for_model":"t","name_for_human":"T","description_for_model":"d","description_for_human":"d","auth":%s,
"api":{"type":"openapi","url":"http://%s/openapi.yaml"},"logo_url":"http://%s/l","contact_email":"a@b.example","legal_info_url":"http://%s/legal"}`, auth, r.Host, r.Host, r.Host)
	}))
	t.Cleanup(server.Close)
	for _, c := range []struct {
		name, path, public, login string
		want                      []string
		fails                     bool
	}{
		{"nothing", "/a.json", "", "{}", []string{"http.public_url is not set", "set login.client_id", "id.example, which is not its own address"}, false},
		{"a client", "/a.json", "https://desk.example", "{client_id: id, client_secret: c4n4ry, hosts: [id.example]}", []string{"its author registers https://desk.example/oauth/callback/"}, false},
		{"a key of none", "/a.json", "https://desk.example", "{key: c4n4ry, channels: [C1]}", []string{"it takes no key: write kind: service_key"}, true},
		{"no key", "/key.json", "", "{}", []string{"set login.key, or give it with /plugins-admin login t"}, false},
		{"a key", "/key.json", "", "{key: c4n4ry}", []string{"nobody may use its key"}, false},
		{"another value", "/key.json", "", "{password: c4n4ry, channels: [C1]}", []string{"it asks for key, which the configuration does not give"}, true},
		{"a client of none", "/key.json", "", "{client_id: id}", []string{"it does not want accounts of members"}, true},
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		text := fmt.Sprintf("http: {public_url: %q}\nmodels: {main: {provider: planner}}\nbots: [{name: desk, model: main, plugins: [{source: '%s%s', login: %s}]}]\n", c.public, server.URL, c.path, c.login)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(file, os.LookupEnv, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var out strings.Builder
		d := &doctor{out: &out, logger: slog.New(slog.DiscardHandler)}
		d.plugins(t.Context(), cfg)
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: it does not say %q:\n%s", c.name, want, &out)
			}
		}
		if d.failed != c.fails || strings.Contains(out.String(), "c4n4ry") {
			t.Errorf("%s: failed is %t:\n%s", c.name, d.failed, &out)
		}
	}
}
