package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

// TestDoctor looks at a desk that is well, and at one that is not.
func TestDoctor(t *testing.T) {
	t.Parallel()
	fake := faketest.Slack(t, fakeslack.Config{App: installed(t)})
	dir := t.TempDir()
	path := served(t, dir, "socket", fake, "")
	look := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"doctor", "--config", path}, args...), strings.NewReader(""), &out, &errs)
		return code, out.String()
	}
	code, out := look()
	if code != exitOK || strings.Contains(out, "✗") || !strings.Contains(out, "aidesk.db (new: it is made at the first start)") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("it made something: %v, %v", left, err)
	}
	if code, out := look("--live", fakeslack.General); code != exitOK || strings.Contains(out, "✗") {
		t.Errorf("--live: exit code %d\n%s", code, out)
	}
	if len(fake.Messages(fakeslack.General)) == 0 || len(fake.From(fakeslack.General)) != 0 {
		t.Errorf("--live left messages behind, or wrote none: %+v", fake.Messages(fakeslack.General))
	}
	if code, out := look("--live", fakeslack.Old); code != exitFailure || !strings.Contains(out, "✗") || !strings.Contains(out, "is_archived") {
		t.Errorf("--live in an archived channel: exit code %d\n%s", code, out)
	}
	fake.SetScopes("commands")
	if code, out := look(); code != exitFailure || !strings.Contains(out, "chat:write") {
		t.Errorf("with a scope missing: exit code %d\n%s", code, out)
	}
	fake.Revoke(fakeslack.BotToken, "invalid_auth")
	if code, out := look(); code != exitFailure || !strings.Contains(out, "invalid_auth") || strings.Contains(out, fakeslack.BotToken) {
		t.Errorf("with a wrong token: exit code %d\n%s", code, out)
	}
}

// TestDoctorModels asks every model of a configuration for a word, each over its wire
// and alone: what a fallback would hide is a finding.
func TestDoctorModels(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.yaml")
	look := func(one, two modeltest.Answer) (int, string) {
		chat := modeltest.NewChat(t, modeltest.Text("ready"))
		responses, messages := modeltest.New(t, modeltest.Responses, one), modeltest.New(t, modeltest.Messages, two)
		text := fmt.Sprintf(`models:
  local: {provider: openai-chat, model: m, base_url: %q, api_key: k, max_output: 100}
  one: {provider: openai, model: m, base_url: %q, api_key: secret-of-one, reasoning: low, window: 100000, max_output: 100, fallback: [local]}
  two: {provider: anthropic, model: m, base_url: %q, api_key: secret-of-two, reasoning: low, fallback: [one, local]}
bots: [{name: desk, model: two}]
`, chat.URL, responses.URL, messages.URL)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"doctor", "--config", path}, strings.NewReader(""), &out, &errs)
		return code, out.String() + errs.String()
	}
	code, out := look(modeltest.Text("ready"), modeltest.Text("ready"))
	if code != exitOK || !strings.Contains(out, "✓ model one") || !strings.Contains(out, "✓ model two") || !strings.Contains(out, "✓ model local") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	code, out = look(modeltest.Fault(401, "x", "invalid_api_key", "no secret-of-one"), modeltest.Fault(529, "overloaded_error", "", "Overloaded"))
	if code != exitFailure || !strings.Contains(out, "✗ model one: model: auth (HTTP 401)") || !strings.Contains(out, "✗ model two: model: overloaded (HTTP 529)") || strings.Contains(out, "secret-of") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestFallsBack has a desk whose first model is down answer by the next, and the
// provider's state of the one never reach the other.
func TestFallsBack(t *testing.T) {
	t.Parallel()
	down := modeltest.New(t, modeltest.Messages,
		modeltest.Fault(401, "authentication_error", "", "x"), modeltest.Say(modeltest.Spoken{State: "sealed", Text: []string{"Back."}}), modeltest.Fault(403, "permission_error", "", "x"))
	next := modeltest.New(t, modeltest.Responses, modeltest.Text("Here."), modeltest.Text("Again."))
	cfg := config.Config{Models: map[string]config.Model{
		"main": {Provider: "anthropic", Model: "m", BaseURL: down.URL, APIKey: "k", Fallback: []string{"next"}},
		"next": {Provider: "openai", Model: "n", BaseURL: next.URL, APIKey: "k"},
	}}
	models, err := newModels(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r := &model.Request{}
	for i, want := range []string{"Here.", "Back.", "Again."} {
		r.Messages = append(r.Messages, model.Message{V: 1, Role: model.User, Parts: []model.Part{{Text: "hello"}}})
		response, err := models["main"].Generate(t.Context(), r, nil)
		if err != nil || response.Message.TextOf() != want {
			t.Fatalf("question %d: %+v, %v", i, response, err)
		}
		r.Messages = append(r.Messages, response.Message)
	}
	for _, q := range next.Queries() {
		if strings.Contains(string(q.Body), "sealed") {
			t.Errorf("another's state: %s", q.Body)
		}
	}
}
