package discord_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"aidesk/adapters/adaptertest"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"
)

// BenchmarkGateway is how many mentions a second come from the gateway to aidesk, the
// fake that sends them in the same process.
func BenchmarkGateway(b *testing.B) {
	var heard atomic.Int64
	s := prepare(b, gateway)
	s.config.Logger = nil
	all, room := make(chan struct{}), make(chan struct{}, 1000) // aidesk's lanes are not endless
	s.desk = &adaptertest.Recorder{Receives: func(context.Context, chat.Event) error {
		<-room
		if heard.Add(1) == int64(b.N) {
			close(all)
		}
		return nil
	}}
	s.run()
	b.ResetTimer()
	for i := range b.N {
		room <- struct{}{}
		s.Inject("MESSAGE_CREATE", json.RawMessage(fmt.Sprintf(
			`{"id":"9%017d","type":0,"channel_id":"84000000000000%04d","channel_type":0,"guild_id":%q,"content":"<@%s> hello","mentions":[{"id":%q}],"author":{"id":%q,"username":"ada"},"timestamp":"2026-11-22T10:00:00+00:00"}`,
			i, i%500, fakediscord.GuildID, fakediscord.BotUser, fakediscord.BotUser, fakediscord.Ada)))
	}
	<-all
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkEdits is how many edits a second of messages in eight channels go out where
// Discord enforces its limits, and how many it refuses for them.
func BenchmarkEdits(b *testing.B) {
	const channels = 8
	s := prepare(b, gateway, func(s *stage) { s.fake.RateLimits = true })
	s.config.Logger = nil
	s.run()
	var replies []chat.Reply
	var posted []string
	for i := range channels {
		id := fmt.Sprintf("8400000000000001%02d", i)
		s.SetChannel(fakediscord.Channel{ID: id, Name: "bench"})
		at := chat.Place{Platform: "discord", Workspace: fakediscord.GuildID, Channel: id, Direct: true}
		replies = append(replies, chat.Reply{ID: id, Place: at, Text: text("first")})
		posted = append(posted, s.send(replies[i], ""))
	}
	b.ResetTimer()
	done := make(chan struct{})
	for i := range channels {
		go func() {
			defer func() { done <- struct{}{} }()
			for n := i; n < b.N; n += channels {
				replies[i].Text = text(fmt.Sprintf("version %d", n))
				s.send(replies[i], posted[i])
			}
		}()
	}
	for range channels {
		<-done
	}
	refused := 0
	for _, r := range s.Requests(editing) {
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "edits/s")
	b.ReportMetric(float64(refused), "refused")
}
