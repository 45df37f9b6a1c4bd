package command

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/store"
)

// mostShown is how many characters of a result are shown.
const mostShown = 1200

// why tells a member how an answer of this conversation came about: the last one, or
// one that many before it. What was sent and returned is for the one who asked.
func why(x *bot.Exchange, entries []store.Entry, back string) error {
	skip, err := strconv.Atoi(cmp.Or(back, "0"))
	if err != nil {
		return fmt.Errorf("an answer %q before the last: %w", back, err)
	}
	w, owner, turn, err := findWhy(bot.Transcript(entries), skip)
	if err != nil {
		return err
	}
	if w == nil {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textWhyNone))
	}
	mine := owner == x.Owner()
	doc := whyText(w, turn, mine, x.Bot.Limits.Currency)
	if rated := bot.Ratings(entries, w.Answer); len(rated) > 0 {
		doc = doc.Append(ratingLine(rated, x.Owner()))
	}
	return x.ReplyPrivately(store.Commit{}, doc)
}

// findWhy finds an answer, whose it is, and the messages of its turn.
func findWhy(entries []store.Entry, skip int) (found *bot.Why, owner string, turn []model.Message, err error) {
	for _, e := range slices.Backward(entries) {
		var k bot.Entry
		if err := json.Unmarshal(e.Body, &k); err != nil {
			return nil, "", nil, fmt.Errorf("reading the transcript: %w", err)
		}
		if found != nil && k.Why != nil {
			break
		}
		if k.Why != nil {
			if skip--; skip >= 0 {
				continue
			}
			found, owner = k.Why, e.Member
		}
		if found == nil {
			continue
		}
		turn = append(turn, k.Message)
		if k.Message.Role == model.User {
			break
		}
	}
	slices.Reverse(turn)
	return found, owner, turn, nil
}

// whyText is a why for people. To those whose turn it was not it says only which
// operations were called.
func whyText(w *bot.Why, turn []model.Message, mine bool, currency string) markdown.Document {
	counted := fmt.Sprintf("%s tokens read, %s written", bot.Grouped(int64(w.Input)), bot.Grouped(int64(w.Output)))
	if w.Guessed {
		counted += " (estimated)"
	}
	if w.Micros > 0 {
		counted += ", " + bot.Decimal(w.Micros) + " " + currency
	}
	facts := [][]markdown.Inline{
		bot.Fact(textWhyModel, markdown.Text(w.Model+"; "+counted)),
		bot.Fact(textWhyPlugins, markdown.Text(cmp.Or(strings.Join(w.Plugins, ", "), "none"))),
	}
	if len(w.All) > 0 {
		facts = append(facts, bot.Fact(textWhyOffered, markdown.Text(fmt.Sprintf(textWhyAll, strings.Join(w.All, ", ")))))
	}
	doc := markdown.New(markdown.Heading(2, markdown.Text(textWhyTitle)), markdown.List(facts...))
	if len(w.Offered) > 0 {
		var rows [][]string
		for _, o := range w.Offered {
			rows = append(rows, []string{o.Tool, fmt.Sprintf("%.2f", o.Score), o.Why})
		}
		doc.Blocks = append(doc.Blocks, markdown.TableOf([]string{"Offered", "Score", "Why"}, rows))
	}
	if w.More > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textWhyMore, bot.Grouped(int64(w.More))))))
	}
	if !mine && slices.ContainsFunc(turn, usesAccount) {
		return doc.Append(markdown.Paragraph(markdown.Text(textWhyPrivate)))
	}
	var rows [][]string
	for _, m := range turn {
		for _, p := range m.Parts {
			if m.Role == model.Outcome && p.Result != nil { // it was parked by an earlier turn
				rows = append(rows, []string{p.Result.Operation, statusText(p.Result.Status), textWhyByCard})
			}
		}
	}
	for _, x := range w.Steps {
		rows = append(rows, []string{x.Tool, statusText(x.Status), cmp.Or(x.Rule, "none")})
	}
	if len(rows) == 0 {
		return doc.Append(markdown.Paragraph(markdown.Text(textWhyNoCalls)))
	}
	doc.Blocks = append(doc.Blocks, markdown.TableOf([]string{"Called", "Result", "Rule"}, rows))
	if !mine {
		return doc.Append(markdown.Paragraph(markdown.Text(textWhyOthers)))
	}
	return doc.Append(exchangeBlocks(turn)...)
}

// ratingLine says how members rated an answer; what one of them wrote with it is for them alone.
func ratingLine(rated map[string]bot.Rating, owner string) markdown.Block {
	good := 0
	for _, r := range rated {
		if r.Good {
			good++
		}
	}
	line := fmt.Sprintf(textWhyRated, good, len(rated)-good)
	if own := rated[owner].Words; own != "" {
		line += fmt.Sprintf(textWhyYouWrote, markdown.Line(own, mostShown))
	}
	return markdown.Paragraph(markdown.Text(line))
}

// usesAccount says that a message has a result under a member's own account.
func usesAccount(m model.Message) bool {
	return slices.ContainsFunc(m.Parts, func(p model.Part) bool { return p.Result != nil && p.Result.Account != "" })
}

// exchangeBlocks shows what was sent and returned in a turn.
func exchangeBlocks(turn []model.Message) []markdown.Block {
	var blocks []markdown.Block
	for _, m := range turn {
		for _, p := range m.Parts {
			switch {
			case p.Call != nil:
				blocks = append(blocks, markdown.Paragraph(markdown.Text(textWhySent), markdown.Mono(p.Call.Name), markdown.Text(":")), markdown.Code("json", shorten(string(p.Call.Args))))
			case p.Result != nil:
				blocks = append(blocks, markdown.Paragraph(markdown.Text(textWhyReturned), markdown.Mono(p.Result.Operation), markdown.Text(":")), markdown.Code("", shorten(p.Result.Content)))
			}
		}
	}
	return blocks
}

// shorten bounds what is shown of a text.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > mostShown {
		return fmt.Sprintf("%s… (%s characters)", string(runes[:mostShown]), bot.Grouped(int64(len(runes))))
	}
	return text
}

// statusText says a status in a member's words.
func statusText(s model.Status) string {
	switch s {
	case model.OK:
		return "done"
	case model.Failed:
		return "failed"
	case model.Waiting:
		return textWhyWaits
	default:
		return string(s)
	}
}
