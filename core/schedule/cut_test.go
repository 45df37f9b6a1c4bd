package schedule

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestCut parts a time from the question that follows it.
func TestCut(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, words, rest, fault string }{
		{`"every weekday at 9" what is new?`, "every weekday at 9", "what is new?", ""},
		{`“every weekday at 9” what is new?`, "every weekday at 9", "what is new?", ""},
		{`„every weekday at 9“ what is “new”?`, "every weekday at 9", "what is “new”?", ""},
		{`'every weekday at 9' what's new?`, "every weekday at 9", "what's new?", ""},
		{`"every weekday at 9"`, "every weekday at 9", "", ""},
		{`"blue moon" what is new?`, "blue moon", "what is new?", ""}, // Parse says what is wrong with it
		{`"every weekday at 9 what is new?`, "", "", "closing"},
		{`every weekday at 9 what is new?`, "every weekday at 9", "what is new?", ""},
		{`every weekday at 9: what is new?`, "every weekday at 9", "what is new?", ""},
		{`Every Monday and Thursday 9 am, which stays are free?`, "Every Monday and Thursday 9 am", "which stays are free?", ""},
		{`tomorrow at 4pm show my tasks`, "tomorrow at 4pm", "show my tasks", ""},
		{`in 3 hours show my tasks`, "in 3 hours", "show my tasks", ""},
		{`0 9 * * 1-5 show my tasks`, "0 9 * * 1-5", "show my tasks", ""},
		{`on the last Friday of the month at 16:30 show the 5 largest bills`, "on the last Friday of the month at 16:30", "show the 5 largest bills", ""},
		{`every day`, "every day", "", ""},
		{`every day at 25 show my tasks`, "", "", "quotation"},
		{`every day until June show my tasks`, "", "", "quotation"},
		{`show my tasks`, "", "", "show my tasks"},
		{`show my tasks every day at 9 o'clock in the morning please`, "", "", "show my tasks every day …"},
		{``, "", "", "as a time"},
	}
	now := paris(t)
	for _, test := range tests {
		words, rest, err := Cut(test.line, now)
		if words != test.words || rest != test.rest || (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: %q, %q, %v", test.line, words, rest, err)
		}
	}
}

// FuzzParse: no words make it panic, and what it accepts runs, in time order, not too often,
// and can be told.
func FuzzParse(f *testing.F) {
	for _, words := range []string{"every weekday at 9", "TZ=UTC", "0 9 * * 1-5", "on the last Friday of the month", "at 5", "every 3 days", "in 3 hours", ", , , , ,", "5/0 9 * * *", "every 5 december", "every year on 29 february"} {
		f.Add(words, int64(1_780_000_000), "Europe/Paris")
	}
	f.Fuzz(func(t *testing.T, words string, now int64, name string) {
		zone, err := time.LoadLocation(name)
		if err != nil || now < 0 || now > 4_000_000_000 {
			return
		}
		at := time.Unix(now, 0).In(zone)
		_, _, _ = Cut(words, at)
		found, err := Parse(words, at)
		if (err == nil) != (len(found) > 0) || len(found) > 4 {
			t.Fatalf("%d schedules, %v", len(found), err)
		}
		for _, s := range found {
			runs, err := s.Upcoming(at, 4)
			if err != nil || len(runs) == 0 {
				t.Fatalf("no runs of %+v: %v", s, err)
			}
			last := at
			for i, run := range runs {
				if !run.After(last) || i > 0 && run.Sub(last) < minGap {
					t.Fatalf("%+v runs at %s", s, runs)
				}
				last = run
			}
			if text := s.Reading(); text == "" || !utf8.ValidString(text) || strings.Contains(text, "%!") {
				t.Fatalf("reads %q", text)
			}
		}
	})
}
