package discord

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// gatewayConn is one connection to the gateway. Unless noted, it is guarded by the
// fake's lock.
type gatewayConn struct {
	ws       *websocket.Conn
	session  *session    // nil: it has not identified
	muteAcks bool        // its heartbeats are not acknowledged
	silenced atomic.Bool // nothing comes through any more
	ended    atomic.Bool // it was told why it ends
	beats    int
	minute   time.Time // when sends were first counted
	sends    int

	queueing  sync.Mutex
	beat      time.Time
	queue     []frame
	wake      chan struct{}
	closed    chan struct{}
	closeOnce sync.Once
}

// frame is a text, or the end of a connection.
type frame struct {
	text []byte
	code int
}

// write sends a text in its turn. It never waits: a client may be slow.
func (l *gatewayConn) write(text []byte) { l.enqueue(frame{text: text}) }

// close closes the connection, with a code, after what was written before.
func (l *gatewayConn) close(code int) { l.enqueue(frame{code: code}) }

func (l *gatewayConn) send(payload object) {
	text, _ := json.Marshal(payload)
	l.write(text)
}

func (l *gatewayConn) enqueue(f frame) {
	if l.silenced.Load() {
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
func (l *gatewayConn) drop() {
	l.closeOnce.Do(func() { close(l.closed) })
	_ = l.ws.Close()
}

// countSend counts what a client sends, in real time.
func (l *gatewayConn) countSend() bool {
	if now := time.Now(); now.Sub(l.minute) > time.Minute {
		l.minute, l.sends = now, 0
	}
	l.sends++
	return l.sends <= maxSends
}

// writeLoop writes what is to be sent, and closes a client that is silent for too long.
func (l *gatewayConn) writeLoop(ctx context.Context, silence time.Duration) {
	defer l.drop()
	late := time.NewTimer(silence)
	defer late.Stop()
	for {
		select {
		case <-l.wake:
		case <-late.C:
			if quiet := l.silence(); quiet < silence || l.silenced.Load() {
				late.Reset(max(silence-quiet, silence/2))
				continue
			}
			l.sendClose(CloseTimeout)
			return
		case <-l.closed:
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
				l.sendClose(f.code)
				return
			}
			if l.ws.WriteMessage(websocket.TextMessage, f.text) != nil {
				return
			}
		}
	}
}

// heard notes that the client has shown that it lives.
func (l *gatewayConn) heard() {
	l.queueing.Lock()
	defer l.queueing.Unlock()
	l.beat = time.Now()
}

// silence is for how long the client has not shown that it lives.
func (l *gatewayConn) silence() time.Duration {
	l.queueing.Lock()
	defer l.queueing.Unlock()
	return time.Since(l.beat)
}

// sendClose says why the connection ends, and gives the client a moment to hear it.
func (l *gatewayConn) sendClose(code int) {
	l.ended.Store(true)
	text := websocket.FormatCloseMessage(code, closeReasons[code])
	_ = l.ws.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second))
	select {
	case <-l.closed:
	case <-time.After(time.Second):
	}
}

var closeReasons = map[int]string{
	CloseUnknownError: "Unknown error.", CloseUnknownOpcode: "Unknown opcode.", CloseDecode: "Error while decoding payload.",
	CloseNotIdentified: "Not authenticated.", CloseAuthentication: "Authentication failed.", CloseIdentified: "Already authenticated.",
	CloseSequence: "Invalid seq.", CloseRateLimited: "Rate limited.", CloseTimeout: "Session timed out.", CloseShard: "Invalid shard.",
	CloseVersion: "Invalid API version.", CloseIntents: "Invalid intent(s).", CloseDisallowed: "Disallowed intent(s).",
}

// Connected is how many clients are there, identified or resumed.
func (d *Discord) Connected() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.connected()
}

func (d *Discord) connected() int {
	n := 0
	for _, s := range d.sessions {
		if s.conn != nil && !s.conn.silenced.Load() {
			n++
		}
	}
	return n
}

// Identified is how many times a client asked for a new session.
func (d *Discord) Identified() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.identified
}

// Resumed is how many times a client went on with its session.
func (d *Discord) Resumed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.resumed
}

// Heartbeats is how many the clients sent that are there.
func (d *Discord) Heartbeats() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, l := range d.conns {
		n += l.beats
	}
	return n
}

// eachConn does something to every connection.
func (d *Discord) eachConn(do func(l *gatewayConn)) {
	defer d.mu.Changing()()
	for _, l := range d.conns {
		do(l)
	}
}

// Drop cuts all connections without a word, as a broken network does. Sessions can be
// resumed.
func (d *Discord) Drop() {
	d.mu.Lock()
	links := slices.Clone(d.conns)
	d.mu.Unlock()
	for _, l := range links {
		l.drop()
	}
}

// Mute lets nothing through any more on all connections, which stay open, as when a
// router forgot them. Sessions can be resumed.
func (d *Discord) Mute() {
	d.eachConn(func(l *gatewayConn) {
		l.silenced.Store(true)
		if s := l.session; s != nil && s.conn == l {
			s.conn, s.leftAt = nil, d.Clock.Now()
		}
	})
}

// Reconnect tells all clients to come back (op 7).
func (d *Discord) Reconnect() {
	d.eachConn(func(l *gatewayConn) { l.send(object{"op": opReconnect, "t": nil, "s": nil, "d": nil}) })
}

// FirstReconnect makes op 7 the first that the next client hears after IDENTIFY or
// RESUME.
func (d *Discord) FirstReconnect() {
	defer d.mu.Changing()()
	d.reconnectFirst = true
}

// Invalidate tells all clients that their session is invalid (op 9); a resumable one
// can be resumed nevertheless, by a new connection.
func (d *Discord) Invalidate(resumable bool) {
	d.eachConn(func(l *gatewayConn) {
		s := l.session
		if s == nil {
			return
		}
		l.send(object{"op": opInvalid, "t": nil, "s": nil, "d": resumable})
		s.conn, s.leftAt, l.session = nil, d.Clock.Now(), nil
		if !resumable {
			d.removeSession(s)
		}
	})
}

// CloseWith closes all connections with a code. After CloseSequence and CloseTimeout
// sessions cannot be resumed.
func (d *Discord) CloseWith(code int) {
	d.eachConn(func(l *gatewayConn) {
		if s := l.session; s != nil && (code == CloseSequence || code == CloseTimeout) {
			d.removeSession(s)
		}
		l.close(code)
	})
}

// Refuse closes the next clients that identify with these codes, one each.
func (d *Discord) Refuse(codes ...int) {
	defer d.mu.Changing()()
	d.closeCodes = append(d.closeCodes, codes...)
}

// StopAcks leaves heartbeats of the connections that are open now without an answer.
func (d *Discord) StopAcks() { d.eachConn(func(l *gatewayConn) { l.muteAcks = true }) }

// AskHeartbeat asks all clients for a heartbeat at once (op 1).
func (d *Discord) AskHeartbeat() {
	d.eachConn(func(l *gatewayConn) { l.send(object{"op": opHeartbeat, "t": nil, "s": nil, "d": nil}) })
}

// Send sends a text to all clients, as it is: broken JSON, unknown opcodes.
func (d *Discord) Send(text string) { d.eachConn(func(l *gatewayConn) { l.write([]byte(text)) }) }
