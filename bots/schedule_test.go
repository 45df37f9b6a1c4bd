package bots_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/bots/bottest"
	"aidesk/bots/schedule"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
	when "aidesk/core/schedule"
	"aidesk/store"
)

// TestSchedulesAtOnce: fifty questions that are due in the same minute are each asked and
// answered once, though aidesk is restarted every second, or killed every half a minute.
func TestSchedulesAtOnce(t *testing.T) {
	t.Parallel()
	for name, kill := range map[string]bool{"restarted": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { schedulesAtOnce(t, kill) })
		})
	}
}

func schedulesAtOnce(t *testing.T, kill bool) {
	const many, observed = 50, 180
	clock := bottest.NewClock()
	room := bottest.NewRoom(clock)
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		return script.Say("the answer to "+r.Messages[0].TextOf())(ctx, r, on)
	})
	s := bottest.Start(t, room.Platform(), clock, bottest.Setup{Model: m})
	for i := range many {
		putSchedule(t, s, fmt.Sprintf("s%d", i), fmt.Sprintf("question %d.", i), clock.Now().Add(time.Minute).Truncate(time.Minute))
	}
	if n, err := schedule.Restored(t.Context(), s.Store, clock.Now()); n != many || err != nil {
		t.Fatal(n, err)
	}
	for range observed {
		time.Sleep(time.Second)
		clock.Advance(time.Second)
		if kill {
			s.Kill()
		}
		s.Restart()
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	shown := room.Shown()
	for i := range many {
		if n := strings.Count(shown, fmt.Sprintf("the answer to question %d.", i)); n != 1 {
			t.Errorf("question %d is answered %d times", i, n)
		}
	}
	s.Restart() // which deletes those that have run for the last time
	synctest.Wait()
	if n, err := schedule.Restored(t.Context(), s.Store, clock.Now()); n != 0 || err != nil {
		t.Errorf("%d schedules would run again, %v", n, err)
	}
}

// putSchedule keeps a schedule of Ada's that runs once.
func putSchedule(t *testing.T, s *bottest.Stage, id, question string, at time.Time) {
	t.Helper()
	value, err := json.Marshal(schedule.Schedule{
		ID: id, Question: question, When: when.Schedule{Zone: "UTC", Once: at}, Place: s.Place, Member: s.Member, Made: at, Kept: at, Next: at,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.Put(t.Context(), store.Record{Key: "schedule/" + chat.Key("desk", s.Place.Platform, s.Place.Workspace, s.Member) + "/" + id, Value: value}); err != nil {
		t.Fatal(err)
	}
}
