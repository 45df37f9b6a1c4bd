package discord

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"aidesk/core/chat"
)

// uplink is how it stands with the gateway.
type uplink struct {
	mu    sync.Mutex
	open  bool
	fault error
}

// ready says why the gateway is not connected, or nil.
func (u *uplink) ready() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.open:
		return nil
	case u.fault != nil:
		return fmt.Errorf("discord: no connection: %w", u.fault)
	}
	return errors.New("discord: not connected yet")
}

func (u *uplink) set(open bool, fault error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.open, u.fault = open, fault
}

const (
	mostPause  = 5 * time.Minute  // between two tries to connect: Discord counts them
	settled    = 10 * time.Minute // how long a connection must have lasted to be forgiven its end
	mostResume = 3                // tries to go on with a session before another is begun
)

// listen keeps a session at the gateway until ctx is done or Discord refuses for good.
func (a *Adapter) listen(ctx context.Context, self identity, k chat.Keeper) error {
	work, stop := context.WithCancel(ctx)
	d := newDispatcher(work, a, self)
	if err := a.mark.load(ctx, k); err != nil {
		stop()
		return err
	}
	defer func() {
		stop()
		d.drain()
		a.mark.store(context.WithoutCancel(ctx), k, a.Logger)
		a.line.set(false, nil)
	}()
	go a.mark.keep(work, k, a.Logger)

	var w *wire
	defer func() {
		if w != nil {
			w.leave()
		}
	}()
	pause, failed, silent := time.Duration(0), 0, a.times.silent
	for {
		if w == nil {
			var err error
			if w, err = a.newWire(d.take); err != nil {
				return err
			}
			failed = 0
		}
		err := w.open(ctx, a.times.open)
		if err == nil {
			begun := time.Now()
			a.line.set(true, nil)
			failed = 0
			err = w.hold(ctx, silent)
			silent = a.times.silent
			if errors.Is(err, errSilent) { // or it gives one less often than it used to
				silent *= 2
			}
			if time.Since(begun) > settled {
				pause = 0
			}
		} else {
			failed++
		}
		if ctx.Err() != nil {
			return nil
		}
		cause := errors.New(w.redacted(err))
		a.line.set(false, cause)
		closed, _ := errors.AsType[*websocket.CloseError](err)
		if closed != nil {
			if text := a.final(closed.Code); text != "" {
				return fmt.Errorf("discord closed the gateway for good (%d): %s", closed.Code, text)
			}
		}
		a.Logger.WarnContext(ctx, "the connection to discord ended", "error", cause, "again", pause)
		if errors.Is(err, errStuck) || closed != nil || failed >= mostResume {
			w.cut()
			w = nil
		}
		if sleep(ctx, time.Duration(float64(pause)*(0.5+rand.Float64()))) != nil { //nolint:gosec // of a pause
			return nil
		}
		pause = min(max(2*pause, a.times.pause), mostPause)
	}
}

// final says what to do about a close code after which Discord wants no other try, or
// "".
func (a *Adapter) final(code int) string {
	switch code {
	case 4004:
		return "it refuses the bot token: " + tokenRemedy
	case 4010, 4011:
		return "the bot is in too many servers for one connection, which this version does not support"
	case 4012:
		return "it no longer speaks this version of the gateway: use a newer aidesk"
	case 4013:
		return "it does not know the intents that were asked for: use a newer aidesk"
	case 4014:
		if a.MessageContent {
			return "the application may not read message content: switch on “Message Content Intent” under “Bot” of the application, or set message_content to false"
		}
		return "the application may not use the intents that were asked for: see “Privileged Gateway Intents” under “Bot” of the application"
	}
	return ""
}
