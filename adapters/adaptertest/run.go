// Package adaptertest is the contract of chat.Adapter as tests: Run holds an
// adapter against it, with a Recorder that records what it receives and a Memory that
// keeps for it.
package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"aidesk/core/chat"
)

// Platform is a messenger with one member in one place, as the adapter under test
// reaches it.
type Platform struct {
	// Open makes an adapter, not running yet. A second call is a restart of the
	// desk: the same platform, a new adapter.
	Open func() chat.Adapter
	// Place is where the member writes and replies can be sent.
	Place chat.Place
	// Member is the platform's id of the member.
	Member string
	// Say writes a message to aidesk.
	Say func(text string)
	// Press presses the last button shown with that label.
	Press func(label string)
	// Fill presses the last button shown with that label, or, if it is empty, goes on with
	// the form that was not good, fills in the inputs and submits the form. Those that are not
	// named stay as they are; asked is how many the form has, or asks for again. It waits
	// until a fault is shown, if one is wanted.
	Fill func(button string, inputs []Filled, asked int, fault string)
	// Shown is all that the member has been shown, oldest first.
	Shown func() string
}

// Run checks that an adapter keeps the contract. platform makes a new platform for
// each part of it.
func Run(t *testing.T, platform func(t testing.TB) Platform) {
	t.Helper()
	for _, part := range []struct {
		name string
		test func(s *contract)
	}{
		{"before run", beforeRun},
		{"member", member},
		{"messages", messages},
		{"refused", receiveFails},
		{"reply", reply},
		{"update", update},
		{"again", sentTwice},
		{"card in full", cardInFull},
		{"hostile text", hostileText},
		{"press", press},
		{"forms", forms},
		{"side by side", sideBySide},
		{"restart", restart},
		{"abilities", abilities},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(&contract{T: t, Platform: platform(t)}) })
	}
}

// contract is one part of the contract under test: a platform, and its adapter once
// it runs.
type contract struct {
	*testing.T
	Platform

	adapter chat.Adapter
	desk    *Recorder
	end     context.CancelFunc // nil: not running
	ended   chan error
}

// start opens an adapter and runs it until the test ends or stop is called.
func (s *contract) start(desk *Recorder, k chat.Keeper) {
	s.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	adapter, ended := s.Open(), make(chan error, 1)
	go func() { ended <- adapter.Run(ctx, desk, k) }()
	s.adapter, s.desk, s.end, s.ended = adapter, desk, cancel, ended
	s.Cleanup(s.stop)
}

// stop ends Run, which must return soon and without a complaint of its own.
func (s *contract) stop() {
	s.Helper()
	if s.end == nil {
		return
	}
	s.end()
	s.end = nil
	select {
	case err := <-s.ended:
		if err != nil && !errors.Is(err, context.Canceled) {
			s.Errorf("Run ended with %v; nothing was wrong", err)
		}
	case <-s.timeout():
		s.Errorf("Run did not end within %s after its context", maxWait)
	}
}

// next is the next event, of which the adapter learns that it is dealt with.
func (s *contract) next() chat.Event {
	s.Helper()
	e := s.desk.Next(s)
	if settler, ok := s.adapter.(chat.Settler); ok {
		settler.Settled(e.ID)
	}
	return e
}

// send sends a reply that must arrive.
func (s *contract) send(r chat.Reply, posted string) string {
	s.Helper()
	id, err := s.deliver(r, posted)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// deliver sends a reply, again and again while the adapter puts it off.
func (s *contract) deliver(r chat.Reply, posted string) (string, error) {
	limit := s.timeout()
	for {
		id, err := s.adapter.Send(s.Context(), r, posted)
		later, ok := errors.AsType[*chat.Later](err)
		switch {
		case !ok && err != nil:
			return "", fmt.Errorf("send %s: %w", r.ID, err)
		case !ok && id == "":
			return "", fmt.Errorf("send %s: no id of the message came back", r.ID)
		case !ok:
			return id, nil
		}
		select {
		case <-time.After(later.After):
		case <-limit:
			return "", fmt.Errorf("send %s: put off for ever: %w", r.ID, err)
		}
	}
}

// timeout fires when something took longer than anything may.
func (s *contract) timeout() <-chan time.Time { return time.After(maxWait) }
