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
	name  string
	guild string // empty: of a direct message, or of no place
	needs int    // an intent; 0: everybody hears it
	data  object
	blank object // for who may not read the content of messages; nil: the same
	raw   []byte // instead of data
}

// tell sends an event to the sessions that are to hear it, and keeps it for those that
// are away. The lock is held.
func (d *Discord) tell(e event) int {
	full := e.raw
	if full == nil {
		full, _ = json.Marshal(e.data)
	}
	var blank []byte
	if e.blank != nil {
		blank, _ = json.Marshal(e.blank)
	}
	n, told := 0, full
	for _, s := range d.sessions {
		if e.needs != 0 && s.intents&e.needs == 0 || !s.serves(e.guild) {
			continue
		}
		n++
		if blank != nil && s.intents&IntentContent == 0 {
			told = blank
			s.push(e.name, blank)
			continue
		}
		s.push(e.name, full)
	}
	d.deliveries = append(d.deliveries, Delivery{Time: d.Clock.Now(), Event: e.name, Payload: told, Sessions: n})
	d.Logger.Debug("event", "name", e.name, "sessions", n)
	return n
}

// serves reports whether a guild belongs to the session's shard; direct messages
// belong to the first.
func (s *session) serves(guild string) bool {
	if guild == "" {
		return s.shard == 0
	}
	id, _ := strconv.ParseUint(guild, 10, 64)
	return (id>>22)%s.shards == s.shard
}

// push makes an event the session's next, and sends it if somebody is there.
func (s *session) push(name string, data []byte) {
	s.seq++
	p := packet{s.seq, fmt.Appendf(nil, `{"op":0,"t":%q,"s":%d,"d":%s}`, name, s.seq, data)}
	s.history = append(s.history, p)
	if s.link != nil {
		s.link.write(p.text)
	}
}

// tellMessage tells the application what becomes of a message that it sees: "CREATE",
// "UPDATE", "DELETE". The lock is held.
func (d *Discord) tellMessage(m *message, what string) {
	ch, _ := d.channel(m.Channel)
	if !d.may(BotUser, ch, ViewChannel) || m.To != "" {
		return
	}
	e := event{name: "MESSAGE_" + what, guild: ch.Guild, needs: IntentGuildMessages}
	if ch.Kind == KindDM {
		e.needs = IntentDirectMessages
	}
	if what == "DELETE" {
		e.data = object{"id": m.ID, "channel_id": m.Channel}
		if ch.Guild != "" {
			e.data["guild_id"] = ch.Guild
		}
	} else {
		e.data = d.told(m)
		e.blank = d.blank(m, e.data)
	}
	d.tell(e)
}

// Inject tells every session what is in the payload, as it is: events of unknown
// types, recorded ones. It returns how many sessions there are.
func (d *Discord) Inject(event string, payload json.RawMessage) int {
	defer d.mu.Changing()()
	n := 0
	for _, s := range d.sessions {
		s.push(event, payload)
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
		id := d.id()
		data := d.guildCreate(Guild{ID: id, Name: "burst " + id, Owner: Owner, Locale: "en-US"})
		payload, _ := json.Marshal(data)
		for _, s := range d.sessions {
			s.push("GUILD_CREATE", payload)
		}
	}
}
