package grants

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

// tries bounds how often a change is tried that another one was quicker than.
const tries = 5

// Make makes the Grant that its member read. press is the event by which they did.
func Make(ctx context.Context, x *bot.Exchange, p bot.ButtonAction, press string) error {
	g, err := grant.Read(p.Draft)
	if err != nil {
		return err
	}
	goTo(x, g.Place)
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if g.Owner != x.Owner() || member.Guest {
		return x.Note(ctx, textGuests)
	}
	plugin, err := enabled(ctx, x.Bot, g.Place, g.Member, g.Plugin)
	if err != nil {
		return err
	}
	why, err := x.Bot.Plugins.Fallen(ctx, g.Place, plugin, g)
	if err != nil {
		return err
	}
	if why != "" {
		return x.Note(ctx, textGone)
	}
	if full, err := makeRoom(ctx, x, g.Owner); err != nil || full {
		return err
	}
	g.Made, g.Press = x.Now(), press
	record, err := grant.New(g)
	if err != nil {
		return x.Note(ctx, bot.Sentence(err))
	}
	line := audited(g, "grant.made")
	c := store.Commit{Puts: []store.Record{record}, Audits: []store.Audit{x.AuditLine(line)}}
	err = x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textMade, g.Deed)))
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textMadeAlready)
	}
	return err
}

// makeRoom says whether a member has as many Grants as they may have; they are told then. Of
// those that hold no more the oldest makes room.
func makeRoom(ctx context.Context, x *bot.Exchange, owner string) (full bool, err error) {
	all, err := grant.Of(ctx, x.Store, owner)
	if err != nil || len(all) < grant.MostPerMember {
		return false, err
	}
	for _, k := range all {
		if k.Live(x.Now()) {
			continue
		}
		if err := x.Store.Delete(ctx, k.Record.Key, k.Record.Version); err != nil && !errors.Is(err, store.ErrNotFound) {
			return false, fmt.Errorf("making room for a grant: %w", err)
		}
		return false, nil
	}
	return true, x.Note(ctx, fmt.Sprintf(textTooMany, grant.MostPerMember))
}

// List shows a member what they allowed beforehand, each with what is left and a button that
// ends it, and what holds no more since a few days.
func List(ctx context.Context, x *bot.Exchange, member chat.Member) error {
	var c store.Commit
	r := x.NewReply(markdown.New(markdown.Heading(2, markdown.Text(textYours))))
	r.Private = true
	var err error
	if r.Rows, err = Rows(ctx, x, &c, member, ""); err != nil {
		return err
	}
	if len(r.Rows) == 0 {
		r.Text = bot.Paragraph(textNone)
	}
	return x.Reply(c, r)
}

// Rows are the lines of that list, which stands in the Reply list names; their buttons are
// added to c.
func Rows(ctx context.Context, x *bot.Exchange, c *store.Commit, member chat.Member, list string) ([]chat.Row, error) {
	all, err := grant.Of(ctx, x.Store, x.Owner())
	if err != nil {
		return nil, err
	}
	var rows []chat.Row
	now, zone := x.Now(), member.Location()
	for _, k := range all {
		row := chat.Row{Text: bot.Paragraph(k.Reading(now, zone))}
		state := endWord(k.Grant)
		if k.Live(now) {
			state = fmt.Sprintf(textLeft, k.LeftReading(now, zone), k.Used.Count)
			frozen, err := x.Bot.Plugins.Freezes(ctx, k.Place)
			if err != nil {
				return nil, err
			}
			if frozen.Of(k.Plugin).What != policy.FrozenNothing {
				state += " " + fmt.Sprintf(textSleeps, k.Human)
			}
			b := chat.Button{ID: bot.NewID(), Label: textRevoke, Style: chat.Danger}
			revoke := RevokeAction(k.Grant)
			revoke.List = list
			x.Button(c, b.ID, revoke, grant.LongestLife)
			row.Buttons = []chat.Button{b}
		}
		row.Text.Blocks = append(row.Text.Blocks, markdown.Paragraph(markdown.Text(state)))
		rows = append(rows, row)
	}
	return rows, nil
}

// fallWords say why a Grant ended.
var fallWords = map[grant.Reason]string{
	grant.Revoked:   textEndRevoked,
	grant.Changed:   textEndChanged,
	grant.Closed:    textEndClosed,
	grant.OffAgain:  textEndOffAgain,
	grant.NoAccount: textEndNoAccount,
	grant.NoRight:   textEndNoRight,
	grant.Restored:  textEndRestored,
}

// endWord says why a Grant holds no more.
func endWord(g grant.Grant) string {
	switch {
	case g.Why != "":
		return fmt.Sprintf(textHoldsNoMore, fallWords[g.Why])
	case g.Used.Count >= g.Count:
		return fmt.Sprintf(textHoldsNoMore, textUsedUp)
	}
	return fmt.Sprintf(textHoldsNoMore, textTimeOver)
}

// RevokeAction is what a button stands for that revokes a Grant.
func RevokeAction(g grant.Grant) bot.ButtonAction {
	return bot.ButtonAction{Do: bot.DoUngrant, Member: g.Member, Grant: g.ID, Place: &g.Place}
}

// Revoke ends a Grant as its member asks.
func Revoke(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	goTo(x, *p.Place)
	for range tries {
		k, err := grant.Get(ctx, x.Store, x.Owner(), p.Grant)
		if errors.Is(err, store.ErrNotFound) || err == nil && !k.Live(x.Now()) {
			return x.Note(ctx, textEndedAlready)
		}
		if err != nil {
			return err
		}
		err = end(x, store.Commit{}, k, grant.Revoked, audit.Line{Action: "grant.revoked"}, func(c store.Commit) error {
			return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textRevoked, k.Deed)))
		})
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return x.Note(ctx, textTryAgain)
}

// end adds to a commit that a Grant holds no more, with its line of the audit, and makes it.
func end(x *bot.Exchange, c store.Commit, k grant.Kept, why grant.Reason, l audit.Line, commit func(store.Commit) error) error {
	g := k.Grant
	g.Ended, g.Why = x.Now().UTC(), why
	record, err := k.With(g)
	if err != nil {
		return err
	}
	line := audited(g, l.Action)
	line.Actor, line.Reason = l.Actor, l.Reason
	c.Puts, c.Audits = append(c.Puts, record), append(c.Audits, x.AuditLine(line))
	return commit(c)
}

// audited is the line of the audit about a Grant.
func audited(g grant.Grant, action string) audit.Line {
	return audit.Line{
		Action: action, Grant: g.ID, Account: g.Account, Schedule: g.Schedule,
		Targets: []audit.Target{{Kind: audit.OfGrant, ID: g.ID}, {Kind: audit.OfPlugin, ID: g.Plugin}, {Kind: audit.OfOperation, ID: g.Operation}, {Kind: audit.OfMember, ID: g.Member}},
	}
}

// UsedLine is the line of the audit for a use of a Grant by an Action, with what is left.
func UsedLine(g grant.Grant, action string, now time.Time) audit.Line {
	today, all := g.Left(now)
	l := audited(g, "grant.used")
	l.Actor, l.Call = audit.Actor{Kind: audit.Member, ID: g.Member}, action
	if g.Schedule != "" {
		l.Actor = audit.Actor{Kind: audit.Schedule, ID: g.Schedule}
	}
	l.Reason = fmt.Sprintf("left today %d, in all %d", today, all)
	return l
}

// UsedText says below what a Grant let through that it did, and what is left.
func UsedText(g grant.Grant, now time.Time, zone *time.Location) string {
	return fmt.Sprintf(textByGrant, g.LeftReading(now, zone))
}
