package openapi

import (
	"strings"
	"testing"
	"time"
)

// TestCredentialPrefix: what precedes a key is taken from prose only where it leaves no doubt.
func TestCredentialPrefix(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ field, name, about, want string }{
		{"Authorization", "auth_header", `The word "Basic" followed by a space and your API Key, base64 encoded`, "Basic "},
		{"Authorization", "AuthHeader", "The string \"OAuth\" followed by the user’s token: OAuth ACCESS_TOKEN", "OAuth "},
		{"Authorization", "api_key", "The API Key with format `Token token=<API_KEY>`", "Token token="},
		{"Authorization", "JWT", `JWT Authorization header using the Bearer scheme. Example: "Authorization: Bearer {token}"`, "Bearer "},
		{"Authorization", "JWT", `Enter 'Bearer' [space] and then your token in the text input below. Example: 'Bearer 12345abcdef'`, "Bearer "},
		{"Authorization", "key", "Enter the token with the `Bearer: ` prefix, e.g. \"Bearer abcde12345\".", "Bearer "},
		{"Authorization", "key", `Prefixed with "GenieKey"`, "GenieKey "},
		{"Authorization", "key", "Authorization: SSWS ${API_TOKEN}", "SSWS "},
		{"Authorization", "key", "A bearer token that you get by signing in", "Bearer "},
		{"Authorization", "bearerAuth", "", "Bearer "},
		{"authorization", "Bearer", "Your key", "Bearer "},
		{"X-Auth", "key", "Token <API_KEY>", "Token "},

		{"Authorization", "BotToken", "Discord bot token", ""},
		{"Authorization", "key", "", ""},
		{"Authorization", "key", "Either `Bearer <TOKEN>` or `Basic <KEY>`", ""},
		{"Authorization", "key", "Send your <API_KEY> here; see the TOKEN page", ""},
		{"Authorization", "key", "Get a token {at the dashboard} and the KEY", ""},
		{"X-API-Key", "bearer", "A bearer token", ""},
		{"X-API-Key", "key", "Set the x-api-key header with your provided key for the correct environment.", ""},
		{"Authorization", "key", `The word "Evil` + "\r\n" + `X" followed by`, ""},
	} {
		if got := credentialPrefix(test.field, test.name, test.about); got != test.want {
			t.Errorf("%s %s %q: %q, want %q", test.field, test.name, test.about, got, test.want)
		}
	}
	start := time.Now()
	for _, part := range []string{"a", "<", "{", "word \"", "Token token=", "prefixed with ", "A_"} {
		credentialPrefix("Authorization", "k", strings.Repeat(part, maxAbout))
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("hostile prose took %s", took)
	}
}
