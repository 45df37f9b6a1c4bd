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
	queueDepth = 256 // events that wait for one worker
	retryTime  = 250 * time.Millisecond
	mostRetry  = 15 * time.Second
)

// dispatcher works what the gateway says: what is said in one channel in order, what a
// member waits for at once.
type dispatcher struct {
	adapter *Adapter
	self    identity
	ctx     context.Context //nolint:containedctx // of the work, which ends before the connection does
	queue   *session.Dispatcher[parcel]

	mu   sync.Mutex
	gate chan struct{} // closed: what comes may be worked; else what was missed comes first
}

// parcel is one event on its way to a worker.
type parcel struct {
	kind string
	told payload.Message
}

func newDispatcher(ctx context.Context, a *Adapter, self identity) *dispatcher {
	d := &dispatcher{adapter: a, self: self, ctx: ctx, gate: make(chan struct{})}
	close(d.gate)
	d.queue = session.NewDispatcher(ctx, queueDepth, func(p parcel) {
		d.wait()
		d.handle(p)
	})
	return d
}

// listen keeps a session at the gateway until ctx is done or Discord refuses for good.
func (a *Adapter) listen(ctx context.Context, self identity, k chat.Keeper) error {
	work, stop := context.WithCancel(ctx)
	if err := a.mark.load(ctx, k); err != nil {
		stop()
		return err
	}
	d := newDispatcher(work, a, self)
	defer func() {
		stop()
		d.queue.Drain()
		a.mark.store(context.WithoutCancel(ctx), k, a.Logger)
		a.line.Set(0, false, nil)
	}()
	d.queue.Go(func() { a.mark.keep(work, k, a.Logger) })
	return gateway.Run(ctx, gateway.Config{
		Token: a.Token, MessageContent: a.MessageContent, Base: a.base, Client: a.Client, Logger: a.Logger,
		Times: a.times, Take: d.take, Status: func(open bool, fault error) { a.line.Set(0, open, fault) },
	})
}

// take takes an event from the gateway. It does not wait: whoever reads must not.
func (d *dispatcher) take(e gateway.Event) {
	switch e.Type {
	case "READY":
		var r struct {
			Guilds []json.RawMessage `json:"guilds"`
		}
		_ = session.DecodeLenient(e.Data, &r) // without servers nothing is waited for
		d.ready(len(r.Guilds))
	case "GUILD_CREATE":
		d.server(e.Data)
	case kindMessage, kindEdit, kindDelete:
		var m payload.Message
		if session.DecodeLenient(e.Data, &m) == nil {
			d.put(parcel{e.Type, m})
		}
	case "MESSAGE_DELETE_BULK":
		var m struct {
			payload.Message
			IDs []string `json:"ids"`
		}
		_ = session.DecodeLenient(e.Data, &m) // then there are none
		for _, id := range m.IDs {
			m.ID = id
			d.put(parcel{kindDelete, m.Message})
		}
	case kindInteraction:
		if !d.queue.TryStart(func() { d.answer(e.Data) }) { // the member is told by Discord that nobody answers
			d.adapter.Logger.WarnContext(d.ctx, "too many presses and commands at once")
		}
	case "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_UPDATE", "THREAD_DELETE":
		var c payload.Channel
		_ = session.DecodeLenient(e.Data, &c) // then none is forgotten
		d.adapter.rooms.Forget(c.ID)
	case "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		var g struct {
			ID    string `json:"id"`
			Guild string `json:"guild_id"`
		}
		_ = session.DecodeLenient(e.Data, &g) // then none is forgotten
		d.adapter.forgetServer(g.ID)
		d.adapter.forgetServer(g.Guild)
	}
}

// ready begins a new session: what was missed before it comes first.
func (d *dispatcher) ready(servers int) {
	from := d.adapter.mark.mark()
	if from != "" {
		d.adapter.mark.begin(from) // until then the mark stays
	}
	d.adapter.mark.renew()
	gate := make(chan struct{})
	pass := sync.OnceFunc(func() { close(gate) })
	d.mu.Lock()
	d.gate = gate
	d.mu.Unlock()
	d.queue.Go(func() {
		defer time.AfterFunc(gateTime, pass).Stop() // what comes does not wait for ever
		defer pass()
		d.catchUp(d.ctx, from, servers)
	})
}

// server notes the channels of a server.
func (d *dispatcher) server(raw json.RawMessage) {
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
	d.adapter.mark.found(all)
}

// wait waits until what was missed has been fetched.
func (d *dispatcher) wait() {
	d.mu.Lock()
	gate := d.gate
	d.mu.Unlock()
	select {
	case <-gate:
	case <-d.ctx.Done():
	}
}

// put gives an event to the worker of its channel, unless it is none of ours. One for
// which there is no room is fetched again after the next start.
func (d *dispatcher) put(p parcel) {
	if p.told.ID == "" || p.told.Channel == "" {
		return
	}
	if p.kind == kindMessage {
		d.adapter.mark.begin(p.told.ID)
		if !d.self.concerned(d.ctx, d.adapter, p.told) {
			d.adapter.mark.end(p.told.ID)
			return
		}
	}
	if !d.queue.TryPut(p.told.Channel, p) {
		d.adapter.Logger.ErrorContext(d.ctx, "more comes than can be stored; a message waits for the next start", "kind", p.kind)
	}
}

// handle works an event until the desk has received it or the work ends: the gateway
// does not deliver it again.
func (d *dispatcher) handle(p parcel) {
	for pause := retryTime; ; pause = min(2*pause, mostRetry) {
		err := d.hear(d.ctx, p.kind, p.told)
		if err == nil || errors.Is(err, session.ErrCrashed) {
			if p.kind == kindMessage {
				d.adapter.mark.end(p.told.ID)
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

// hear takes in a message or a change.
func (d *dispatcher) hear(ctx context.Context, kind string, m payload.Message) error {
	return d.adapter.hear(context.WithoutCancel(ctx), kind, m)
}

// answer takes in an interaction and answers it.
func (d *dispatcher) answer(raw json.RawMessage) {
	var i payload.Interaction
	if session.DecodeLenient(raw, &i) != nil || i.ID == "" || i.Token == "" {
		return
	}
	ctx := context.WithoutCancel(d.ctx)
	answer, err := d.adapter.take(ctx, i)
	if err != nil {
		if errors.Is(err, chat.ErrResting) {
			return
		}
		d.adapter.Logger.ErrorContext(ctx, "an interaction was not received", "error", err)
		answer = passing(notStored)
	}
	if answer == nil {
		return
	}
	c := rest.Call{Method: http.MethodPost, Path: "/interactions/%s/%s/callback", IDs: []string{i.ID, i.Token}, Body: answer, MaxWait: time.Second}
	if err := d.adapter.web.Do(ctx, c, nil); err != nil {
		d.adapter.Logger.WarnContext(ctx, "answering an interaction", "error", err, "remedy", rest.Remedy(err))
	}
}
