package grants

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// nearOperations is how many operations are offered for one that is not known.
const nearOperations = 5

// Open lets members make Grants for an operation, or no longer. For one that deletes, an
// administrator says so once more.
func Open(ctx context.Context, x *bot.Exchange, word string, on bool) error {
	name, id, _ := strings.Cut(strings.TrimSpace(word), ".")
	p, err := x.FindPlugin(ctx, name, true)
	if p == nil {
		return err
	}
	say := func(line string) error { return x.ReplyPrivately(store.Commit{}, bot.Paragraph(line)) }
	var o *openapi.Operation
	var names []string
	for _, u := range p.Usable() {
		if strings.EqualFold(u.ID, id) {
			o = u
		}
		names = append(names, p.Name+"."+u.ID)
	}
	if o == nil {
		near := strings.Join(chat.Nearest(p.Name+"."+id, names, nearOperations), ", ")
		return say(fmt.Sprintf(textNoOperation, p.Human(), markdown.Line(markdown.Visible(id), 50), near))
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	rule, full := rules.Operation(p.ID, o.ID), p.Name+"."+o.ID
	switch may, err := x.Bot.Plugins.MayGrant(ctx, x.Event.Place, p, o); {
	case err != nil:
		return err
	case !on && !rule.Grants:
		return say(fmt.Sprintf(textClosedAlready, full))
	case !on:
		return open(ctx, x, p, o, false)
	case may:
		return say(fmt.Sprintf(textOpenAlready, full))
	case !p.Asks(o):
		return say(fmt.Sprintf(textAsksNothing, full))
	case rule.Mode != policy.ModeDefault && rule.Mode != policy.ModeRead || len(rule.Approvers) > 0:
		return say(fmt.Sprintf(textRuleForbids, full))
	case o.Method != http.MethodDelete:
		return open(ctx, x, p, o, true)
	}
	r := x.NewReply(bot.Paragraph(fmt.Sprintf(textDeletes, full)))
	r.Private = true
	var c store.Commit
	b := chat.Button{ID: bot.NewID(), Label: textOpenDeleting, Style: chat.Danger}
	x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoOpen, Member: x.Event.Member, Plugin: p.ID, Operation: o.ID}, time.Hour)
	r.Buttons = []chat.Button{b}
	return x.Reply(c, r)
}

// OpenDeleting opens an operation that deletes, as an administrator said once more.
func OpenDeleting(ctx context.Context, x *bot.Exchange, b bot.ButtonAction) error {
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if !member.Admin {
		return x.Note(ctx, textAdminsOnly)
	}
	p, err := x.Bot.Plugins.Find(ctx, x.Event.Place, b.Plugin)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil {
		if o, ok := p.Operation(b.Operation); ok {
			return open(ctx, x, p, o, true)
		}
	}
	return x.Note(ctx, textGone)
}

// open writes the rule that opens or closes an operation, and tells the administrators.
func open(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, o *openapi.Operation, on bool) error {
	record, err := x.Bot.Plugins.ChangeRules(ctx, x.Event.Place, func(r *policy.Rules) {
		key := policy.OperationKey(p.ID, o.ID)
		rule := r.Operations[key]
		rule.Grants, rule.GrantsDelete = on, on && o.Method == http.MethodDelete
		if on && rule.Hash != o.Hash {
			rule.Hash = o.Hash
			if rule.Mode == policy.ModeRead { // it was of an operation that is no more
				rule.Mode = policy.ModeDefault
			}
		}
		if r.Operations == nil {
			r.Operations = map[string]policy.OperationRule{}
		}
		r.Operations[key] = rule
	})
	if err != nil {
		return err
	}
	action, line, notice := "grant.opened", textOpened, textOpenedNotice
	if !on {
		action, line, notice = "grant.closed", textClosed, textClosedNotice
	}
	full := p.Name + "." + o.ID
	c := store.Commit{Puts: []store.Record{record}, Audits: x.Audit(action, bot.AuditPlugin(p), audit.Target{Kind: audit.OfOperation, ID: o.ID})}
	if err := x.Notify(ctx, &c, chat.Key(action, x.ReplyID), bot.Paragraph(fmt.Sprintf(notice, full)), nil); err != nil {
		return err
	}
	if err := LookAt(ctx, x, &c, p.ID); err != nil {
		return err
	}
	err = x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(line, full)))
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textTryAgain)
	}
	return err
}
