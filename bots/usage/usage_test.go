package usage

import (
	"strings"
	"testing"
	"time"

	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

// TestWords: what was used, of what may be used.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		used  store.Usage
		limit policy.Limits
		want  string
	}{
		{store.Usage{}, policy.Limits{}, "You: 0 questions, 0 tokens"},
		{store.Usage{Turns: 1234, Input: 1_234_567, Output: 89, Micros: 1_234_500_000}, policy.Limits{}, "You: 1,234 questions, 1,234,656 tokens (1,234,567 read, 89 written), 1,234.50 EUR"},
		{store.Usage{Turns: 1, Input: 12, Micros: 1}, policy.Limits{TokensPerDay: 1_000_000, MoneyPerDay: 2_000_000}, "You: 1 question, 12 of 1,000,000 tokens (12 read, 0 written), 0.000001 of 2.00 EUR"},
		{store.Usage{Turns: 1}, policy.Limits{TurnsPerDay: 5}, "You: 1 of 5 questions, 0 tokens"},
	} {
		if got := markdown.New(markdown.Paragraph(words(textYou, c.used, c.limit, "EUR")...)).Text(); strings.TrimSpace(got) != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestSheet: a line a day; a name that a spreadsheet would calculate is a text.
func TestSheet(t *testing.T) {
	t.Parallel()
	lines := []line{
		{day: "2026-11-01", key: "desk/slack/T1/U%2F1", Usage: store.Usage{Turns: 2, Input: 1000, Output: 5, Micros: 1_234_560_000}, calls: 3},
		{day: "2026-11-02", key: "desk/slack/T1/=cmd()", Usage: store.Usage{Turns: 1}},
	}
	const want = "day,member,questions,calls,tokens_read,tokens_written,cost,currency\n2026-11-01,U/1,2,3,1000,5,1234.56,EUR\n2026-11-02,'=cmd(),1,0,0,0,0.00,EUR\n"
	if got := sheet(ByMember, lines, "EUR"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := sheet(ByChannel, []line{{day: "2026-11-01"}}, ""); !strings.Contains(got, "2026-11-01,direct messages,0,") {
		t.Error(got)
	}
	if got := total(lines); len(got) != 2 || got[0].Turns != 2 {
		t.Errorf("%+v", got)
	}
}

func TestMonth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	for word, want := range map[string]string{"": "2026-01", "last": "2025-12", "LAST": "2025-12", "2024-02": "2024-02", "2026-13": "", "May": "", "2026": ""} {
		if m, ok := readMonth(word, now); ok != (want != "") || ok && m.Format("2006-01") != want {
			t.Errorf("%q: %s, %t", word, m, ok)
		}
	}
}
