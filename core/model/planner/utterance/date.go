package utterance

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"aidesk/core/date"
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

// readDate reads a day, and writes it as ISO 8601 does.
func readDate(words string, now time.Time) (json.RawMessage, bool) {
	d, ok := date.Day(words, now)
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
	words = date.Plain(words)
	if !wholeTime.MatchString(words) {
		return nil, false
	}
	if n, unit, ok := date.Distance(words); ok {
		t := now.Add(time.Duration(n) * map[string]time.Duration{"minute": time.Minute, "hour": time.Hour}[unit])
		return quote(t.Truncate(time.Second).Format(time.RFC3339))
	}
	clock := inClock.FindString(words)
	d, dated := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC), false
	if found := inDay.FindString(strings.Replace(words, clock, " ", 1)); found != "" {
		if d, dated = date.Day(found, now); !dated {
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
