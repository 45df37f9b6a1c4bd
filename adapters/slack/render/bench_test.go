package render_test

import (
	"strings"
	"sync"
	"testing"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// BenchmarkRender reads and renders documents, on as many cores as there are.
func BenchmarkRender(b *testing.B) {
	b.Run("examples", func(b *testing.B) { measure(b, markdowntest.Texts(markdowntest.CommonMark(b))) })
	b.Run("answer", func(b *testing.B) { measure(b, []string{strings.Repeat(paragraph, 10<<10/len(paragraph))}) })
}

const paragraph = "## A place to stay\n\nThere are **three** places with [a view](https://e.com/a?b=c) of the sea, and `12` without one.\n\n" +
	"1. The first, with breakfast\n2. The second\n   - near the station\n   - quiet\n\n" +
	"```go\nfmt.Println(\"hello\")\n```\n\n> The last one is *far* away.\n\n"

func measure(b *testing.B, docs []string) {
	b.Helper()
	var fail sync.Once
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			for _, d := range docs {
				if _, err := render.Render(chat.Reply{Text: markdown.Parse(d, func(string) bool { return true })}); err != nil {
					fail.Do(func() { b.Error(err) })
				}
			}
		}
	})
	b.ReportMetric(float64(b.N*len(docs))/b.Elapsed().Seconds(), "documents/s")
}
