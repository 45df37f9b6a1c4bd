// Package date reads the words with which people name a day: "next friday", "5 december",
// "in three days".
package date

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// digits are the numbers that people write as words.
var digits = map[string]string{
	"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
	"seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}

// Digits are those of a number that is written as a word, from one to twelve.
func Digits(word string) (string, bool) {
	found, ok := digits[word]
	return found, ok
}

// Number reads a small count: digits, a word, or "a" and "an" for one.
func Number(word string) (int, bool) {
	if word == "a" || word == "an" {
		return 1, true
	}
	if found, ok := digits[word]; ok {
		word = found
	}
	n, err := strconv.Atoi(word)
	return n, err == nil && n >= 0 && n < 1000
}

// Plain prepares the words of a date: lower case, without commas, with single blanks.
func Plain(words string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(words), ",", " ")), " ")
}

// Day reads words as one day, returned as midnight in UTC; now, in the member's zone, says
// which day is today. A weekday is the next one after today, a day without a year the next
// one from today on; "next friday" is that of the next week, which begins on Monday.
func Day(words string, now time.Time) (time.Time, bool) {
	words = Plain(words)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if n, ok := map[string]int{"today": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1}[strings.TrimPrefix(words, "the ")]; ok {
		return today.AddDate(0, 0, n), true
	}
	if n, unit, ok := Distance(words); ok {
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
	weekday := -1
	if len(fields) > 0 {
		weekday = slices.Index(weekdays, fields[0])
	}
	switch {
	case weekday >= 0 && len(fields) > 1: // "friday 4 december": the one must be the other
		d, ok := read(strings.Join(fields[1:], " "), today)
		return d, ok && int(d.Weekday()) == weekday && !next
	case weekday >= 0 && next:
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		return monday.AddDate(0, 0, 7+(weekday+6)%7), true
	case weekday >= 0:
		return today.AddDate(0, 0, (weekday-int(today.Weekday())+6)%7+1), true
	}
	return read(strings.Join(fields, " "), today)
}

// Distance reads "in 3 days".
func Distance(words string) (n int, unit string, ok bool) {
	fields := strings.Fields(words)
	if len(fields) != 3 || fields[0] != "in" {
		return 0, "", false
	}
	n, ok = Number(fields[1])
	return n, strings.TrimSuffix(fields[2], "s"), ok
}

// read reads a day of a month, with or without its year.
func read(words string, today time.Time) (time.Time, bool) {
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
