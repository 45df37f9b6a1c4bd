package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/audit/query"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// The options of the command that asks the audit.
const (
	OptionWords   = "words"
	OptionMember  = "member"
	OptionKind    = "kind"
	OptionOutcome = "outcome"
	OptionWhen    = "when"
)

const (
	auditPage   = 12      // lines shown at once
	mostRead    = 500_000 // lines read for one question
	mostCounted = 5       // members named with how many lines are theirs
	nearAudit   = 3       // words that are not known for each of which another is offered
)

// auditAsk is a question to the audit and the place at which the next page begins, as a
// button keeps it.
type auditAsk struct {
	Query  query.Query `json:"query"`
	Before uint64      `json:"before,omitempty"` // lines of lower numbers; 0: all
	Shown  int         `json:"shown,omitempty"`  // on the pages before
}

// Audit answers what an administrator asks of the audit, in words or by options.
func Audit(ctx context.Context, x *bot.Exchange, m chat.Member, c *chat.Command) error {
	words := []string{c.Options[OptionWords], c.Options[OptionKind], c.Options[OptionOutcome], c.Options[OptionWhen]}
	if plugin := c.Options["plugin"]; plugin != "" {
		words = append(words, "plugin "+plugin)
	}
	if member := c.Options[OptionMember]; member != "" {
		words = append(words, "@"+strings.TrimPrefix(member, "@"))
	}
	names, err := newAuditNames(ctx, x, m.Location())
	if err != nil {
		return err
	}
	q, err := query.Parse(strings.Join(words, " "), names, x.Now().In(m.Location()), x.Event.Member, x.Event.Place.Channel)
	if names.err != nil {
		return names.err
	}
	if unknown, ok := errors.AsType[query.Unknown](err); ok {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(names.unknown(unknown)))
	}
	if err != nil {
		return err
	}
	return showAudit(ctx, x, names, auditAsk{Query: q})
}

// OlderAudit shows the page behind one.
func OlderAudit(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	m, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	if !rules.Moderates(m) {
		return x.Note(ctx, textAdminsOnly)
	}
	var ask auditAsk
	if err := json.Unmarshal(p.Args, &ask); err != nil {
		return fmt.Errorf("reading a question to the audit: %w", err)
	}
	names, err := newAuditNames(ctx, x, m.Location())
	if err != nil {
		return err
	}
	return showAudit(ctx, x, names, ask)
}

// auditFound is what a question found.
type auditFound struct {
	lines []audit.Stored // of the page
	total int
	more  bool           // there are so many that not all were read
	by    map[string]int // how many are whose, by id and kind of the actor
}

// findAudit reads the audit, the newest first.
func findAudit(ctx context.Context, x *bot.Exchange, names *auditNames, ask auditAsk) (auditFound, error) {
	found := auditFound{by: map[string]int{}}
	read := 0
	err := x.Store.Audits(ctx, x.Bot.Scope(x.Event.Place), func(a store.Audit) bool {
		if read++; read > mostRead {
			found.more = true
			return false
		}
		if !a.Damaged && !ask.Query.Within(a.Time) {
			// Times of lines beside one another may be out of order by the clocks of a moment.
			return ask.Query.Since.IsZero() || !a.Time.Before(ask.Query.Since.Add(-bot.Day))
		}
		l, err := audit.ReadStored(a)
		if err == nil && !ask.Query.Matches(l.Line) {
			return true
		}
		found.total++
		if err == nil {
			names.remember(l)
			found.by[l.Actor.ID+" "+string(l.Actor.Kind)]++
		}
		if (ask.Before == 0 || a.Seq < ask.Before) && len(found.lines) < auditPage {
			found.lines = append(found.lines, l)
		}
		return ctx.Err() == nil
	})
	return found, err
}

// showAudit answers a question with a page of lines.
func showAudit(ctx context.Context, x *bot.Exchange, names *auditNames, ask auditAsk) error {
	x.Progress(ctx, textAudit)
	defer x.Progress(ctx, "")
	found, err := findAudit(ctx, x, names, ask)
	if err != nil {
		return err
	}
	if len(found.lines) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textAuditNone))
	}
	names.channels(ctx, found.lines)
	var items [][]markdown.Inline
	for _, l := range found.lines {
		items = append(items, names.line(ctx, l))
	}
	r := x.NewReply(markdown.New(markdown.Heading(2, markdown.Text(textAudit+": "+found.count()))))
	r.Private = true
	if ask.Before == 0 && len(found.by) > 1 {
		r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textAuditBy, names.counts(found.by)))))
	}
	r.Text.Blocks = append(r.Text.Blocks, markdown.List(items...))
	var c store.Commit
	shown := ask.Shown + len(found.lines)
	if shown < found.total || ask.Shown > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf(textAuditShown, bot.Grouped(int64(ask.Shown+1)), bot.Grouped(int64(shown))))
	}
	if shown < found.total {
		next, err := json.Marshal(auditAsk{ask.Query, found.lines[len(found.lines)-1].Seq, shown})
		if err != nil {
			return fmt.Errorf("keeping a question to the audit: %w", err)
		}
		b := chat.Button{ID: bot.NewID(), Label: textAuditOlder}
		x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoAudit, Member: x.Event.Member, Args: next}, bot.Day)
		r.Buttons = []chat.Button{b}
	}
	return x.Reply(c, r)
}

// count says how many lines there are.
func (f auditFound) count() string {
	switch {
	case f.more:
		return fmt.Sprintf(textAuditMany, bot.Grouped(int64(f.total)))
	case f.total == 1:
		return textAuditOne
	}
	return fmt.Sprintf(textAuditFound, bot.Grouped(int64(f.total)))
}

// whens are times that are offered while somebody types one.
var whens = []string{"today", "yesterday", "this week", "last week", "this month", "last month", "last 90 days", "this year", "last year"}

// SuggestWhen completes a time.
func SuggestWhen(prefix string) []chat.Suggestion {
	all := slices.Clone(whens)
	for m := time.January; m <= time.December; m++ {
		all = append(all, m.String())
	}
	var out []chat.Suggestion
	for _, w := range all {
		if strings.HasPrefix(strings.ToLower(w), strings.ToLower(strings.TrimSpace(prefix))) {
			out = append(out, chat.Suggestion{Label: w, Value: w})
		}
	}
	return out
}
