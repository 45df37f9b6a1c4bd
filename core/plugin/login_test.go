package plugin_test

import (
	"strings"
	"testing"
)

// TestLoginWarning: calls carry no credential yet, so an import warns of operations that
// need one, wherever the plugin says so.
func TestLoginWarning(t *testing.T) {
	const head = `{"openapi":"3.1.0","info":{"title":"Shop","version":"1"},"servers":[{"url":"https://shop.example"}],
"components":{"securitySchemes":{"key":{"type":"apiKey","in":"query","name":"key"}}},`
	const open = `"responses":{"200":{"description":"ok"}}`
	const needs = `"security":[{"key":[]}],` + open
	for _, test := range []struct{ name, auth, document, want string }{
		{"none", `"none"`, head + `"paths":{"/a":{"get":{"operationId":"a",` + open + `}}}}`, ""},
		{"service", `"service_http"`, head + `"paths":{"/a":{"get":{"operationId":"a",` + open + `}}}}`, "every operation needs a login"},
		{"user", `"user_http"`, head + `"paths":{"/a":{"get":{"operationId":"a",` + open + `}}}}`, "every operation needs a login"},
		{"oauth", `"oauth"`, head + `"paths":{"/a":{"get":{"operationId":"a",` + open + `}}}}`, "every operation needs a login"},
		{"oauth, one is open", `"oauth"`, head + `"paths":{"/a":{"get":{"operationId":"a","security":[],` + open + `}},"/b":{"get":{"operationId":"b",` + needs + `}}}}`, "these operations need a login: b;"},
		{"one operation", `"none"`, head + `"paths":{"/a":{"get":{"operationId":"a",` + open + `}},"/b":{"get":{"operationId":"b",` + needs + `}}}}`, "these operations need a login: b;"},
		{"the document", `"none"`, head + `"security":[{"key":[]}],"paths":{"/a":{"get":{"operationId":"a",` + open + `}}}}`, "every operation needs a login"},
		{"optional", `"none"`, head + `"security":[{"key":[]},{}],"paths":{"/a":{"get":{"operationId":"a",` + open + `}}}}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHost(t, "x")
			h.set("/.well-known/ai-plugin.json", `{"schema_version":"v1","name_for_model":"shop","name_for_human":"Shop","description_for_model":"Sells.","description_for_human":"Sells.",
"auth":{"type":`+test.auth+`},"api":{"type":"openapi","url":"/openapi.yaml"},"logo_url":"/l.png","contact_email":"a@shop.example","legal_info_url":"/legal"}`)
			h.set("/openapi.yaml", test.document)
			got, err := reader(t, h).Read(t.Context(), h.source())
			if err != nil {
				t.Fatal(err)
			}
			var said string
			for _, n := range got.Plugin.Report().Notes {
				if n.Code == "login-unsupported" {
					said = n.Level + " " + n.Message
				}
			}
			if test.want == "" && said != "" || !strings.Contains(said, test.want) || test.want != "" && (!strings.HasPrefix(said, "warn ") || !strings.Contains(said, "until aidesk supports logins")) {
				t.Errorf("the import says %q, want %q", said, test.want)
			}
		})
	}
}
