package bots_test

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/terminal"
	"aidesk/bots/bottest"
	"aidesk/bots/command"
	"aidesk/core/chat"
)

// TestTerminal plays the behaviours at a TTY. What needs a second member, a second
// conversation or an edited message is skipped: a terminal has none.
func TestTerminal(t *testing.T) {
	bottest.Run(t, keyboard)
}

// keyboard is a terminal whose keyboard is a pipe.
func keyboard(t *testing.T, clock *bottest.Clock) bottest.Platform {
	screen := &adaptertest.Log{}
	var mu sync.Mutex
	var keys *io.PipeWriter
	var keeper chat.Keeper
	var open chan struct{} // closed when the terminal has its keeper
	say := func(text string) {
		clock.Advance(time.Second) // nobody types faster than numbers change
		mu.Lock()
		w := keys
		mu.Unlock()
		if _, err := io.WriteString(w, text+"\n"); err != nil { // blocks until it is read
			t.Errorf("type %q: %v", text, err)
		}
	}
	return bottest.Platform{
		Run: func(_, operation string) { say("/plugins run " + operation) },
		Fill: func(_ string, inputs []adaptertest.Filled, fault string) {
			for _, in := range inputs {
				say(strings.ReplaceAll(in.Value, "\n", ", "))
			}
			if fault != "" && !screen.Await(fault, 20*time.Second) {
				t.Fatalf("%q is not shown:\n%s", fault, screen)
			}
		},
		Place: terminal.Place(), Member: "you",
		Open: func() chat.Adapter {
			in, w := io.Pipe()
			t.Cleanup(func() { _ = w.Close() })
			mu.Lock()
			defer mu.Unlock()
			keys, open = w, make(chan struct{})
			ready := open
			a := &terminal.Adapter{In: in, Out: screen, Grammar: command.Table, Interactive: true, Now: clock.Now}
			return &numbered{Adapter: a, keeps: func(k chat.Keeper) { mu.Lock(); defer mu.Unlock(); keeper = k; close(ready) }}
		},
		Say: func(_, text string) { say(text) },
		Press: func(_ string, b chat.Button) {
			mu.Lock()
			ready := open
			mu.Unlock()
			<-ready
			mu.Lock()
			k := keeper
			mu.Unlock()
			kept, err := k.Kept(t.Context(), "board")
			var board struct {
				Numbers map[int]struct{ Button string }
			}
			if err == nil {
				err = json.Unmarshal(kept, &board)
			}
			if err != nil {
				t.Fatalf("the numbers of the terminal: %v", err)
			}
			for n, slot := range board.Numbers {
				if slot.Button == b.ID {
					say(strconv.Itoa(n))
					return
				}
			}
			t.Fatalf("no number presses %q:\n%s", b.Label, screen)
		},
	}
}

// numbered is a terminal of which the test knows where it keeps its numbers.
type numbered struct {
	*terminal.Adapter
	keeps func(chat.Keeper)
}

// Run runs the terminal.
func (n *numbered) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	n.keeps(k)
	return n.Adapter.Run(ctx, h, k)
}
