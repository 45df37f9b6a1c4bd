package schedule

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"aidesk/core/chat"
	when "aidesk/core/schedule"
	"aidesk/store"
	"aidesk/store/bolt"
)

// monday is a morning.
var monday = time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)

// daily is a schedule of a member that runs at nine.
func daily(member, id string) Schedule {
	return Schedule{
		ID: id, Question: "what is new?", Member: member, Place: chat.Place{Platform: "slack", Workspace: "T1", Channel: "C1"}, Made: monday, Kept: monday,
		When: when.Schedule{Zone: "UTC", Times: []int{9 * 60}, Days: when.Days{Unit: when.Day, Step: 1}},
		Next: monday.Add(time.Hour), key: key("desk/slack/T1/"+member, id),
	}
}

// kept is a store with schedules in it.
func kept(t *testing.T, all ...Schedule) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{Now: func() time.Time { return monday }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, s := range all {
		if _, err := db.Put(t.Context(), s.record()); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// TestRestored: after a restore all go on with their next run, and what was due before it
// waits for its member.
func TestRestored(t *testing.T) {
	t.Parallel()
	running, past, paused, over := daily("ann", "running"), daily("ann", "past"), daily("ben", "paused"), daily("ben", "over")
	running.Next, running.Run = monday.Add(-time.Hour), monday.Add(-time.Hour)
	past.When, past.Next = when.Schedule{Zone: "UTC", Once: monday.Add(-time.Minute)}, monday.Add(-time.Minute)
	paused.pause(textByYou, monday)
	over.Next = time.Time{}
	db := kept(t, running, past, paused, over)
	for range 2 { // once more changes nothing
		if n, err := Restored(t.Context(), db, monday); n != 1 || err != nil {
			t.Fatalf("%d go on, %v", n, err)
		}
	}
	if b, err := db.Backlog(t.Context()); b.Events != 1 || err != nil {
		t.Errorf("%+v, %v", b, err)
	}
	for _, s := range []struct {
		of     Schedule
		next   time.Time
		paused string
	}{{running, monday.Add(time.Hour), ""}, {past, time.Time{}, textWhyRestored}, {paused, monday.Add(time.Hour), textByYou}} {
		got, err := read(t.Context(), db, s.of.key)
		if err != nil || !got.Next.Equal(s.next) || !got.Run.IsZero() || got.Paused != s.paused {
			t.Errorf("%s: %+v, %v", s.of.ID, got, err)
		}
	}
}

// TestKeeping: schedules are forgotten with their member alone, and deleted when they are
// over or were paused for long.
func TestKeeping(t *testing.T) {
	t.Parallel()
	old, young, over := daily("ben", "old"), daily("ben", "young"), daily("ben", "over")
	old.pause(textByYou, monday.Add(-40*24*time.Hour))
	young.pause(textByYou, monday)
	over.Next = time.Time{}
	db := kept(t, daily("ann", "a"), daily("annette", "b"), old, young, over)
	if _, err := db.Put(t.Context(), store.Record{Key: zoneKey("desk/slack/T1/ann"), Value: []byte("UTC")}); err != nil {
		t.Fatal(err)
	}
	if err := Forget(t.Context(), db, "desk/slack/T1/ann"); err != nil {
		t.Fatal(err)
	}
	if n, err := Purge(t.Context(), db, monday.Add(-30*24*time.Hour), func(string) bool { return false }); n != 2 || err != nil {
		t.Errorf("%d deleted, %v", n, err)
	}
	left := ""
	if err := db.Scan(t.Context(), "", func(r store.Record) bool { left += r.Key + " "; return true }); err != nil {
		t.Fatal(err)
	}
	if left != "schedule/desk/slack/T1/annette/b schedule/desk/slack/T1/ben/young " {
		t.Errorf("left: %s", left)
	}
}

// TestCatchUp: of the runs that are due the newest counts, and it may be late by less than
// half the time to the next one, and by less than six hours.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	hourly := when.Schedule{Zone: "UTC", Every: time.Hour, From: monday}
	tests := []struct {
		name          string
		when          when.Schedule
		planned, late time.Duration // after monday; how long after that it is worked
		next          time.Duration // after monday
		missed, left  bool
	}{
		{"in time", hourly, time.Hour, time.Second, 2 * time.Hour, false, false},
		{"late", hourly, time.Hour, 29 * time.Minute, 2 * time.Hour, false, false},
		{"too late", hourly, time.Hour, 35 * time.Minute, 2 * time.Hour, true, false},
		{"some missed", hourly, time.Hour, 5*time.Hour + 10*time.Minute, 7 * time.Hour, false, true},
		{"a year missed", hourly, time.Hour, 365*24*time.Hour + 10*time.Minute, 365*24*time.Hour + 2*time.Hour, false, true},
		{"every quarter of an hour for a year", when.Schedule{Zone: "UTC", Cron: "*/15 * * * *"}, 0, 365*24*time.Hour + 3*time.Minute, 365*24*time.Hour + 15*time.Minute, false, true},
		{"a day late", daily("ann", "a").When, time.Hour, 25 * time.Hour, 49 * time.Hour, false, true},
		{"seven hours late", daily("ann", "a").When, time.Hour, 7 * time.Hour, 25 * time.Hour, true, false},
		{"once", when.Schedule{Zone: "UTC", Once: monday}, 0, 5 * time.Hour, 0, false, false},
		{"once, too late", when.Schedule{Zone: "UTC", Once: monday}, 0, 7 * time.Hour, 0, true, false},
	}
	for _, test := range tests {
		s := daily("ann", test.name)
		s.When, s.Next = test.when, monday.Add(test.planned)
		r := &Run{Schedule: s}
		missed, err := r.catchUp(s.Next.Add(test.late).Add(s.delay(s.Next)))
		want := monday.Add(test.next)
		if test.next == 0 {
			want = time.Time{}
		}
		if err != nil || missed != test.missed || r.LeftOut != test.left || !r.Next.Equal(want) {
			t.Errorf("%s: missed %v, left out %v, next %s, %v", test.name, missed, r.LeftOut, r.Next, err)
		}
	}
}

// TestDelay: what many plan for the same minute is spread over ninety seconds.
func TestDelay(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]int{}
	for i := range 2000 {
		d := Schedule{ID: strconv.Itoa(i)}.delay(monday)
		if d < 0 || d > maxDelay {
			t.Fatalf("%s", d)
		}
		seen[d]++
	}
	for d, n := range seen {
		if n > 60 {
			t.Errorf("%d of 2000 begin %s late", n, d)
		}
	}
	if len(seen) < 80 {
		t.Errorf("only %d different delays", len(seen))
	}
	if d := (Schedule{ID: "a"}).delay(monday.Add(time.Second)); d != 0 {
		t.Errorf("a second of its own is moved by %s", d)
	}
}
