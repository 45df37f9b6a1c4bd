package plugin_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/plugin"
)

// TestReadManifest reads the good ones: what is missing is made up from what is there.
func TestReadManifest(t *testing.T) {
	at, _ := url.Parse("https://shop.example/.well-known/ai-plugin.json")
	tests := []struct {
		name, file string
		want       plugin.Manifest
		notes      string // codes
	}{
		{
			"version 1", `{"schema_version":"v1","name_for_model":"shop","name_for_human":"Shop","description_for_model":"m","description_for_human":"h",
			"auth":{"type":"none"},"api":{"type":"openapi","url":"https://api.shop.example/o.json"},"logo_url":"https://shop.example/l.png","contact_email":"a@b.c","legal_info_url":"https://shop.example/legal"}`,
			plugin.Manifest{
				SchemaVersion: "v1", NameForModel: "shop", NameForHuman: "Shop", DescriptionForModel: "m", DescriptionForHuman: "h", Auth: "none",
				DocumentURL: "https://api.shop.example/o.json", LogoURL: "https://shop.example/l.png", ContactEmail: "a@b.c", LegalURL: "https://shop.example/legal",
			},
			"",
		},
		{
			"least", `{"name_for_model":"shop","api":{"url":"o.yaml"}}`,
			plugin.Manifest{NameForModel: "shop", NameForHuman: "shop", Auth: "none", DocumentURL: "https://shop.example/.well-known/o.yaml"},
			"",
		},
		{
			"byte order mark", "\xef\xbb\xbf" + `{"name_for_model":"shop","api":{"url":"/o.yaml"}}`,
			plugin.Manifest{NameForModel: "shop", NameForHuman: "shop", Auth: "none", DocumentURL: "https://shop.example/o.yaml"},
			"",
		},
		{
			"yaml", "# ours\nschema_version: v1\nname_for_model: shop\nname_for_human: Shop\napi: {type: openapi, url: /o.yaml}\nauth:\n  type: none\n",
			plugin.Manifest{SchemaVersion: "v1", NameForModel: "shop", NameForHuman: "Shop", Auth: "none", DocumentURL: "https://shop.example/o.yaml"},
			"",
		},
		{
			"line ends in texts, a key twice, a comma too many", "{\"name_for_model\":\"s\",\"name_for_model\":\"shop\",\"name_for_human\":\"The\nshop\",\"api\":{\"url\":\"/o\"},}",
			plugin.Manifest{NameForModel: "shop", NameForHuman: "The shop", Auth: "none", DocumentURL: "https://shop.example/o"},
			"",
		},
		{
			"auth as a word", `{"name_for_model":"s","auth":"user_http","api":{"url":"/o"}}`,
			plugin.Manifest{NameForModel: "s", NameForHuman: "s", Auth: "user_http", Login: plugin.Login{Scheme: "bearer"}, DocumentURL: "https://shop.example/o"},
			"",
		},
		{
			"unknown auth and api", `{"name_for_model":"s","auth":{"type":"magic"},"api":{"type":"soap","url":"/o"}}`,
			plugin.Manifest{NameForModel: "s", NameForHuman: "s", Auth: "none", DocumentURL: "https://shop.example/o"},
			"manifest-api-type manifest-auth",
		},
		{
			"links that are none", `{"name_for_model":"s","api":{"url":"/o"},"logo_url":"data:image/png,x","legal_info_url":"javascript:alert(1)","privacy_policy_url":"/privacy"}`,
			plugin.Manifest{NameForModel: "s", NameForHuman: "s", Auth: "none", DocumentURL: "https://shop.example/o", PrivacyURL: "https://shop.example/privacy"},
			"manifest-link manifest-link",
		},
		{
			"version 2", `{"schema_version":"v2.1","name_for_human":"Shop","namespace":"shop","description_for_human":"h",
			"functions":[{"name":"list","states":{"reasoning":{"examples":["show {x}"]}}}],"capabilities":{"conversation_starters":[{"text":"hello"}]},
			"runtimes":[{"type":"RemoteMCPServer","spec":{"url":"/mcp"}},{"type":"OpenApi","auth":{"type":"None"},"spec":{"url":"/o.json"}}]}`,
			plugin.Manifest{
				SchemaVersion: "v2.1", NameForModel: "shop", NameForHuman: "Shop", DescriptionForModel: "h", DescriptionForHuman: "h", Auth: "none",
				DocumentURL: "https://shop.example/o.json", Examples: map[string][]string{"list": {"show {x}"}, "": {"hello"}},
			},
			"manifest-runtime",
		},
		{
			"hidden characters and length", `{"name_for_model":"sh\u202eop\u0000","name_for_human":"` + strings.Repeat("n", 80) + `","api":{"url":"/o"}}`,
			plugin.Manifest{NameForModel: "shop", NameForHuman: strings.Repeat("n", 49) + "…", Auth: "none", DocumentURL: "https://shop.example/o"},
			"",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := plugin.ReadManifest([]byte(test.file), at)
			if err != nil {
				t.Fatal(err)
			}
			var notes []string
			for _, n := range got.Notes {
				notes = append(notes, n.Code)
			}
			if strings.Join(notes, " ") != test.notes {
				t.Errorf("notes %v; want %q", notes, test.notes)
			}
			got.Notes, got.Lint, got.Functions = nil, nil, nil
			if len(got.Examples) == 0 {
				got.Examples = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}

// TestID: a plugin is known by its host, however its address is written.
func TestID(t *testing.T) {
	tests := []struct{ source, id, host, fault string }{
		{"shop.example", "shop.example", "shop.example:443", ""},
		{" https://Shop.Example/ ", "shop.example", "shop.example:443", ""},
		{"http://127.0.0.1:4010", "127.0.0.1:4010", "127.0.0.1:4010", ""},
		{"https://shop.example/a/openapi.json?x=1#y", "shop.example", "shop.example:443", ""},
		{"", "", "", "missing"},
		{"ftp://shop.example", "", "", "http or https"},
		{"https://me:secret@shop.example", "", "", "leave user and password out"},
		{"https://", "", "", "no address"},
		{"https:shop", "", "", "no address"},
		{"https:///a?key=secret", "", "", "no address"},
		{"ftp://me:secret@shop.example/a?key=secret#secret", "", "", "http or https"},
	}
	for _, test := range tests {
		id, host, err := plugin.ID(test.source)
		if test.fault != "" {
			if err == nil || !strings.Contains(err.Error(), test.fault) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: %v; want %q", test.source, err, test.fault)
			}
			continue
		}
		if err != nil || id != test.id || host != test.host {
			t.Errorf("%q is %q at %q, %v", test.source, id, host, err)
		}
	}
}

// FuzzReadManifest: whatever a site serves, a manifest is read or refused in one line.
func FuzzReadManifest(f *testing.F) {
	f.Add([]byte(`{"name_for_model":"shop","api":{"url":"o.yaml"},"auth":"none"}`))
	f.Add([]byte(`{"namespace":"s","runtimes":[{"type":"OpenApi","spec":{"url":"/o"}}]}`))
	f.Add([]byte("<html>"))
	f.Add([]byte("name_for_model: shop\na: &a [x, x]\nb: [*a, *a]\napi: {url: /o}\n"))
	f.Add([]byte(`{"name_for_model":"` + "\xff\u202e" + `","api":{"url":"http://[::1"}}`))
	at, _ := url.Parse("https://shop.example/.well-known/ai-plugin.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := plugin.ReadManifest(data, at)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the fault has several lines: %q", err)
			}
			return
		}
		u, err := url.Parse(m.DocumentURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("the document is at %q", m.DocumentURL)
		}
		if m.NameForModel == "" || len([]rune(m.NameForModel)) > 50 || len([]rune(m.DescriptionForModel)) > 8000 {
			t.Errorf("a name or description of %d and %d", len(m.NameForModel), len(m.DescriptionForModel))
		}
	})
}
