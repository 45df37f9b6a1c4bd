package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	connections = 2                // so that one is open while Slack renews the other
	lanes       = 64               // in which events go side by side; those of a channel stay in order
	laneDepth   = 32               // events that wait in one
	pressesAt   = 64               // presses, forms and commands at a time
	pingTime    = 30 * time.Second // after which a silent connection is given up
	drainTime   = 200 * time.Millisecond
	mostRead    = 4 << 20 // bytes of one payload
	mostAnswer  = 19 << 10
)

// lines are the connections of Socket Mode, and what is wrong with each.
type lines struct {
	mu     sync.Mutex
	faults [connections]error
	open   [connections]bool
}

// ready says why no connection is open, or nil.
func (l *lines) ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var fault error
	for i, open := range l.open {
		if open {
			return nil
		}
		if l.faults[i] != nil {
			fault = l.faults[i]
		}
	}
	if fault != nil {
		return fmt.Errorf("slack: no connection: %w", fault)
	}
	return errors.New("slack: not connected yet")
}

func (l *lines) set(i int, open bool, fault error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[i], l.faults[i] = open, fault
}

// envelope is what comes over a connection.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`

	from *socketmode.Client
}

// listen receives over connections until ctx is done or Slack refuses the app token
// for good.
func (a *Adapter) listen(ctx context.Context) error {
	api := slackgo.New(a.BotToken, slackgo.OptionAPIURL(a.APIBaseURL), slackgo.OptionHTTPClient(a.Client), slackgo.OptionAppLevelToken(a.AppToken))
	// The connections outlive the work on what they brought, as acknowledgements that
	// wait for their turn are lost with them.
	wire, hangUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer hangUp(nil)
	work, stop := context.WithCancel(ctx)
	defer stop()

	d := newDispatcher(a, work)
	ended := make(chan error, connections)
	var open sync.WaitGroup
	for i := range connections {
		c := socketmode.New(api, socketmode.OptionDialer(dialer(a.Client)), socketmode.OptionPingInterval(pingTime), socketmode.OptionReadLimit(mostRead),
			socketmode.OptionLog(log.New(io.Discard, "", 0)))
		open.Go(func() { a.read(wire, i, c, d) })
		open.Go(func() { ended <- a.hold(wire, i, c) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	stop()
	d.drain()
	if err == nil {
		_ = sleep(wire, drainTime)
	}
	hangUp(nil)
	open.Wait()
	return err
}

// hold keeps one connection open.
func (a *Adapter) hold(ctx context.Context, i int, c *socketmode.Client) error {
	for {
		err := c.RunContext(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to end
		}
		a.lines.set(i, false, err)
		if code := socketCode(err); hopeless[code] || code == "not_allowed_token_type" {
			return fmt.Errorf("slack refuses the app token (%s): make one (xapp-…) with the scope connections:write under “Basic Information” of the app", code)
		}
		if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok && status.Code == 404 {
			return fmt.Errorf("slack has no Web API at %s", a.APIBaseURL)
		}
		a.Logger.WarnContext(ctx, "the connection to slack ended", "error", err)
		if sleep(ctx, time.Second) != nil {
			return nil //nolint:nilerr // it was told to end
		}
	}
}

// socketCode is Slack's word for why a connection cannot be opened.
func socketCode(err error) string {
	if r, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return r.Err
	}
	return ""
}

// read takes what one connection brings.
func (a *Adapter) read(ctx context.Context, i int, c *socketmode.Client, d *dispatcher) {
	for {
		var e socketmode.Event
		select {
		case <-ctx.Done():
			return
		case e = <-c.Events:
		}
		switch e.Type {
		case socketmode.EventTypeConnecting:
			a.lines.set(i, false, nil)
		case socketmode.EventTypeHello:
			a.lines.set(i, true, nil)
		case socketmode.EventTypeConnectionError:
			var cause error
			if f, ok := e.Data.(*slackgo.ConnectionErrorEvent); ok {
				cause = bare(f.ErrorObj)
			}
			a.lines.set(i, false, cause)
			a.Logger.WarnContext(ctx, "slack cannot be reached", "error", cause, "remedy", socketRemedy(cause))
		case socketmode.EventTypeErrorWriteFailed:
			a.Logger.WarnContext(ctx, "an acknowledgement was not written; slack delivers the event again")
		case socketmode.EventTypeErrorBadMessage: // what the library cannot read, we can
			if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
				d.add(ctx, c, bad.Message)
			}
		case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
			d.put(ctx, envelope{ID: e.Request.EnvelopeID, Type: e.Request.Type, Payload: e.Request.Payload, from: c})
		case socketmode.EventTypeConnected, socketmode.EventTypeDisconnect, socketmode.EventTypeIncomingError, socketmode.EventTypeInvalidAuth:
			// Hello, Connecting and the end of RunContext say the same better.
		}
	}
}

// socketRemedy says what to do when no connection can be opened.
func socketRemedy(err error) string {
	if code := socketCode(err); code != "" {
		if code == "missing_scope" {
			return "give the app token the scope connections:write"
		}
		return "see that Socket Mode is switched on for the app, and that the app token (xapp-…) is its own"
	}
	return remedy(err)
}

// dispatcher gives envelopes to workers: events of one channel to the same, in order;
// what a member waits for to any.
type dispatcher struct {
	adapter *Adapter
	ctx     context.Context //nolint:containedctx // of the work, which ends before the connections do
	lanes   [lanes]chan envelope
	slots   chan struct{}

	mu      sync.RWMutex // guards beginning work against the end of it
	drained bool
	work    sync.WaitGroup
}

func newDispatcher(a *Adapter, ctx context.Context) *dispatcher { //nolint:revive // the context belongs to what is made
	d := &dispatcher{adapter: a, ctx: ctx, slots: make(chan struct{}, pressesAt)}
	for i := range d.lanes {
		lane := make(chan envelope, laneDepth)
		d.lanes[i] = lane
		d.work.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case e := <-lane:
					d.handle(e)
				}
			}
		})
	}
	return d
}

// add takes an envelope as it came.
func (d *dispatcher) add(ctx context.Context, from *socketmode.Client, raw json.RawMessage) {
	var e envelope
	if lenient(raw, &e) != nil || e.ID == "" {
		return
	}
	e.from = from
	d.put(ctx, e)
}

// put gives an envelope to a worker, and waits while all are busy.
func (d *dispatcher) put(ctx context.Context, e envelope) {
	if e.Type == kindEvents {
		select {
		case d.lanes[e.lane()] <- e:
		case <-d.ctx.Done():
		case <-ctx.Done():
		}
		return
	}
	select {
	case d.slots <- struct{}{}:
	case <-d.ctx.Done():
		return
	case <-ctx.Done():
		return
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.drained {
		return
	}
	d.work.Go(func() {
		defer func() { <-d.slots }()
		d.handle(e)
	})
}

// lane is where the events of an envelope's channel go.
func (e envelope) lane() int {
	var p struct {
		Event struct {
			Channel string `json:"channel"`
		} `json:"event"`
	}
	_ = lenient(e.Payload, &p) // what cannot be read goes with what has no channel
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.Event.Channel))
	return int(h.Sum32() % lanes)
}

// handle takes an envelope in and acknowledges it. One that was not received stays
// without: Slack delivers events again, and tells members that their press failed.
func (d *dispatcher) handle(e envelope) {
	answer, err := d.adapter.take(context.WithoutCancel(d.ctx), e.Type, e.Payload)
	if err != nil && !errors.Is(err, errMalformed) {
		d.adapter.Logger.ErrorContext(d.ctx, "an event was not received", "kind", e.Type, "error", err)
		return
	}
	if data, err := json.Marshal(answer); err != nil || len(data) > mostAnswer {
		answer = nil
	}
	if err := e.from.SendCtx(context.WithoutCancel(d.ctx), socketmode.Response{EnvelopeID: e.ID, Payload: answer}); err != nil {
		d.adapter.Logger.WarnContext(d.ctx, "acknowledging", "error", err)
	}
}

// drain waits for what is being worked on. Nothing new is begun.
func (d *dispatcher) drain() {
	d.mu.Lock()
	d.drained = true
	d.mu.Unlock()
	d.work.Wait()
}
