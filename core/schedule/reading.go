package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reading says in one plain sentence, without its full stop, when a schedule runs. The zone
// is not in it.
func (s Schedule) Reading() string {
	zone, err := s.Location()
	if err != nil {
		zone = time.UTC
	}
	moment := func(t time.Time) string {
		return fmt.Sprintf(readAt, t.In(zone).Format(readDayFormat), t.In(zone).Format(clockFormat))
	}
	switch {
	case !s.Once.IsZero():
		return fmt.Sprintf(readOnce, moment(s.Once))
	case s.Every == time.Hour:
		return fmt.Sprintf(readHourly, s.From.In(zone).Minute())
	case s.Every > 0:
		return fmt.Sprintf(readEvery, passes(s.Every), moment(s.From))
	case s.Cron != "":
		f, err := readFields(s.Cron)
		if err != nil {
			return s.Cron
		}
		return f.reading()
	}
	text := fmt.Sprintf(readAt, s.Days.reading(), clocks(s.Times))
	if s.Days.Step > 1 && s.Days.Step != 12 {
		text = fmt.Sprintf(readBegins, text, s.Days.From.Format(readDayFormat))
	}
	return text
}

const clockFormat = "15:04"

// passes is a time that passes: "90 minutes", "2 hours".
func passes(d time.Duration) string {
	if d%time.Hour == 0 {
		return counted(int(d/time.Hour), "hour")
	}
	return counted(int(d/time.Minute), "minute")
}

func counted(n int, unit string) string {
	if n == 1 {
		return unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// clocks are times of day: "09:00 and 17:30".
func clocks(minutes []int) string {
	return and(minutes, func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) })
}

// and joins what stands in a list: "a, b and c".
func and[T any](list []T, word func(T) string) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = word(v)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// reading says which days these are.
func (d Days) reading() string {
	switch {
	case d.Unit == Month && d.Step == 12:
		return fmt.Sprintf(readYear, d.From.Format("2 January"))
	case d.Unit == Month:
		days := and(d.Nth, nthName)
		if len(d.Weekdays) > 0 {
			days += " " + weekdayNames(d.Weekdays)
		} else if slices.Equal(d.Nth, []int{-1}) {
			days += " day"
		}
		text := fmt.Sprintf(readMonth, days)
		if d.Step > 1 {
			text = fmt.Sprintf(readSteps, d.Step, d.Unit, " on the "+days)
		}
		if len(d.Weekdays) == 0 && slices.Max(d.Nth) > 28 {
			text += readShort
		}
		return text
	case d.Unit == Day && d.Step == 1:
		return readDay
	case d.Step == 1:
		return weekdayReading(d.Weekdays)
	case d.Unit == Day && d.Step == 2:
		return fmt.Sprintf(readOther, d.Unit)
	case d.Unit == Day:
		return fmt.Sprintf(readSteps, d.Step, d.Unit, "")
	case d.Step == 2 && len(d.Weekdays) == 1:
		return fmt.Sprintf(readOther, d.Weekdays[0])
	default:
		return fmt.Sprintf(readSteps, d.Step, d.Unit, " on "+and(d.Weekdays, time.Weekday.String))
	}
}

// weekdayReading says that something happens on these days of each week.
func weekdayReading(days []time.Weekday) string {
	switch {
	case slices.Equal(days, workdays):
		return readWeekday
	case slices.Equal(days, weekend):
		return readWeekend
	}
	return fmt.Sprintf(readOn, and(days, time.Weekday.String))
}

// weekdayNames names days of the week of which one is counted: "last weekday".
func weekdayNames(days []time.Weekday) string {
	switch {
	case slices.Equal(days, workdays):
		return "weekday"
	case slices.Equal(days, weekend):
		return "day of a weekend"
	}
	return and(days, time.Weekday.String)
}

// nthName is "1st", "last".
func nthName(n int) string {
	if n < 0 {
		return "last"
	}
	ending := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(n) + ending
}
