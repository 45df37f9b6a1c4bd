package discord

import (
	"encoding/json"
	"slices"
	"strings"
)

// identify begins a session.
func (d *Discord) identify(l *gatewayConn, said json.RawMessage) {
	var p struct {
		Token      string   `json:"token"`
		Intents    *int     `json:"intents"`
		Properties object   `json:"properties"`
		Shard      []uint64 `json:"shard"`
	}
	err := json.Unmarshal(said, &p)
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
func (d *Discord) resume(l *gatewayConn, said json.RawMessage) {
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
