package date_test

import (
	"testing"
	"time"

	"aidesk/core/date"
)

// TestDay reads words that each caller has its own longer tables for.
func TestDay(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 11, 30, 23, 30, 0, 0, time.FixedZone("", -8*60*60))
	for words, want := range map[string]string{
		"Tomorrow": "2026-12-01", "on Friday": "2026-12-04", "next friday": "2026-12-11", "in two  weeks": "2026-12-14", "in a month": "2026-12-30",
		"5 December": "2026-12-05", "december 5th, 2027": "2027-12-05", "friday 4 december": "2026-12-04", "friday 5 december": "", "5/12": "", "": "", "in": "",
	} {
		got, ok := date.Day(words, monday)
		if ok != (want != "") || ok && got.Format(time.DateOnly) != want {
			t.Errorf("%q is %s, %v; want %q", words, got, ok, want)
		}
	}
}

// TestNumber reads a count.
func TestNumber(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]int{"3": 3, "three": 3, "an": 1, "999": 999, "1000": -1, "-1": -1, "x": -1, "": -1} {
		if got, ok := date.Number(word); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q is %d, %v", word, got, ok)
		}
	}
}
