package gateway

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestEvents: stopping waits for the event that is being passed on, and none is afterwards,
// whatever a session that hangs still brings.
func TestEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var passing events
		taken := 0
		go passing.pass(Event{}, func(Event) {
			time.Sleep(time.Second)
			taken++
		})
		synctest.Wait()
		begun := time.Now()
		passing.stop()
		if taken != 1 || time.Since(begun) != time.Second {
			t.Errorf("stopped after %s with %d events taken", time.Since(begun), taken)
		}
		passing.pass(Event{}, func(Event) { taken++ })
		if taken != 1 {
			t.Error("an event was passed on after the end")
		}
	})
}
