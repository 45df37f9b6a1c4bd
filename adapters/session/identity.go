package session

import (
	"context"
	"sync"
	"time"
)

// Identity is who the app is on its platform. It is asked until one answer came, which
// is good for ever. The methods may be called concurrently.
type Identity[T any] struct {
	ask func(context.Context) (T, error)

	mu     sync.Mutex
	known  *T
	asking chan struct{} // closed when the request under way has ended; nil: none is
}

// NewIdentity makes an Identity that is learned by ask.
func NewIdentity[T any](ask func(context.Context) (T, error)) *Identity[T] {
	return &Identity[T]{ask: ask}
}

// Get returns the identity and asks for it if it is not known yet. Callers that come
// while somebody asks wait for that answer; no lock is held meanwhile.
func (i *Identity[T]) Get(ctx context.Context) (T, error) {
	for {
		i.mu.Lock()
		known, asking := i.known, i.asking
		if known == nil && asking == nil {
			i.asking = make(chan struct{})
		}
		i.mu.Unlock()
		switch {
		case known != nil:
			return *known, nil
		case asking == nil:
			return i.request(ctx)
		}
		select {
		case <-asking:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
}

// request asks the platform, and wakes whoever waits for the answer.
func (i *Identity[T]) request(ctx context.Context) (answer T, err error) {
	defer func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if err == nil {
			i.known = &answer
		}
		close(i.asking)
		i.asking = nil
	}()
	return i.ask(ctx)
}

// Failure is what an adapter makes of an error while it asks who it is.
type Failure struct {
	Final error         // not nil: asking again is useless, and this is why
	After time.Duration // the platform wants to be asked no sooner
}

// Wait asks until the platform answers, with growing pauses from one second to one
// minute. It ends with the first final failure or with ctx. judge is called with every
// error and with the pause that comes next, so that it can log both.
func (i *Identity[T]) Wait(ctx context.Context, judge func(err error, pause time.Duration) Failure) (T, error) {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		who, err := i.Get(ctx)
		if err == nil {
			return who, nil
		}
		if ctx.Err() != nil {
			return who, ctx.Err()
		}
		f := judge(err, pause)
		if f.Final != nil {
			return who, f.Final
		}
		pause = max(pause, f.After)
		if err := Sleep(ctx, pause); err != nil {
			return who, err
		}
	}
}
