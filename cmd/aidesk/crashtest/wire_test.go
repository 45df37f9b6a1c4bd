//go:build unix

package crashtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	fakeslack "aidesk/adapters/fake/slack"
)

// wire brings what Slack delivers to the program, wherever it listens now, and loses some of
// it. Events that Slack has given up it delivers again, and some of those that arrived.
type wire struct {
	w         *world
	to        atomic.Pointer[string]
	transport *http.Transport

	mu     sync.Mutex
	events map[string]*delivery // by their ids
	acked  map[string]bool      // timestamps of messages that the program has acknowledged
}

// delivery is an event on its way.
type delivery struct {
	payload  []byte
	message  string // its timestamp
	acked    bool
	attempts int
	last     time.Time // when the last attempt ended
}

const (
	lostDeliveries = 0.05 // as many do not arrive
	lostAnswers    = 0.05 // of as many the acknowledgement is not heard
	repeated       = 0.10 // as many come again although they were acknowledged
	slackAttempts  = 4
)

var errLost = errors.New("lost on the way")

func newWire(w *world) *wire {
	x := &wire{w: w, transport: &http.Transport{DisableKeepAlives: true}, events: map[string]*delivery{}, acked: map[string]bool{}}
	nowhere := "http://127.0.0.1:1"
	x.to.Store(&nowhere)
	return x
}

// RoundTrip delivers once.
func (x *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body.Close()
	d := x.delivery(body)
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		d.attempts++
		d.last = time.Now()
	}()
	faulty := x.w.faulty.Load()
	if faulty && x.w.dice.share() < lostDeliveries {
		return nil, errLost
	}
	to, err := url.Parse(*x.to.Load())
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = to.Scheme, to.Host, to.Host
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := x.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if faulty && x.w.dice.share() < lostAnswers {
		answer.Body.Close()
		return nil, errLost
	}
	if answer.StatusCode == http.StatusOK {
		x.mu.Lock()
		d.acked, x.acked[d.message] = true, true
		x.mu.Unlock()
		if faulty && x.w.dice.share() < repeated && d.message != "" {
			time.AfterFunc(x.w.dice.between(0, 2*time.Second), func() { x.w.slack.Inject(fakeslack.Events, body) })
		}
	}
	return answer, nil
}

// delivery finds what is known of a payload. What is no event of a message is known to nobody.
func (x *wire) delivery(body []byte) *delivery {
	var e struct {
		ID    string `json:"event_id"`
		Event struct{ TS string }
	}
	if json.Unmarshal(body, &e) != nil || e.ID == "" {
		return &delivery{}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.events[e.ID] == nil {
		x.events[e.ID] = &delivery{payload: body, message: e.Event.TS}
	}
	return x.events[e.ID]
}

// heard reports whether the program has acknowledged a message.
func (x *wire) heard(ts string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.acked[ts]
}

// again delivers what Slack has given up, and reports how much is not acknowledged.
func (x *wire) again() int {
	x.mu.Lock()
	var lost []*delivery
	open := 0
	for _, d := range x.events {
		if d.acked {
			continue
		}
		open++
		if d.attempts >= slackAttempts && time.Since(d.last) > 500*time.Millisecond {
			d.attempts = 0
			lost = append(lost, d)
		}
	}
	x.mu.Unlock()
	for _, d := range lost {
		x.w.slack.Inject(fakeslack.Events, d.payload)
	}
	return open
}
