package bots_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model/script"
)

// flaky is a platform whose sending fails as the test wants it.
type flaky struct {
	chat.Adapter
	fail chan func(send func() (string, error)) (string, error) // how the next sending goes
}

// Send sends, or fails.
func (f *flaky) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	send := func() (string, error) { return f.Adapter.Send(ctx, r, posted) }
	select {
	case fail := <-f.fail:
		return fail(send)
	default:
		return send()
	}
}

// Find asks the platform.
func (f *flaky) Find(ctx context.Context, r chat.Reply, posted string, since time.Time) (string, bool, error) {
	return f.Adapter.(chat.Finder).Find(ctx, r, posted, since)
}

// unreliable is a stage in a room that fails as the channel says.
func unreliable(t *testing.T) (*bottest.Stage, *bottest.Room, chan func(func() (string, error)) (string, error)) {
	clock := bottest.NewClock()
	room := bottest.NewRoom(clock)
	p := room.Platform()
	fail := make(chan func(func() (string, error)) (string, error), 8)
	open := p.Open
	p.Open = func() chat.Adapter { return &flaky{open(), fail} }
	hello := script.Func(script.Say("hello"))
	return bottest.Start(t, p, clock, bottest.Setup{Model: hello}), room, fail
}

var errWire = errors.New("connection reset")

// TestDeliver: whatever becomes of a sending, a reply is shown once.
func TestDeliver(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fails []func(func() (string, error)) (string, error)
		waits []time.Duration // after each failure, until the next try
		shown int
	}{
		{"busy, and again busy", []func(func() (string, error)) (string, error){
			func(func() (string, error)) (string, error) {
				return "", &chat.Later{After: 5 * time.Second, Reason: "busy"}
			},
			func(func() (string, error)) (string, error) { return "", &chat.Later{Reason: "busy"} },
		}, []time.Duration{5 * time.Second, time.Second}, 1},
		{"lost on the way", []func(func() (string, error)) (string, error){
			func(func() (string, error)) (string, error) { return "", errWire },
		}, []time.Duration{time.Minute}, 1},
		{"arrived, and the answer lost", []func(func() (string, error)) (string, error){
			func(send func() (string, error)) (string, error) {
				if _, err := send(); err != nil {
					return "", err
				}
				return "", errWire
			},
		}, []time.Duration{time.Minute}, 1},
		{"the place is gone", []func(func() (string, error)) (string, error){
			func(func() (string, error)) (string, error) { return "", chat.ErrGone },
		}, nil, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, room, fail := unreliable(t)
			for _, f := range test.fails {
				fail <- f
			}
			e := s.Tell(s.Member, "hello?")
			for _, wait := range test.waits {
				s.Undelivered()
				s.Clock.Advance(wait)
			}
			s.Done(e)
			if got := strings.Count(room.Shown(), "hello"); got != test.shown {
				t.Errorf("shown %d times; want %d:\n%s", got, test.shown, room.Shown())
			}
			s.Ask("and now?") // the conversation goes on
			if got := strings.Count(room.Shown(), "hello"); got != test.shown+1 {
				t.Errorf("then shown %d times; want one more than %d", got, test.shown)
			}
		})
	}
}

// TestDeliverElsewhere: a reply that cannot be delivered holds up no other
// conversation, and is delivered after a restart.
func TestDeliverElsewhere(t *testing.T) {
	s, room, fail := unreliable(t)
	fail <- func(func() (string, error)) (string, error) {
		return "", &chat.Later{After: time.Hour, Reason: "archived for an hour"}
	}
	e := s.Tell(s.Member, "hello?")
	s.Undelivered()
	s.Done(s.TellIn(s.Member, "T1", "hello?"))
	if got := strings.Count(room.Shown(), "hello"); got != 1 {
		t.Errorf("shown %d times; want the other conversation's alone", got)
	}
	s.Close()
	s.Clock.Advance(time.Hour)
	s.Restart()
	s.Ask("and now?")
	if got := strings.Count(room.Shown(), "hello"); got != 3 {
		t.Errorf("after a restart shown %d times; want three for %s and two more:\n%s", got, e.ID, room.Shown())
	}
}

// TestDeliverCrash: a message that was posted by a process that died before it could
// write that down is found, not posted again.
func TestDeliverCrash(t *testing.T) {
	s, room, _ := unreliable(t)
	s.KillOnDelivery()
	s.Tell(s.Member, "hello?")
	s.Undelivered()
	s.Close()
	s.Clock.Advance(5 * time.Minute)
	s.Restart()
	s.Ask("and now?")
	if got := strings.Count(room.Shown(), "hello"); got != 2 {
		t.Errorf("shown %d times; want one for each question:\n%s", got, room.Shown())
	}
}
