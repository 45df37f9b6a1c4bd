package schedule

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"
)

// zones are those that the tests go through: with AIDESK_SCHEDULES all of a fixed list (the
// IANA database of 2026, by region), otherwise some whose clocks do what others' do not.
func zones(t *testing.T) []*time.Location {
	t.Helper()
	names := []string{
		"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut", "America/Havana",
		"Atlantic/Azores", "Africa/Casablanca", "America/Nuuk", "America/Scoresbysund", "Antarctica/Troll", "Asia/Kathmandu", "Pacific/Kiritimati",
	}
	if os.Getenv("AIDESK_SCHEDULES") != "" {
		list, err := os.ReadFile("testdata/zones.txt")
		if err != nil {
			t.Fatal(err)
		}
		if names = strings.Fields(string(list)); len(names) != 518 {
			t.Fatalf("%d zones", len(names))
		}
	}
	var out []*time.Location
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, zone)
	}
	return out
}

// The three years that the tests go through.
var (
	firstDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2028, 12, 31, 0, 0, 0, 0, time.UTC)
)

// TestClockChanges goes through three years in every zone: each day that a schedule names
// has each of its times once, as the clocks show it first, or the first moment after a gap
// in which it would lie.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	always := func(time.Time) bool { return true }
	on := func(d time.Weekday) func(time.Time) bool {
		return func(day time.Time) bool { return day.Weekday() == d }
	}
	tests := []struct {
		words string
		days  func(time.Time) bool
		times string
	}{
		{"0 9 * * *", always, "09:00"},
		{"0 */6 * * *", always, "00:00 06:00 12:00 18:00"},
		{"30 1 * * *", always, "01:30"},
		{"0 2 * * *", always, "02:00"},
		{"30 2 * * *", always, "02:30"},
		{"0 0 * * *", always, "00:00"},
		{"0 9 * * 5", on(time.Friday), "09:00"},
		{"0 9 * * 0", on(time.Sunday), "09:00"},
		{"30 23 * * *", always, "23:30"},
		{"every weekday at 9", func(day time.Time) bool { return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday }, "09:00"},
		{"every other sunday at 2:15", func(day time.Time) bool { return int(day.Sub(firstDay).Hours()/24)%14 == 3 }, "02:15"},
		{"every 3 days at midnight and 12:00", func(day time.Time) bool { return int(day.Sub(firstDay).Hours()/24)%3 == 0 }, "00:00 12:00"},
		{"on the last sunday of the month at 2:45", func(day time.Time) bool {
			return day.Weekday() == time.Sunday && day.AddDate(0, 0, 7).Month() != day.Month()
		}, "02:45"},
		{"on the 31st of the month at 0:30", func(day time.Time) bool { return day.AddDate(0, 0, 1).Day() == 1 }, "00:30"},
		{"every weekend at 2", func(day time.Time) bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }, "02:00"},
	}
	for _, zone := range zones(t) {
		t.Run(zone.String(), func(t *testing.T) {
			t.Parallel()
			for _, test := range tests {
				oncePerTime(t, zone, test.words, test.days, strings.Fields(test.times))
			}
		})
	}
}

// oncePerTime compares the runs of a schedule with the calendar.
func oncePerTime(t *testing.T, zone *time.Location, words string, days func(time.Time) bool, times []string) {
	t.Helper()
	before := time.Date(2025, 12, 31, 23, 59, 0, 0, zone)
	found, err := Parse(words, before)
	if err != nil {
		t.Fatal(err)
	}
	r, err := found[0].rule()
	if err != nil {
		t.Fatal(err)
	}
	run := before
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		if !days(day) {
			continue
		}
		for _, text := range times {
			clock, err := time.Parse(clockFormat, text)
			if err != nil {
				t.Fatal(err)
			}
			wall := day.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
			run = r.next(run)
			if !rightPlace(run, wall) {
				t.Fatalf("%q: %s is run at %s", words, wall.Format("2006-01-02 15:04"), run)
			}
		}
	}
	if run = r.next(run); run.Before(time.Date(2029, 1, 1, 0, 0, 0, 0, zone)) {
		t.Fatalf("%q runs once more at %s", words, run)
	}
}

// rightPlace reports whether a run is where the clocks show a wall time first, or the first
// moment after they skipped it.
func rightPlace(run, wall time.Time) bool {
	if shown := written(run); !shown.Equal(wall) {
		return shown.After(wall) && written(run.Add(-time.Second)).Before(wall)
	}
	for back := 15 * time.Minute; back <= 3*time.Hour; back += 15 * time.Minute {
		if written(run.Add(-back)).Equal(wall) {
			return false
		}
	}
	return true
}

// TestElapsed: where the hour is left open, time that passes counts: around each clock
// change of three years the runs are an hour apart, and half an hour more or less where the
// clocks are moved by half of one.
func TestElapsed(t *testing.T) {
	t.Parallel()
	for _, zone := range zones(t) {
		t.Run(zone.String(), func(t *testing.T) {
			t.Parallel()
			for _, spec := range []string{"0 * * * *", "30 * * * *"} {
				r, err := Schedule{Zone: zone.String(), Cron: spec}.rule()
				if err != nil {
					t.Fatal(err)
				}
				for at := firstDay; ; {
					if _, at = at.In(zone).ZoneBounds(); at.IsZero() || at.After(lastDay) {
						break
					}
					half := (offset(at, zone)-offset(at.Add(-1), zone))%time.Hour != 0
					last := r.next(at.Add(-25 * time.Hour))
					for last.Before(at.Add(25 * time.Hour)) {
						run := r.next(last)
						if gap := run.Sub(last); gap != time.Hour && (!half || gap < 30*time.Minute || gap > 90*time.Minute) {
							t.Fatalf("%s: %s after %s", spec, run, last)
						}
						last = run
					}
				}
			}
		})
	}
}

// TestAsCron: where clocks are never changed, fields mean what the library says.
func TestAsCron(t *testing.T) {
	t.Parallel()
	field := func(t *rapid.T, low, high int, name string) string {
		a := rapid.IntRange(low, high).Draw(t, name)
		b := rapid.IntRange(a, high).Draw(t, name+" to")
		return rapid.SampledFrom([]string{"*", "*/2", strconv.Itoa(a), strconv.Itoa(a) + "-" + strconv.Itoa(b), strconv.Itoa(a) + "," + strconv.Itoa(b), strconv.Itoa(a) + "/3", "*,3", "*/1"}).Draw(t, name+" as")
	}
	rapid.Check(t, func(t *rapid.T) {
		spec := strings.Join([]string{
			strconv.Itoa(rapid.IntRange(0, 59).Draw(t, "minute")), field(t, 0, 23, "hour"), field(t, 1, 31, "day"), field(t, 1, 12, "month"), field(t, 0, 6, "weekday"),
		}, " ")
		theirs, err := cron.ParseStandard("CRON_TZ=UTC " + spec)
		if err != nil {
			t.Fatal(err)
		}
		at := firstDay.Add(time.Duration(rapid.Int64Range(0, int64(3*365*24*time.Hour)).Draw(t, "after")))
		for range 5 {
			ours, err := Schedule{Zone: "UTC", Cron: spec}.Next(at)
			if err != nil {
				t.Fatal(err)
			}
			want := theirs.Next(at)
			if !ours.Equal(want) {
				t.Fatalf("%s after %s: %s; want %s", spec, at, ours, want)
			}
			if at = want; at.IsZero() {
				return
			}
		}
	})
}
