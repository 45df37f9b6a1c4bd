package plugin_test

import (
	"fmt"
	"net/url"

	"aidesk/core/plugin"
)

// ReadManifest reads what a plugin says of itself at /.well-known/ai-plugin.json.
func ExampleReadManifest() {
	at, err := url.Parse("https://lists.example.com/.well-known/ai-plugin.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	manifest, err := plugin.ReadManifest([]byte(`{
		"schema_version": "v1", "name_for_model": "lists", "name_for_human": "Lists",
		"description_for_model": "Keeps lists.", "description_for_human": "Your lists.",
		"auth": {"type": "none"}, "api": {"type": "openapi", "url": "/openapi.yaml"},
		"logo_url": "https://lists.example.com/logo.png", "contact_email": "hello@example.com", "legal_info_url": "https://lists.example.com/legal"
	}`), at)
	fmt.Println(manifest.Auth, manifest.DocumentURL, manifest.NameForHuman, err)
	// Output:
	// none https://lists.example.com/openapi.yaml Lists <nil>
}
