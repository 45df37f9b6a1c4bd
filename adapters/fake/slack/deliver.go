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

// retryPauses are how long Slack waits before each further attempt to deliver an event.
var retryPauses = []time.Duration{0, time.Minute, 5 * time.Minute}

// errNotAcknowledged says that the app did not acknowledge what a user did; Slack shows them
// a warning.
var errNotAcknowledged = errors.New("the app did not acknowledge it")

// Receipt is what becomes of something that the app was told.
type Receipt struct {
	ID       string
	done     chan struct{}
	delivery Delivery
}

// Wait returns the last attempt, once it has been acknowledged or was given up, which
// is an error.
func (r *Receipt) Wait(ctx context.Context) (Delivery, error) {
	select {
	case <-r.done:
	case <-ctx.Done():
		return Delivery{}, fmt.Errorf("wait for the app to acknowledge: %w", ctx.Err())
	}
	if !r.delivery.Acked {
		return r.delivery, fmt.Errorf("%w: %s", errNotAcknowledged, r.delivery.Failure)
	}
	return r.delivery, nil
}

// Done is closed when the app acknowledged, or it was given up.
func (r *Receipt) Done() <-chan struct{} { return r.done }

// deliver tells the app something. Events are repeated until it acknowledges, the
// others are not. then learns what the app answered, with the lock held. The lock is
// held.
func (s *Slack) deliver(kind Kind, payload object, then func(Delivery)) *Receipt {
	body, _ := json.Marshal(payload)
	return s.startDelivery(kind, body, then)
}

func (s *Slack) startDelivery(kind Kind, body []byte, then func(Delivery)) *Receipt {
	r := &Receipt{ID: s.newID("envelope-"), done: make(chan struct{})}
	d := Delivery{Receipt: r.ID, Kind: kind, Payload: body, Sent: s.Clock.Now()}
	if !s.App.Socket && s.requestURL(kind) == "" || s.ctx.Err() != nil {
		r.delivery = d
		r.delivery.Failure = "there is no request URL"
		close(r.done)
		return r
	}
	s.inFlight++
	var first *pendingAck
	if s.App.Socket && len(s.sockets) > 0 {
		first = s.writeEnvelope(d) // now, so that payloads go out in the order in which things happened
	}
	s.work.Go(func() {
		d := s.deliverWithRetries(d, first)
		s.mu.Lock()
		defer s.mu.Unlock()
		if then != nil {
			then(d)
		}
		r.delivery = d
		s.inFlight--
		s.mu.Changed()
		close(r.done)
	})
	return r
}

// deliverWithRetries delivers until it works, or Slack would give up.
func (s *Slack) deliverWithRetries(d Delivery, first *pendingAck) Delivery {
	for {
		d = s.deliverOnce(d, first)
		first = nil
		s.mu.Lock()
		s.deliveries = append(s.deliveries, d)
		s.Logger.Debug("delivery", "kind", d.Kind, "via", d.Via, "attempt", d.Attempt, "acked", d.Acked, "failure", d.Failure)
		s.mu.Changed()
		s.mu.Unlock()
		if d.Acked || d.Kind != Events || d.Attempt == len(retryPauses) || d.Failure == noRetry || s.ctx.Err() != nil {
			return d
		}
		fired, stop := s.Clock.Timer(retryPauses[d.Attempt])
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

// deliverOnce delivers once.
func (s *Slack) deliverOnce(d Delivery, first *pendingAck) Delivery {
	fired, stop := s.Clock.Timer(ackTime)
	defer stop()
	s.mu.Lock()
	socket, target := s.App.Socket, s.requestURL(d.Kind)
	s.mu.Unlock()
	if socket {
		d = s.deliverBySocket(d, first, fired)
	} else {
		d.Via = target
		d = s.deliverByHTTP(d, fired)
	}
	d.Took = s.Clock.Now().Sub(d.Sent)
	return d
}

// deliverBySocket sends one envelope and waits for its acknowledgement.
func (s *Slack) deliverBySocket(d Delivery, p *pendingAck, late <-chan time.Time) Delivery {
	for p == nil {
		s.mu.Lock()
		more := s.mu.Next()
		if len(s.sockets) > 0 {
			p = s.writeEnvelope(d)
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
	delete(s.unacknowledged, d.Receipt)
	return d
}

// pendingAck is an envelope that waits for its acknowledgement. The channel is closed
// when the socket is.
type pendingAck struct {
	via    string
	socket *socket
	acked  chan []byte
}

// writeEnvelope puts an envelope on one of the sockets, each in its turn. The lock is held.
func (s *Slack) writeEnvelope(d Delivery) *pendingAck {
	s.nextSocket++
	c := s.sockets[s.nextSocket%len(s.sockets)]
	p := &pendingAck{c.name, c, make(chan []byte, 1)}
	s.unacknowledged[d.Receipt] = p
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
	return s.startDelivery(kind, slices.Clone(payload), nil)
}
