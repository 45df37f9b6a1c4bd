package bots_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/model/search"
)

// asked is a question in a thread of a workspace.
func asked(clock *bottest.Clock, workspace, thread, text string) chat.Event {
	return chat.Event{
		ID: "m:" + workspace + thread + text, Time: clock.Now(), Member: "ada", Message: &chat.Message{ID: text, Text: text},
		Place: chat.Place{Platform: "room", Workspace: workspace, Channel: "C1", Thread: thread},
	}
}

// TestFair: a workspace with more conversations than there are workers, all of which
// hang, keeps no other workspace waiting, and itself gets its turns at once and no more.
func TestFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const busy, atOnce = 1100, 3
		clock, gate := bottest.NewClock(), make(chan struct{})
		var running, most atomic.Int64
		m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			said := r.Messages[len(r.Messages)-1].TextOf()
			if strings.HasPrefix(said, "busy") {
				most.Store(max(most.Load(), running.Add(1)))
				<-gate
				running.Add(-1)
			}
			return script.Say("answer to "+said)(ctx, r, on)
		})
		s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Limits: bot.Limits{TurnsAtOnce: atOnce}})
		receive := func(e chat.Event) {
			t.Helper()
			if err := s.Receive(e); err != nil {
				t.Fatal(err)
			}
		}
		for i := range busy {
			receive(asked(clock, "W1", fmt.Sprint("T", i), fmt.Sprint("busy ", i)))
		}
		synctest.Wait() // every worker that may is at it
		if n := running.Load(); n != atOnce {
			t.Fatalf("%d turns of the busy workspace run; want %d", n, atOnce)
		}
		begun := time.Now()
		for w := range 5 {
			receive(asked(clock, fmt.Sprint("calm", w), "T", fmt.Sprint("calm ", w)))
		}
		for w := range 5 {
			want := fmt.Sprint("answer to calm ", w)
			s.Wait(want, func(r chat.Reply) bool { return r.Text.Text() == want })
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("the calm workspaces waited %s", took)
		}
		close(gate)
		left := map[string]bool{}
		s.Wait("the busy workspace's answers", func(r chat.Reply) bool {
			left[r.Text.Text()] = true
			return len(left) == busy+5
		})
		if n := most.Load(); n != atOnce {
			t.Errorf("%d turns of one workspace ran at once; want %d", n, atOnce)
		}
	})
}

// TestTwoWorkspaces: what one workspace has used up is another's still.
func TestTwoWorkspaces(t *testing.T) {
	t.Parallel()
	clock := bottest.NewClock()
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		response, err := script.Say("answer to "+r.Messages[len(r.Messages)-1].TextOf())(ctx, r, on)
		response.Usage = model.Usage{Input: 9000, Output: 1000}
		return response, err
	})
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Limits: bot.Limits{TokensPerDay: 10_000}})
	say := func(workspace, text, want string) {
		t.Helper()
		if err := s.Receive(asked(clock, workspace, "T", text)); err != nil {
			t.Fatal(err)
		}
		s.Wait(text, func(r chat.Reply) bool {
			return r.Place.Workspace == workspace && strings.Contains(r.Text.Text(), want)
		})
	}
	say("W1", "one", "answer to one")
	say("W1", "two", "This workspace has reached")
	say("W2", "three", "answer to three")
	s.Restart()
	clock.Advance(time.Hour)
	say("W1", "four", "This workspace has reached")
	say("W2", "five", "This workspace has reached")
}

// TestTogether: however many questions are worked at the same time, and whatever each
// sets aside when it begins, together they never use more than the day's limit.
func TestTogether(t *testing.T) {
	t.Parallel()
	const questions, limit = 60, 40_000
	var used, sent atomic.Int64
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		response, err := script.Say("done")(ctx, r, on)
		response.Usage = model.Usage{Input: search.Estimate(r), Output: 1000}
		used.Add(int64(response.Usage.Input + response.Usage.Output))
		sent.Add(1)
		return response, err
	}).With(model.Info{Wire: "script", Name: "m", Host: "model.example"})
	clock := bottest.NewClock()
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Limits: bot.Limits{TokensPerDay: limit, TurnsAtOnce: 32}})
	var all []chat.Event
	for i := range questions {
		all = append(all, asked(clock, "W1", fmt.Sprint("T", i), "question"))
		if err := s.Receive(all[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range all {
		s.Done(e)
	}
	if n := used.Load(); n > limit || n < limit/2 {
		t.Errorf("%d tokens were used by %d requests; the limit is %d", n, sent.Load(), limit)
	}
	if sent.Load() >= questions {
		t.Error("nothing was refused")
	}
}
