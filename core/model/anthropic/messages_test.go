package anthropic

import (
	"flag"
	"net/http"
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

func open(url, name string, c *http.Client) model.Model {
	return New(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test", Client: c})
}

func TestMessages(t *testing.T) { modeltest.RunWire(t, modeltest.Messages, open) }

func TestStreams(t *testing.T) {
	modeltest.Streams(t, modeltest.Messages, open, "testdata/streams", *update)
}

func TestRequest(t *testing.T) {
	modeltest.Requests(t, modeltest.Messages, open, "testdata/request.golden.json", *update)
}

// TestAnyTranscript holds what is made of any transcript against the server's rules.
func TestAnyTranscript(t *testing.T) {
	modeltest.CheckRequests(t, modeltest.Messages, open, nil)
}

// TestEnvironment sends nothing that the environment says, and to nowhere else.
func TestEnvironment(t *testing.T) {
	elsewhere := modeltest.New(t, modeltest.Messages)
	for name, value := range map[string]string{
		"ANTHROPIC_API_KEY": "key-of-the-environment", "ANTHROPIC_AUTH_TOKEN": "key-of-the-environment",
		"ANTHROPIC_BASE_URL": elsewhere.URL, "ANTHROPIC_CUSTOM_HEADERS": "X-Extra: key-of-the-environment", "ANTHROPIC_PROFILE": "none",
		"ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE": "full", "OTEL_EXPORTER_OTLP_ENDPOINT": elsewhere.URL,
	} {
		t.Setenv(name, value)
	}
	for _, key := range []string{"key-of-the-test", ""} {
		server := modeltest.New(t, modeltest.Messages, modeltest.Text("ok"))
		if _, err := New(Config{BaseURL: server.URL + "/messages", Model: "m", APIKey: key}).Generate(t.Context(), modeltest.Small(), nil); err != nil {
			t.Fatal(err)
		}
		header := server.Queries()[0].Header
		if header.Get("X-Api-Key") != key || header.Get("Authorization") != "" || header.Get("X-Extra") != "" || header.Get("Anthropic-Version") == "" || header.Get("X-Stainless-Os") != "" {
			t.Errorf("key %q: header %v", key, header)
		}
	}
	if len(elsewhere.Queries()) > 0 {
		t.Error("the environment said where to ask")
	}
}

func FuzzStream(f *testing.F) {
	modeltest.FuzzStream(f, "testdata/streams.txtar", open)
}

// TestReasoning says how hard to think, and nothing where the operator does not say.
func TestReasoning(t *testing.T) {
	for effort, want := range map[string]bool{"low": true, "": false} {
		server := modeltest.New(t, modeltest.Messages, modeltest.Text("ok"))
		if _, err := New(Config{BaseURL: server.URL, Model: "m", Reasoning: effort}).Generate(t.Context(), modeltest.Small(), nil); err != nil {
			t.Fatal(err)
		}
		body := string(server.Queries()[0].Body)
		for _, part := range []string{`"output_config":{"effort":"low"}`, `"thinking":{"type":"adaptive"}`} {
			if strings.Contains(body, part) != want {
				t.Errorf("effort %q: %s", effort, body)
			}
		}
	}
}

func TestClocks(t *testing.T) {
	modeltest.RunClocks(t, modeltest.Messages, open)
}

// TestDefaults asks the provider itself unless told otherwise.
func TestDefaults(t *testing.T) {
	if host := New(Config{Model: "m"}).Info().Host; host != "api.anthropic.com" {
		t.Errorf("host %q", host)
	}
}
