package bots_test

import (
	"testing"

	"aidesk/adapters/adaptertest"
	"aidesk/bots/bottest"
)

// TestRoom plays every behaviour in a room with two members.
func TestRoom(t *testing.T) {
	bottest.Run(t, func(_ *testing.T, clock *bottest.Clock) bottest.Platform { return bottest.NewRoom(clock).Platform() })
}

// TestRoomContract holds the room itself against the contract of adapters.
func TestRoomContract(t *testing.T) {
	adaptertest.Run(t, func(t testing.TB) adaptertest.Platform { return bottest.NewRoom(bottest.NewClock()).Contract(t) })
}
