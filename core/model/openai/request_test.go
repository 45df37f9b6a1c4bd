package openai

import (
	"strings"
	"testing"

	"aidesk/core/model/modeltest"
)

// TestRequestHeader has the key where it belongs, and none where there is none, and
// takes the addresses that operators paste.
func TestRequestHeader(t *testing.T) {
	parts := map[string][2]string{
		"chat":      {"/chat/completions/", `"reasoning_effort":"none"`},
		"responses": {"/responses/", `"reasoning":{"effort":"none"}`},
	}
	for name, k := range kinds {
		for key, want := range map[string]string{"key-of-the-test": "Bearer key-of-the-test", "": ""} {
			server := modeltest.New(t, k.dialect, modeltest.Text("ok"))
			m := k.make(Config{BaseURL: server.URL + parts[name][0], Model: "scripted", APIKey: key, Reasoning: "none"})
			if _, err := m.Generate(t.Context(), modeltest.Full(), nil); err != nil {
				t.Fatal(err)
			}
			query := server.Queries()[0]
			if got := query.Header.Get("Authorization"); got != want {
				t.Errorf("%s: key %q: authorization %q, want %q", name, key, got, want)
			}
			if !strings.Contains(string(query.Body), parts[name][1]) {
				t.Errorf("%s: no reasoning effort in %s", name, query.Body)
			}
		}
	}
}

// TestDefaults asks the providers themselves unless told otherwise.
func TestDefaults(t *testing.T) {
	if host := NewResponses(Config{Model: "m"}).Info().Host; host != "api.openai.com" {
		t.Errorf("host %q", host)
	}
}
