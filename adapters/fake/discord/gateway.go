package discord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
		d.work.Add(1) // this goroutine, which net/http waits for no longer
		defer d.work.Done()
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
func (d *Discord) receive(l *gatewayConn, data []byte) {
	var p struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	switch {
	case !l.countSend():
		l.close(CloseRateLimited)
		return
	case len(data) > maxPayload, json.Unmarshal(data, &p) != nil, p.Op == nil:
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

// identify begins a session.
func (d *Discord) identify(l *gatewayConn, data json.RawMessage) {
	var p struct {
		Token      string   `json:"token"`
		Intents    *int     `json:"intents"`
		Properties object   `json:"properties"`
		Shard      []uint64 `json:"shard"`
	}
	err := json.Unmarshal(data, &p)
	d.identified++
	if len(d.closeCodes) > 0 {
		l.close(d.closeCodes[0])
		d.closeCodes = d.closeCodes[1:]
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
	case d.reconnectFirst:
		d.reconnectFirst = false
		l.send(object{"op": opReconnect, "t": nil, "s": nil, "d": nil})
	default:
		d.sessions = slices.DeleteFunc(d.sessions, func(s *session) bool { return s.conn == nil && d.Clock.Now().Sub(s.leftAt) > resumable })
		s := &session{id: d.newID(), intents: *p.Intents, shards: 1, conn: l}
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
	user := bot.payload()
	user["verified"], user["mfa_enabled"], user["email"] = true, false, nil
	guilds := []object{}
	for _, g := range d.guilds {
		if s.hasGuild(g.ID) {
			guilds = append(guilds, object{"id": g.ID, "unavailable": true})
		}
	}
	ready, _ := json.Marshal(object{
		"v": 10, "session_id": s.id, "resume_gateway_url": "ws" + strings.TrimPrefix(d.URL, "http") + "/resume", "user": user,
		"application": object{"id": ApplicationID, "flags": d.applicationFlags(), "flags_new": d.applicationFlags()}, "guilds": guilds, "shard": []uint64{s.shard, s.shards},
		"session_type": "normal", "private_channels": []any{}, "relationships": []any{}, "presences": []any{}, "user_settings": object{}, "geo_ordered_rtc_regions": []string{}, "guild_join_requests": []any{}, "_trace": []string{},
	})
	s.send("READY", ready)
	for _, g := range d.guilds {
		if s.hasGuild(g.ID) && s.intents&IntentGuilds != 0 {
			data, _ := json.Marshal(d.guildCreate(g))
			s.send("GUILD_CREATE", data)
		}
	}
}

// resume goes on with a session: what was missed comes first.
func (d *Discord) resume(l *gatewayConn, data json.RawMessage) {
	var p struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     *int   `json:"seq"`
	}
	err := json.Unmarshal(data, &p)
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
	case d.reconnectFirst:
		d.reconnectFirst = false
		l.send(object{"op": opReconnect, "t": nil, "s": nil, "d": nil})
		return
	case i >= 0 && *p.Seq > d.sessions[i].seq:
		l.close(CloseSequence)
		return
	case i < 0, d.sessions[i].conn == nil && d.Clock.Now().Sub(d.sessions[i].leftAt) > resumable:
		l.send(object{"op": opInvalid, "t": nil, "s": nil, "d": false})
		return
	}
	s := d.sessions[i]
	if s.conn != nil {
		s.conn.session = nil
		s.conn.close(CloseUnknownError)
	}
	s.conn, l.session = l, s
	for _, p2 := range s.history {
		if p2.seq > *p.Seq {
			l.write(p2.text)
		}
	}
	d.resumed++
	s.send("RESUMED", []byte(`{"_trace":[]}`))
}

// Intents, as bits.
const (
	IntentGuilds         = 1 << 0
	IntentMembers        = 1 << 1 // privileged
	IntentPresences      = 1 << 8 // privileged
	IntentGuildMessages  = 1 << 9
	IntentDirectMessages = 1 << 12
	IntentContent        = 1 << 15 // privileged

	privileged   = IntentMembers | IntentPresences | IntentContent
	knownIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

// event is something that the application is told over the gateway.
type event struct {
	name           string
	guild          string // empty: of a direct message, or of no place
	intent         int    // an intent; 0: everybody hears it
	data           object
	withoutContent object // for who may not read the content of messages; nil: the same
	raw            []byte // instead of data
}

// dispatch sends an event to the sessions that are to hear it, and keeps it for those that
// are away. The lock is held.
func (d *Discord) dispatch(e event) {
	full := e.raw
	if full == nil {
		full, _ = json.Marshal(e.data)
	}
	var blank []byte
	if e.withoutContent != nil {
		blank, _ = json.Marshal(e.withoutContent)
	}
	n, told := 0, full
	for _, s := range d.sessions {
		if e.intent != 0 && s.intents&e.intent == 0 || !s.hasGuild(e.guild) {
			continue
		}
		n++
		if blank != nil && s.intents&IntentContent == 0 {
			told = blank
			s.send(e.name, blank)
			continue
		}
		s.send(e.name, full)
	}
	d.deliveries = append(d.deliveries, Delivery{Time: d.Clock.Now(), Event: e.name, Payload: told, Sessions: n})
	d.Logger.Debug("event", "name", e.name, "sessions", n)
}

// hasGuild reports whether a guild belongs to the session's shard; direct messages
// belong to the first.
func (s *session) hasGuild(guild string) bool {
	if guild == "" {
		return s.shard == 0
	}
	id, _ := strconv.ParseUint(guild, 10, 64)
	return (id>>22)%s.shards == s.shard
}

// send makes an event the session's next, and sends it if somebody is there.
func (s *session) send(name string, data []byte) {
	s.seq++
	p := sentEvent{s.seq, fmt.Appendf(nil, `{"op":0,"t":%q,"s":%d,"d":%s}`, name, s.seq, data)}
	s.history = append(s.history, p)
	if s.conn != nil {
		s.conn.write(p.text)
	}
}

// dispatchMessage tells the application what becomes of a message that it sees: "CREATE",
// "UPDATE", "DELETE". The lock is held.
func (d *Discord) dispatchMessage(m *message, what string) {
	ch, _ := d.channel(m.Channel)
	if !d.may(BotUser, ch, ViewChannel) || m.To != "" {
		return
	}
	e := event{name: "MESSAGE_" + what, guild: ch.Guild, intent: IntentGuildMessages}
	if ch.Kind == KindDM {
		e.intent = IntentDirectMessages
	}
	if what == "DELETE" {
		e.data = object{"id": m.ID, "channel_id": m.Channel}
		if ch.Guild != "" {
			e.data["guild_id"] = ch.Guild
		}
	} else {
		e.data = d.gatewayMessage(m)
		e.withoutContent = d.withoutContent(m, e.data)
	}
	d.dispatch(e)
}

// Inject tells every session what is in the payload, as it is: events of unknown
// types, recorded ones. It returns how many sessions there are.
func (d *Discord) Inject(event string, payload json.RawMessage) int {
	defer d.mu.Changing()()
	n := 0
	for _, s := range d.sessions {
		s.send(event, payload)
		n++
	}
	d.deliveries = append(d.deliveries, Delivery{Time: d.Clock.Now(), Event: event, Payload: payload, Sessions: n})
	return n
}

// Burst tells every session of n guilds that it is in, as happens when many come back
// after an outage.
func (d *Discord) Burst(n int) {
	defer d.mu.Changing()()
	for range n {
		id := d.newID()
		data := d.guildCreate(Guild{ID: id, Name: "burst " + id, Owner: Owner, Locale: "en-US"})
		payload, _ := json.Marshal(data)
		for _, s := range d.sessions {
			s.send("GUILD_CREATE", payload)
		}
	}
}
