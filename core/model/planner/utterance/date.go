package utterance

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What words can say of a day and of a time. A date of numbers in another order than ISO's
// is not read: 05/06 is one day to some and another to others.
const (
	anyWeekday = `(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)`
	anyMonth   = `(?:january|february|march|april|may|june|july|august|september|october|november|december)`
	anyUnits   = `in (?:an?|\d{1,3}|` + anyNumberWord + `) `
	anyDay     = `(?:\d{4}-\d{2}-\d{2}|(?:the )?day after tomorrow|today|tomorrow|yesterday` +
		`|(?:on )?(?:` + anyWeekday + `,? )?(?:the )?\d{1,2}(?:st|nd|rd|th)? (?:of )?` + anyMonth + `(?:,? \d{4})?` +
		`|(?:on )?(?:` + anyWeekday + `,? )?` + anyMonth + ` \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?` +
		`|\d{1,2}\.\d{1,2}\.\d{4}|(?:on |next )?` + anyWeekday +
		`|` + anyUnits + `(?:day|week|month)s?)`
	anyClock = `(?:(?:1[0-2]|0?[1-9])(?::[0-5]\d)? ?[ap]m|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)`
	rfc3339  = `\d{4}-\d{2}-\d{2}t\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:z|[+-]\d{2}:\d{2})`
	anyTime  = `(?:` + rfc3339 + `|\d{4}-\d{2}-\d{2}t` + anyClock + `|` + anyDay + `,? (?:at )?` + anyClock +
		`|(?:at )?` + anyClock + `(?:,? ` + anyDay + `)?|` + anyUnits + `(?:minute|hour)s?)`
)

var (
	wholeTime    = regexp.MustCompile(`^` + anyTime + `$`)
	wholeRFC3339 = regexp.MustCompile(`(?i)^` + rfc3339 + `$`)
	inDay        = regexp.MustCompile(anyDay)
	inClock      = regexp.MustCompile(anyClock)
)

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// plain prepares the words of a date: lower case, without commas, with single blanks.
func plain(words string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(words), ",", " ")), " ")
}

// readDate reads a day, and writes it as ISO 8601 does.
func readDate(words string, now time.Time) (json.RawMessage, bool) {
	d, ok := day(plain(words), now)
	if !ok {
		return nil, false
	}
	return quote(d.Format(time.DateOnly))
}

// readTime reads a point in time: RFC 3339, a day with a time of day in either order, a
// time of day alone, which means the next one, or "in 2 hours". It is written as RFC 3339
// in the member's zone, unless the words name another.
func readTime(words string, now time.Time) (json.RawMessage, bool) {
	if words = strings.TrimSpace(words); wholeRFC3339.MatchString(words) {
		t, err := time.Parse(time.RFC3339, strings.ToUpper(words))
		return json.RawMessage(`"` + strings.ToUpper(words) + `"`), err == nil && t.Year() > 0
	}
	words = plain(words)
	if !wholeTime.MatchString(words) {
		return nil, false
	}
	if n, unit, ok := distance(words); ok {
		t := now.Add(time.Duration(n) * map[string]time.Duration{"minute": time.Minute, "hour": time.Hour}[unit])
		return quote(t.Truncate(time.Second).Format(time.RFC3339))
	}
	clock := inClock.FindString(words)
	d, dated := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC), false
	if found := inDay.FindString(strings.Replace(words, clock, " ", 1)); found != "" {
		if d, dated = day(found, now); !dated {
			return nil, false
		}
	}
	var c time.Time
	err := errors.New("no time of day")
	for _, layout := range []string{"15:04", time.TimeOnly, "3:04pm", "3pm"} {
		if err != nil {
			c, err = time.Parse(layout, strings.ReplaceAll(clock, " ", ""))
		}
	}
	t := time.Date(d.Year(), d.Month(), d.Day(), c.Hour(), c.Minute(), c.Second(), 0, now.Location())
	if !dated && t.Before(now) {
		t = t.AddDate(0, 0, 1)
	}
	shown := func(t time.Time) string { return t.Format(time.TimeOnly) }
	if err != nil || shown(t) != shown(c) || shown(t.Add(time.Hour)) == shown(t) || shown(t.Add(-time.Hour)) == shown(t) {
		return nil, false // the clocks skip that time on that day, or show it twice
	}
	return quote(t.Format(time.RFC3339))
}

// day reads words as one day, returned as midnight in UTC; now, in the member's zone, says
// which day is today. A weekday is the next one after today, a day without a year the next
// one from today on; "next friday" is that of the next week, which begins on Monday.
func day(words string, now time.Time) (time.Time, bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if n, ok := map[string]int{"today": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1}[strings.TrimPrefix(words, "the ")]; ok {
		return today.AddDate(0, 0, n), true
	}
	if n, unit, ok := distance(words); ok {
		switch unit {
		case "day", "week":
			return today.AddDate(0, 0, n*map[string]int{"day": 1, "week": 7}[unit]), true
		case "month":
			d := today.AddDate(0, n, 0)
			if d.Day() != today.Day() {
				d = d.AddDate(0, 0, -d.Day()) // a month after 31 January is the end of February
			}
			return d, true
		}
		return time.Time{}, false
	}
	fields := strings.Fields(words)
	if len(fields) > 1 && fields[0] == "on" {
		fields = fields[1:]
	}
	next := len(fields) > 1 && fields[0] == "next"
	if next {
		fields = fields[1:]
	}
	weekday := slices.IndexFunc(weekdays, func(name string) bool { return len(fields) > 0 && fields[0] == name })
	switch {
	case weekday >= 0 && len(fields) > 1: // "friday 4 december": the one must be the other
		d, ok := date(strings.Join(fields[1:], " "), today)
		return d, ok && int(d.Weekday()) == weekday && !next
	case weekday >= 0 && next:
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		return monday.AddDate(0, 0, 7+(weekday+6)%7), true
	case weekday >= 0:
		return today.AddDate(0, 0, (weekday-int(today.Weekday())+6)%7+1), true
	}
	return date(strings.Join(fields, " "), today)
}

// distance reads "in 3 days".
func distance(words string) (n int, unit string, ok bool) {
	fields := strings.Fields(words)
	if len(fields) != 3 || fields[0] != "in" {
		return 0, "", false
	}
	count := fields[1]
	if count == "a" || count == "an" {
		count = "one"
	}
	if digits, ok := numberWords[count]; ok {
		count = digits
	}
	n, err := strconv.Atoi(count)
	return n, strings.TrimSuffix(fields[2], "s"), err == nil && n >= 0 && n < 1000
}

// date reads a day of a month, with or without its year.
func date(words string, today time.Time) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2.1.2006"} {
		if d, err := time.Parse(layout, words); err == nil {
			return d, d.Year() > 0
		}
	}
	var fields []string
	for field := range strings.FieldsSeq(words) {
		if digits := strings.TrimRight(field, "stndrh"); digits != "" && strings.Trim(digits, "0123456789") == "" {
			field = digits
		}
		if field != "the" && field != "of" {
			fields = append(fields, field)
		}
	}
	for _, layout := range []string{"2 January 2006", "January 2 2006"} {
		if d, err := time.Parse(layout, strings.Join(fields, " ")); err == nil && d.Year() > 0 {
			return d, true
		}
		for year := today.Year(); year <= today.Year()+1; year++ {
			d, err := time.Parse(layout, strings.Join(fields, " ")+" "+strconv.Itoa(year))
			if err == nil && !d.Before(today) {
				return d, true
			}
		}
	}
	return time.Time{}, false
}
