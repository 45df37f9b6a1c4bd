package terminal_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/terminal"
	"aidesk/core/chat"
)

func TestContract(t *testing.T) {
	for name, interactive := range map[string]bool{"pipe": false, "tty": true} {
		t.Run(name, func(t *testing.T) {
			adaptertest.Run(t, func(tb testing.TB) adaptertest.Platform {
				tb.Helper()
				return platform(tb, interactive)
			})
		})
	}
}

// platform is a terminal whose keyboard is a pipe.
func platform(t testing.TB, interactive bool) adaptertest.Platform {
	t.Helper()
	out := &adaptertest.Log{}
	var keys *io.PipeWriter
	say := func(text string) {
		if _, err := io.WriteString(keys, text+"\n"); err != nil {
			t.Errorf("type %q: %v", text, err)
		}
	}
	press := func(label string) {
		all := regexp.MustCompile(`\[(\d+)\] `+regexp.QuoteMeta(label)).FindAllStringSubmatch(out.String(), -1)
		if len(all) == 0 {
			t.Fatalf("no button %q is shown", label)
		}
		say(all[len(all)-1][1])
	}
	return adaptertest.Platform{
		Place:  terminal.Place(),
		Member: "you",
		Open: func() chat.Adapter {
			in, w := io.Pipe()
			t.Cleanup(func() { _ = w.Close() })
			keys = w
			return &terminal.Adapter{In: in, Out: out, Interactive: interactive}
		},
		Say:   say,
		Press: press,
		Fill: func(label string, inputs []adaptertest.Filled, asked int, fault string) {
			if label != "" {
				press(label)
			}
			for i := range asked {
				line := ""
				if i < len(inputs) {
					line = strings.ReplaceAll(inputs[i].Value, "\n", ", ")
				}
				say(line)
			}
			if fault != "" && !out.Await(fault, 20*time.Second) {
				t.Fatalf("%q is not shown:\n%s", fault, out)
			}
		},
		Shown: func() string { return prompts.ReplaceAllString(out.String(), "") },
	}
}

// prompts are what a TTY gets besides the text.
var prompts = regexp.MustCompile(`\r\x1b\[K|(?m)^> `)

// broken is a screen whose terminal has gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("no terminal: %w", io.ErrClosedPipe) }
