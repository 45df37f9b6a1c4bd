// Package second is about the second approval. Where administrators named approvers for an
// operation, the first card names them too, and the press of the member who asked makes the
// Action halfway: each member who is named gets the whole card directly. Members with a role
// that is named are not known one by one, so the first card gets a button by which one of them
// asks for theirs. Whoever decides first decides; bots/turn works their presses.
package second

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

// MostApprovers is how many of those who are named are shown and asked.
const MostApprovers = 10

// Rule is the rule of an Action's operation as it is now.
func Rule(ctx context.Context, x *bot.Exchange, a confirm.Action) (policy.OperationRule, error) {
	rules, err := x.Bot.Plugins.Rules(ctx, a.Place)
	return rules.Operation(a.Call.Plugin, a.Call.Operation), err
}

// Approvers are those who may give the second approval of an Action by a rule, without the
// member who asked. away is not nil where the platform could not be asked about one.
func Approvers(ctx context.Context, x *bot.Exchange, a confirm.Action, rule policy.OperationRule) (list []confirm.Approver, away error) {
	for _, id := range rule.Approvers[:min(len(rule.Approvers), MostApprovers)] {
		m, err := x.Adapter.Member(ctx, a.Place, id)
		switch later := (*chat.Later)(nil); {
		case errors.As(err, &later):
			away = err
			list = append(list, confirm.Approver{ID: id, Name: textSomeApprover, Away: true})
		case err != nil:
			list = append(list, confirm.Approver{ID: id, Name: roleName(ctx, x, a.Place, id), Role: true})
		case rule.Approves(m, a.Member):
			list = append(list, confirm.Approver{ID: id, Name: markdown.Line(m.Name, 50)})
		}
	}
	return list, away
}

// roleName is what members see of a role.
func roleName(ctx context.Context, x *bot.Exchange, place chat.Place, id string) string {
	if namer, ok := x.Adapter.(chat.Namer); ok {
		if name := namer.Names(ctx, place, []string{"@&" + id})["@&"+id]; name != "" {
			return markdown.Line(name, 50)
		}
	}
	return textSomeRole
}

// Need makes an Action that is about to be parked one that somebody else must approve
// too, where a rule says so, and adds to c what their buttons stand for: whoever presses one
// is judged then.
func Need(ctx context.Context, x *bot.Exchange, c *store.Commit, a confirm.Action) (confirm.Action, error) {
	if a.Login != nil {
		return a, nil
	}
	rule, err := Rule(ctx, x, a)
	if err != nil || len(rule.Approvers) == 0 {
		return a, err
	}
	named, _ := Approvers(ctx, x, a, rule) // a name may be missing; they are asked for again at the press
	a = a.NeedsSecond(named, bot.NewID)
	a.Name = markdown.Line(a.Name, 50) // others read it
	b := a.Second.Buttons
	for do, id := range map[string]string{bot.DoSecond: b.Approve, bot.DoDecline: b.Decline, bot.DoLook: b.Review} {
		body, err := json.Marshal(bot.ButtonAction{Do: do, Action: a.ID})
		if err != nil {
			return a, fmt.Errorf("storing a button: %w", err)
		}
		c.Buttons = append(c.Buttons, store.Button{ID: id, Conversation: a.Conversation, Member: a.Owner, Until: x.Now().Add(30 * bot.Day), Body: body})
	}
	return a, nil
}

// MayApprove says whether a member may give the second approval: by the rules as they are now
// or, where they name nobody any more, because they were asked.
func MayApprove(a confirm.Action, rule policy.OperationRule, m chat.Member) bool {
	if len(rule.Approvers) == 0 && a.Second != nil {
		rule.Approvers = a.Second.Asked
	}
	return rule.Approves(m, a.Member)
}

// ReplyID is the id of the Reply with the card for one who is asked.
func ReplyID(action, member string) string { return chat.Key("second", action, member) }

// Cards are the cards of those who were asked for the second approval, as they are now.
func Cards(a confirm.Action) []chat.Reply {
	var all []chat.Reply
	if a.Second == nil {
		return nil
	}
	for _, member := range a.Second.Asked {
		all = append(all, chat.Reply{
			ID: ReplyID(a.ID, member), Place: a.Place, To: member, Private: true,
			Text: bot.Paragraph(textNeeded), Cards: []chat.Card{confirm.SecondCard(a)},
		})
	}
	return all
}
