package utterance

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tables, wherever the tests run
)

// zone loads a zone of the time zone database.
func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestReadDate(t *testing.T) {
	const (
		monday = "2026-11-30T23:30:00" // in whatever zone: the member's
		none   = ""
	)
	tests := []struct{ now, words, want string }{
		{monday, "2026-12-05", "2026-12-05"},
		{monday, "2020-02-29", "2020-02-29"},
		{monday, "today", "2026-11-30"},
		{monday, "TODAY", "2026-11-30"},
		{monday, "tomorrow", "2026-12-01"},
		{monday, "yesterday", "2026-11-29"},
		{monday, "the day after tomorrow", "2026-12-02"},
		{monday, "day  after tomorrow", "2026-12-02"},
		{monday, "friday", "2026-12-04"},
		{monday, "on Friday", "2026-12-04"},
		{monday, "monday", "2026-12-07"},
		{monday, "sunday", "2026-12-06"},
		{monday, "next friday", "2026-12-11"},
		{monday, "next monday", "2026-12-07"},
		{"2026-12-06T08:00:00", "next monday", "2026-12-07"},
		{"2026-12-06T08:00:00", "this monday", none},
		{"2026-12-05T08:00:00", "next friday", "2026-12-11"},
		{monday, "in 3 days", "2026-12-03"},
		{monday, "in three days", "2026-12-03"},
		{monday, "in a day", "2026-12-01"},
		{monday, "in two weeks", "2026-12-14"},
		{monday, "in a month", "2026-12-30"},
		{monday, "in 3 months", "2027-02-28"},
		{"2027-01-31T12:00:00", "in a month", "2027-02-28"},
		{"2028-01-31T12:00:00", "in a month", "2028-02-29"},
		{monday, "5 december", "2026-12-05"},
		{monday, "5th of December", "2026-12-05"},
		{monday, "the 5th of december", "2026-12-05"},
		{monday, "on the 5th of december", "2026-12-05"},
		{monday, "5. Dezember", none},
		{monday, "december 5", "2026-12-05"},
		{monday, "december 5th, 2027", "2027-12-05"},
		{monday, "December 5,2027", "2027-12-05"},
		{monday, "5.12.2026", "2026-12-05"},
		{monday, "05.12.2026", "2026-12-05"},
		{monday, "30 november", "2026-11-30"},
		{monday, "29 november", "2027-11-29"},
		{monday, "1 march", "2027-03-01"},
		{monday, "29 february", none},
		{"2027-06-01T12:00:00", "29 february", "2028-02-29"},
		{monday, "friday 4 december", "2026-12-04"},
		{monday, "Friday, December 4, 2026", "2026-12-04"},
		{monday, "friday 5 december", none},
		// The ends of years.
		{"2026-12-31T23:59:59", "tomorrow", "2027-01-01"},
		{"2026-12-31T23:59:59", "the day after tomorrow", "2027-01-02"},
		{"2026-12-31T23:59:59", "friday", "2027-01-01"},
		{"2027-01-01T00:00:00", "yesterday", "2026-12-31"},
		{"2026-12-30T12:00:00", "2 january", "2027-01-02"},
		// What some read one way and some another, and what is no day.
		{monday, "05/06", none},
		{monday, "05/06/2026", none},
		{monday, "5-12-2026", none},
		{monday, "5.12", none},
		{monday, "5.12.26", none},
		{monday, "13.13.2026", none},
		{monday, "31 april", none},
		{monday, "2026-02-30", none},
		{monday, "2026-2-3", none},
		{monday, "0000-01-01", none},
		{monday, "december", none},
		{monday, "december 2026", none},
		{monday, "the 5th", none},
		{monday, "5", none},
		{monday, "in days", none},
		{monday, "3 days ago", none},
		{monday, "this friday", none},
		{monday, "next week", none},
		{monday, "5 Dec 2026", none},
		{monday, "3 days", none},
		{monday, "in 3 days ago", none},
		{monday, "in 3 hours", none},
		{monday, "in 9999 years", none},
		{monday, "last friday", none},
		{monday, "next month", none},
		{monday, "week", none},
		{monday, "next", none},
		{monday, "next next week", none},
		{monday, "this", none},
		{monday, "on", none},
		{monday, "on today", none},
		{monday, "todayish", none},
		{monday, "friday night", none},
		{monday, "black friday", none},
		{monday, "fridays", none},
		{monday, "sun", none},
		{monday, "may", none},
		{monday, "5 may be", none},
		{monday, "milk tomorrow", none},
		{monday, "tomorrow at 14:30", none},
		{monday, "to morrow", none},
		{monday, "Apollo 11", none},
		{monday, "", none},
	}
	for _, name := range []string{"UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"} {
		in := zone(t, name)
		for _, test := range tests {
			now, err := time.ParseInLocation("2006-01-02T15:04:05", test.now, in)
			if err != nil {
				t.Fatal(err)
			}
			checkRead(t, readDate, test.words, now, test.want)
		}
	}
	if n := len(tests); n < 40 {
		t.Errorf("only %d cases", n)
	}
}

// TestReadDateOverChanges counts days, not hours, where the clocks change.
func TestReadDateOverChanges(t *testing.T) {
	tests := []struct{ zone, now, words, want string }{
		{"Europe/Berlin", "2026-03-28T23:30:00", "tomorrow", "2026-03-29"},
		{"Europe/Berlin", "2026-03-29T00:30:00", "tomorrow", "2026-03-30"},
		{"Europe/Berlin", "2026-10-25T00:30:00", "tomorrow", "2026-10-26"},
		{"Europe/Berlin", "2026-10-24T23:30:00", "in two weeks", "2026-11-07"},
		{"America/Santiago", "2026-09-05T12:00:00", "tomorrow", "2026-09-06"}, // has no midnight
		{"America/New_York", "2026-11-01T23:59:00", "yesterday", "2026-10-31"},
	}
	for _, test := range tests {
		now, err := time.ParseInLocation("2006-01-02T15:04:05", test.now, zone(t, test.zone))
		if err != nil {
			t.Fatal(err)
		}
		checkRead(t, readDate, test.words, now, test.want)
	}
}

func TestReadTime(t *testing.T) {
	const berlin, none = "Europe/Berlin", ""
	tests := []struct{ zone, now, words, want string }{
		{berlin, "2026-11-30T10:20:30", "2026-12-05T18:00:00Z", "2026-12-05T18:00:00Z"},
		{berlin, "2026-11-30T10:20:30", "2026-12-05T18:00:00-05:00", "2026-12-05T18:00:00-05:00"},
		{berlin, "2026-11-30T10:20:30", "2026-12-05T18:00", "2026-12-05T18:00:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "2026-12-05 18:00:15", "2026-12-05T18:00:15+01:00"},
		{berlin, "2026-11-30T10:20:30", "2026-07-05 18:00", "2026-07-05T18:00:00+02:00"},
		{berlin, "2026-11-30T10:20:30", "at 14:30", "2026-11-30T14:30:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "14:30", "2026-11-30T14:30:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "9:05", "2026-12-01T09:05:00+01:00"},
		{berlin, "2026-12-31T23:00:00", "at 0:15", "2027-01-01T00:15:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "2pm", "2026-11-30T14:00:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "12 am", "2026-12-01T00:00:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "tomorrow at 14:30", "2026-12-01T14:30:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "at 14:30 tomorrow", "2026-12-01T14:30:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "at 2:30 pm on friday", "2026-12-04T14:30:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "the day after tomorrow, 08:00", "2026-12-02T08:00:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "december 5 2 pm", "2026-12-05T14:00:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "in 3 days at 14:30", "2026-12-03T14:30:00+01:00"},
		{berlin, "2026-11-30T10:20:30", "in 2 hours", "2026-11-30T12:20:30+01:00"},
		{berlin, "2026-11-30T10:20:30", "in an hour", "2026-11-30T11:20:30+01:00"},
		{"Asia/Kolkata", "2026-11-30T10:20:30", "tomorrow at 9am", "2026-12-01T09:00:00+05:30"},
		{"UTC", "2026-11-30T10:20:30", "tomorrow at 9am", "2026-12-01T09:00:00Z"},
		// Where the clocks change: an hour that is skipped, one that is twice, and what is beside them.
		{berlin, "2026-03-28T12:00:00", "tomorrow at 2:30", none},
		{berlin, "2026-03-28T12:00:00", "tomorrow at 3:00", "2026-03-29T03:00:00+02:00"},
		{berlin, "2026-03-29T01:30:00", "in an hour", "2026-03-29T03:30:00+02:00"},
		{berlin, "2026-10-24T12:00:00", "tomorrow at 2:30", none},
		{berlin, "2026-10-24T12:00:00", "tomorrow at 1:59", "2026-10-25T01:59:00+02:00"},
		{berlin, "2026-10-24T12:00:00", "tomorrow at 3:00", "2026-10-25T03:00:00+01:00"},
		{"America/New_York", "2026-10-31T12:00:00", "tomorrow at 1:30 am", none},
		// No time, or no certain one.
		{berlin, "2026-11-30T10:20:30", "tomorrow", none},
		{berlin, "2026-11-30T10:20:30", "2026-12-05", none},
		{berlin, "2026-11-30T10:20:30", "at 5", none},
		{berlin, "2026-11-30T10:20:30", "tomorrow at 5", none},
		{berlin, "2026-11-30T10:20:30", "13pm", none},
		{berlin, "2026-11-30T10:20:30", "0am", none},
		{berlin, "2026-11-30T10:20:30", "24:00", none},
		{berlin, "2026-11-30T10:20:30", "14:60", none},
		{berlin, "2026-11-30T10:20:30", "midnight", none},
		{berlin, "2026-11-30T10:20:30", "in half an minute", none},
		{berlin, "2026-11-30T10:20:30", "half an hour", none},
		{berlin, "2026-11-30T10:20:30", "2 hours", none},
		{berlin, "2026-11-30T10:20:30", "14:30 15:30", none},
		{berlin, "2026-11-30T10:20:30", "05/06 at 14:30", none},
		{berlin, "2026-11-30T10:20:30", "lunch at 14:30", none},
		{berlin, "2026-11-30T10:20:30", "2026-12-05T18:00 tomorrow", none},
		{berlin, "2026-11-30T10:20:30", "at", none},
		{berlin, "2026-11-30T10:20:30", "", none},
	}
	for _, test := range tests {
		now, err := time.ParseInLocation("2006-01-02T15:04:05", test.now, zone(t, test.zone))
		if err != nil {
			t.Fatal(err)
		}
		checkRead(t, readTime, test.words, now, test.want)
	}
}

// checkRead reads words, and expects JSON of want, or nothing when want is empty.
func checkRead(t *testing.T, read func(string, time.Time) (json.RawMessage, bool), words string, now time.Time, want string) {
	t.Helper()
	raw, ok := read(words, now)
	if ok != (want != "") || text(raw) != want {
		t.Errorf("%q at %v: got %s, %v, want %q", words, now, raw, ok, want)
	}
}

// FuzzMoment gives what is read back to the reader, and has nothing read from
// what is only a part of a longer text.
func FuzzMoment(f *testing.F) {
	for _, s := range []string{
		"2026-12-05", "the day after tomorrow", "in 3 days", "next friday", "5th of december, 2026", "5.12.2026", "tomorrow at 2:30 pm",
		"half an hour ago", "on friday at noon", "in 999 weeks", "December 5,2027", "29 february", "at 14:30",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, words string) {
		if raw, ok := readDate(words, noon); ok {
			d := text(raw)
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				t.Fatalf("%q: %s: %v", words, raw, err)
			}
			checkRead(t, readDate, d, noon, d)
		}
		if raw, ok := readTime(words, noon); ok {
			moment := text(raw)
			if _, err := time.Parse(time.RFC3339, moment); err != nil {
				t.Fatalf("%q: %s: %v", words, raw, err)
			}
			checkRead(t, readTime, moment, noon, moment)
		}
		for _, longer := range []string{"milk " + words, words + " milk", strings.TrimSpace(words) + "s milk"} {
			checkRead(t, readDate, longer, noon, "")
			checkRead(t, readTime, longer, noon, "")
		}
	})
}

func BenchmarkReadDate(b *testing.B) {
	for b.Loop() {
		if _, ok := readDate("the accommodation options in the mountains", noon); ok {
			b.Fatal("that is a day")
		}
	}
}
