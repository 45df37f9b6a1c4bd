package discord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// rawJSON is a client that does only what it is told.
type rawJSON struct {
	*websocket.Conn
	t   *testing.T
	seq int
}

// sentEvent is what the gateway sends.
type sentEvent struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  int             `json:"s"`
	D  json.RawMessage `json:"d"`
}

func dial(t *testing.T, d *fakediscord.Discord) *rawJSON {
	t.Helper()
	ws, r, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(d.URL, "http")+"/link/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	c := &rawJSON{Conn: ws, t: t}
	if p := c.next(); p.Op != 10 {
		t.Fatalf("the first packet is %+v", p)
	}
	return c
}

// next is the next packet.
func (c *rawJSON) next() sentEvent {
	c.t.Helper()
	p, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c *rawJSON) read() (p sentEvent, err error) {
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err = c.ReadJSON(&p); p.S > 0 {
		c.seq = p.S
	}
	return p, err
}

// until is the next packet with a dispatch of a name.
func (c *rawJSON) until(name string) sentEvent {
	c.t.Helper()
	for {
		if p := c.next(); p.T == name {
			return p
		}
	}
}

func (c *rawJSON) say(text string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

const intents = fakediscord.IntentGuilds | fakediscord.IntentGuildMessages | fakediscord.IntentDirectMessages

func identify(intents int, more string) string {
	return fmt.Sprintf(`{"op":2,"d":{"token":%q,"properties":{"os":"linux"},"intents":%d%s}}`, fakediscord.Token, intents, more)
}

// ready identifies, and is the session.
func (c *rawJSON) ready(intents int, more string) string {
	c.t.Helper()
	c.say(identify(intents, more))
	var r struct {
		Session string `json:"session_id"`
		Resume  string `json:"resume_gateway_url"`
	}
	p := c.next()
	if err := json.Unmarshal(p.D, &r); err != nil || p.T != "READY" || p.S != 1 || r.Session == "" || !strings.HasSuffix(r.Resume, "/resume") {
		c.t.Fatalf("ready: %+v, %v", p, err)
	}
	return r.Session
}

func resume(session string, seq int) string {
	return fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":%d}}`, fakediscord.Token, session, seq)
}

// TestClose: the gateway closes clients that break its rules, with the code for it.
func TestClose(t *testing.T) {
	t.Parallel()
	good := identify(intents, "")
	tests := []struct {
		name string
		code int
		say  []string
	}{
		{"another token", 4004, []string{strings.Replace(good, fakediscord.Token, "x", 1)}},
		{"no intents", 4013, []string{`{"op":2,"d":{"token":"` + fakediscord.Token + `","properties":{}}}`}},
		{"unknown intents", 4013, []string{identify(1<<40, "")}},
		{"intents that are not enabled", 4014, []string{identify(fakediscord.IntentContent, "")}},
		{"a shard of none", 4010, []string{identify(intents, `,"shard":[1,1]`)}},
		{"no properties", 4002, []string{`{"op":2,"d":{"token":"` + fakediscord.Token + `","intents":1}}`}},
		{"no JSON", 4002, []string{`{"op":`}},
		{"too long", 4002, []string{`{"op":1,"d":null,"x":"` + long(4096) + `"}`}},
		{"an unknown opcode", 4001, []string{`{"op":99}`}},
		{"a presence before all", 4003, []string{`{"op":3,"d":{}}`}},
		{"twice", 4005, []string{good, good}},
		{"too many", 4008, slices.Repeat([]string{`{"op":1,"d":null}`}, 121)},
		{"a sequence of the future", 4007, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := start(t, fakediscord.Config{})
			c := dial(t, d)
			if tt.code == 4007 {
				id := c.ready(intents, "")
				d.Drop()
				c, tt.say = dial(t, d), []string{resume(id, 1000)}
			}
			for _, s := range tt.say {
				c.say(s)
			}
			for {
				if _, err := c.read(); err != nil {
					if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || closed.Code != tt.code {
						t.Errorf("closed by %v, want %d", err, tt.code)
					}
					return
				}
			}
		})
	}
}

// TestIntents: a session hears what it asked for, of what the bot sees, in its shard.
func TestIntents(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{Intents: fakediscord.IntentContent})
	heard := map[string]*rawJSON{"all": dial(t, d), "guilds": dial(t, d), "direct": dial(t, d), "content": dial(t, d), "second": dial(t, d)}
	heard["all"].ready(intents, "")
	heard["guilds"].ready(fakediscord.IntentGuilds, "")
	heard["direct"].ready(fakediscord.IntentDirectMessages, "")
	heard["content"].ready(fakediscord.IntentGuildMessages|fakediscord.IntentContent, "")
	heard["second"].ready(intents, `,"shard":[1,2]`)
	posted(t, d, fakediscord.Ada, fakediscord.General, "in a channel")
	posted(t, d, fakediscord.Ada, fakediscord.Hidden, "hidden")
	posted(t, d, fakediscord.Ada, d.DM(fakediscord.Ada), "direct")
	d.SetChannel(fakediscord.Channel{ID: "849000000000000001", Name: "new"})
	d.SetUser(fakediscord.User{ID: "829000000000000001", Name: "new"})
	d.Inject("END", json.RawMessage(`{}`))
	want := map[string]string{
		"all":     "GUILD_CREATE GUILD_CREATE MESSAGE_CREATE: MESSAGE_CREATE:direct CHANNEL_CREATE",
		"guilds":  "GUILD_CREATE GUILD_CREATE CHANNEL_CREATE",
		"direct":  "MESSAGE_CREATE:direct",
		"content": "MESSAGE_CREATE:in a channel",
	}
	first := (shardOf(fakediscord.GuildID) + 1) % 2 // the guild of the test is of the other shard, or of this
	want["second"] = map[bool]string{true: "GUILD_CREATE MESSAGE_CREATE: CHANNEL_CREATE", false: "GUILD_CREATE"}[first == 0]
	if shardOf(fakediscord.GuildID) == shardOf(fakediscord.Other) {
		want["second"] = map[bool]string{true: "GUILD_CREATE GUILD_CREATE MESSAGE_CREATE: CHANNEL_CREATE", false: ""}[first == 0]
	}
	for name, c := range heard {
		var got []string
		for p := c.next(); p.T != "END"; p = c.next() {
			var m struct{ Content string }
			word := p.T
			if p.T == "MESSAGE_CREATE" && json.Unmarshal(p.D, &m) == nil {
				word += ":" + m.Content
			}
			got = append(got, word)
		}
		if diff := cmp.Diff(want[name], strings.Join(got, " ")); diff != "" {
			t.Errorf("%s heard (-want +got):\n%s", name, diff)
		}
	}
	if d.Connected() != len(heard) {
		t.Errorf("%d are connected", d.Connected())
	}
}

func shardOf(guild string) uint64 {
	var n uint64
	_, _ = fmt.Sscan(guild, &n)
	return (n >> 22) % 2
}

// TestResume: what was missed comes in order after a break, and the rest goes on.
func TestResume(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	c := dial(t, d)
	id := c.ready(intents, "")
	posted(t, d, fakediscord.Ada, fakediscord.General, "heard")
	seen := c.until("MESSAGE_CREATE").S
	d.Drop()
	faketest.Until(t, d, "the break", func() bool { return d.Connected() == 0 })
	posted(t, d, fakediscord.Ada, fakediscord.General, "missed")
	c = dial(t, d)
	c.say(resume(id, seen))
	posted(t, d, fakediscord.Ada, fakediscord.General, "meanwhile")
	var got []string
	for range 3 {
		p := c.next()
		got = append(got, fmt.Sprint(p.T, p.S-seen))
	}
	a, b := "MESSAGE_CREATE1 RESUMED2 MESSAGE_CREATE3", "MESSAGE_CREATE1 MESSAGE_CREATE2 RESUMED3"
	if s := strings.Join(got, " "); s != a && s != b {
		t.Errorf("got %s", s)
	}
	if d.Connected() != 1 || d.Resumed() != 1 || d.Identified() != 1 {
		t.Errorf("connected %d, resumed %d, identified %d", d.Connected(), d.Resumed(), d.Identified())
	}

	c.say(`{"op":1,"d":3}`)
	if p := c.next(); p.Op != 11 {
		t.Errorf("a heartbeat was answered with %+v", p)
	}
	d.FirstReconnect()
	d.Drop()
	c = dial(t, d)
	c.say(resume(id, c.seq))
	if p := c.next(); p.Op != 7 {
		t.Errorf("the first packet is %+v", p)
	}
	d.Drop()
	c = dial(t, d)
	c.say(resume(id, 1))
	c.until("RESUMED")
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
	faketest.Until(t, d, "the end", func() bool { return d.Connected() == 0 })
	c = dial(t, d)
	c.say(resume(id, 1))
	if p := c.next(); p.Op != 9 || string(p.D) != "false" {
		t.Errorf("after a goodbye: %+v", p)
	}
	c.ready(intents, "") // on the same connection
}

// TestExpiry: a session that was left for long cannot be resumed, and who is silent is
// closed.
func TestExpiry(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	d := start(t, fakediscord.Config{Clock: clock, Heartbeat: 10 * time.Millisecond})
	c := dial(t, d)
	id := c.ready(intents, "")
	for {
		if _, err := c.read(); err != nil {
			if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || closed.Code != 4009 {
				t.Errorf("closed by %v", err)
			}
			break
		}
	}
	faketest.Until(t, d, "the end", func() bool { return d.Connected() == 0 })
	clock.Advance(4 * time.Minute)
	c = dial(t, d)
	c.say(resume(id, 1))
	if p := c.next(); p.Op != 9 || string(p.D) != "false" {
		t.Errorf("after a while: %+v", p)
	}
}

// TestFaults: discordgo survives what it is known to survive.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault func(d *fakediscord.Discord)
		again func(d *fakediscord.Discord) bool
	}{
		{"a drop", func(d *fakediscord.Discord) { d.Drop() }, resumes},
		{"op 7", func(d *fakediscord.Discord) { d.Reconnect() }, resumes},
		{"op 9, not resumable", func(d *fakediscord.Discord) { d.Invalidate(false) }, identifies},
		{"close 4000", func(d *fakediscord.Discord) { d.CloseWith(4000) }, resumes},
		{"close 4009", func(d *fakediscord.Discord) { d.CloseWith(4009) }, identifies},
		{"no acknowledgements", func(d *fakediscord.Discord) { d.StopAcks() }, identifies}, // it says goodbye itself
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c fakediscord.Config
			if tt.name == "no acknowledgements" {
				c.Heartbeat = 100 * time.Millisecond // discordgo waits for five; with quick ones it closes good connections, too
			}
			d := start(t, c)
			heard := make(chan string, 100)
			s := client(t, d)
			s.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { heard <- m.Content })
			open(t, s)
			// A first heartbeat that fails while reading fails, too, makes discordgo close
			// the connection that it has just got again.
			faketest.Until(t, d, "the first heartbeat", func() bool { return d.Heartbeats() > 0 })
			tt.fault(d)
			faketest.Until(t, d, "the client to come back", func() bool { return tt.again(d) && d.Connected() == 1 })
			posted(t, d, fakediscord.Ada, d.DM(fakediscord.Ada), "hello")
			select {
			case got := <-heard:
				if got != "hello" {
					t.Errorf("heard %q", got)
				}
			case <-time.After(20 * time.Second):
				t.Error("it is deaf")
			}
		})
	}
}

func resumes(d *fakediscord.Discord) bool    { return d.Resumed() == 1 && d.Identified() == 1 }
func identifies(d *fakediscord.Discord) bool { return d.Identified() == 2 }

// TestAsked: a client that is asked for a heartbeat gives one; one that is refused
// learns the code.
func TestAsked(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	open(t, client(t, d))
	faketest.Until(t, d, "the first heartbeat", func() bool { return d.Heartbeats() == 1 })
	d.AskHeartbeat()
	faketest.Until(t, d, "another heartbeat", func() bool { return d.Heartbeats() == 2 })
	d.Refuse(4004)
	s := client(t, d)
	if err := s.Open(); !websocket.IsCloseError(err, 4004) {
		t.Errorf("refused by %v", err)
	}
	d.Mute()
	if d.Connected() != 0 {
		t.Error("somebody is still connected")
	}
}

// TestInject: everything that was recorded of Discord comes through as it is, and so
// does a burst.
func TestInject(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	c := dial(t, d)
	c.ready(intents, "")
	folder := os.Getenv("AIDESK_CORPORA")
	files, _ := filepath.Glob(filepath.Join(folder, "discord", "gateway", "*.json"))
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var p sentEvent
		if json.Unmarshal(text, &p) != nil || p.T == "" || p.Op != 0 {
			continue
		}
		n++
		d.Inject(p.T, p.D)
		got := c.until(p.T)
		var want, have any
		_ = json.Unmarshal(p.D, &want)
		_ = json.Unmarshal(got.D, &have)
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
	}
	if folder != "" && n < 30 {
		t.Errorf("only %d were recorded", n)
	}
	d.Inject("START", json.RawMessage(`{}`))
	c.until("START")
	d.Burst(1000)
	for range 1000 {
		if p := c.next(); p.T != "GUILD_CREATE" {
			t.Fatalf("got %+v", p)
		}
	}
	d.Send(`{"op":11,"d":null}`)
	if p := c.next(); p.Op != 11 {
		t.Errorf("got %+v", p)
	}
}
