package terminal

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aidesk/core/markdown"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name  string
		text  []span
		width int
		want  string
	}{
		{"nothing", nil, 10, ""},
		{"fits exactly", []span{{text: "one two"}}, 7, "one two"},
		{"at a blank", []span{{text: "one  two"}}, 6, "one|two"},
		{"blanks inside stay", []span{{text: "a   b"}}, 6, "a   b"},
		{"indent stays", []span{{text: "a\n  b"}}, 6, "a|  b"},
		{"a word of several spans", []span{{text: "one b"}, {text: "ol", style: bold}, {text: "d"}}, 6, "one|bold"},
		{"a long word", []span{{text: "a bcdefghij k"}}, 4, "a|bcde|fghi|j k"},
		{"line ends", []span{{text: "a\n\nb"}}, 4, "a||b"},
		{"an address is whole", []span{{text: "see "}, address("https://a.example/", 0), {text: "."}}, 8, "see|https://a.example/."},
		{"wide", []span{{text: "運河のロフト"}}, 5, "運河|のロ|フト"},
		{"no mark begins a line", []span{{text: "運河の、ロ"}}, 6, "運河|の、ロ"},
		{"no bracket ends a line", []span{{text: "運河「ロ」"}}, 6, "運河|「ロ」"},
		{"emoji sequences are whole", []span{{text: "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👍🏽🇫🇷🇯🇵"}}, 4, "👨‍👩‍👧‍👦👨‍👩‍👧‍👦|👍🏽🇫🇷|🇯🇵"},
		{"marks stay with their letter", []span{{text: "e\u0301e\u0301e\u0301"}}, 2, "e\u0301e\u0301|e\u0301"},
		{"wider than the line", []span{{text: "運河"}}, 1, "運|河"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.ReplaceAll(paint(wrap(test.text, test.width), false), "\n", "|")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestWrapKeeps: whatever is wrapped, every visible character is there, in order,
// and no line is too wide.
func TestWrapKeeps(t *testing.T) {
	alphabet := []rune("ab cd é\u0301運河、「」👍\U0001f3fd\u200d👩🇫🇷가 \n-.")
	rapid.Check(t, func(t *rapid.T) {
		text := markdown.Clean(string(rapid.SliceOf(rapid.SampledFrom(alphabet)).Draw(t, "text")))
		width := rapid.IntRange(2, 12).Draw(t, "width")
		cut := 0
		if text != "" {
			cut = rapid.IntRange(0, len(text)).Draw(t, "cut")
		}
		spans := []span{plain(text[:cut], bold), plain(text[cut:], 0)}
		all := spans[0].text + spans[1].text
		var got strings.Builder
		for _, ln := range wrap(spans, width) {
			if w := ln.width(); w > width {
				t.Fatalf("a line of %d columns: %v", w, ln)
			}
			for _, s := range ln {
				got.WriteString(s.text)
			}
		}
		if diff := cmp.Diff(visible(all), visible(got.String())); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// visible is s without blanks and line ends.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// TestWrapIsFast: text that hostile hands make is laid out in time that grows
// with its length. The bound is generous: quadratic time would need minutes.
func TestWrapIsFast(t *testing.T) {
	const n = 200_000
	start := time.Now()
	for _, text := range []string{
		strings.Repeat("x", n), strings.Repeat(" ", n), strings.Repeat("\n", n),
		strings.Repeat("é\u0301", n/2), strings.Repeat("運", n/2), "a" + strings.Repeat("\u0301", n),
	} {
		wrap([]span{plain(text, bold)}, 80)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
