package bot

import (
	"errors"
	"time"

	"aidesk/core/chat"
)

// KeepTime is the Patience where members ask and go about other things.
const KeepTime = 15 * time.Minute

// The pauses between tries grow with the time that has passed since the event came.
const (
	shortestPause = time.Second
	longestPause  = 30 * time.Second
)

// Outage ends the work on an event for now: what it needs is away. The event is worked
// again, and the try does not count.
type Outage struct {
	After time.Duration // the pause until then
	Err   error
}

// Error says what is away.
func (o *Outage) Error() string { return o.Err.Error() }

// Unwrap returns what was asked in vain.
func (o *Outage) Unwrap() error { return o.Err }

// Outage is the error with which the work on the event ends for now. After is when whatever
// is away wants to be asked again at the earliest. It is nil once the event was kept for as
// long as Patience says, and then the member is told.
func (x *Exchange) Outage(err error, after time.Duration) *Outage {
	age := x.Now().Sub(x.Since)
	after = max(after, min(max(age/4, shortestPause), longestPause))
	if age+after >= x.Patience {
		return nil
	}
	return &Outage{After: after, Err: err}
}

// PlatformOutage is Outage for an error of the event's adapter; nil also where asking again
// would not help.
func (x *Exchange) PlatformOutage(err error) *Outage {
	later, ok := errors.AsType[*chat.Later](err)
	if !ok {
		return nil
	}
	return x.Outage(err, later.After)
}
