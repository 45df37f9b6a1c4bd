package session_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// TestMain: no goroutine outlives what it works for.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestIdentity: whoever comes while somebody asks waits for that answer; who gives up
// stops nobody else; an answer is asked for once.
func TestIdentity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		id := session.NewIdentity(func(ctx context.Context) (string, error) {
			asked++
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(time.Second):
				return "me", nil
			}
		})
		hasty, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var work sync.WaitGroup
		work.Go(func() {
			if _, err := id.Get(hasty); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("who gives up gets %v", err)
			}
		})
		synctest.Wait()
		for range 10 {
			work.Go(func() {
				if who, err := id.Get(t.Context()); who != "me" || err != nil {
					t.Errorf("got %q, %v", who, err)
				}
			})
		}
		work.Wait()
		if asked != 2 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestIdentityWait: it is asked again after growing pauses, until the failure is final.
func TestIdentityWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down, final := errors.New("down"), errors.New("final")
		id := session.NewIdentity(func(context.Context) (string, error) { return "", down })
		var pauses []time.Duration
		begun := time.Now()
		_, err := id.Wait(t.Context(), func(_ error, pause time.Duration) session.Failure {
			if pauses = append(pauses, pause); len(pauses) == 4 {
				return session.Failure{Final: final}
			}
			return session.Failure{After: 3 * time.Second}
		})
		want := []time.Duration{time.Second, 6 * time.Second, 12 * time.Second, 24 * time.Second}
		if !errors.Is(err, final) || !slices.Equal(pauses, want) || time.Since(begun) != 21*time.Second {
			t.Errorf("%v after %s, pauses %v", err, time.Since(begun), pauses)
		}
	})
}

// TestRunState: the end of a run waits for what is being received, and nothing is received
// after it; a crash is an error.
func TestRunState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s session.RunState[string]
		log := slog.New(slog.DiscardHandler)
		receive := func(work func(context.Context, string) error) error { return s.Receive(t.Context(), log, "test", work) }
		if err := receive(nil); !errors.Is(err, chat.ErrNotRunning) {
			t.Errorf("before: %v", err)
		}
		s.Start("run")
		if err := receive(func(context.Context, string) error { panic("oops") }); !errors.Is(err, session.ErrCrashed) {
			t.Errorf("a crash: %v", err)
		}
		var done atomic.Bool
		go func() {
			_ = receive(func(ctx context.Context, run string) error {
				<-ctx.Done() // the platform waits no longer
				done.Store(run == "run")
				return nil
			})
		}()
		synctest.Wait()
		if s.Stop(); !done.Load() {
			t.Error("the run ended while something was being received")
		}
		if err := receive(nil); !errors.Is(err, chat.ErrNotRunning) || s.Running() {
			t.Errorf("after: %v", err)
		}
	})
}

// TestDispatcher: the events of one key are worked in order, one after the other; slots
// are bounded; nothing begins once it is drained.
func TestDispatcher(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex
		var got []int
		d := session.NewDispatcher(ctx, 4, func(n int) {
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			got = append(got, n)
		})
		for n := range 10 {
			d.Put(t.Context(), "C1", n)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		if !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("worked in the order %v", got)
		}
		mu.Unlock()
		started := 0
		for d.TryStart(func() { <-ctx.Done() }) {
			started++
		}
		if started != 64 {
			t.Errorf("%d pieces of work at a time", started)
		}
		stop()
		d.Drain()
		if d.Go(func() { t.Error("begun after the end") }) {
			t.Error("work was taken after the end")
		}
	})
}

// TestStatusBoard: a status that ends at once is not shown; one that is set again while it ends goes on; the end of the board
// waits until all are removed.
func TestStatusBoard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := session.NewStatusBoard()
		at := session.StatusKey{Channel: "C1", Thread: "1"}
		var shown []string
		show := func(_ context.Context, s *session.Status) {
			for text := s.Text(); text != ""; text = s.Text() {
				shown = append(shown, text)
				<-s.Changed()
			}
			time.Sleep(time.Second) // it is being removed
			shown = append(shown, "")
		}
		b.Set(at, "brief", show)
		time.Sleep(100 * time.Millisecond)
		b.Set(at, "", show) // it ended before anybody could read it
		time.Sleep(time.Second)
		for _, text := range []string{"one", "two", "", "three"} {
			b.Set(at, text, show)
			time.Sleep(300 * time.Millisecond)
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		b.Stop()
		b.Set(at, "four", show)
		if want := []string{"one", "two", "", "three", ""}; !slices.Equal(slices.Compact(shown), want) {
			t.Errorf("shown %q, want %q", shown, want)
		}
	})
}

// TestDelivered: the platform's id of a reply is read as it was written.
func TestDelivered(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"C1:1.0,2.0+aa,bb", "C1:1.0", "C1:", ":"} {
		if got := session.ParseDelivered(text).String(); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// TestCache: values are good for as long as they shall be, and the last is known longer.
func TestCache(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	c := session.NewCache[string](func() time.Time { return now }, time.Minute)
	c.Put("a", "1")
	now = now.Add(time.Minute - 1)
	if v, ok := c.Get("a"); v != "1" || !ok {
		t.Errorf("after less than its life: %q, %t", v, ok)
	}
	now = now.Add(1)
	if v, ok := c.Get("a"); ok || c.Last("a") != "1" {
		t.Errorf("after its life: %q, %t", v, ok)
	}
	if !c.Forget("a") || c.Forget("a") || c.Last("a") != "" {
		t.Error("what was forgotten is known")
	}
}
