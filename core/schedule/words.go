package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/core/date"
)

const (
	maxWords = 100              // bytes that are read as a time
	minGap   = 15 * time.Minute // between two runs
	checked  = 5                // runs whose distances are looked at
	morning  = 9 * 60           // when a day is named without a time
)

// Fault says, in a member's words, why a time cannot be used and what to write instead.
type Fault struct{ Message string }

// Error is the message.
func (f *Fault) Error() string { return f.Message }

func fault(format string, args ...any) error { return &Fault{fmt.Sprintf(format, args...)} }

// Parse reads when something shall happen; now, in the member's zone, says which day is
// today. Mostly that is one Schedule. Words that people mean in two ways ("at 5", "on the
// 7th") give each of them, to be asked about. The error is a *Fault.
func Parse(words string, now time.Time) ([]Schedule, error) {
	words = strings.Trim(words, " \t\n.:;!")
	if len(words) > maxWords {
		return nil, fault(textLong)
	}
	found, err := read(words, now)
	if err != nil {
		return nil, err
	}
	var out []Schedule
	for _, s := range found {
		s.Zone = now.Location().String()
		if s, err = s.begin(now); err == nil {
			err = s.check(words, now)
		}
		if err == nil {
			out = append(out, s)
		} else if len(found) == 1 {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, err
	}
	return out, nil
}

// read reads the words of one or more schedules, that have no zone yet.
func read(words string, now time.Time) ([]Schedule, error) {
	if parts := strings.Fields(strings.ToLower(words)); looksLikeCron(parts) {
		s := Schedule{Cron: strings.Join(parts, " ")}
		if _, err := readFields(s.Cron); err != nil {
			return nil, fault(textCron, words)
		}
		return []Schedule{s}, nil
	}
	p := &reader{tokens: tokens(words), now: now}
	found := p.schedules()
	switch {
	case p.fault != nil:
		return nil, p.fault
	case len(found) == 0 || p.more():
		return nil, fault(textUnread, words)
	}
	return found, nil
}

// begin sets from when the days of a schedule are counted: the first one that has a run.
func (s Schedule) begin(now time.Time) (Schedule, error) {
	if len(s.Times) == 0 || !s.Days.From.IsZero() {
		return s, nil
	}
	step := s.Days.Step
	s.Days.Step, s.Days.From = 1, midnight(now)
	first, err := s.Next(now)
	if err != nil {
		return s, err
	}
	s.Days.Step, s.Days.From = step, midnight(first)
	return s, nil
}

// check refuses a schedule that never runs, or too often.
func (s Schedule) check(words string, now time.Time) error {
	runs, err := s.Upcoming(now, checked)
	switch {
	case err != nil:
		return fault(textUnread, words)
	case len(runs) == 0 && !s.Once.IsZero():
		return fault(textPast, words)
	case len(runs) == 0 || runs[0].After(now.AddDate(0, 0, horizon)):
		return fault(textNever, words)
	}
	for i := range runs[1:] {
		if runs[i+1].Sub(runs[i]) < minGap {
			return fault(textOften, int(minGap.Minutes()))
		}
	}
	return nil
}

// reader reads the words of a time, one after the other.
type reader struct {
	tokens []string
	now    time.Time
	fault  error
}

// tokens are words in lower case, with commas apart and short names of days and months
// written out.
func tokens(words string) []string {
	out := strings.Fields(spelling.Replace(strings.ToLower(words)))
	for i, token := range out {
		if long, ok := shortNames[token]; ok {
			out[i] = long
		}
	}
	return out
}

var spelling = strings.NewReplacer(",", " , ", "a.m.", "am", "p.m.", "pm", "a.m", "am", "p.m", "pm")

var shortNames = map[string]string{
	"mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "weds": "wednesday", "thu": "thursday",
	"thur": "thursday", "thurs": "thursday", "fri": "friday", "sat": "saturday", "sun": "sunday",
	"jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june", "jul": "july", "aug": "august",
	"sep": "september", "sept": "september", "oct": "october", "nov": "november", "dec": "december",
	"each": "every",
}

func (p *reader) more() bool { return len(p.tokens) > 0 }

// peek is the next word, or nothing.
func (p *reader) peek() string {
	if p.more() {
		return p.tokens[0]
	}
	return ""
}

// take goes over the next words if they are these.
func (p *reader) take(words ...string) bool {
	if len(p.tokens) < len(words) || !slices.Equal(p.tokens[:len(words)], words) {
		return false
	}
	p.tokens = p.tokens[len(words):]
	return true
}

// taken returns the next word if a table knows it.
func taken[T any](p *reader, table func(string) (T, bool)) (T, bool) {
	v, ok := table(p.peek())
	if ok {
		p.tokens = p.tokens[1:]
	}
	return v, ok
}

// list reads what a table knows, with commas and "and" between, or nothing.
func list[T any](p *reader, table func(string) (T, bool)) []T {
	var out []T
	for {
		before := p.tokens
		for len(out) > 0 && (p.take(",") || p.take("and")) {
		}
		v, ok := taken(p, table)
		if !ok {
			p.tokens = before
			return out
		}
		out = append(out, v)
	}
}

// schedules reads days and times of day, in either order.
func (p *reader) schedules() []Schedule {
	var times [][]int
	if p.peek() == "at" {
		times = p.times()
	}
	if len(times) > 0 && !p.more() {
		return p.soon(times)
	}
	found := p.days()
	if len(times) == 0 {
		times = p.times()
	}
	timed := len(times) > 0
	if !timed {
		times = [][]int{{morning}}
	}
	var out []Schedule
	for _, s := range found {
		if s.Days.Unit == "" { // the words said when to the minute
			if !timed {
				out = append(out, s)
			}
			continue
		}
		for _, minutes := range times {
			if s.Times = minutes; s.Days.Step > 0 {
				out = append(out, s)
			} else if len(minutes) == 1 {
				out = append(out, p.once(s.Days.From, minutes[0]))
			}
		}
	}
	return out
}

// soon is the next moment at which the clocks show a time.
func (p *reader) soon(times [][]int) []Schedule {
	var out []Schedule
	for _, minutes := range times {
		daily := Schedule{Zone: p.now.Location().String(), Times: minutes, Days: Days{Unit: Day, Step: 1}}
		if next, err := daily.Next(p.now); err == nil && len(minutes) == 1 {
			out = append(out, Schedule{Once: next.UTC()})
		}
	}
	return out
}

// once is a single run on a day.
func (p *reader) once(day time.Time, minute int) Schedule {
	r := rule{zone: p.now.Location()}
	return Schedule{Once: r.places(day.Add(time.Duration(minute) * time.Minute))[0].UTC()}
}

// clock is a time of day as it was typed.
type clock struct {
	minutes int
	open    bool // morning or afternoon: it was not said
}

// times reads "at 9, 12:30 and 5pm"; "at" may be missing where they cannot be anything
// else. Hours from one to six of which was not said whether they are in the morning are
// read in both ways.
func (p *reader) times() [][]int {
	before := p.tokens
	said := p.take("at")
	var clocks []clock
	for {
		mark := p.tokens
		for len(clocks) > 0 && (p.take(",") || p.take("and") || p.take("at")) {
		}
		c, sure, ok := p.clock()
		if !ok || !said && !sure {
			p.tokens = mark
			break
		}
		clocks = append(clocks, c)
	}
	if len(clocks) == 0 {
		p.tokens = before
		return nil
	}
	open := false
	early, late := make([]int, len(clocks)), make([]int, len(clocks))
	for i, c := range clocks {
		early[i], late[i] = c.minutes, c.minutes
		if c.open {
			open, late[i] = true, c.minutes+12*60
		}
	}
	out := [][]int{sorted(early)}
	if open {
		out = append(out, sorted(late))
	}
	return out
}

func sorted(minutes []int) []int {
	slices.Sort(minutes)
	return slices.Compact(minutes)
}

// clock reads a time of day; sure says that it can be nothing else.
func (p *reader) clock() (c clock, sure, ok bool) {
	switch {
	case p.take("noon"):
		return clock{minutes: 12 * 60}, true, true
	case p.take("midnight"):
		return clock{}, true, true
	}
	before := p.tokens
	token := p.peek()
	if token != "" {
		p.tokens = p.tokens[1:]
	}
	half := ""
	for _, name := range []string{"am", "pm"} {
		number, joined := strings.CutSuffix(token, name)
		if joined || half == "" && p.take(name) {
			token, half = number, name
		}
	}
	p.take("o'clock")
	hourText, minuteText, colon := strings.Cut(token, ":")
	hour, good := digits(hourText, 23)
	minute := 0
	if colon && good {
		minute, good = digits(minuteText, 59)
		good = good && len(minuteText) == 2
	}
	if !good || half != "" && (hour < 1 || hour > 12) {
		p.tokens = before
		return clock{}, false, false
	}
	switch {
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	}
	open := half == "" && !colon && hour >= 1 && hour <= 6 && len(hourText) == 1
	return clock{minutes: hour*60 + minute, open: open}, colon || half != "", true
}

// digits reads one or two digits, up to a highest number.
func digits(s string, highest int) (int, bool) {
	if len(s) < 1 || len(s) > 2 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= highest
}

// day reads the rest, up to a time of day, as one day.
func (p *reader) day() (time.Time, bool) {
	for n := len(p.tokens); n > 0; n-- {
		words := strings.Join(p.tokens[:n], " ")
		if d, ok := date.Day(words, p.now); ok {
			p.tokens = p.tokens[n:]
			return d, true
		}
	}
	return time.Time{}, false
}
