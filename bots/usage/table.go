package usage

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// What usage is summed up by.
const (
	ByMember  = "member"
	ByChannel = "channel"
	ByPlugin  = "plugin"
	ByModel   = "model"
)

const (
	maxShown = 20     // lines of the table
	maxLines = 10_000 // lines of the file
)

// line is what was used by one member, in one channel, of one plugin or model, in a day.
type line struct {
	store.Usage
	key   string // whose it is; empty: of a channel, direct messages
	day   string
	calls int
}

// Table shows administrators what was used in a month, and gives it as a file, a line a day.
func Table(ctx context.Context, x *bot.Exchange, by, word string) error {
	by = cmp.Or(by, ByMember)
	month, ok := readMonth(word, x.Now().UTC())
	if !ok {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textWantMonth, markdown.Line(markdown.Visible(word), 40), month.Format("2006-01"))))
	}
	lines, err := read(ctx, x, by, month)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNothingUsed, month.Format("January 2006"))))
	}
	totals := total(lines)
	shown := totals[:min(len(totals), maxShown)]
	names, err := namesOf(ctx, x, by, shown)
	if err != nil {
		return err
	}
	var rows [][]string
	for i, l := range shown {
		rows = append(rows, []string{
			names[i], bot.Grouped(int64(l.Turns)), bot.Grouped(int64(l.calls)), bot.Grouped(int64(l.Input)), bot.Grouped(int64(l.Output)), bot.Decimal(l.Micros),
		})
	}
	doc := markdown.New(
		markdown.Heading(2, markdown.Text(fmt.Sprintf(textUsageTitle, by, month.Format("January 2006")))),
		markdown.TableOf([]string{titles[by], textColumnTurns, textColumnCalls, textColumnRead, textColumnWritten, cmp.Or(x.Bot.Limits.Currency, textColumnCost)}, rows),
	)
	if more := len(totals) - len(shown); more > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textMoreInFile, bot.Grouped(int64(more))))))
	}
	r := x.NewReply(doc)
	r.Private = true
	if len(lines) > maxLines {
		r.Notes = append(r.Notes, fmt.Sprintf(textFileCut, bot.Grouped(maxLines)))
	}
	r.Files = []chat.File{{Name: "usage-" + month.Format("2006-01") + "-by-" + by + ".csv", Text: sheet(by, lines[:min(len(lines), maxLines)], x.Bot.Limits.Currency)}}
	return x.Reply(store.Commit{}, r)
}

// titles name the first column.
var titles = map[string]string{ByMember: textColumnMember, ByChannel: textColumnChannel, ByPlugin: textColumnPlugin, ByModel: textColumnModel}

// readMonth reads "2026-11" or "last"; nothing is this month, which is returned in any case.
func readMonth(word string, now time.Time) (time.Time, bool) {
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if word == "" {
		return this, true
	}
	if strings.EqualFold(word, textLastMonth) {
		return this.AddDate(0, -1, 0), true
	}
	if m, err := time.Parse("2006-01", word); err == nil {
		return m, true
	}
	return this, false
}

// read sums the usage of a month up, in order of days and keys.
func read(ctx context.Context, x *bot.Exchange, by string, month time.Time) ([]line, error) {
	next, sums := month.AddDate(0, 1, 0), map[[2]string]*line{}
	err := x.Store.Usages(ctx, x.Bot.Scope(x.Event.Place), month, func(u store.Usage) bool {
		if !u.Time.Before(next) {
			return false
		}
		of := func(key string) *line {
			at := [2]string{u.Time.UTC().Format(time.DateOnly), key}
			if sums[at] == nil {
				sums[at] = &line{day: at[0], key: key}
			}
			return sums[at]
		}
		if by == ByPlugin { // which questions and tokens were for which plugin nobody can say
			for id, n := range u.Calls {
				of(id).calls += n
			}
			return true
		}
		l := of(map[string]string{ByMember: u.Member, ByChannel: u.Channel, ByModel: u.Model}[by])
		add(&l.Usage, u)
		for _, n := range u.Calls {
			l.calls += n
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading usage: %w", err)
	}
	var lines []line
	for _, l := range sums {
		lines = append(lines, *l)
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.key, b.key)) })
	return lines, nil
}

// total is the sum of all days, those that used most first.
func total(lines []line) []line {
	sums := map[string]*line{}
	for _, l := range lines {
		if sums[l.key] == nil {
			sums[l.key] = &line{key: l.key}
		}
		add(&sums[l.key].Usage, l.Usage)
		sums[l.key].calls += l.calls
	}
	var out []line
	for _, l := range sums {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b line) int {
		return cmp.Or(cmp.Compare(b.Micros, a.Micros), cmp.Compare(b.Input+b.Output, a.Input+a.Output), cmp.Compare(b.Turns, a.Turns), cmp.Compare(b.calls, a.calls), cmp.Compare(a.key, b.key))
	})
	return out
}

// namesOf are lines by what people call them.
func namesOf(ctx context.Context, x *bot.Exchange, by string, lines []line) ([]string, error) {
	var keys []string
	for _, l := range lines {
		keys = append(keys, idOf(by, l.key))
	}
	switch by {
	case ByChannel:
		names := admin.Named(ctx, x, "#", keys)
		for i := range names {
			names[i] = cmp.Or(names[i], textDirect)
		}
		return names, nil
	case ByMember:
		for i, id := range keys {
			if m, err := x.Adapter.Member(ctx, x.Event.Place, id); err == nil && m.Name != "" {
				keys[i] = markdown.Line(m.Name, 60)
			}
		}
	case ByPlugin:
		all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if at := slices.Index(keys, p.ID); at >= 0 {
				keys[at] = markdown.Line(p.Human(), 60)
			}
		}
	}
	return keys, nil
}

// idOf is the platform's id of a member, of whom the store has a path; other keys as they are.
func idOf(by, key string) string {
	if by != ByMember {
		return key
	}
	if id, err := url.PathUnescape(key[strings.LastIndexByte(key, '/')+1:]); err == nil {
		return id
	}
	return key
}

// sheet is usage as a file for a spreadsheet. It has ids: names change, and people write what a
// spreadsheet would calculate.
func sheet(by string, lines []line, currency string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	write := func(cells ...string) {
		if err := w.Write(cells); err != nil {
			panic(err) // a Builder takes everything
		}
	}
	write("day", by, "questions", "calls", "tokens_read", "tokens_written", "cost", "currency")
	for _, l := range lines {
		cost := strings.ReplaceAll(bot.Decimal(l.Micros), ",", "")
		write(l.day, inert(cmp.Or(idOf(by, l.key), textDirect)), strconv.Itoa(l.Turns), strconv.Itoa(l.calls), strconv.Itoa(l.Input), strconv.Itoa(l.Output), cost, currency)
	}
	w.Flush()
	return b.String()
}

// inert is a cell that no spreadsheet takes for a formula.
func inert(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}
