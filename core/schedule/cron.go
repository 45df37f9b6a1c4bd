package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// star marks a field that begins with *, as the parser does.
const star = 1 << 63

// fields are the five of cron, as sets of bits.
type fields struct{ *cron.SpecSchedule }

// readFields reads five fields. Only what fields are made of reaches the parser, which takes
// a zone before them, panics at half a one, and knows words that begin with @.
func readFields(text string) (f fields, err error) {
	if len(text) > maxWords || strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz*/,- ") != "" {
		return f, errors.New("not the five fields of cron")
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the fields of cron: %v", p)
		}
	}()
	read, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(text)
	if err != nil {
		return f, fmt.Errorf("the fields of cron: %w", err)
	}
	spec, ok := read.(*cron.SpecSchedule)
	if !ok {
		return f, errors.New("the fields of cron: read as something else")
	}
	return fields{spec}, nil
}

// looksLikeCron says that words are meant as fields of cron.
func looksLikeCron(words []string) bool {
	return len(words) == 5 && strings.Trim(words[0]+words[1], "0123456789*/,-") == ""
}

// match reports whether a day is one of theirs: by either of the two fields for days, where
// both say something.
func (f fields) match(day time.Time) bool {
	date := f.Dom&(1<<day.Day()) != 0
	weekday := f.Dow&(1<<day.Weekday()) != 0
	if f.Month&(1<<day.Month()) == 0 {
		return false
	}
	if f.Dom&star != 0 || f.Dow&star != 0 {
		return date && weekday
	}
	return date || weekday
}

// times are the minutes after midnight of a day that matches.
func (f fields) times() []int {
	var out []int
	for _, hour := range members(f.Hour) {
		for _, minute := range members(f.Minute) {
			out = append(out, hour*60+minute)
		}
	}
	return out
}

// everyHour says that the hour is left open.
func (f fields) everyHour() bool { return f.Hour&star != 0 }

// members are the numbers in a set, ascending.
func members(set uint64) []int {
	var out []int
	for set &^= star; set != 0; set &= set - 1 {
		out = append(out, bits.TrailingZeros64(set))
	}
	return out
}

// reading says in one sentence what the fields mean.
func (f fields) reading() string {
	dates, weekdays := members(f.Dom), members(f.Dow)
	day := readDay
	byDate, byWeekday := len(dates) < 31, len(weekdays) < 7
	onDates := fmt.Sprintf(readDates, and(dates, nthName))
	days := joined([][]time.Weekday{weekdaysOf(weekdays)})
	switch {
	case f.Dom&star == 0 && f.Dow&star == 0 && byDate && byWeekday:
		day = fmt.Sprintf(readEither, onDates, and(days, time.Weekday.String))
	case f.Dom&star == 0 && f.Dow&star == 0: // either of two fields, one of which is every day
	case byDate:
		day = onDates
	case byWeekday:
		day = weekdayReading(days)
	}
	if months := members(f.Month); len(months) < 12 {
		day = fmt.Sprintf(readMonths, day, and(months, func(m int) string { return time.Month(m).String() }))
	}
	minutes, hours := and(members(f.Minute), strconv.Itoa), spans(members(f.Hour))
	switch times := f.times(); {
	case f.everyHour():
		return fmt.Sprintf(readMinutes, day, minutes)
	case len(times) <= fewTimes:
		return fmt.Sprintf(readAt, day, clocks(times))
	}
	return fmt.Sprintf(readHours, day, minutes, hours)
}

// fewTimes is how many times of day are told one by one.
const fewTimes = 6

func weekdaysOf(numbers []int) []time.Weekday {
	out := make([]time.Weekday, len(numbers))
	for i, n := range numbers {
		out[i] = time.Weekday(n)
	}
	return out
}

// spans writes numbers with those that follow each other drawn together: "0, 9 to 17".
func spans(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if end-i < 2 {
			end = i
			parts = append(parts, strconv.Itoa(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d to %d", numbers[i], numbers[end]))
		}
		i = end + 1
	}
	return and(parts, func(s string) string { return s })
}
