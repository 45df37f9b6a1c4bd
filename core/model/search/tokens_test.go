package search

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tiktoken-go/tokenizer"
)

// TestTokens: the estimate is not below what a tokenizer counts, and no waste.
func TestTokens(t *testing.T) {
	encoding, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"", "a", "What do you sell, and how much is the copper kettle?",
		`{"properties":{"body":{"properties":{"good":{"description":"What to order.","maxLength":2000,"type":"string"}},"required":["good","count"],"type":"object"}},"type":"object"}`,
		"Der Fluß führt an der Straße entlang, und die Wörter sind länger als im Englischen: Donaudampfschifffahrtsgesellschaft.",
		"日本語のテキストはどうですか。今日は天気がいいですね。", "Съешь ещё этих мягких французских булок", "مرحبا بالعالم كيف حالك اليوم",
		"안녕하세요 오늘 날씨가 좋네요", "สวัสดีครับ วันนี้อากาศดี", "Zażółć gęślą jaźń", "🎉🎊👩‍👩‍👧",
		"https://example.com/a/b?x=1&y=2%20z", "a3f9c2e1-7b80-4d55-ffa0", "getUserByID listAllOpenPullRequests",
	} {
		compare(t, encoding, text, 3.5)
	}
}

// TestTokensCorpora is TestTokens with what real documents say.
func TestTokensCorpora(t *testing.T) {
	dir := os.Getenv("AIDESK_CORPORA")
	if dir == "" {
		t.Skip("AIDESK_CORPORA is not set")
	}
	encoding, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"specs/*.*", "plugins/*/*.*", "bfcl/*.json", "discord/gateway/*.json", "licences/*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) > 4000 {
				compare(t, encoding, string(text[:4000]), 6)
			}
		}
	}
}

// compare holds the estimate against the true number.
func compare(t *testing.T, encoding tokenizer.Codec, text string, most float64) {
	t.Helper()
	want, err := encoding.Count(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := Tokens(text); got < want || float64(got) > most*float64(want) {
		t.Errorf("%d tokens are taken for %d: %.80q", want, got, text)
	}
}
