package discord

import "time"

// streamPace keeps well within the five edits in five seconds that Discord lets an app make in
// a channel.
const streamPace = 1500 * time.Millisecond

// StreamPace is how much time is between two versions of an answer that is being written.
func (a *Adapter) StreamPace() time.Duration { return streamPace }
