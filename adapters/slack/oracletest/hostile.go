package oracletest

import (
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Allowed reports whether a URL may be followed in the replies of [Hostile].
func Allowed(url string) bool {
	normal, ok := markdown.Normal(url)
	return ok && strings.HasPrefix(normal, "https://allowed.example/")
}

// barbs are what a text could do harm with.
var barbs = []string{
	"<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S123|all>", "<!date^1^{date}^https://evil.example|x>", "<@U12345678>", "<@U12345678|me>",
	"<#C12345678>", "<https://evil.example/?q=1|good.example>", "<mailto:a@evil.example>", "&lt;!channel&gt;", "&#60;!here&#62;", "&amp;lt;!here&amp;gt;",
	"\\<!here>", "`<!here>`", "**<@U1>**", "[<!here>](https://allowed.example/)", "[x](https://evil.example/?secret=1)", "[x][r]\n\n[r]: https://evil.example/a\n",
	"<https://evil.example/b>", " https://evil.example/c?d=e ", "www.evil.example", "![i](https://evil.example/i.png)", "[![i](https://evil.example/i.png)](https://evil.example)",
	"<a href=\"https://evil.example\">x</a>", "[https://allowed.example/](https://evil.example/)", "slack://channel?id=1", "[x](javascript:alert(1))",
	"https:**//evil.example/**", "https://allowed.example/a?b=c", "[good](https://allowed.example/x|y)", "[t](https://allowed.example/a&b<c>)",
	"@here @channel @everyone", ":smile:", "*b* _i_ ~s~ `c`", "```", "~~~go\n", "> ", "- ", "7. ", "0. ", "- [x] ", "# ", "## ", "\n\n", "\n", "  \n", "---\n",
	"|a|b|\n|-|-|\n|c|d|\n", "|", "\u202e", "\u200b", "\u2060", "\u0000", "\ufffd", "\xff", "\"", "\\", "\t", "日本語", "👩‍🚒", "e\u0301", "]", ")", "(", "[", "<", ">", "&", "!", "@", "#",
	strings.Repeat("w", 400), strings.Repeat("word ", 300), strings.Repeat("- x\n", 60), strings.Repeat("|r|s|\n", 40), "    code\n",
}

// seeds are documents to begin with where a test has no others.
var seeds = []string{
	"# Title\n\nSome **bold** text with [a link](https://allowed.example/a) and `code`.\n\n1. one\n2. two\n   - three\n\n> quoted\n",
	"|a|b|\n|:-|-:|\n|1|2|\n|3|[l](https://allowed.example/b)|\n\n```go\nx := 1\n```\n\n- [ ] open\n- [x] done\n",
}

// Hostile yields n replies, always the same ones for a seed: documents that were
// spliced and spiked at random, and cards, lists, previews and notes that say such
// things. The documents to begin with may be none.
func Hostile(seed uint64, n int, documents []string) iter.Seq[chat.Reply] {
	return func(yield func(chat.Reply) bool) {
		m := mutator{rand.New(rand.NewPCG(seed, 1)), append(documents, seeds...)}
		for range n {
			if !yield(m.reply()) {
				return
			}
		}
	}
}

type mutator struct {
	*rand.Rand
	documents []string
}

func (m mutator) of(list []string) string { return list[m.IntN(len(list))] }

// text is a spiked document.
func (m mutator) text() string {
	s := m.of(m.documents)
	for range m.IntN(8) {
		at, to := m.place(s), m.place(s)
		switch m.IntN(6) {
		case 0: // splice
			other := m.of(m.documents)
			s = s[:at] + other[m.place(other):]
		case 1: // cut
			s = s[:min(at, to)] + s[max(at, to):]
		case 2: // repeat
			s += s[min(at, to):max(at, to)]
		default:
			s = s[:at] + m.of(barbs) + s[at:]
		}
		if len(s) > 20_000 {
			s = s[:20_000]
		}
	}
	return s
}

// place is anywhere in s, also within a character.
func (m mutator) place(s string) int { return m.IntN(len(s) + 1) }

// words is a short hostile text.
func (m mutator) words() string {
	var b strings.Builder
	for range 1 + m.IntN(4) {
		b.WriteString(m.of(barbs))
	}
	return b.String()
}

func (m mutator) reply() chat.Reply {
	r := chat.Reply{ID: "r", To: "U12345678", Text: markdown.Parse(m.text(), Allowed)}
	if m.IntN(4) > 0 {
		return r
	}
	for range m.IntN(3) {
		r.Cards = append(r.Cards, m.card())
	}
	for range m.IntN(4) {
		r.Rows = append(r.Rows, chat.Row{Text: markdown.Parse(m.words(), Allowed), Buttons: m.buttons()})
	}
	for range m.IntN(5) {
		p := chat.Preview{URL: "https://allowed.example/" + m.words(), SiteName: m.words(), Title: m.words(), Description: m.words()}
		if m.IntN(2) == 0 {
			p.Image = "https://allowed.example/i.png?" + m.words()
		}
		r.Previews = append(r.Previews, p)
	}
	r.Buttons = m.buttons()
	r.Notes = []string{m.words(), m.words()}
	r.Rating = &chat.Rating{ID: "rate", Good: m.words(), Bad: m.words()}
	return r
}

func (m mutator) card() chat.Card {
	states := []chat.CardState{chat.CardWaiting, chat.CardWorking, chat.CardDone, chat.CardFailed, chat.CardUnknown, chat.CardDenied}
	c := chat.Card{State: states[m.IntN(len(states))], Sentence: m.words(), Outcome: m.words(), Until: time.Unix(1_800_000_000, 0), Buttons: m.buttons()}
	for range m.IntN(6) {
		c.Values = append(c.Values, chat.Field{Label: m.words(), Value: m.words()})
		c.Details = append(c.Details, chat.Field{Label: m.words(), Value: strings.Repeat(m.words(), 1+m.IntN(6))})
	}
	c.Facts = []chat.Fact{{Text: m.words()}, {Text: "visible to everyone in", Channel: "C012"}, {Text: m.words()}, {Text: m.words(), Channel: m.words()}}
	return c
}

func (m mutator) buttons() []chat.Button {
	var out []chat.Button
	for range m.IntN(3) {
		b := chat.Button{ID: string(rune('a'+m.IntN(26))) + strings.Repeat("x", m.IntN(40)) + time.Duration(m.Int64()).String(), Label: m.words()}
		if m.IntN(4) == 0 {
			b.URL = "https://allowed.example/" + m.words()
		}
		out = append(out, b)
	}
	return out
}
