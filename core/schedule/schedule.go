// Package schedule says when something happens: once, or again and again by the wall clock
// of one zone. Parse reads the words with which people say that, and the five fields of
// cron; Reading says it back in one plain sentence.
//
// Clock changes neither lose a run nor double one. Days are counted on the calendar, without
// a zone, and only then is a time of day looked for in the zone: one that the clocks skip is
// the first moment after the gap, one that they show twice is the earlier of the two.
package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Schedule is when something happens. Of Once, Every, Cron and Times, one is set.
type Schedule struct {
	Zone string `json:"zone"` // by its name in the IANA database: never part of a text that is parsed

	Once time.Time `json:"once,omitzero"` // a single run

	Every time.Duration `json:"every,omitempty"` // of time that passes, counted from From
	From  time.Time     `json:"from,omitzero"`

	Cron string `json:"cron,omitempty"` // five fields

	Times []int `json:"times,omitempty"` // minutes after midnight, ascending; on each of Days
	Days  Days  `json:"days,omitzero"`
}

// Unit is what the days of a Schedule are counted in.
type Unit string

// The units.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
)

// Days are the days on which a Schedule runs: those of every Step-th Unit since From.
type Days struct {
	Unit     Unit           `json:"unit"`
	Step     int            `json:"step"`
	From     time.Time      `json:"from"`               // midnight of a day, written as of UTC; none before it
	Weekdays []time.Weekday `json:"weekdays,omitempty"` // none: all seven
	Nth      []int          `json:"nth,omitempty"`      // of a Month: which of its Weekdays, -1 the last; a 31st it lacks is its last day
}

// horizon bounds the search for a next run, as that of cron does.
const horizon = 5*366 + 1

// Next is the first run after a time; zero, where there is none within five years. Its
// error says that the zone or the fields cannot be read.
func (s Schedule) Next(after time.Time) (time.Time, error) {
	r, err := s.rule()
	if err != nil {
		return time.Time{}, err
	}
	return r.next(after), nil
}

// Upcoming are the next n runs after a time, fewer where there are no more.
func (s Schedule) Upcoming(after time.Time, n int) ([]time.Time, error) {
	r, err := s.rule()
	if err != nil {
		return nil, err
	}
	var runs []time.Time
	for range n {
		if after = r.next(after); after.IsZero() {
			break
		}
		runs = append(runs, after)
	}
	return runs, nil
}

// Location is the schedule's zone.
func (s Schedule) Location() (*time.Location, error) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, fmt.Errorf("the zone of a schedule: %w", err)
	}
	return zone, nil
}

// rule is a Schedule that is ready to be asked.
type rule struct {
	Schedule
	zone    *time.Location
	matches func(day time.Time) bool // a midnight, written as of UTC
	times   []int
	elapsed bool // every hour counts: one that the clocks show twice has two runs
}

func (s Schedule) rule() (rule, error) {
	zone, err := s.Location()
	if err != nil {
		return rule{}, err
	}
	r := rule{Schedule: s, zone: zone, matches: s.Days.match, times: s.Times}
	if s.Cron != "" {
		f, err := readFields(s.Cron)
		if err != nil {
			return rule{}, err
		}
		r.matches, r.times, r.elapsed = f.match, f.times(), f.everyHour()
	}
	return r, nil
}

// next finds the first run after a time. Since places may stand in another order than the
// clock shows them, the day after the first one that has a run is looked at too.
func (r rule) next(after time.Time) time.Time {
	switch {
	case !r.Once.IsZero():
		if r.Once.After(after) {
			return r.Once.In(r.zone)
		}
		return time.Time{}
	case r.Every > 0:
		if after.Before(r.From) {
			return r.From.In(r.zone)
		}
		return r.From.Add(after.Sub(r.From).Truncate(r.Every) + r.Every).In(r.zone)
	}
	var best, last time.Time
	day := midnight(after.In(r.zone)).AddDate(0, 0, -1)
	for n := 0; n < horizon && (best.IsZero() || !day.After(last)); n++ {
		if r.matches(day) {
			for _, minute := range r.times {
				for _, run := range r.places(day.Add(time.Duration(minute) * time.Minute)) {
					if run.After(after) && (best.IsZero() || run.Before(best)) {
						best, last = run, day.AddDate(0, 0, 1)
					}
				}
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return best
}

// midnight is the day of a time as it is written in its zone, as midnight in UTC.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// places are the moments at which the clocks of the zone show a wall time, which is written
// as of UTC: mostly one.
func (r rule) places(wall time.Time) []time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, r.zone)
	start, end := t.ZoneBounds()
	shown := written(t)
	switch {
	case shown.Equal(wall):
	case r.elapsed: // the clocks skip it: the moment that lies as far behind the gap
		if shown.Before(wall) {
			t = t.Add(wall.Sub(shown))
		}
		return []time.Time{t}
	case shown.After(wall):
		return []time.Time{start}
	default:
		return []time.Time{end}
	}
	found := []time.Time{t}
	if !start.IsZero() {
		if earlier := wall.Add(-offset(start.Add(-1), r.zone)); earlier.Before(start) {
			found = []time.Time{earlier.In(r.zone), t}
		}
	}
	if !end.IsZero() {
		if later := wall.Add(-offset(end, r.zone)); !later.Before(end) {
			found = append(found, later.In(r.zone))
		}
	}
	if !r.elapsed {
		found = found[:1]
	}
	return found
}

// written is what a clock shows, as a time of UTC.
func written(t time.Time) time.Time {
	_, seconds := t.Zone()
	return t.UTC().Add(time.Duration(seconds) * time.Second)
}

// offset is how far a zone is ahead of UTC at a time.
func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// match reports whether a day is one of them.
func (d Days) match(day time.Time) bool {
	if day.Before(d.From) || d.Step < 1 || !d.has(day) {
		return false
	}
	switch d.Unit {
	case Day:
		return (number(day)-number(d.From))%d.Step == 0
	case Week: // which begins on Monday, as day 0 was a Thursday
		return ((number(day)+3)/7-(number(d.From)+3)/7)%d.Step == 0
	case Month:
		months := (day.Year()-d.From.Year())*12 + int(day.Month()-d.From.Month())
		return months%d.Step == 0 && d.nth(day)
	}
	return false
}

// number counts days since 1970.
func number(day time.Time) int { return int(day.Unix() / (24 * 60 * 60)) }

// has reports whether a day is one of the Weekdays.
func (d Days) has(day time.Time) bool {
	return len(d.Weekdays) == 0 || slices.Contains(d.Weekdays, day.Weekday())
}

// nth reports whether a day, one of the Weekdays, is one of the Nth of its month.
func (d Days) nth(day time.Time) bool {
	first := day.AddDate(0, 0, 1-day.Day())
	count, total := 0, 0
	for other := first; other.Month() == first.Month(); other = other.AddDate(0, 0, 1) {
		if !d.has(other) {
			continue
		}
		total++
		if !other.After(day) {
			count++
		}
	}
	return slices.ContainsFunc(d.Nth, func(n int) bool {
		return n == count || count == total && (n < 0 || n > total)
	})
}
