package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// TestDiscordDoctor looks at a bot at Discord that is well, and at one that is not, and
// asks for its link.
func TestDiscordDoctor(t *testing.T) {
	t.Parallel()
	fake := faketest.Discord(t, fakediscord.Config{})
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	write := func(more string) {
		t.Helper()
		text := fmt.Sprintf("models: {main: {provider: planner}}\nbots:\n  - name: desk\n    model: main\n    discord: {token: %s, api_base_url: %q%s}\n", fakediscord.Token, fake.APIURL(), more)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &out, &errs)
		return code, out.String() + errs.String()
	}
	write("")
	code, out := look("doctor", "--config", path)
	if code != exitOK || strings.Contains(out, "✗") || !strings.Contains(out, "only administrators are answered there") || !strings.Contains(out, "✓ discord: permissions in desk") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if code, out := look("doctor", "--config", path, "--live", fakediscord.General); code != exitOK || strings.Contains(out, "✗") || len(fake.Messages(fakediscord.General)) == 0 || len(fake.From(fakediscord.General)) != 0 {
		t.Errorf("--live: exit code %d\n%s", code, out)
	}
	if code, out := look("doctor", "--config", path, "--live", "C0GENERAL"); code != exitFailure || !strings.Contains(out, "nothing was posted") {
		t.Errorf("--live in a channel of Slack's: exit code %d\n%s", code, out)
	}
	if code, out := look("discord", "invite", "--config", path); code != exitOK || !strings.Contains(out, "client_id="+fakediscord.ApplicationID) {
		t.Errorf("the link: exit code %d\n%s", code, out)
	}
	write(", message_content: true")
	if code, out := look("doctor", "--config", path); code != exitFailure || !strings.Contains(out, "Message Content Intent") {
		t.Errorf("without the intent: exit code %d\n%s", code, out)
	}
	if code, out := look("serve", "--config", path); code != exitFailure || !strings.Contains(out, "Message Content Intent") || strings.Contains(out, fakediscord.Token) {
		t.Errorf("serve without the intent: exit code %d\n%s", code, out)
	}
	write("")
	fake.Fail("GET /users/@me", fakediscord.Fault{Status: http.StatusUnauthorized})
	if code, out := look("doctor", "--config", path); code != exitFailure || !strings.Contains(out, "Reset Token") || strings.Contains(out, fakediscord.Token) {
		t.Errorf("with a wrong token: exit code %d\n%s", code, out)
	}
}
