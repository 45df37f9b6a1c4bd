package slack_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// accepted are the messages and views that fakes took in the tests of this package.
var accepted struct {
	sync.Mutex
	lines []map[string]any
}

// start starts a fake, and keeps at the end of the test what it took.
func start(t *testing.T, c fakeslack.Config) *fakeslack.Slack {
	t.Helper()
	s := faketest.Slack(t, c)
	t.Cleanup(func() {
		accepted.Lock()
		defer accepted.Unlock()
		for _, r := range s.Requests() {
			for _, part := range []string{"blocks", "view"} {
				var v any
				if r.Error == "" && json.Unmarshal([]byte(r.Args[part]), &v) == nil && v != nil {
					accepted.lines = append(accepted.lines, map[string]any{"name": t.Name() + " " + r.Method, part: v})
				}
			}
		}
	})
	return s
}

// TestMain has the oracle look at what all tests together made the fake take.
func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv("AIDESK_ORACLES") != "" {
		if err := judge(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// judge validates everything that was accepted.
func judge() error {
	folder, err := os.MkdirTemp("", "accepted")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var text strings.Builder
	for _, line := range accepted.lines {
		if err := json.NewEncoder(&text).Encode(line); err != nil {
			return err
		}
	}
	file := filepath.Join(folder, "lines")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return err
	}
	c := exec.Command("node", "schema.mjs", file)
	c.Dir = "npm"
	said, err := c.CombinedOutput()
	fmt.Printf("in the tests: %s", said)
	if err != nil {
		return fmt.Errorf("what the fake took is not what Slack takes: %w", err)
	}
	return nil
}
