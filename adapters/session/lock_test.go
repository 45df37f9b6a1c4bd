package session_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/adapters/session"
)

// TestKeyedLock: one key is held by one at a time, others are free, and whoever waits can
// give up.
func TestKeyedLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l session.KeyedLock
		release, err := l.Lock(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		other, err := l.Lock(t.Context(), "b")
		if err != nil {
			t.Fatal(err)
		}
		other()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.Lock(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting in vain: %v", err)
		}
		time.AfterFunc(time.Minute, release)
		begun := time.Now()
		again, err := l.Lock(t.Context(), "a")
		if err != nil || time.Since(begun) != time.Minute {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		again()
	})
}
