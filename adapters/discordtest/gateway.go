package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
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
	history       []packet
	link          *link     // nil: nobody is there
	left          time.Time // since when
}

type packet struct {
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
	l := &link{ws: ws, wake: make(chan struct{}, 1), gone: make(chan struct{}), beat: time.Now(), resumes: strings.HasPrefix(r.URL.Path, "/resume")}
	d.mu.Lock()
	q := r.URL.Query()
	l.send(object{"op": opHello, "t": nil, "s": nil, "d": object{"heartbeat_interval": d.Heartbeat.Milliseconds(), "_trace": []string{}}})
	if q.Get("v") != "9" && q.Get("v") != "10" || q.Get("encoding") != "json" && q.Get("encoding") != "" || q.Get("compress") != "" {
		l.close(CloseVersion)
	}
	d.links = append(d.links, l)
	alive := d.ctx.Err() == nil
	if alive {
		d.work.Go(func() { l.pump(d.ctx, 2*d.Heartbeat+time.Second) })
	}
	d.mu.Unlock()
	if !alive {
		l.drop()
	}
	d.read(l)
}

// read takes what a client sends until the connection ends.
func (d *Discord) read(l *link) {
	var end error
	for {
		_, text, err := l.ws.ReadMessage()
		if err != nil {
			end = err
			break
		}
		d.mu.Lock()
		if !l.muted.Load() {
			d.receive(l, text)
		}
		d.changed()
		d.mu.Unlock()
	}
	l.drop()
	defer d.changing()()
	d.links = slices.DeleteFunc(d.links, func(o *link) bool { return o == l })
	if l.session == nil {
		return
	}
	s := l.session
	if s.link == l {
		s.link, s.left = nil, d.Clock.Now()
	}
	if websocket.IsCloseError(end, websocket.CloseNormalClosure, websocket.CloseGoingAway) && !l.ended.Load() {
		d.forget(s) // who says goodbye so does not come back
	}
}

func (d *Discord) forget(s *session) {
	d.sessions = slices.DeleteFunc(d.sessions, func(o *session) bool { return o == s })
}

// receive does what one payload asks for. The lock is held.
func (d *Discord) receive(l *link, said []byte) {
	var p struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	switch {
	case !l.mayCome():
		l.close(CloseRateLimited)
		return
	case len(said) > maxPayload, json.Unmarshal(said, &p) != nil, p.Op == nil:
		l.close(CloseDecode)
		return
	}
	switch *p.Op {
	case opHeartbeat:
		l.lives()
		l.beats++
		if !l.unacked {
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

// identify begins a session.
func (d *Discord) identify(l *link, said json.RawMessage) {
	var p struct {
		Token      string   `json:"token"`
		Intents    *int     `json:"intents"`
		Properties object   `json:"properties"`
		Shard      []uint64 `json:"shard"`
	}
	err := json.Unmarshal(said, &p)
	d.identified++
	if len(d.refusals) > 0 {
		l.close(d.refusals[0])
		d.refusals = d.refusals[1:]
		return
	}
	switch {
	case l.session != nil:
		l.close(CloseIdentified)
	case err != nil, p.Properties == nil:
		l.close(CloseDecode)
	case strings.TrimPrefix(p.Token, "Bot ") != Token:
		l.close(CloseAuthentication)
	case p.Shard != nil && (len(p.Shard) != 2 || p.Shard[1] == 0 || p.Shard[0] >= p.Shard[1]):
		l.close(CloseShard)
	case p.Intents == nil, *p.Intents&^knownIntents != 0:
		l.close(CloseIntents)
	case *p.Intents&privileged&^d.Intents != 0:
		l.close(CloseDisallowed)
	case d.leaveFirst:
		d.leaveFirst = false
		l.send(object{"op": opReconnect, "t": nil, "s": nil, "d": nil})
	default:
		s := &session{id: d.id(), intents: *p.Intents, shards: 1, link: l}
		if p.Shard != nil {
			s.shard, s.shards = p.Shard[0], p.Shard[1]
		}
		l.session = s
		d.sessions = append(d.sessions, s)
		d.ready(s)
	}
}

// ready tells a new session where it is.
func (d *Discord) ready(s *session) {
	bot, _ := d.user(BotUser)
	user := bot.wire()
	user["verified"], user["mfa_enabled"], user["email"] = true, false, nil
	guilds := []object{}
	for _, g := range d.guilds {
		if s.serves(g.ID) {
			guilds = append(guilds, object{"id": g.ID, "unavailable": true})
		}
	}
	ready, _ := json.Marshal(object{
		"v": 10, "session_id": s.id, "resume_gateway_url": "ws" + strings.TrimPrefix(d.URL, "http") + "/resume", "user": user,
		"application": object{"id": ApplicationID, "flags": d.applicationFlags()}, "guilds": guilds, "shard": []uint64{s.shard, s.shards},
		"session_type": "normal", "private_channels": []any{}, "relationships": []any{}, "presences": []any{}, "user_settings": object{}, "_trace": []string{},
	})
	s.push("READY", ready)
	for _, g := range d.guilds {
		if s.serves(g.ID) && s.intents&IntentGuilds != 0 {
			data, _ := json.Marshal(d.guildCreate(g))
			s.push("GUILD_CREATE", data)
		}
	}
}

// resume goes on with a session: what was missed comes first.
func (d *Discord) resume(l *link, said json.RawMessage) {
	var p struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     *int   `json:"seq"`
	}
	err := json.Unmarshal(said, &p)
	i := slices.IndexFunc(d.sessions, func(s *session) bool { return s.id == p.Session })
	switch {
	case l.session != nil:
		l.close(CloseIdentified)
		return
	case err != nil, p.Seq == nil:
		l.close(CloseDecode)
		return
	case strings.TrimPrefix(p.Token, "Bot ") != Token:
		l.close(CloseAuthentication)
		return
	case d.leaveFirst:
		d.leaveFirst = false
		l.send(object{"op": opReconnect, "t": nil, "s": nil, "d": nil})
		return
	case i >= 0 && *p.Seq > d.sessions[i].seq:
		l.close(CloseSequence)
		return
	case i < 0, d.sessions[i].link == nil && d.Clock.Now().Sub(d.sessions[i].left) > resumable:
		l.send(object{"op": opInvalid, "t": nil, "s": nil, "d": false})
		return
	}
	s := d.sessions[i]
	if s.link != nil {
		s.link.session = nil
		s.link.close(CloseUnknownError)
	}
	s.link, l.session = l, s
	for _, p2 := range s.history {
		if p2.seq > *p.Seq {
			l.write(p2.text)
		}
	}
	d.resumed++
	s.push("RESUMED", []byte(`{"_trace":[]}`))
}
