package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"aidesk/adapters/session"
)

const (
	connections = 2                // so that one is open while Slack renews the other
	queueDepth  = 32               // events that wait for one worker
	pingTime    = 30 * time.Second // after which a silent connection is given up
	drainTime   = 200 * time.Millisecond
	mostRead    = 4 << 20 // bytes of one payload
	mostAnswer  = 19 << 10
)

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

	d := &receiver{Adapter: a, ctx: work}
	d.work = session.NewDispatcher(work, queueDepth, d.handle)
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
	d.work.Drain()
	if err == nil {
		_ = session.Sleep(wire, drainTime)
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
		a.lines.Set(i, false, err)
		if code := socketCode(err); hopeless[code] || code == "not_allowed_token_type" {
			return fmt.Errorf("slack refuses the app token (%s): make one (xapp-…) with the scope connections:write under “Basic Information” of the app", code)
		}
		if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok && status.Code == 404 {
			return fmt.Errorf("slack has no Web API at %s", a.APIBaseURL)
		}
		a.Logger.WarnContext(ctx, "the connection to slack ended", "error", err)
		if session.Sleep(ctx, time.Second) != nil {
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
func (a *Adapter) read(ctx context.Context, i int, c *socketmode.Client, d *receiver) {
	for {
		var e socketmode.Event
		select {
		case <-ctx.Done():
			return
		case e = <-c.Events:
		}
		switch e.Type {
		case socketmode.EventTypeConnecting:
			a.lines.Set(i, false, nil)
		case socketmode.EventTypeHello:
			a.lines.Set(i, true, nil)
		case socketmode.EventTypeConnectionError:
			var cause error
			if f, ok := e.Data.(*slackgo.ConnectionErrorEvent); ok {
				cause = session.WithoutURL(f.ErrorObj)
			}
			a.lines.Set(i, false, cause)
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

// receiver works what the connections bring.
type receiver struct {
	*Adapter
	ctx  context.Context //nolint:containedctx // of the work, which ends before the connections do
	work *session.Dispatcher[envelope]
}

// add takes an envelope as it came.
func (d *receiver) add(ctx context.Context, from *socketmode.Client, raw json.RawMessage) {
	var e envelope
	if session.DecodeLenient(raw, &e) != nil || e.ID == "" {
		return
	}
	e.from = from
	d.put(ctx, e)
}

// put gives an envelope to a worker, and waits while all are busy: events of one channel
// to the same, in order; what a member waits for to any.
func (d *receiver) put(ctx context.Context, e envelope) {
	if e.Type == kindEvents {
		d.work.Put(ctx, e.channel(), e)
		return
	}
	d.work.Start(ctx, func() { d.handle(e) })
}

// channel is where the event of an envelope happened; what cannot be read goes with what
// has no channel.
func (e envelope) channel() string {
	var p struct {
		Event struct {
			Channel string `json:"channel"`
		} `json:"event"`
	}
	_ = session.DecodeLenient(e.Payload, &p)
	return p.Event.Channel
}

// handle takes an envelope in and acknowledges it. One that was not received stays
// without: Slack delivers events again, and tells members that their press failed.
func (d *receiver) handle(e envelope) {
	answer, err := d.take(context.WithoutCancel(d.ctx), e.Type, e.Payload)
	if err != nil && !errors.Is(err, errMalformed) {
		d.Logger.ErrorContext(d.ctx, "an event was not received", "kind", e.Type, "error", err)
		return
	}
	if data, err := json.Marshal(answer); err != nil || len(data) > mostAnswer {
		answer = nil
	}
	if err := e.from.SendCtx(context.WithoutCancel(d.ctx), socketmode.Response{EnvelopeID: e.ID, Payload: answer}); err != nil {
		d.Logger.WarnContext(d.ctx, "acknowledging", "error", err)
	}
}
