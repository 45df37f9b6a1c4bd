package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tables, wherever the tests run
)

// paris is a Monday in Paris, 30 November 2026, 10:20.
func paris(t *testing.T) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, 30, 10, 20, 30, 0, zone)
}

// TestParse reads what people write, and says when that is first.
func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ words, reading, first string }{
		{"every weekday at 8:50am", "Every weekday (Monday to Friday) at 08:50", "2026-12-01T08:50"},
		{"every Monday Wednesday Friday at 10:00", "Every Monday, Wednesday and Friday at 10:00", "2026-12-02T10:00"},
		{"at 11:00 every Tuesday", "Every Tuesday at 11:00", "2026-12-01T11:00"},
		{"every other Wednesday", "Every other Wednesday at 09:00, beginning on Wednesday 2 December 2026", "2026-12-02T09:00"},
		{"every 1/30 and 9/30 at noon", "", ""},
		{"tomorrow at 4pm", "Once, on Tuesday 1 December 2026 at 16:00", "2026-12-01T16:00"},
		{"on 7th", "Once, on Monday 7 December 2026 at 09:00 | On the 7th of every month at 09:00", "2026-12-07T09:00 | 2026-12-07T09:00"},
		{"on the 7th of the month", "On the 7th of every month at 09:00", "2026-12-07T09:00"},
		{"in three hours", "Once, on Monday 30 November 2026 at 13:20", "2026-11-30T13:20"},
		{"every first of the month", "On the 1st of every month at 09:00", "2026-12-01T09:00"},
		{"second Tuesday", "On the 2nd Tuesday of every month at 09:00", "2026-12-08T09:00"},
		{"on the second Tuesday", "On the 2nd Tuesday of every month at 09:00", "2026-12-08T09:00"},
		{"every second tuesday", "", ""},
		{"every second tuesday of the month", "On the 2nd Tuesday of every month at 09:00", "2026-12-08T09:00"},
		{"last Friday of month", "On the last Friday of every month at 09:00", "2026-12-25T09:00"},
		{"on the last Friday of the month at 16:30", "On the last Friday of every month at 16:30", "2026-12-25T16:30"},
		{"every 3 days until the end of the month", "", ""},
		{"every 3 days", "Every 3 days at 09:00, beginning on Tuesday 1 December 2026", "2026-12-01T09:00"},
		{"daily", "Every day at 09:00", "2026-12-01T09:00"},
		{"hourly", "Every hour, at minute 0", "2026-11-30T11:00"},
		{"weekly", "Every Monday at 09:00", "2026-12-07T09:00"},
		{"weekly on monday and thursday at 9", "Every Monday and Thursday at 09:00", "2026-12-03T09:00"},
		{"monthly", "On the 30th of every month (in a shorter month on its last day) at 09:00", "2026-12-30T09:00"},
		{"monthly on the 31st at 8", "On the 31st of every month (in a shorter month on its last day) at 08:00", "2026-12-31T08:00"},
		{"every day at 5", "Every day at 05:00 | Every day at 17:00", "2026-12-01T05:00 | 2026-11-30T17:00"},
		// Meant in two ways: both are told.
		{"at 5", "Once, on Tuesday 1 December 2026 at 05:00 | Once, on Monday 30 November 2026 at 17:00", "2026-12-01T05:00 | 2026-11-30T17:00"},
		{"at 17:30", "Once, on Monday 30 November 2026 at 17:30", "2026-11-30T17:30"},
		{"today at 5", "Once, on Monday 30 November 2026 at 17:00", "2026-11-30T17:00"},
		{"today at 9", "", ""},
		{"today", "", ""},
		{"tomorrow", "Once, on Tuesday 1 December 2026 at 09:00", "2026-12-01T09:00"},
		{"next friday at 2pm", "Once, on Friday 11 December 2026 at 14:00", "2026-12-11T14:00"},
		{"friday", "Once, on Friday 4 December 2026 at 09:00", "2026-12-04T09:00"},
		{"on monday", "Once, on Monday 7 December 2026 at 09:00", "2026-12-07T09:00"},
		{"every other day at 7", "Every other day at 07:00, beginning on Tuesday 1 December 2026", "2026-12-01T07:00"},
		{"every other week on friday", "Every other Friday at 09:00, beginning on Friday 4 December 2026", "2026-12-04T09:00"},
		{"every 2 weeks on monday and friday at 10", "Every 2 weeks on Monday and Friday at 10:00, beginning on Friday 4 December 2026", "2026-12-04T10:00"},
		{"every 20 minutes", "Every 20 minutes, counted from Monday 30 November 2026 at 10:00", "2026-11-30T10:40"},
		{"every 5 minutes", "", ""},
		{"every 90 minutes", "Every 90 minutes, counted from Monday 30 November 2026 at 10:00", "2026-11-30T11:30"},
		{"every hour", "Every hour, at minute 0", "2026-11-30T11:00"},
		{"every 3 hours", "Every 3 hours, counted from Monday 30 November 2026 at 10:00", "2026-11-30T13:00"},
		{"every second day", "Every other day at 09:00, beginning on Tuesday 1 December 2026", "2026-12-01T09:00"},
		{"every third week", "Every 3 weeks on Monday at 09:00, beginning on Monday 7 December 2026", "2026-12-07T09:00"},
		{"every second day of the month", "On the 2nd of every month at 09:00", "2026-12-02T09:00"},
		{"every month on the second tuesday", "On the 2nd Tuesday of every month at 09:00", "2026-12-08T09:00"},
		{"every 2 months on the 1st", "Every 2 months on the 1st at 09:00, beginning on Tuesday 1 December 2026", "2026-12-01T09:00"},
		{"every 5 december at noon", "Every year on 5 December at 12:00", "2026-12-05T12:00"},
		{"every year on 5 december", "Every year on 5 December at 09:00", "2026-12-05T09:00"},
		{"in a week", "Once, on Monday 7 December 2026 at 09:00", "2026-12-07T09:00"},
		{"in 2 weeks at 3pm", "Once, on Monday 14 December 2026 at 15:00", "2026-12-14T15:00"},
		{"in 20 minutes", "Once, on Monday 30 November 2026 at 10:40", "2026-11-30T10:40"},
		{"in 0 minutes", "", ""},
		{"weekdays at 9 and 17:30", "Every weekday (Monday to Friday) at 09:00 and 17:30", "2026-11-30T17:30"},
		{"on mondays at noon", "Every Monday at 12:00", "2026-11-30T12:00"},
		{"on weekends at 10", "Every Saturday and Sunday at 10:00", "2026-12-05T10:00"},
		{"every weekend", "Every Saturday and Sunday at 09:00", "2026-12-05T09:00"},
		{"every mon, wed and fri at 9, 12 and 5pm", "Every Monday, Wednesday and Friday at 09:00, 12:00 and 17:00", "2026-11-30T12:00"},
		{"every 1st and 15th at 9", "On the 1st and 15th of every month at 09:00", "2026-12-01T09:00"},
		{"on the 1st and last day of the month", "On the 1st and last of every month at 09:00", "2026-12-01T09:00"},
		{"every last weekday of the month", "On the last weekday of every month at 09:00", "2026-12-31T09:00"},
		{"the 31st of every month at 9", "On the 31st of every month (in a shorter month on its last day) at 09:00", "2026-12-31T09:00"},
		{"every fifth friday", "", ""},
		{"5 december at 9 am", "Once, on Saturday 5 December 2026 at 09:00", "2026-12-05T09:00"},
		{"5 dec 2027 at 9 p.m.", "Once, on Sunday 5 December 2027 at 21:00", "2027-12-05T21:00"},
		{"2027-01-04 at 9:00", "Once, on Monday 4 January 2027 at 09:00", "2027-01-04T09:00"},
		{"0 9 * * 1-5", "Every weekday (Monday to Friday) at 09:00", "2026-12-01T09:00"},
		{"0 9 13 * 5", "On the 13th of the month and every Friday at 09:00", "2026-12-04T09:00"},
		{"*/15 * * * *", "Every day, at minute 0, 15, 30 and 45 of every hour", "2026-11-30T10:30"},
		{"*/5 * * * *", "", ""},
		{"0 9 30 2 *", "", ""},
		{"0 9-17 * * mon-fri", "Every weekday (Monday to Friday), at minute 0 of the hours 9 to 17", "2026-11-30T11:00"},
		{"0,30 8-18/2 1 jan,jul *", "On the 1st of the month, in January and July, at minute 0 and 30 of the hours 8, 10, 12, 14, 16 and 18", "2027-01-01T08:00"},
		{"0 9 * * 7", "", ""},
		{"0 9 * * * *", "", ""},
		{"TZ=UTC", "", ""},
		{"TZ=UTC 0 9 * * *", "", ""},
		{"CRON_TZ=UTC 0 9 * * *", "", ""},
		{"@every 1h", "", ""},
		{"@daily", "", ""},
		{", , , , ,", "", ""},
		{", * * * *", "", ""},
		{"0 9 , * *", "", ""},
		{"every day at 25", "", ""},
		{"every day at 9:7", "", ""},
		{"every day at 13pm", "", ""},
		{"every", "", ""},
		{"at", "", ""},
		{"every 0 days", "", ""},
		{"every 999 months", "", ""},
		{"every blue moon", "", ""},
		{"every day at 9 every day", "", ""},
		{"tomorrow at 9 and 10", "", ""},
		{"every hour at 9", "", ""},
		{"every day at midnight", "Every day at 00:00", "2026-12-01T00:00"},
		{"every day at 12am", "Every day at 00:00", "2026-12-01T00:00"},
		{"every day at 12", "Every day at 12:00", "2026-11-30T12:00"},
		{"every day at 9 o'clock", "Every day at 09:00", "2026-12-01T09:00"},
		{"every 2 weeks", "Every other Monday at 09:00, beginning on Monday 7 December 2026", "2026-12-07T09:00"},
		{"every month", "On the 30th of every month (in a shorter month on its last day) at 09:00", "2026-12-30T09:00"},
		{"every morning", "", ""},
	}
	now := paris(t)
	for _, test := range tests {
		t.Run(test.words, func(t *testing.T) {
			t.Parallel()
			found, err := Parse(test.words, now)
			var readings, firsts []string
			for _, s := range found {
				next, err := s.Next(now)
				if err != nil {
					t.Fatal(err)
				}
				readings, firsts = append(readings, s.Reading()), append(firsts, next.Format("2006-01-02T15:04"))
			}
			if got := strings.Join(readings, " | "); got != test.reading {
				t.Errorf("reading %q; want %q (%v)", got, test.reading, err)
			}
			if got := strings.Join(firsts, " | "); got != test.first {
				t.Errorf("first %q; want %q", got, test.first)
			}
			if _, ok := errors.AsType[*Fault](err); ok != (test.reading == "") {
				t.Errorf("error %v", err)
			}
		})
	}
}
