package bots_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails where a test leaves a goroutine behind: nothing may use the store after
// a desk's Run has returned. discordgo sleeps for a second when it closes a connection to
// the gateway; the adapter does not wait for that, and nothing of ours is used by it.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"),
		goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).listen"),
	)
}
