package discord

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// Opcodes of the gateway.
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// Codes with which the gateway closes.
const (
	CloseUnknownError   = 4000
	CloseUnknownOpcode  = 4001
	CloseDecode         = 4002
	CloseNotIdentified  = 4003
	CloseAuthentication = 4004
	CloseIdentified     = 4005
	CloseSequence       = 4007
	CloseRateLimited    = 4008
	CloseTimeout        = 4009
	CloseShard          = 4010
	CloseVersion        = 4012
	CloseIntents        = 4013
	CloseDisallowed     = 4014
)

// Limits of what clients send, and for how long they may be away.
const (
	maxPayload = 4096
	maxSends   = 120 // a minute
	resumable  = 3 * time.Minute
	dailyStart = 1000
)

// session is what a client identified for. It outlives its connection.
type session struct {
	id            string
	intents       int
	shard, shards uint64
	seq           int
	history       []sentEvent
	conn          *gatewayConn // nil: nobody is there
	leftAt        time.Time    // since when
}

type sentEvent struct {
	seq  int
	text []byte
}

// serveGateway serves a connection.
func (d *Discord) serveGateway(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	l := &gatewayConn{ws: ws, wake: make(chan struct{}, 1), closed: make(chan struct{}), beat: time.Now()}
	d.mu.Lock()
	q := r.URL.Query()
	l.send(object{"op": opHello, "t": nil, "s": nil, "d": object{"heartbeat_interval": d.Heartbeat.Milliseconds(), "_trace": []string{}}})
	if q.Get("v") != "9" && q.Get("v") != "10" || q.Get("encoding") != "json" && q.Get("encoding") != "" || q.Get("compress") != "" {
		l.close(CloseVersion)
	}
	d.conns = append(d.conns, l)
	alive := d.ctx.Err() == nil
	if alive {
		d.work.Go(func() { l.writeLoop(d.ctx, 2*d.Heartbeat+time.Second) })
	}
	d.mu.Unlock()
	if !alive {
		l.drop()
	}
	d.readPayloads(l)
}

// readPayloads takes what a client sends until the connection ends.
func (d *Discord) readPayloads(l *gatewayConn) {
	var end error
	for {
		_, text, err := l.ws.ReadMessage()
		if err != nil {
			end = err
			break
		}
		d.mu.Lock()
		if !l.silenced.Load() {
			d.receive(l, text)
		}
		d.mu.Changed()
		d.mu.Unlock()
	}
	l.drop()
	defer d.mu.Changing()()
	d.conns = slices.DeleteFunc(d.conns, func(o *gatewayConn) bool { return o == l })
	if l.session == nil {
		return
	}
	s := l.session
	if s.conn == l {
		s.conn, s.leftAt = nil, d.Clock.Now()
	}
	if websocket.IsCloseError(end, websocket.CloseNormalClosure, websocket.CloseGoingAway) && !l.ended.Load() {
		d.removeSession(s) // who says goodbye so does not come back
	}
}

func (d *Discord) removeSession(s *session) {
	d.sessions = slices.DeleteFunc(d.sessions, func(o *session) bool { return o == s })
}

// receive does what one payload asks for. The lock is held.
func (d *Discord) receive(l *gatewayConn, said []byte) {
	var p struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	switch {
	case !l.countSend():
		l.close(CloseRateLimited)
		return
	case len(said) > maxPayload, json.Unmarshal(said, &p) != nil, p.Op == nil:
		l.close(CloseDecode)
		return
	}
	switch *p.Op {
	case opHeartbeat:
		l.heard()
		l.beats++
		if !l.muteAcks {
			l.send(object{"op": opAck, "t": nil, "s": nil, "d": nil})
		}
	case opIdentify:
		d.identify(l, p.D)
	case opResume:
		d.resume(l, p.D)
	case 3, 4, 8, 31: // presence, voice state, members, soundboard: taken, and nothing comes of it here
		if l.session == nil {
			l.close(CloseNotIdentified)
		}
	default:
		l.close(CloseUnknownOpcode)
	}
}
