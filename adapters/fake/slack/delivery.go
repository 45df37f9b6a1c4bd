package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
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

// noRetry is the failure of an event that the app does not want again.
const noRetry = "no retry wanted"

// requestURL is the request URL for a kind of delivery. The lock is held.
func (s *Slack) requestURL(k Kind) string {
	switch k {
	case Commands:
		return s.App.CommandsURL
	case Interactive:
		return s.App.InteractivityURL
	default:
		return s.App.EventsURL
	}
}

// Sign gives a request the headers by which an app knows that it is Slack's: the time
// of the Stamp, and the signature of that and the body under a secret.
func (s *Slack) Sign(r *http.Request, body []byte, secret string) {
	at := strconv.FormatInt(s.Stamp().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", at, body)
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// encodePayload is a payload as it goes to a request URL, and its type.
func encodePayload(d Delivery) ([]byte, string) {
	const form = "application/x-www-form-urlencoded"
	switch d.Kind {
	case Interactive:
		return []byte(url.Values{"payload": {string(d.Payload)}}.Encode()), form
	case Commands:
		values := url.Values{}
		for k, v := range argsOfJSON(d.Payload) {
			values.Set(k, v)
		}
		return []byte(values.Encode()), form
	default:
		return d.Payload, "application/json"
	}
}

// deliverByHTTP posts a delivery to its request URL.
func (s *Slack) deliverByHTTP(d Delivery, late <-chan time.Time) Delivery {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	defer close(ended)
	s.work.Go(func() {
		select {
		case <-late:
			cancel(errAckTimeout)
		case <-ended:
		}
	})
	text, kind := encodePayload(d)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Via, bytes.NewReader(text))
	if err != nil {
		d.Failure = "connection_failed"
		return d
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	s.Sign(r, text, SigningSecret)
	if d.Attempt > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(d.Attempt))
		r.Header.Set("X-Slack-Retry-Reason", d.Reason)
	}
	answer, err := s.Client.Do(r)
	switch {
	case errors.Is(context.Cause(ctx), errAckTimeout):
		d.Failure = "http_timeout"
	case err != nil && strings.Contains(err.Error(), "redirects"):
		d.Failure = "too_many_redirects"
	case err != nil:
		d.Failure = "connection_failed"
	default:
		defer func() { _ = answer.Body.Close() }()
		d.Status = answer.StatusCode
		d.Answer, err = io.ReadAll(io.LimitReader(answer.Body, 1<<20))
		switch {
		case errors.Is(context.Cause(ctx), errAckTimeout):
			d.Failure = "http_timeout"
		case err != nil:
			d.Failure = "connection_failed"
		case answer.StatusCode >= 200 && answer.StatusCode < 300:
			d.Acked = true
		case answer.Header.Get("X-Slack-No-Retry") == "1":
			d.Failure = noRetry
		default:
			d.Failure = "http_error"
		}
	}
	return d
}

var errAckTimeout = errors.New("late")

// Verify asks the events URL to prove that it is the app's, as Slack does when an
// admin enters it.
func (s *Slack) Verify(ctx context.Context) error {
	challenge := "challenge-" + s.Code()
	text, _ := json.Marshal(object{"type": "url_verification", "token": verificationToken, "challenge": challenge})
	answer, err := s.postSigned(ctx, Events, "application/json", text)
	if err != nil {
		return err
	}
	if body := argsOfJSON(answer); body["challenge"] != challenge && strings.TrimSpace(body["text"]) != challenge {
		return fmt.Errorf("the events URL did not repeat the challenge, it body %.100q", answer)
	}
	return nil
}

// CheckSSL asks the commands URL whether its certificate is good, as Slack does now
// and then. Nothing but a success is wanted.
func (s *Slack) CheckSSL(ctx context.Context) error {
	_, err := s.postSigned(ctx, Commands, "application/x-www-form-urlencoded", []byte("token="+verificationToken+"&ssl_check=1"))
	return err
}

// postSigned sends a signed request to a request URL and returns the body of a good answer.
func (s *Slack) postSigned(ctx context.Context, of Kind, kind string, text []byte) ([]byte, error) {
	s.mu.Lock()
	to := s.requestURL(of)
	s.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", kind)
	s.Sign(r, text, SigningSecret)
	answer, err := s.Client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the app: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read what the app says: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return body, fmt.Errorf("%s answered %s", to, answer.Status)
	}
	return body, nil
}
