package utterance

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxMoment is how many tokens a date with a time takes in a message.
const maxMoment = 10

var weekdays = map[string]time.Weekday{
	"sunday": time.Sunday, "monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday,
	"thursday": time.Thursday, "friday": time.Friday, "saturday": time.Saturday,
}

var months = map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6,
	"july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}

// nearDays are those that have a name of their own, from today.
var nearDays = map[string]int{
	"today": 0, "tomorrow": 1, "yesterday": -1,
	"the day after tomorrow": 2, "day after tomorrow": 2,
	"the day before yesterday": -2, "day before yesterday": -2,
}

// The forms of a date in folded words without commas. A day and month of one
// order only: 05/06 is one day to some and another to others, and not read.
var (
	isoDate    = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	dottedDate = regexp.MustCompile(`^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$`)
	dayMonth   = regexp.MustCompile(`^(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?([a-z]+)\.?(?: (\d{4}))?$`)
	monthDay   = regexp.MustCompile(`^([a-z]+)\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?$`)
	distance   = regexp.MustCompile(`^(in )?([a-z]+|\d{1,4}) (day|week|month|year)s?( from now| from today| ago)?$`)
)

// readDate reads a day: see day. The answer is an ISO date.
func readDate(words string, now time.Time) (json.RawMessage, bool) {
	d, ok := day(plainMoment(words), now)
	if !ok || !writable(d) {
		return nil, false
	}
	return quote(d.Format(time.DateOnly))
}

// writable reports whether the year of t has four digits, as the formats want.
func writable(t time.Time) bool { return t.Year() > 0 && t.Year() <= 9999 }

// plainMoment folds words, and takes commas and repeated blanks away.
func plainMoment(words string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(fold(words), ",", " ")), " ")
}

// day reads a whole text as one day, given as midnight in UTC; now, in the
// member's zone, says which day is today. What names no week or year means the
// next one: "friday" is the first Friday after today, "5 december" the first from
// today on. "next friday" is that of the next week, which begins on Monday like
// every week, and "next week" is its Monday.
func day(words string, now time.Time) (time.Time, bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if n, ok := nearDays[words]; ok {
		return today.AddDate(0, 0, n), true
	}
	monday := today.AddDate(0, 0, -sinceMonday(today.Weekday()))
	if words == "next week" {
		return monday.AddDate(0, 0, 7), true
	}
	if d, ok := away(words, today); ok {
		return d, true
	}
	words = strings.TrimPrefix(words, "on ")
	first, rest, more := strings.Cut(words, " ")
	weekday, isWeekday := weekdays[first]
	switch {
	case isWeekday && more:
		// "friday 4 december": the one must be the other.
		d, ok := date(rest, today)
		return d, ok && d.Weekday() == weekday
	case isWeekday:
		ahead := (int(weekday-today.Weekday()) + 7) % 7
		if ahead == 0 {
			ahead = 7
		}
		return today.AddDate(0, 0, ahead), true
	case first == "this", first == "next":
		weekday, ok := weekdays[rest]
		d := monday.AddDate(0, 0, sinceMonday(weekday))
		if first == "next" {
			return d.AddDate(0, 0, 7), ok
		}
		return d, ok && !d.Before(today)
	}
	return date(words, today)
}

// sinceMonday counts the days of a week before a weekday.
func sinceMonday(d time.Weekday) int { return (int(d) + 6) % 7 }

// isAway reports whether words can be a distance from now: a quick answer for all
// the words of a sentence that are tried.
func isAway(words string) bool {
	return strings.HasPrefix(words, "in ") || strings.HasSuffix(words, " ago") ||
		strings.HasSuffix(words, " from now") || strings.HasSuffix(words, " from today")
}

// away reads "in 3 days", "two weeks ago" and the like.
func away(words string, today time.Time) (time.Time, bool) {
	if !isAway(words) {
		return time.Time{}, false
	}
	m := distance.FindStringSubmatch(words)
	// One of the two says in which direction.
	if m == nil || (m[1] == "") == (m[4] == "") {
		return time.Time{}, false
	}
	n, ok := count(m[2])
	if m[4] == " ago" {
		n = -n
	}
	switch m[3] {
	case "day":
		return today.AddDate(0, 0, n), ok
	case "week":
		return today.AddDate(0, 0, 7*n), ok
	case "month":
		return addMonths(today, n), ok
	default:
		return addMonths(today, 12*n), ok
	}
}

// count reads how many: digits, a number as a word, or "a".
func count(word string) (int, bool) {
	if word == "a" || word == "an" {
		return 1, true
	}
	if digits, ok := numberWords[word]; ok {
		word = digits
	}
	n, err := strconv.Atoi(word)
	return n, err == nil
}

// addMonths gives the same day of another month, or its last day: a month after
// 31 January is the end of February, not the beginning of March.
func addMonths(d time.Time, n int) time.Time {
	first := time.Date(d.Year(), d.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1)
}

// date reads a day of a month, with or without its year.
func date(words string, today time.Time) (time.Time, bool) {
	if !strings.ContainsAny(words, "0123456789") {
		return time.Time{}, false
	}
	if m := isoDate.FindStringSubmatch(words); m != nil {
		return exact(m[1], m[2], m[3])
	}
	if m := dottedDate.FindStringSubmatch(words); m != nil {
		return exact(m[3], m[2], m[1])
	}
	name, number, year := "", "", ""
	if m := dayMonth.FindStringSubmatch(words); m != nil {
		number, name, year = m[1], m[2], m[3]
	} else if m := monthDay.FindStringSubmatch(words); m != nil {
		name, number, year = m[1], m[2], m[3]
	}
	month, ok := months[name]
	if !ok {
		return time.Time{}, false
	}
	if year != "" {
		return exact(year, strconv.Itoa(int(month)), number)
	}
	d, ok := exact(strconv.Itoa(today.Year()), strconv.Itoa(int(month)), number)
	if !ok || d.Before(today) {
		d, ok = exact(strconv.Itoa(today.Year()+1), strconv.Itoa(int(month)), number)
	}
	return d, ok
}

// exact is a day of the calendar, if there is such a day.
func exact(year, month, dayOf string) (time.Time, bool) {
	y, errY := strconv.Atoi(year)
	m, errM := strconv.Atoi(month)
	n, errN := strconv.Atoi(dayOf)
	d := time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC)
	return d, errY == nil && errM == nil && errN == nil && y > 0 && d.Month() == time.Month(m) && d.Day() == n
}
