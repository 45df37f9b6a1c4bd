package session

import (
	"context"
	"sync"
)

// KeyedLock is a lock for each key, which may be held while a platform or the store is
// asked: whoever waits for it can give up, and other keys are not held up. Its zero value
// is unlocked.
type KeyedLock struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the lock of the key is released
}

// Lock waits until nobody holds the lock of a key, and returns the function that releases
// it. The error is that of ctx.
func (l *KeyedLock) Lock(ctx context.Context, key string) (release func(), err error) {
	for {
		done, held := l.take(key)
		if !held {
			return func() { l.release(key, done) }, nil
		}
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take takes the lock of a key, or returns the channel of whoever holds it.
func (l *KeyedLock) take(key string) (done chan struct{}, held bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done, held = l.held[key]; held {
		return done, true
	}
	if l.held == nil {
		l.held = map[string]chan struct{}{}
	}
	done = make(chan struct{})
	l.held[key] = done
	return done, false
}

func (l *KeyedLock) release(key string, done chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, key)
	close(done)
}
