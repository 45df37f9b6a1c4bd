package discord

import (
	"encoding/json"
	"fmt"
	"strconv"
)

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
func (d *Discord) dispatch(e event) int {
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
	return n
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
