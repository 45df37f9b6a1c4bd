package openai

import (
	"bytes"
	"testing"

	"aidesk/core/model/modeltest"
)

// TestRequestHeader has the key where it belongs, and none where there is none.
func TestRequestHeader(t *testing.T) {
	for key, want := range map[string]string{"key-of-the-test": "Bearer key-of-the-test", "": ""} {
		server := modeltest.NewChat(t, modeltest.Text("ok"))
		m := NewChat(Config{BaseURL: server.URL + "/chat/completions/", Model: "scripted", APIKey: key, Reasoning: "none"})
		if _, err := m.Generate(t.Context(), modeltest.Full(), nil); err != nil {
			t.Fatal(err)
		}
		query := server.Queries()[0]
		if got := query.Header.Get("Authorization"); got != want {
			t.Errorf("key %q: authorization %q, want %q", key, got, want)
		}
		if !bytes.Contains(query.Body, []byte(`"reasoning_effort":"none"`)) {
			t.Errorf("no reasoning effort in %s", query.Body)
		}
	}
}
