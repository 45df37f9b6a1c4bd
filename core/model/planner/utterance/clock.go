package utterance

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The forms of a time of day in folded words. An hour by itself, or one before
// noon or after it without saying so, is not read.
var (
	clock24  = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$`)
	clock12  = regexp.MustCompile(`^(1[0-2]|0?[1-9])(?::([0-5]\d))? ?([ap])\.?m\.?$`)
	moment   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2}(?::\d{2})?)$`)
	duration = regexp.MustCompile(`^(in )?(half an|[a-z]+|\d{1,4}) (minute|hour)s?( from now| ago)?$`)
)

// readTime reads a point in time: RFC 3339, a day with a time of day in either
// order, a time of day alone, which means the next one, or "in 2 hours". The
// answer is RFC 3339 in the member's zone, unless the words name another.
func readTime(words string, now time.Time) (json.RawMessage, bool) {
	if t, err := time.Parse(time.RFC3339, strings.TrimSpace(words)); err == nil && t.Year() > 0 {
		return quote(strings.TrimSpace(words))
	}
	t, ok := point(plainMoment(words), now)
	if !ok || !writable(t) {
		return nil, false
	}
	return quote(t.Format(time.RFC3339))
}

// point reads a whole text as one point in time.
func point(words string, now time.Time) (time.Time, bool) {
	if words == "now" {
		return now.Truncate(time.Second), true
	}
	if d, ok := lapse(words); ok {
		return now.Add(d).Truncate(time.Second), true
	}
	if m := moment.FindStringSubmatch(words); m != nil {
		words = m[1] + " " + m[2]
	}
	if c, ok := clock(strings.TrimPrefix(words, "at ")); ok {
		today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
		t, ok := shown(today, c, now.Location())
		if ok && t.Before(now) {
			return shown(today.AddDate(0, 0, 1), c, now.Location())
		}
		return t, ok
	}
	// Wherever the words are cut, one part is the day and the other the time.
	for i, r := range words {
		if r != ' ' {
			continue
		}
		first, second := words[:i], words[i+1:]
		for _, pair := range [][2]string{{first, second}, {second, first}} {
			c, ok := clock(strings.TrimPrefix(pair[1], "at "))
			if !ok {
				continue
			}
			if d, ok := day(pair[0], now); ok {
				return shown(d, c, now.Location())
			}
		}
	}
	return time.Time{}, false
}

// lapse reads "in 20 minutes", "an hour from now", "half an hour ago".
func lapse(words string) (time.Duration, bool) {
	if !isAway(words) {
		return 0, false
	}
	m := duration.FindStringSubmatch(words)
	if m == nil || (m[1] == "") == (m[4] == "") {
		return 0, false
	}
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour}[m[3]]
	if m[4] == " ago" {
		unit = -unit
	}
	if m[2] == "half an" {
		return unit / 2, m[3] == "hour"
	}
	n, ok := count(m[2])
	return time.Duration(n) * unit, ok
}

// clock reads a time of day, as what has passed since midnight.
func clock(words string) (time.Duration, bool) {
	if words == "noon" {
		return 12 * time.Hour, true
	}
	if words == "" || words[0] < '0' || words[0] > '9' {
		return 0, false
	}
	number := func(s string, unit time.Duration) time.Duration {
		n, _ := strconv.Atoi(s) // digits, or nothing
		return time.Duration(n) * unit
	}
	if m := clock24.FindStringSubmatch(words); m != nil {
		return number(m[1], time.Hour) + number(m[2], time.Minute) + number(m[3], time.Second), true
	}
	m := clock12.FindStringSubmatch(words)
	if m == nil {
		return 0, false
	}
	hours := number(m[1], time.Hour) % (12 * time.Hour)
	if m[3] == "p" {
		hours += 12 * time.Hour
	}
	return hours + number(m[2], time.Minute), true
}

// shown is the moment at which the clocks of a zone show a time on a day. There is
// none where they skip it, and no certain one where they show it twice.
func shown(d time.Time, clock time.Duration, zone *time.Location) (time.Time, bool) {
	wall := d.Add(clock)
	var found time.Time
	for _, around := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(around).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if t.Format(time.DateTime) != wall.Format(time.DateTime) {
			continue
		}
		if !found.IsZero() && !found.Equal(t) {
			return time.Time{}, false
		}
		found = t
	}
	return found, !found.IsZero()
}
