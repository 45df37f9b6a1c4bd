// Package gateway keeps a bot connected to Discord's gateway. discordgo speaks the protocol;
// [Run] supervises it: a session that hangs is abandoned, one that ends is resumed or begun
// anew, and only a final close code of Discord ends it. session.go is one session.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
)

// Config is what a gateway connection needs.
type Config struct {
	Token          string
	MessageContent bool         // the privileged intent is switched on for the application
	Base           *url.URL     // of the API, with a slash at its end
	Client         *http.Client // its transport's proxy and authorities serve the gateway too
	Logger         *slog.Logger
	Times          Times
	// Take is called with every event, one after the other. It must not wait, since the
	// gateway's reader calls it.
	Take   func(Event)
	Status func(open bool, fault error) // told when the connection opens and ends
}

// Event is a dispatch of the gateway.
type Event struct {
	Type string
	Data json.RawMessage
}

// Times are how long things may take; tests use shorter ones.
type Times struct {
	Open   time.Duration // connecting to the gateway
	Pause  time.Duration // before connecting again, at first
	Silent time.Duration // without an acknowledged heartbeat; Discord wants one every 41.25 s
}

const (
	maxPause    = 5 * time.Minute  // between two attempts to connect, which Discord limits per day
	stableAfter = 10 * time.Minute // after which the end of a connection counts as the first
	maxResumes  = 3                // failed attempts to resume a session before a new one is begun
)

// Run keeps a session at the gateway until ctx is done or Discord refuses for good. When
// it has returned, Take is not called any more.
func Run(ctx context.Context, c Config) error {
	var taking events
	defer taking.stop()
	var w *gatewaySession
	defer func() {
		if w != nil {
			w.close()
		}
	}()
	pause, failed, silent := time.Duration(0), 0, c.Times.Silent
	for {
		if w == nil {
			var err error
			if w, err = c.newSession(func(e Event) { taking.pass(e, c.Take) }); err != nil {
				return err
			}
			failed = 0
		}
		err := w.open(ctx, c.Times.Open)
		if err == nil {
			begun := time.Now()
			c.Status(true, nil)
			failed = 0
			err = w.waitForEnd(ctx, silent)
			silent = c.Times.Silent
			if errors.Is(err, errSilent) { // perhaps Discord now wants heartbeats less often
				silent *= 2
			}
			if time.Since(begun) > stableAfter {
				pause = 0
			}
		} else {
			failed++
		}
		if ctx.Err() != nil {
			return nil
		}
		cause := errors.New(w.redacted(err))
		c.Status(false, cause)
		closed, _ := errors.AsType[*websocket.CloseError](err)
		if closed != nil {
			if text := c.finalFault(closed.Code); text != "" {
				return fmt.Errorf("discord closed the gateway for good (%d): %s", closed.Code, text)
			}
		}
		c.Logger.WarnContext(ctx, "the connection to discord ended", "error", cause, "again", pause)
		if errors.Is(err, errStuck) || closed != nil || failed >= maxResumes {
			w.closeConn()
			w = nil
		}
		if session.Sleep(ctx, time.Duration(float64(pause)*(0.5+rand.Float64()))) != nil { //nolint:gosec // of a pause
			return nil
		}
		pause = min(max(2*pause, c.Times.Pause), maxPause)
	}
}

// events passes events on until it is stopped: a session that was abandoned, or that is
// being closed, may still bring some.
type events struct {
	mu      sync.Mutex
	stopped bool
	passing sync.WaitGroup
}

// pass calls take with an event.
func (t *events) pass(e Event, take func(Event)) {
	t.mu.Lock()
	if t.stopped {
		t.mu.Unlock()
		return
	}
	t.passing.Add(1)
	t.mu.Unlock()
	defer t.passing.Done()
	take(e)
}

// stop waits for events that are being passed on. None is afterwards.
func (t *events) stop() {
	t.mu.Lock()
	t.stopped = true
	t.mu.Unlock()
	t.passing.Wait()
}

// finalFault returns what to do about a close code after which reconnecting is useless,
// or "".
func (c Config) finalFault(code int) string {
	switch code {
	case 4004:
		return "it refuses the bot token: " + rest.TokenRemedy
	case 4010, 4011:
		return "the bot is in too many servers for one connection, which this version does not support"
	case 4012:
		return "it no longer speaks this version of the gateway: use a newer aidesk"
	case 4013:
		return "it does not know the intents that were asked for: use a newer aidesk"
	case 4014:
		if c.MessageContent {
			return "the application may not read message content: switch on “Message Content Intent” under “Bot” of the application, or set message_content to false"
		}
		return "the application may not use the intents that were asked for: see “Privileged Gateway Intents” under “Bot” of the application"
	}
	return ""
}
