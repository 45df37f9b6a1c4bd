package schedule

import (
	"slices"
	"strings"
	"time"

	"aidesk/core/date"
)

// The most steps of each unit.
var most = map[string]int{"minute": 999, "hour": 720, "day": 366, "week": 104, "month": 48}

var (
	workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	weekend  = []time.Weekday{time.Saturday, time.Sunday}
)

// days reads on which days something happens, in one or more ways that are meant.
func (p *reader) days() []Schedule {
	switch {
	case p.take("daily"):
		return days(Days{Unit: Day, Step: 1})
	case p.take("hourly"):
		return p.passing("hour", 1)
	case p.take("weekly"):
		return p.weeks(1)
	case p.take("monthly"):
		return p.months(1)
	case p.take("every", "other"):
		return p.units(2)
	case p.take("every"):
		return p.every()
	}
	if p.peek() == "in" {
		return p.in()
	}
	before := p.tokens
	p.take("on")
	if found := list(p, plural); len(found) > 0 {
		return days(Days{Unit: Week, Step: 1, Weekdays: joined(found)})
	}
	p.take("the")
	if d, named, ok := p.ofMonth(1); ok {
		if named || len(d.Weekdays) > 0 || len(d.Nth) > 1 {
			return days(d)
		}
		return append(p.nextNth(d), Schedule{Days: d})
	}
	p.tokens = before
	return p.single()
}

// single reads one day.
func (p *reader) single() []Schedule {
	if d, ok := p.day(); ok {
		return days(Days{Unit: Day, From: d})
	}
	return nil
}

// nextNth is the next day that is one of a month's Nth.
func (p *reader) nextNth(d Days) []Schedule {
	for day := midnight(p.now); ; day = day.AddDate(0, 0, 1) {
		if d.match(day) {
			return days(Days{Unit: Day, From: day})
		}
	}
}

func days(d Days) []Schedule { return []Schedule{{Days: d}} }

// every reads what follows "every".
func (p *reader) every() []Schedule {
	before := p.tokens
	if n, ok := taken(p, date.Number); ok {
		if found := p.units(n); len(found) > 0 {
			return found
		}
		p.tokens = before // "every 5 december"
	}
	if step, ok := ordinal(p.peek()); ok && step > 1 && len(p.tokens) > 1 && most[p.tokens[1]] > 0 && !slices.Contains(p.tokens, "of") {
		p.tokens = p.tokens[1:]
		return p.units(step)
	}
	if d, named, ok := p.ofMonth(1); ok {
		if !named && len(d.Weekdays) > 0 && slices.Max(d.Nth) > 1 {
			weekday := d.Weekdays[0].String()
			p.fault = fault(textOtherNth, weekday, ordinals[slices.Max(d.Nth)-1], weekday)
		}
		return days(d)
	}
	if p.take("year") {
		p.take("on")
	} else if found := p.units(1); len(found) > 0 {
		return found
	}
	if d, ok := p.day(); ok {
		return days(Days{Unit: Month, Step: 12, From: d, Nth: []int{d.Day()}})
	}
	return nil
}

// units reads a unit, or weekdays, of which every step-th counts.
func (p *reader) units(step int) []Schedule {
	unit := strings.TrimSuffix(p.peek(), "s")
	if highest, ok := most[unit]; ok {
		if step < 1 || step > highest {
			return nil
		}
		p.tokens = p.tokens[1:]
		switch unit {
		case "week":
			return p.weeks(step)
		case "month":
			return p.months(step)
		case "day":
			return days(Days{Unit: Day, Step: step})
		}
		return p.passing(unit, step)
	}
	if found := list(p, weekdays); len(found) > 0 && step <= most["week"] && step > 0 {
		return days(Days{Unit: Week, Step: step, Weekdays: joined(found)})
	}
	return nil
}

// passing is every so many minutes or hours, whatever the clocks do, counted from the hour
// that has begun.
func (p *reader) passing(unit string, n int) []Schedule {
	length := time.Minute
	if unit == "hour" {
		length = time.Hour
	}
	from := p.now.Add(-time.Duration(p.now.Minute())*time.Minute - time.Duration(p.now.Second())*time.Second)
	return []Schedule{{Every: time.Duration(n) * length, From: from.Truncate(time.Second).UTC()}}
}

// weeks reads on which days of a week; none is named: the one of today.
func (p *reader) weeks(step int) []Schedule {
	before := p.tokens
	p.take("on")
	found := list(p, weekdays)
	if len(found) == 0 {
		p.tokens = before
		found = [][]time.Weekday{{p.now.Weekday()}}
	}
	return days(Days{Unit: Week, Step: step, Weekdays: joined(found)})
}

// months reads on which days of a month; none is named: the one of today.
func (p *reader) months(step int) []Schedule {
	before := p.tokens
	p.take("on")
	p.take("the")
	if d, _, ok := p.ofMonth(step); ok {
		return days(d)
	}
	p.tokens = before
	return days(Days{Unit: Month, Step: step, Nth: []int{p.now.Day()}})
}

// ofMonth reads "1st and 15th", "last Friday of the month"; named says that the words say
// that every month is meant.
func (p *reader) ofMonth(step int) (d Days, named, ok bool) {
	before := p.tokens
	d = Days{Unit: Month, Step: step, Nth: list(p, ordinal)}
	highest := 31
	if !p.take("day") {
		if d.Weekdays = joined(list(p, weekdays)); len(d.Weekdays) > 0 {
			highest = len(ordinals) - 1
		}
	}
	if len(d.Nth) == 0 || slices.Max(d.Nth) > highest {
		p.tokens = before
		return d, false, false
	}
	named = p.take("of", "month") || p.take("of", "the", "month") || p.take("of", "every", "month") || p.take("every", "month")
	return d, named, true
}

// in reads a distance from now.
func (p *reader) in() []Schedule {
	if len(p.tokens) < 3 {
		return nil
	}
	n, unit, ok := date.Distance(strings.Join(p.tokens[:3], " "))
	length := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour}[unit]
	if !ok || n < 1 {
		return nil
	}
	if length == 0 {
		return p.single()
	}
	p.tokens = p.tokens[3:]
	return []Schedule{{Once: p.now.Add(time.Duration(n) * length).Truncate(time.Second).UTC()}}
}

// weekdays are the days of the week that a word means.
func weekdays(word string) ([]time.Weekday, bool) {
	switch strings.TrimSuffix(word, "s") {
	case "weekday", "workday":
		return workdays, true
	case "weekend":
		return weekend, true
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.TrimSuffix(word, "s") == strings.ToLower(d.String()) {
			return []time.Weekday{d}, true
		}
	}
	return nil, false
}

// plural is weekdays for words that mean every one of them.
func plural(word string) ([]time.Weekday, bool) {
	if !strings.HasSuffix(word, "s") {
		return nil, false
	}
	return weekdays(word)
}

// joined are all weekdays of a list, from Monday to Sunday.
func joined(found [][]time.Weekday) []time.Weekday {
	all := slices.Concat(found...)
	slices.SortFunc(all, func(a, b time.Weekday) int { return int(a+6)%7 - int(b+6)%7 })
	return slices.Compact(all)
}

var ordinals = []string{"first", "second", "third", "fourth"}

// ordinal is which one of a month a word means; -1 is the last.
func ordinal(word string) (int, bool) {
	if word == "last" {
		return -1, true
	}
	if i := slices.Index(ordinals, word); i >= 0 {
		return i + 1, true
	}
	number := strings.TrimRight(word, "stndrh")
	n, ok := digits(number, 31)
	return n, ok && n > 0 && len(word) == len(number)+2
}
