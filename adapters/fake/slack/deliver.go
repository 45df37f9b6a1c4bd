package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ackTime is how long the app may take to acknowledge.
const ackTime = 3 * time.Second

// pauses are how long Slack waits before each further attempt to deliver an event.
var pauses = []time.Duration{0, time.Minute, 5 * time.Minute}

// errUnacked says that the app did not acknowledge what a user did; Slack shows them
// a warning.
var errUnacked = errors.New("the app did not acknowledge it")

// Receipt is what becomes of something that the app was told.
type Receipt struct {
	ID   string
	done chan struct{}
	last Delivery
}

// Wait returns the last attempt, once it has been acknowledged or was given up, which
// is an error.
func (r *Receipt) Wait(ctx context.Context) (Delivery, error) {
	select {
	case <-r.done:
	case <-ctx.Done():
		return Delivery{}, fmt.Errorf("wait for the app to acknowledge: %w", ctx.Err())
	}
	if !r.last.Acked {
		return r.last, fmt.Errorf("%w: %s", errUnacked, r.last.Failure)
	}
	return r.last, nil
}

// Done is closed when the app acknowledged, or it was given up.
func (r *Receipt) Done() <-chan struct{} { return r.done }

// deliver tells the app something. Events are repeated until it acknowledges, the
// others are not. then learns what the app answered, with the lock held. The lock is
// held.
func (s *Slack) deliver(kind Kind, payload object, then func(Delivery)) *Receipt {
	body, _ := json.Marshal(payload)
	return s.send(kind, body, then)
}

func (s *Slack) send(kind Kind, body []byte, then func(Delivery)) *Receipt {
	r := &Receipt{ID: s.id("envelope-"), done: make(chan struct{})}
	d := Delivery{Receipt: r.ID, Kind: kind, Payload: body, Sent: s.Clock.Now()}
	if !s.App.Socket && s.target(kind) == "" || s.ctx.Err() != nil {
		r.last = d
		r.last.Failure = "there is no request URL"
		close(r.done)
		return r
	}
	s.open++
	var first *pending
	if s.App.Socket && len(s.sockets) > 0 {
		first = s.write(d) // now, so that payloads go out in the order in which things happened
	}
	s.work.Go(func() {
		d := s.attempts(d, first)
		s.mu.Lock()
		defer s.mu.Unlock()
		if then != nil {
			then(d)
		}
		r.last = d
		s.open--
		s.mu.Changed()
		close(r.done)
	})
	return r
}

// attempts delivers until it works, or Slack would give up.
func (s *Slack) attempts(d Delivery, first *pending) Delivery {
	for {
		d = s.attempt(d, first)
		first = nil
		s.mu.Lock()
		s.deliveries = append(s.deliveries, d)
		s.Logger.Debug("delivery", "kind", d.Kind, "via", d.Via, "attempt", d.Attempt, "acked", d.Acked, "failure", d.Failure)
		s.mu.Changed()
		s.mu.Unlock()
		if d.Acked || d.Kind != Events || d.Attempt == len(pauses) || d.Failure == noRetry || s.ctx.Err() != nil {
			return d
		}
		fired, stop := s.Clock.Timer(pauses[d.Attempt])
		select {
		case <-fired:
		case <-s.ctx.Done():
			stop()
			return d
		}
		d = Delivery{
			Receipt: d.Receipt, Kind: d.Kind, Payload: d.Payload, Attempt: d.Attempt + 1, Reason: d.Failure, Sent: s.Clock.Now(),
		}
	}
}

// attempt delivers once.
func (s *Slack) attempt(d Delivery, first *pending) Delivery {
	fired, stop := s.Clock.Timer(ackTime)
	defer stop()
	s.mu.Lock()
	socket, target := s.App.Socket, s.target(d.Kind)
	s.mu.Unlock()
	if socket {
		d = s.overSocket(d, first, fired)
	} else {
		d.Via = target
		d = s.overHTTP(d, fired)
	}
	d.Took = s.Clock.Now().Sub(d.Sent)
	return d
}

// overSocket sends one envelope and waits for its acknowledgement.
func (s *Slack) overSocket(d Delivery, p *pending, late <-chan time.Time) Delivery {
	for p == nil {
		s.mu.Lock()
		more := s.mu.Next()
		if len(s.sockets) > 0 {
			p = s.write(d)
		}
		s.mu.Unlock()
		if p != nil {
			break
		}
		if d.Kind != Events { // a user waits
			d.Failure = "no socket is open"
			return d
		}
		select {
		case <-more:
		case <-late:
			d.Failure = "connection_failed"
			return d
		case <-s.ctx.Done():
			d.Failure = "closed"
			return d
		}
	}
	d.Via = p.via
	select {
	case a, ok := <-p.acked:
		if ok {
			d.Acked, d.Answer = true, a
			return d
		}
		d.Failure = "connection_failed"
	case <-late:
		d.Failure = "timeout"
	case <-s.ctx.Done():
		d.Failure = "closed"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, d.Receipt)
	return d
}

// pending is an envelope that waits for its acknowledgement. The channel is closed
// when the socket is.
type pending struct {
	via   string
	by    *socket
	acked chan []byte
}

// write puts an envelope on one of the sockets, each in its turn. The lock is held.
func (s *Slack) write(d Delivery) *pending {
	s.turn++
	c := s.sockets[s.turn%len(s.sockets)]
	p := &pending{c.name, c, make(chan []byte, 1)}
	s.waiting[d.Receipt] = p
	envelope := object{
		"envelope_id": d.Receipt, "type": d.Kind, "payload": d.Payload,
		"accepts_response_payload": d.Kind == Commands || d.Kind == Interactive,
	}
	if d.Kind == Events {
		envelope["retry_attempt"], envelope["retry_reason"] = d.Attempt, d.Reason
	}
	text, _ := json.Marshal(envelope)
	c.write(text)
	return p
}

// Inject tells the app what is in the payload, as it is: events of unknown types,
// recorded ones.
func (s *Slack) Inject(kind Kind, payload []byte) *Receipt {
	defer s.mu.Changing()()
	return s.send(kind, slices.Clone(payload), nil)
}
