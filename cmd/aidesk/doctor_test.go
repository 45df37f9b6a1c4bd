package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"aidesk/adapters/slacktest"
)

// TestDoctor looks at a desk that is well, and at one that is not.
func TestDoctor(t *testing.T) {
	t.Parallel()
	fake := slacktest.Start(t, slacktest.Config{App: installed(t)})
	dir := t.TempDir()
	path := served(t, dir, "socket", fake, "")
	look := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"doctor", "--config", path}, args...), strings.NewReader(""), &out, &errs)
		return code, out.String()
	}
	code, out := look()
	if code != good || strings.Contains(out, "✗") || !strings.Contains(out, "aidesk.db (new: it is made at the first start)") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("it made something: %v, %v", left, err)
	}
	if code, out := look("--live", slacktest.General); code != good || strings.Contains(out, "✗") {
		t.Errorf("--live: exit code %d\n%s", code, out)
	}
	if len(fake.Messages(slacktest.General)) == 0 || len(fake.From(slacktest.General)) != 0 {
		t.Errorf("--live left messages behind, or wrote none: %+v", fake.Messages(slacktest.General))
	}
	if code, out := look("--live", slacktest.Old); code != failure || !strings.Contains(out, "✗") || !strings.Contains(out, "is_archived") {
		t.Errorf("--live in an archived channel: exit code %d\n%s", code, out)
	}
	fake.SetScopes("commands")
	if code, out := look(); code != failure || !strings.Contains(out, "chat:write") {
		t.Errorf("with a scope missing: exit code %d\n%s", code, out)
	}
	fake.Revoke(slacktest.BotToken, "invalid_auth")
	if code, out := look(); code != failure || !strings.Contains(out, "invalid_auth") || strings.Contains(out, slacktest.BotToken) {
		t.Errorf("with a wrong token: exit code %d\n%s", code, out)
	}
}
