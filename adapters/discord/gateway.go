package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"aidesk/adapters/discord/gateway"
	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// The kinds of events that are worked, by Discord's words.
const (
	kindMessage     = "MESSAGE_CREATE"
	kindEdit        = "MESSAGE_UPDATE"
	kindDelete      = "MESSAGE_DELETE"
	kindInteraction = "INTERACTION_CREATE"
)

const (
	queueDepth      = 256 // events that wait for one worker
	firstRetryPause = 250 * time.Millisecond
	maxRetryPause   = 15 * time.Second
)

// gatewayWorker works what the gateway says: what is said in one channel in order, what a
// member waits for at once.
type gatewayWorker struct {
	adapter *Adapter
	self    appIdentity
	ctx     context.Context //nolint:containedctx // of the work, which ends before the connection does
	queue   *session.Dispatcher[gatewayEvent]

	mu          sync.Mutex
	backlogDone chan struct{} // closed: what comes may be worked; else what was missed comes first
}

// gatewayEvent is one event on its way to a worker.
type gatewayEvent struct {
	kind    string
	message payload.Message
}

func newGatewayWorker(ctx context.Context, a *Adapter, self appIdentity) *gatewayWorker {
	d := &gatewayWorker{adapter: a, self: self, ctx: ctx, backlogDone: make(chan struct{})}
	close(d.backlogDone)
	d.queue = session.NewDispatcher(ctx, queueDepth, func(p gatewayEvent) {
		d.waitForBacklog()
		d.deliver(p)
	})
	return d
}

// listen keeps a session at the gateway until ctx is done or Discord refuses for good.
func (a *Adapter) listen(ctx context.Context, self appIdentity, k chat.Keeper) error {
	work, stop := context.WithCancel(ctx)
	if err := a.cursor.load(ctx, k); err != nil {
		stop()
		return err
	}
	d := newGatewayWorker(work, a, self)
	defer func() {
		stop()
		d.queue.Drain()
		a.cursor.save(context.WithoutCancel(ctx), k, a.Logger)
		a.connection.Set(0, false, nil)
	}()
	d.queue.Go(func() { a.cursor.saveRegularly(work, k, a.Logger) })
	return gateway.Run(ctx, gateway.Config{
		Token: a.Token, MessageContent: a.MessageContent, Base: a.base, Client: a.Client, Logger: a.Logger,
		Times: a.times, Take: d.receive, Status: func(open bool, fault error) { a.connection.Set(0, open, fault) },
	})
}

// receive takes an event from the gateway. It does not wait: whoever reads must not.
func (d *gatewayWorker) receive(e gateway.Event) {
	switch e.Type {
	case "READY":
		var r struct {
			Guilds []json.RawMessage `json:"guilds"`
		}
		_ = session.DecodeLenient(e.Data, &r) // without servers nothing is waited for
		d.startSession(len(r.Guilds))
	case "GUILD_CREATE":
		d.rememberChannels(e.Data)
	case kindMessage, kindEdit, kindDelete:
		var m payload.Message
		if session.DecodeLenient(e.Data, &m) == nil {
			d.enqueue(gatewayEvent{e.Type, m})
		}
	case "MESSAGE_DELETE_BULK":
		var m struct {
			payload.Message
			IDs []string `json:"ids"`
		}
		_ = session.DecodeLenient(e.Data, &m) // then there are none
		for _, id := range m.IDs {
			m.ID = id
			d.enqueue(gatewayEvent{kindDelete, m.Message})
		}
	case kindInteraction:
		if !d.queue.TryStart(func() { d.answerInteraction(e.Data) }) { // the member is told by Discord that nobody answers
			d.adapter.Logger.WarnContext(d.ctx, "too many presses and commands at once")
		}
	case "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_UPDATE", "THREAD_DELETE":
		var c payload.Channel
		_ = session.DecodeLenient(e.Data, &c) // then none is forgotten
		d.adapter.channels.Forget(c.ID)
	case "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		var g struct {
			ID    string `json:"id"`
			Guild string `json:"guild_id"`
		}
		_ = session.DecodeLenient(e.Data, &g) // then none is forgotten
		d.adapter.forgetGuild(g.ID)
		d.adapter.forgetGuild(g.Guild)
	}
}

// startSession begins a new session: what was missed before it comes first.
func (d *gatewayWorker) startSession(servers int) {
	from := d.adapter.cursor.position()
	if from != "" {
		d.adapter.cursor.begin(from) // until then the mark stays
	}
	d.adapter.cursor.resetMissed()
	gate := make(chan struct{})
	pass := sync.OnceFunc(func() { close(gate) })
	d.mu.Lock()
	d.backlogDone = gate
	d.mu.Unlock()
	d.queue.Go(func() {
		defer time.AfterFunc(backlogTimeout, pass).Stop() // what comes does not wait for ever
		defer pass()
		d.fetchMissed(d.ctx, from, servers)
	})
}

// rememberChannels notes the channels of a server.
func (d *gatewayWorker) rememberChannels(raw json.RawMessage) {
	var g struct {
		ID       string            `json:"id"`
		Channels []payload.Channel `json:"channels"`
		Threads  []payload.Channel `json:"threads"`
	}
	if session.DecodeLenient(raw, &g) != nil {
		return
	}
	all := slices.Concat(g.Channels, g.Threads)
	for i := range all {
		all[i].Guild = g.ID
	}
	d.adapter.cursor.addChannels(all)
}

// waitForBacklog waits until what was missed has been fetched.
func (d *gatewayWorker) waitForBacklog() {
	d.mu.Lock()
	gate := d.backlogDone
	d.mu.Unlock()
	select {
	case <-gate:
	case <-d.ctx.Done():
	}
}

// enqueue gives an event to the worker of its channel, unless it is none of ours. One for
// which there is no room is fetched again after the next start.
func (d *gatewayWorker) enqueue(p gatewayEvent) {
	if p.message.ID == "" || p.message.Channel == "" {
		return
	}
	if p.kind == kindMessage {
		d.adapter.cursor.begin(p.message.ID)
		if !d.self.concerns(d.ctx, d.adapter, p.message) {
			d.adapter.cursor.end(p.message.ID)
			return
		}
	}
	if !d.queue.TryPut(p.message.Channel, p) {
		d.adapter.Logger.ErrorContext(d.ctx, "more comes than can be stored; a message waits for the next start", "kind", p.kind)
	}
}

// deliver works an event until the desk has received it or the work ends: the gateway
// does not deliver it again.
func (d *gatewayWorker) deliver(p gatewayEvent) {
	for pause := firstRetryPause; ; pause = min(2*pause, maxRetryPause) {
		err := d.deliverOnce(d.ctx, p.kind, p.message)
		if err == nil || errors.Is(err, session.ErrCrashed) {
			if p.kind == kindMessage {
				d.adapter.cursor.end(p.message.ID)
			}
			return
		}
		if d.ctx.Err() != nil {
			return // it is fetched at the next start
		}
		d.adapter.Logger.ErrorContext(d.ctx, "an event was not received", "kind", p.kind, "error", err, "again", pause)
		if session.Sleep(d.ctx, pause) != nil {
			return
		}
	}
}

// deliverOnce takes in a message or a change.
func (d *gatewayWorker) deliverOnce(ctx context.Context, kind string, m payload.Message) error {
	return d.adapter.receiveMessage(context.WithoutCancel(ctx), kind, m)
}

// answerInteraction takes in an interaction and answers it.
func (d *gatewayWorker) answerInteraction(raw json.RawMessage) {
	var i payload.Interaction
	if session.DecodeLenient(raw, &i) != nil || i.ID == "" || i.Token == "" {
		return
	}
	ctx := context.WithoutCancel(d.ctx)
	answer, err := d.adapter.receiveInteraction(ctx, i)
	if err != nil {
		if errors.Is(err, chat.ErrNotRunning) {
			return
		}
		d.adapter.Logger.ErrorContext(ctx, "an interaction was not received", "error", err)
		answer = ephemeralText(notStoredText)
	}
	if answer == nil {
		return
	}
	c := rest.Call{Method: http.MethodPost, Path: "/interactions/%s/%s/callback", IDs: []string{i.ID, i.Token}, Body: answer, MaxWait: time.Second}
	if err := d.adapter.rest.Do(ctx, c, nil); err != nil {
		d.adapter.Logger.WarnContext(ctx, "answering an interaction", "error", err, "remedy", rest.Remedy(err))
	}
}

// notStoredText is what a member is told whose press or command could not be stored.
const notStoredText = "I could not take that in just now. Please try again."

// inbound is one payload on its way to the desk.
type inbound struct {
	*Adapter
	runInfo
}

// receiveInteraction hands an interaction to the desk. The answer is for Discord. An error means that
// it was not received.
func (a *Adapter) receiveInteraction(ctx context.Context, i payload.Interaction) (answer *interactionResponse, err error) {
	err = a.receiving(ctx, "interaction", func(ctx context.Context, in inbound) error {
		answer, err = in.interaction(ctx, i)
		return err
	})
	return answer, err
}

// receiveMessage hands a message or a change to the desk, if it is for it. An error means that it
// was not received and shall be delivered again.
func (a *Adapter) receiveMessage(ctx context.Context, kind string, m payload.Message) error {
	return a.receiving(ctx, kind, func(ctx context.Context, in inbound) error {
		switch kind {
		case kindMessage:
			return in.newMessage(ctx, m)
		case kindEdit:
			return in.editedMessage(ctx, m)
		default:
			return in.deletedMessage(ctx, m)
		}
	})
}

// receiving takes something in: while the adapter runs, within the time there is. What
// crashes is not tried again.
func (a *Adapter) receiving(ctx context.Context, kind string, work func(context.Context, inbound) error) error {
	return a.run.Receive(ctx, a.Logger, kind, func(ctx context.Context, s runInfo) error { return work(ctx, inbound{a, s}) })
}
