package slack

import "time"

// Slack lets an app update some fifty messages a minute in a workspace (tier 3). Answers that
// are being written take half of that at most, so that those that are whole find room.
// Source: https://docs.slack.dev/apis/web-api/rate-limits
const (
	streamPace     = 1500 * time.Millisecond
	streamInterval = 2500 * time.Millisecond // between two of all answers, once the burst is used up
	streamBurst    = 8
)

// StreamPace is how much time is between two versions of an answer that is being written.
func (a *Adapter) StreamPace() time.Duration { return streamPace }

// StreamPace is that of an Adapter.
func (a *App) StreamPace() time.Duration { return streamPace }
