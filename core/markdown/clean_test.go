package markdown_test

import (
	"testing"
	"unicode/utf8"

	"aidesk/core/markdown"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want, visible string }{
		{"plain", "a\tb\nc", "a\tb\nc", "a\tb\nc"},
		{"line ends", "a\r\nb\rc\u2028d\u2029e\u0085f", "a\nb\nc\nd\ne\nf", "a‹U+000D›\nb‹U+000D›c‹U+2028›d‹U+2029›e‹U+0085›f"},
		{"controls", "a\x00b\x1b[31mc\x7fd\u009be", "ab[31mcde", "a‹U+0000›b‹U+001B›[31mc‹U+007F›d‹U+009B›e"},
		{"bidirectional", "a\u202eb\u2066c\u2069d\u200ee\u061cf", "abcdef", "a‹U+202E›b‹U+2066›c‹U+2069›d‹U+200E›e‹U+061C›f"},
		{"zero-width", "a\u200bb\u2060c\ufeffd\u00ade\u180ef", "abcdef", "a‹U+200B›b‹U+2060›c‹U+FEFF›d‹U+00AD›e‹U+180E›f"},
		{"tags", "a\U000e0041\U000e007fb", "ab", "a‹U+E0041›‹U+E007F›b"},
		{"invisible letters", "a\u115f\u3164\uffa0\u034fb", "ab", "a‹U+115F›‹U+3164›‹U+FFA0›‹U+034F›b"},
		{"smuggled variants", "a\ufe01\U000e0100b😀\ufe0f\ufe0f\U000e0101", "ab😀\ufe0f", "a‹U+FE01›‹U+E0100›b😀\ufe0f‹U+FE0F›‹U+E0101›"},
		{"noncharacters", "a\ufdd0\ufffe\U0001ffffb", "ab", "a‹U+FDD0›‹U+FFFE›‹U+1FFFF›b"},
		{"broken UTF-8", "a\xffb", "a\ufffdb", "a‹0xFF›b"},
		{"emoji sequence", "👩‍🚒 ❤️‍🔥 1️⃣ ☺︎ 👍🏽", "👩‍🚒 ❤️‍🔥 1️⃣ ☺︎ 👍🏽", "👩‍🚒 ❤️‍🔥 1️⃣ ☺︎ 👍🏽"},
		{"joiner elsewhere", "a\u200db 1\ufe0f😀\u200d", "ab 1😀", "a‹U+200D›b 1‹U+FE0F›😀‹U+200D›"},
		{"Persian", "می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"},
		{"Sinhala", "ශ්\u200dරී", "ශ්\u200dරී", "ශ්\u200dරී"},
		{"Han variant", "葛\U000e0100", "葛\U000e0100", "葛\U000e0100"},
		{"Mongolian", "ᠠ\u180b", "ᠠ\u180b", "ᠠ\u180b"},
		{"Arabic number sign", "\u0600١", "\u0600١", "\u0600١"},
		{"kept", "é ü 日本 עברית العربية ‹›…", "é ü 日本 עברית العربية ‹›…", "é ü 日本 עברית العربية ‹›…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.Clean(test.in); got != test.want {
				t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
			}
			if got := markdown.Visible(test.in); got != test.visible {
				t.Errorf("Visible(%q) = %q, want %q", test.in, got, test.visible)
			}
			if got := markdown.Text(test.in).Text; got != test.want {
				t.Errorf("Text(%q) is %q", test.in, got)
			}
		})
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		max  int
		want string
	}{
		{"  a \n\t b\u00a0c\u200b ", 10, "a b c"},
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcde…"},
		{"abcd efgh", 6, "abcd…"},
		{"ab👩‍🚒cd", 5, "ab…"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
		{"\n", 5, ""},
	}
	for _, test := range tests {
		got := markdown.Line(test.in, test.max)
		if got != test.want {
			t.Errorf("Line(%q, %d) = %q, want %q", test.in, test.max, got, test.want)
		}
		if n := utf8.RuneCountInString(got); n > test.max {
			t.Errorf("Line(%q, %d) has %d characters", test.in, test.max, n)
		}
	}
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "👍": 2, "👩‍🚒": 2, "e\u0301": 1, "ｱ": 1, "Ａ": 2, "❤️": 2, "🇩🇪": 2} {
		if got := markdown.Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\u202eb\u200d😀\ufe0f\x00\xff\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		c := markdown.Clean(s)
		if !utf8.ValidString(c) || markdown.Clean(c) != c {
			t.Errorf("Clean(%q) = %q is not clean", s, c)
		}
		if v := markdown.Visible(s); markdown.Visible(v) != v || markdown.Clean(v) != v {
			t.Errorf("Visible(%q) = %q hides something", s, v)
		}
	})
}

func TestMisleads(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "plain": false, "tab\tand\r\nlines": false, "Größe 出发 \u05e9\u200f": false, "a\u200bb\ufeff\u00ad": false, "👩\u200d💻": false,
		"book\U000e0069\U000e0067": true, "pay \u202e0001": true, "\u2066x\u2069": true,
		"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": false, // the flag of England
		"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067 and more":  true,
	} {
		if got := markdown.Misleads(text); got != want {
			t.Errorf("%q misleads: %v", text, got)
		}
		if markdown.Misleads(markdown.Clean(text)) {
			t.Errorf("%q misleads when it is clean", text)
		}
	}
}
