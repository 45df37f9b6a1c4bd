package discord_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain: when all adapters have stopped, no goroutine of theirs is left. discordgo takes a
// second to close a session, which it is given here, and never returns from Open when it
// hangs; neither can reach the adapter by then.
func TestMain(m *testing.M) {
	code := m.Run()
	hanging := goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).Open")
	limit := time.Now().Add(5 * time.Second)
	for err := goleak.Find(hanging); err != nil && code == 0; err = goleak.Find(hanging) {
		if time.Now().After(limit) {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}
