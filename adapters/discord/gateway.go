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

// The gateway events that are queued, by Discord's names.
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

// gatewayWorker handles the events of the gateway: those of one channel in order,
// interactions at once. After a reconnect, messages that were missed are handled before
// new ones.
type gatewayWorker struct {
	adapter *Adapter
	self    appIdentity
	ctx     context.Context //nolint:containedctx // of the workers; the connection ends later
	queue   *session.Dispatcher[gatewayEvent]

	mu          sync.Mutex
	backlogDone chan struct{} // closed when the missed messages have been handled
}

// gatewayEvent is a new, edited or deleted message in the queue of its channel.
type gatewayEvent struct {
	kind    string
	message payload.Message
}

// newGatewayWorker starts the workers. They end with ctx.
func newGatewayWorker(ctx context.Context, a *Adapter, self appIdentity) *gatewayWorker {
	d := &gatewayWorker{adapter: a, self: self, ctx: ctx, backlogDone: make(chan struct{})}
	close(d.backlogDone)
	d.queue = session.NewDispatcher(ctx, queueDepth, func(p gatewayEvent) {
		d.waitForBacklog()
		d.deliver(p)
	})
	return d
}

// listen handles gateway events until ctx is done or Discord refuses the connection for
// good. When it returns, all its goroutines have ended.
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

// receive takes one event from the gateway. It must not wait, since the gateway's reader
// calls it.
func (d *gatewayWorker) receive(e gateway.Event) {
	switch e.Type {
	case "READY":
		var r struct {
			Guilds []json.RawMessage `json:"guilds"`
		}
		_ = session.DecodeLenient(e.Data, &r) // unreadable: no server is waited for
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
		_ = session.DecodeLenient(e.Data, &m) // unreadable: nothing was deleted
		for _, id := range m.IDs {
			m.ID = id
			d.enqueue(gatewayEvent{kindDelete, m.Message})
		}
	case kindInteraction:
		if !d.queue.TryStart(func() { d.answerInteraction(e.Data) }) { // Discord tells the member that the bot did not respond
			d.adapter.Logger.WarnContext(d.ctx, "too many presses and commands at once")
		}
	case "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_UPDATE", "THREAD_DELETE":
		var c payload.Channel
		_ = session.DecodeLenient(e.Data, &c) // unreadable: nothing is forgotten
		d.adapter.channels.Forget(c.ID)
	case "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		var g struct {
			ID    string `json:"id"`
			Guild string `json:"guild_id"`
		}
		_ = session.DecodeLenient(e.Data, &g) // unreadable: nothing is forgotten
		d.adapter.forgetGuild(g.ID)
		d.adapter.forgetGuild(g.Guild)
	}
}

// startSession runs when a new gateway session begins. Events that came before it may
// have been missed; they are fetched and handled first.
func (d *gatewayWorker) startSession(servers int) {
	from := d.adapter.cursor.position()
	if from != "" {
		d.adapter.cursor.begin(from) // the cursor stays here until the missed messages are handled
	}
	d.adapter.cursor.resetMissed()
	gate := make(chan struct{})
	pass := sync.OnceFunc(func() { close(gate) })
	d.mu.Lock()
	d.backlogDone = gate
	d.mu.Unlock()
	d.queue.Go(func() {
		defer time.AfterFunc(backlogTimeout, pass).Stop() // new events do not wait for ever
		defer pass()
		d.fetchMissed(d.ctx, from, servers)
	})
}

// rememberChannels passes the channels and threads of a server to the cursor.
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

// waitForBacklog waits until the missed messages have been fetched.
func (d *gatewayWorker) waitForBacklog() {
	d.mu.Lock()
	gate := d.backlogDone
	d.mu.Unlock()
	select {
	case <-gate:
	case <-d.ctx.Done():
	}
}

// enqueue puts an event into the queue of its channel, unless it is not for the bot. A
// message for which there is no room is fetched after the next start.
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

// deliver hands an event over and retries until that succeeds or the work ends, since
// the gateway never sends an event twice.
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

// deliverOnce hands an event over once.
func (d *gatewayWorker) deliverOnce(ctx context.Context, kind string, m payload.Message) error {
	return d.adapter.receiveMessage(context.WithoutCancel(ctx), kind, m)
}

// answerInteraction handles an interaction from the gateway and sends the response to
// Discord.
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

// notStoredText is shown to a member whose interaction could not be stored.
const notStoredText = textNotStored

// inbound is the context in which one event is handled: the adapter and the current run.
type inbound struct {
	*Adapter
	runInfo
}

// receiveInteraction handles an interaction and returns the response for Discord. An
// error means that it was not stored.
func (a *Adapter) receiveInteraction(ctx context.Context, i payload.Interaction) (answer *interactionResponse, err error) {
	err = a.receiving(ctx, "interaction", func(ctx context.Context, in inbound) error {
		answer, err = in.interaction(ctx, i)
		return err
	})
	return answer, err
}

// receiveMessage handles a new, edited or deleted message. An error means that it was
// not stored and must be delivered again.
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

// receiving runs work on one event while the adapter runs, with a deadline. What panics
// is not tried again.
func (a *Adapter) receiving(ctx context.Context, kind string, work func(context.Context, inbound) error) error {
	return a.run.Receive(ctx, a.Logger, kind, func(ctx context.Context, s runInfo) error { return work(ctx, inbound{a, s}) })
}
