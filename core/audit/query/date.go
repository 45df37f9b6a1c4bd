package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// months are the names of months, of which three letters do.
var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// monthOf reads the name of a month.
func monthOf(w string) (time.Month, bool) {
	if len(w) < 3 {
		return 0, false
	}
	at := slices.IndexFunc(months, func(m string) bool {
		return strings.HasPrefix(m, w) && (len(w) == 3 || len(w) == len(m)) || w == "sept" && m == "september"
	})
	return time.Month(at + 1), at >= 0
}

// date reads a time: a day, a week, a month, a year, "last 3 days", "since May", "before
// 2026-05-01", "from May to July".
func (p *parser) date() bool {
	edge := p.words[0]
	switch edge {
	case "since", "from", "after", "before", "until", "till", "to", "between":
		from, to, n := p.span(p.words[1:])
		if n == 0 {
			return false
		}
		switch edge {
		case "since", "from", "between":
			p.q.Since = from
			if n+1 < len(p.words) && p.words[n+1] == "and" && edge == "between" {
				p.words[n+1] = "until"
			}
		case "after":
			p.q.Since = to
		case "before":
			p.q.Until = from
		default:
			p.q.Until = to
		}
		return p.take(n + 1)
	}
	from, to, n := p.span(p.words)
	if n == 0 {
		return false
	}
	p.q.Since, p.q.Until = from, to
	return p.take(n)
}

// span reads from when to when some words are, and how many of them those are; 0: they are
// no time.
func (p *parser) span(words []string) (from, to time.Time, n int) {
	if len(words) == 0 {
		return from, to, 0
	}
	today := time.Date(p.now.Year(), p.now.Month(), p.now.Day(), 0, 0, 0, 0, p.now.Location())
	switch words[0] {
	case "today":
		return today, today.AddDate(0, 0, 1), 1
	case "yesterday":
		return today.AddDate(0, 0, -1), today, 1
	case "the":
		from, to, n = p.span(words[1:])
		if n > 0 {
			n++
		}
		return from, to, n
	case "last", "past", "this":
		return p.relative(words, today)
	}
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.ParseInLocation(layout, words[0], p.now.Location()); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t, next(t, layout), 1
		}
	}
	return p.month(words)
}

// next is the end of a day, a month or a year that begins at t.
func next(t time.Time, layout string) time.Time {
	switch layout {
	case "2006-01-02":
		return t.AddDate(0, 0, 1)
	case "2006-01":
		return t.AddDate(0, 1, 0)
	}
	return t.AddDate(1, 0, 0)
}

// relative reads "this week", "last month", "last 3 days".
func (p *parser) relative(words []string, today time.Time) (from, to time.Time, n int) {
	if len(words) < 2 {
		return from, to, 0
	}
	if count, err := strconv.Atoi(words[1]); err == nil && len(words) > 2 && count > 0 && count < 10_000 && words[0] != "this" {
		switch strings.TrimSuffix(words[2], "s") {
		case "hour":
			return p.now.Add(-time.Duration(count) * time.Hour), p.now.AddDate(0, 0, 1), 3
		case "day":
			return today.AddDate(0, 0, 1-count), today.AddDate(0, 0, 1), 3
		case "week":
			return today.AddDate(0, 0, 1-7*count), today.AddDate(0, 0, 1), 3
		case "month":
			return today.AddDate(0, -count, 1), today.AddDate(0, 0, 1), 3
		case "year":
			return today.AddDate(-count, 0, 1), today.AddDate(0, 0, 1), 3
		}
		return from, to, 0
	}
	back := 0
	if words[0] != "this" {
		back = -1
	}
	switch words[1] {
	case "week": // from Monday
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7+7*back)
		return monday, monday.AddDate(0, 0, 7), 2
	case "month":
		first := today.AddDate(0, 0, 1-today.Day()).AddDate(0, back, 0)
		return first, first.AddDate(0, 1, 0), 2
	case "year":
		first := time.Date(today.Year()+back, 1, 1, 0, 0, 0, 0, today.Location())
		return first, first.AddDate(1, 0, 0), 2
	}
	if m, ok := monthOf(words[1]); ok {
		from, to = p.monthSpan(m, 0, 0)
		return from, to, 2
	}
	return from, to, 0
}

// month reads "May", "May 2026", "3 May", "May 3", "3 May 2026".
func (p *parser) month(words []string) (from, to time.Time, n int) {
	number := func(i, least, most int) int {
		if i >= len(words) {
			return 0
		}
		text := words[i]
		for _, end := range []string{"st", "nd", "rd", "th"} {
			text = strings.TrimSuffix(text, end)
		}
		if v, err := strconv.Atoi(text); err == nil && v >= least && v <= most {
			return v
		}
		return 0
	}
	day := number(0, 1, 31)
	if day > 0 {
		n = 1
	}
	if n >= len(words) {
		return from, to, 0
	}
	m, ok := monthOf(words[n])
	if !ok {
		return from, to, 0
	}
	n++
	if day == 0 {
		if day = number(n, 1, 31); day > 0 {
			n++
		}
	}
	year := number(n, 2000, 2199)
	if year > 0 {
		n++
	}
	from, to = p.monthSpan(m, day, year)
	return from, to, n
}

// monthSpan is a month or a day of it; without a year the latest that has begun.
func (p *parser) monthSpan(m time.Month, day, year int) (from, to time.Time) {
	at := func(year int) time.Time { return time.Date(year, m, max(day, 1), 0, 0, 0, 0, p.now.Location()) }
	if year == 0 {
		if year = p.now.Year(); at(year).After(p.now) {
			year--
		}
	}
	from = at(year)
	if day > 0 {
		return from, from.AddDate(0, 0, 1)
	}
	return from, from.AddDate(0, 1, 0)
}
