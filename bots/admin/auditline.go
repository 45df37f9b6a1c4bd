package admin

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/markdown"
)

// auditWords say in the audit what was done. What is not among them is said by its own words.
var auditWords = map[string]string{
	"call.waiting":         textDidCallWaiting,
	"call.approved":        textDidCallApproved,
	"call.executing":       textDidCallExecuting,
	"call.done":            textDidCallDone,
	"call.failed":          textDidCallFailed,
	"call.unknown":         textDidCallUnknown,
	"call.denied":          textDidCallDenied,
	"call.expired":         textDidCallExpired,
	"call.replaced":        textDidCallReplaced,
	"plugin.added":         textDidPluginAdded,
	"plugin.removed":       textDidPluginRemoved,
	"plugin.reviewed":      textDidPluginReviewed,
	"plugin.default":       textDidPluginDefault,
	"plugin.scope.enable":  textDidPluginScopeEnable,
	"plugin.scope.deny":    textDidPluginScopeDeny,
	"plugin.scope.none":    textDidPluginScopeNone,
	"choice.enabled":       textDidChoiceEnabled,
	"choice.disabled":      textDidChoiceDisabled,
	"account.shown":        textDidAccountShown,
	"account.hidden":       textDidAccountHidden,
	"account.connected":    textDidAccountConnected,
	"account.disconnected": textDidAccountDisconnected,
	"account.revoked":      textDidAccountRevoked,
	"show.allowed":         textDidShowAllowed,
	"show.denied":          textDidShowDenied,
	"grant.opened":         textDidGrantOpened,
	"grant.closed":         textDidGrantClosed,
	"grant.made":           textDidGrantMade,
	"grant.used":           textDidGrantUsed,
	"grant.revoked":        textDidGrantRevoked,
	"grant.fell":           textDidGrantFell,
	"call.seconded":        textDidCallSeconded,
	"notices.set":          textDidNoticesSet,
	"notices.off":          textDidNoticesOff,
	"plugin.frozen":        textDidPluginFrozen,
	"plugin.unfrozen":      textDidPluginUnfrozen,
	"plugin.changed":       textDidPluginChanged,
	"plugin.unchanged":     textDidPluginUnchanged,
	"rules.changed":        textDidRulesChanged,
	"schedule.paused":      textDidSchedulePaused,
	"turn.stopped":         textDidTurnStopped,
	"login.set":            textDidLoginSet,
	"threads.on":           textDidThreadsOn,
	"threads.off":          textDidThreadsOff,
	"use.refused":          textDidUseRefused,
	"command.refused":      textDidCommandRefused,
	"audit.exported":       textDidAuditExported,
	"store.restored":       textDidStoreRestored,
	"account.ended":        textDidAccountEnded,
	"call.declined":        textDidCallDeclined,
	"schedule.made":        textDidScheduleMade,
	"schedule.resumed":     textDidScheduleResumed,
	"schedule.kept":        textDidScheduleKept,
	"schedule.deleted":     textDidScheduleDeleted,
	"message.deleted":      textDidMessageDeleted,
	"hold.begun":           textDidHoldBegun,
	"hold.ended":           textDidHoldEnded,
	"member.held":          textDidMemberHeld,
	"member.exported":      textDidMemberExported,
	"member.forgotten":     textDidMemberForgotten,
}

// line is a line of the audit for people: when, who, what, and what came of it.
func (n *auditNames) line(ctx context.Context, l audit.Stored) []markdown.Inline {
	if l.Action == "" {
		return []markdown.Inline{markdown.Text(fmt.Sprintf(textAuditDamaged, l.Seq))}
	}
	did, known := auditWords[l.Action]
	if !known {
		did = strings.NewReplacer(".", " ", "_", " ").Replace(l.Action)
	}
	text := " " + did + n.targets(ctx, l) + n.place(l) + "; " + strings.Join(n.details(l), "; ")
	return []markdown.Inline{
		markdown.Text(l.Time.In(n.zone).Format("2 Jan 2006 15:04") + ": "), markdown.Strong(n.actor(l.Actor)), markdown.Text(text),
	}
}

// actor is who did it.
func (n *auditNames) actor(a audit.Actor) string {
	switch a.Kind {
	case audit.Operator:
		return fmt.Sprintf(textAuditOperator, markdown.Line(a.ID, 100))
	case audit.System:
		return textAuditSystem
	case audit.Schedule:
		return fmt.Sprintf(textAuditSchedule, n.member(a.ID))
	case audit.Member:
	}
	return n.member(a.ID)
}

// member is what a member is called.
func (n *auditNames) member(id string) string {
	if name := cmp.Or(n.ask(id), n.stored[id]); name != "" {
		return name
	}
	if _, asked := n.now[id]; asked {
		return textAuditFormer
	}
	return textAuditSomebody
}

// targets are what it was done to.
func (n *auditNames) targets(ctx context.Context, l audit.Stored) string {
	plugin := l.Target(audit.OfPlugin).ID
	operation := l.Target(audit.OfOperation).ID
	text := ""
	if plugin != "" {
		text = markdown.Line(cmp.Or(n.plugins[plugin], plugin), 60)
	}
	if operation != "" {
		text = fmt.Sprintf(textAuditAt, markdown.Line(operation, 60), text)
	}
	if text != "" {
		text = " " + text
	}
	for _, t := range l.Targets {
		switch t.Kind {
		case audit.OfMember:
			text += fmt.Sprintf(textAuditOf, n.member(t.ID))
		case audit.OfChannel:
			if n.rooms[t.ID] == "" {
				n.askChannels(ctx, []string{t.ID})
			}
			if name := n.rooms[t.ID]; name != "" {
				text += fmt.Sprintf(textAuditIn, name)
			}
		case audit.OfRecord:
			if l.Action == "audit.exported" {
				text += ", " + markdown.Line(t.ID, 60)
			}
		case audit.OfPlugin, audit.OfOperation, audit.OfAccount, audit.OfGrant, audit.OfSchedule: // said above, or opaque
		}
	}
	return text
}

// place is the channel in which it was done, where the platform names it.
func (n *auditNames) place(l audit.Stored) string {
	if name := n.rooms[l.Place.Channel]; name != "" {
		return fmt.Sprintf(textAuditIn, name)
	}
	return ""
}

// outcomeWords say what came of it, where it did not simply happen.
var outcomeWords = map[audit.Outcome]string{audit.Refused: textAuditRefused, audit.Failed: textAuditFailed, audit.Unknown: textAuditUnclear}

// details are what else there is to say.
func (n *auditNames) details(l audit.Stored) []string {
	var more []string
	if text := outcomeWords[l.Outcome]; text != "" {
		more = append(more, text)
	}
	if l.Rule != "" {
		more = append(more, fmt.Sprintf(textAuditRule, markdown.Line(l.Rule, 40)))
	}
	if l.Reason != "" {
		more = append(more, markdown.Line(l.Reason, 80))
	}
	if l.Grant != "" {
		more = append(more, textAuditByGrant)
	}
	if len(l.DataFrom) > 0 {
		var from []string
		for _, id := range l.DataFrom {
			from = append(from, markdown.Line(cmp.Or(n.plugins[id], id), 60))
		}
		more = append(more, fmt.Sprintf(textAuditDataFrom, strings.Join(from, ", ")))
	}
	return append(more, fmt.Sprintf(textAuditLine, bot.Grouped(int64(l.Seq))))
}

// counts says whose lines those are, those with the most first.
func (n *auditNames) counts(by map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(by), func(a, b string) int { return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b)) })
	var parts []string
	others := 0
	for i, key := range keys {
		if i >= mostCounted {
			others += by[key]
			continue
		}
		at := strings.LastIndexByte(key, ' ')
		parts = append(parts, n.actor(audit.Actor{Kind: audit.ActorKind(key[at+1:]), ID: key[:at]})+" "+bot.Grouped(int64(by[key])))
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf(textAuditOthers, bot.Grouped(int64(others))))
	}
	return strings.Join(parts, ", ")
}
