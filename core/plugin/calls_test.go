package plugin_test

import (
	"os"
	"strings"
	"testing"
)

// TestCallsPage holds the times in docs/calls.md against the constants.
func TestCallsPage(t *testing.T) {
	for _, test := range []struct{ file, constant, said string }{
		{"send.go", "readTimeout = 15 * time.Second", "has 15 s for everything"},
		{"send.go", "longestPause = 3 * time.Second", "than 3 s."},
		{"../egress/guard.go", `"aidesk/" + g.version`, "`User-Agent` is `aidesk/VERSION`"},
		{"../egress/guard.go", "callTime     = 45 * time.Second", "with effect has 45 s"},
		{"../egress/guard.go", "callLimit    = 1 << 20", "1 MiB of an answer"},
		{"../egress/guard.go", "maxRedirects = 5\n", "up to 5, within"},
		{"../openapi/result/shape.go", "MaxContent = 8 << 10", "at most 8 KiB"},
		{"../openapi/result/shape.go", "maxFailure   = 2 << 10", "of an error 2 KiB"},
	} {
		for name, want := range map[string]string{test.file: test.constant, "../../docs/calls.md": test.said} {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(data), want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
}
