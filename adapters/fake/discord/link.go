package discord

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// link is one connection to the gateway. What is not said otherwise is guarded by the
// fake's lock.
type link struct {
	ws      *websocket.Conn
	session *session    // nil: it has not identified
	unacked bool        // its heartbeats are not acknowledged
	muted   atomic.Bool // nothing comes through any more
	ended   atomic.Bool // it was told why it ends
	beats   int
	minute  time.Time // when sends were first counted
	sends   int

	queueing sync.Mutex
	beat     time.Time
	queue    []frame
	wake     chan struct{}
	gone     chan struct{}
	once     sync.Once
}

// frame is a text, or the end of a connection.
type frame struct {
	text []byte
	code int
}

// write sends a text in its turn. It never waits: a client may be slow.
func (l *link) write(text []byte) { l.put(frame{text: text}) }

// close closes the connection, with a code, after what was written before.
func (l *link) close(code int) { l.put(frame{code: code}) }

func (l *link) send(payload object) {
	text, _ := json.Marshal(payload)
	l.write(text)
}

func (l *link) put(f frame) {
	if l.muted.Load() {
		return
	}
	l.queueing.Lock()
	l.queue = append(l.queue, f)
	l.queueing.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// drop ends the connection without a word.
func (l *link) drop() {
	l.once.Do(func() { close(l.gone) })
	_ = l.ws.Close()
}

// mayCome counts what a client sends, in real time.
func (l *link) mayCome() bool {
	if now := time.Now(); now.Sub(l.minute) > time.Minute {
		l.minute, l.sends = now, 0
	}
	l.sends++
	return l.sends <= maxSends
}

// pump writes what is to be sent, and closes a client that is silent for too long.
func (l *link) pump(ctx context.Context, silence time.Duration) {
	defer l.drop()
	late := time.NewTimer(silence)
	defer late.Stop()
	for {
		select {
		case <-l.wake:
		case <-late.C:
			if quiet := l.quiet(); quiet < silence || l.muted.Load() {
				late.Reset(max(silence-quiet, silence/2))
				continue
			}
			l.goodbye(CloseTimeout)
			return
		case <-l.gone:
			return
		case <-ctx.Done():
			return
		}
		l.queueing.Lock()
		frames := l.queue
		l.queue = nil
		l.queueing.Unlock()
		for _, f := range frames {
			if f.code != 0 {
				l.goodbye(f.code)
				return
			}
			if l.ws.WriteMessage(websocket.TextMessage, f.text) != nil {
				return
			}
		}
	}
}

// lives notes that the client has shown that it lives.
func (l *link) lives() {
	l.queueing.Lock()
	defer l.queueing.Unlock()
	l.beat = time.Now()
}

// quiet is for how long the client has not shown that it lives.
func (l *link) quiet() time.Duration {
	l.queueing.Lock()
	defer l.queueing.Unlock()
	return time.Since(l.beat)
}

// goodbye says why the connection ends, and gives the client a moment to hear it.
func (l *link) goodbye(code int) {
	l.ended.Store(true)
	text := websocket.FormatCloseMessage(code, reasons[code])
	_ = l.ws.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second))
	select {
	case <-l.gone:
	case <-time.After(time.Second):
	}
}

var reasons = map[int]string{
	CloseUnknownError: "Unknown error.", CloseUnknownOpcode: "Unknown opcode.", CloseDecode: "Error while decoding payload.",
	CloseNotIdentified: "Not authenticated.", CloseAuthentication: "Authentication failed.", CloseIdentified: "Already authenticated.",
	CloseSequence: "Invalid seq.", CloseRateLimited: "Rate limited.", CloseTimeout: "Session timed out.", CloseShard: "Invalid shard.",
	CloseVersion: "Invalid API version.", CloseIntents: "Invalid intent(s).", CloseDisallowed: "Disallowed intent(s).",
}
