package discordtest

import (
	"time"

	"aidesk/adapters/slacktest"
)

// The time, the door and the test are the same for both fakes, so that one clock can
// move both, and one starter of a desk serves both.
type (
	// Clock is time as a fake knows it: deadlines, tokens, rate limits and the ids and
	// timestamps of messages follow it. Heartbeats are in real time.
	Clock = slacktest.Clock
	// StillClock is a Clock that stands still until it is moved.
	StillClock = slacktest.StillClock
	// Door is the address of an application that is started anew: who stands behind it
	// changes.
	Door = slacktest.Door
	// T is the part of testing.TB that is needed here.
	T = slacktest.T
)

// NewClock makes a clock that shows a time.
func NewClock(now time.Time) *StillClock { return slacktest.NewClock(now) }

// wall is the real time.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func (wall) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
