package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/webapi"
)

const (
	connectionCount = 2                      // so that one is open while Slack renews the other
	queueDepth      = 32                     // events that wait for one worker
	pingTime        = 30 * time.Second       // a silent connection is closed after this
	drainTime       = 200 * time.Millisecond // for the last acknowledgements to be written
	maxPayload      = 4 << 20                // bytes of one payload
	maxAnswer       = 19 << 10               // bytes of an answer; Slack silently drops 20 KiB and more
)

// envelope is one payload from a connection.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`

	connection *socketmode.Client
}

// runSocketMode receives events over connections until ctx is done or Slack refuses the
// app token for good.
func (a *Adapter) runSocketMode(ctx context.Context) error {
	// The connections are closed after the work has ended: acknowledgements that are still
	// queued get lost when a connection closes.
	connected, disconnect := context.WithCancelCause(context.WithoutCancel(ctx))
	defer disconnect(nil)
	work, stop := context.WithCancel(ctx)
	defer stop()

	r := &socketReceiver{Adapter: a, ctx: work}
	r.work = session.NewDispatcher(work, queueDepth, r.handle)
	ended := make(chan error, connectionCount)
	var open sync.WaitGroup
	for i := range connectionCount {
		c := socketmode.New(a.client.Slack(), socketmode.OptionDialer(websocketDialer(a.Client)), socketmode.OptionPingInterval(pingTime), socketmode.OptionReadLimit(maxPayload),
			socketmode.OptionLog(log.New(io.Discard, "", 0)))
		open.Go(func() { a.readConnection(connected, i, c, r) })
		open.Go(func() { ended <- a.holdConnection(connected, i, c) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	stop()
	r.work.Drain()
	if err == nil {
		_ = session.Sleep(connected, drainTime)
	}
	disconnect(nil)
	open.Wait()
	return err
}

// holdConnection keeps one connection open.
func (a *Adapter) holdConnection(ctx context.Context, i int, c *socketmode.Client) error {
	for {
		err := c.RunContext(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to end
		}
		a.connections.Set(i, false, err)
		if code := socketCode(err); webapi.IsAuthCode(code) || code == "not_allowed_token_type" {
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

// socketCode is the code by which Slack refuses to open a connection, or "".
func socketCode(err error) string {
	if r, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return r.Err
	}
	return ""
}

// readConnection dispatches what one connection receives.
func (a *Adapter) readConnection(ctx context.Context, i int, c *socketmode.Client, r *socketReceiver) {
	for {
		var e socketmode.Event
		select {
		case <-ctx.Done():
			return
		case e = <-c.Events:
		}
		switch e.Type {
		case socketmode.EventTypeConnecting:
			a.connections.Set(i, false, nil)
		case socketmode.EventTypeHello:
			a.connections.Set(i, true, nil)
		case socketmode.EventTypeConnectionError:
			var cause error
			if f, ok := e.Data.(*slackgo.ConnectionErrorEvent); ok {
				cause = session.WithoutURL(f.ErrorObj)
			}
			a.connections.Set(i, false, cause)
			a.Logger.WarnContext(ctx, "slack cannot be reached", "error", cause, "remedy", socketRemedy(cause))
		case socketmode.EventTypeErrorWriteFailed:
			a.Logger.WarnContext(ctx, "an acknowledgement was not written; slack delivers the event again")
		case socketmode.EventTypeErrorBadMessage: // slack-go cannot decode it, but payload can
			if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
				r.putRaw(ctx, c, bad.Message)
			}
		case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
			r.put(ctx, envelope{ID: e.Request.EnvelopeID, Type: e.Request.Type, Payload: e.Request.Payload, connection: c})
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
	return webapi.Remedy(err)
}

// socketReceiver works the envelopes of all connections.
type socketReceiver struct {
	*Adapter
	ctx  context.Context //nolint:containedctx // of the work, which ends before the connections do
	work *session.Dispatcher[envelope]
}

// putRaw decodes an envelope that slack-go could not decode, and dispatches it.
func (r *socketReceiver) putRaw(ctx context.Context, connection *socketmode.Client, raw json.RawMessage) {
	var e envelope
	if session.DecodeLenient(raw, &e) != nil || e.ID == "" {
		return
	}
	e.connection = connection
	r.put(ctx, e)
}

// put hands an envelope to a worker, and waits while all are busy. Events of one channel
// go to the same worker, in order; what a member waits for goes to any.
func (r *socketReceiver) put(ctx context.Context, e envelope) {
	if e.Type == kindEvents {
		r.work.Put(ctx, e.channel(), e)
		return
	}
	r.work.Start(ctx, func() { r.handle(e) })
}

// channel is the channel of the event in an envelope, or "".
func (e envelope) channel() string {
	var p struct {
		Event struct {
			Channel string `json:"channel"`
		} `json:"event"`
	}
	_ = session.DecodeLenient(e.Payload, &p)
	return p.Event.Channel
}

// handle receives an envelope and acknowledges it. One that was not received is not
// acknowledged: Slack delivers events again, and tells members that their press failed.
func (r *socketReceiver) handle(e envelope) {
	answer, err := r.receive(context.WithoutCancel(r.ctx), e.Type, e.Payload)
	if err != nil && !errors.Is(err, errMalformed) {
		r.Logger.ErrorContext(r.ctx, "an event was not received", "kind", e.Type, "error", err)
		return
	}
	if data, err := json.Marshal(answer); err != nil || len(data) > maxAnswer {
		answer = nil
	}
	if err := e.connection.SendCtx(context.WithoutCancel(r.ctx), socketmode.Response{EnvelopeID: e.ID, Payload: answer}); err != nil {
		r.Logger.WarnContext(r.ctx, "acknowledging", "error", err)
	}
}

// websocketDialer opens sockets the way the HTTP client does: through the same proxy and
// with the same certificate authorities.
func websocketDialer(c *http.Client) *websocket.Dialer {
	d := &websocket.Dialer{HandshakeTimeout: session.CallTimeout}
	if t, ok := c.Transport.(*http.Transport); ok {
		d.Proxy, d.NetDialContext = t.Proxy, t.DialContext
		if t.TLSClientConfig != nil {
			d.TLSClientConfig = t.TLSClientConfig.Clone()
			d.TLSClientConfig.NextProtos = []string{"http/1.1"} // a websocket handshake needs HTTP/1.1
		}
	}
	return d
}
