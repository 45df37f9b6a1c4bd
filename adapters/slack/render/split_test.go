package render_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// stream is what messages say, see oracletest.Stream.
func stream(t rapid.TB, messages []render.Message) string {
	var out strings.Builder
	for _, m := range messages {
		blocks, err := oracletest.Blocks(m)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(oracletest.Stream(blocks))
	}
	return markdowntest.CutHeads(out.String())
}

// TestSplit: the messages of a long text say exactly what one would, each stands
// alone and within its limits.
func TestSplit(t *testing.T) {
	t.Parallel()
	documents := markdowntest.Documents("<!here>", "&", "\"")
	rapid.Check(t, func(rt *rapid.T) {
		d := documents.Draw(rt, "document")
		count, size := rapid.IntRange(2, 12).Draw(rt, "count"), rapid.IntRange(1200, 5000).Draw(rt, "size")
		one := render.Split(d, 1<<20, 1<<20)
		parts := render.Split(d, count, size)
		if got, want := stream(rt, parts), stream(rt, one); got != want {
			rt.Errorf("%d parts say\n%s\nwant\n%s", len(parts), got, want)
		}
		for i, m := range parts {
			if n := utf8.RuneCount(m.Blocks); n > size {
				rt.Errorf("part %d has %d characters, want at most %d", i+1, n, size)
			}
			for _, fault := range oracletest.Faults(m, everything) {
				rt.Errorf("part %d: %s", i+1, fault)
			}
			blocks, err := oracletest.Blocks(m)
			if err != nil {
				rt.Fatal(err)
			}
			if len(blocks) > count {
				rt.Errorf("part %d has %d blocks, want at most %d", i+1, len(blocks), count)
			}
			for _, b := range blocks {
				if b.Type == "table" && oracletest.Words([]oracletest.Node{b.Rows[0][0]}) != markdowntest.Head {
					rt.Errorf("part %d: a table has lost its head: %s", i+1, m.Blocks)
				}
			}
		}
	})
}

// TestNumbers: numbers, code and tables go on in the next message.
func TestNumbers(t *testing.T) {
	t.Parallel()
	source := strings.Repeat("1. "+strings.Repeat("word ", 60)+"\n", 60) + "\n```go\n" + strings.Repeat("x := 1 // and so on\n", 700) + "```\n"
	messages := rendered(t, chat.Reply{Text: markdown.Parse(source, nil)}, everything)
	if len(messages) < 3 || len(messages) > 5 {
		t.Fatalf("%d messages", len(messages))
	}
	items, code := 0, 0
	for _, b := range blocks(t, messages) {
		for _, e := range b.Elements {
			switch e.Type {
			case "rich_text_list":
				if e.Offset != items {
					t.Errorf("a list begins at %d behind item %d", e.Offset+1, items)
				}
				items += len(e.Elements)
			case "rich_text_preformatted":
				if e.Language != "go" {
					t.Errorf("code in %q", e.Language)
				}
				code += strings.Count(e.Elements[0].String(), ":=")
			}
		}
	}
	if items != 60 || code != 700 {
		t.Errorf("%d items and %d lines of code", items, code)
	}
}

// TestLong: what would take more than five messages is a file, with its beginning
// before it.
func TestLong(t *testing.T) {
	t.Parallel()
	d := markdown.Parse(strings.Repeat("# Part\n\n"+strings.Repeat("word ", 400)+"\n\n", 60), nil)
	messages := rendered(t, chat.Reply{Text: d, Buttons: []chat.Button{{ID: "more", Label: "More"}}, Files: []chat.File{{Name: "own.txt", Text: "own"}}}, everything)
	if len(messages) > 2 || len(messages[len(messages)-1].Files) != 2 {
		t.Fatalf("%d messages, the last with %d files", len(messages), len(messages[len(messages)-1].Files))
	}
	if f := messages[len(messages)-1].Files[0]; f.Name != "answer.txt" || f.Text != d.Text()+"\n" {
		t.Errorf("the file %s has %d bytes, want %d", f.Name, len(f.Text), len(d.Text()))
	}
	if said := oracletest.Words(blocks(t, messages)); !strings.Contains(said, "The whole answer is in answer.txt.") || !strings.HasPrefix(said, "Part word word") {
		t.Errorf("it says %.300s", said)
	}
}

// TestLarge: however large a document is, its messages are there within a second.
func TestLarge(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for name, source := range map[string]string{
		"columns":    repeat("|a", 50) + "|\n" + repeat("|-", 50) + "|\n" + repeat("|\n", 8000),
		"rows":       "|a|b|\n|-|-|\n" + repeat("|some cell|other cell|\n", 5000),
		"brackets":   repeat("[a](", 10_000),
		"bullets":    repeat(repeat("- ", 40)+"x\n", 400),
		"items":      repeat("- item\n", 16_000),
		"quotes":     repeat(repeat("> ", 60)+"x\n", 600),
		"one word":   repeat("x", 120_000),
		"code":       "```\n" + repeat("x\n", 60_000),
		"line":       "```\n" + repeat("x", 120_000),
		"links":      repeat("**bold** and [a](https://a.b/c) text ", 3_400),
		"paragraphs": repeat("**bold** and [a](https://a.b/c) text\n\n", 10_000),
		"megabyte":   repeat("word word. ", 95_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := markdown.Parse(source, everything)
			start := time.Now()
			messages := rendered(t, chat.Reply{Text: d}, everything)
			if took := time.Since(start); took > 5*time.Second { // the goal is one
				t.Errorf("%d messages took %s", len(messages), took)
			}
			if files := messages[len(messages)-1].Files; len(files) == 1 && files[0].Text != d.Text()+"\n" {
				t.Errorf("the file has %d bytes, want %d", len(files[0].Text), len(d.Text()))
			}
		})
	}
}
