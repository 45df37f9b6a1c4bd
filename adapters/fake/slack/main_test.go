package slack_test

import (
	"encoding/json"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// accepted are the messages and views that fakes took in the tests of this package.
var accepted = &faketest.Oracle{Script: "schema.mjs"}

// start starts a fake, and keeps at the end of the test what it took.
func start(t *testing.T, c fakeslack.Config) *fakeslack.Slack {
	t.Helper()
	s := faketest.Slack(t, c)
	t.Cleanup(func() {
		for _, r := range s.Requests() {
			for _, part := range []string{"blocks", "view"} {
				var v any
				if r.Error == "" && json.Unmarshal([]byte(r.Args[part]), &v) == nil && v != nil {
					accepted.Add(t, map[string]any{"name": t.Name() + " " + r.Method, part: v})
				}
			}
		}
	})
	return s
}

// TestMain has the oracle look at what all tests together made the fake take.
func TestMain(m *testing.M) { faketest.Main(m, accepted) }
