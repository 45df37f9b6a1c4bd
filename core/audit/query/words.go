package query

import "aidesk/core/audit"

// kinds are the words for kinds of action. Two of them in a question narrow it: "what
// changed in plugins".
var kinds = map[string][]string{
	"sent": sent, "send": sent, "sends": sent, "call": {"call."}, "calls": {"call."}, "called": sent,
	"approved": approved, "approvals": approved, "approve": approved, "asked": {"call.waiting"}, "expired": {".expired"},
	"cancelled": {"call.denied"}, "canceled": {"call.denied"},

	"changed": changes, "changes": changes, "change": changes, "configured": changes,
	"plugins": {"plugin."}, "registrations": {"plugin.added", "plugin.removed"}, "registered": {"plugin.added"}, "reviews": {"plugin.reviewed"},
	"added": {".added"}, "removed": {".removed"}, "reviewed": {".reviewed"}, "frozen": {"freeze", ".frozen"}, "freezes": {"freeze", ".frozen"},
	"enabled": {".enabled", ".on"}, "disabled": {".disabled", ".off"},
	"policy": policies, "policies": policies, "rules": policies, "admins": {"admin"}, "administrators": {"admin"},

	"logins": logins, "login": logins, "accounts": {"account."}, "account": {"account."},
	"connected": {".connected"}, "disconnected": {".disconnected"}, "revoked": {".revoked"},
	"grants": {"grant"}, "grant": {"grant"}, "granted": {"grant"},
	"schedules": {"schedule."}, "scheduled": {"schedule."},
	"exports": {"audit.exported"}, "exported": {".exported"}, "privacy": {"privacy."}, "forgotten": {"member.forgotten"},
}

var (
	sent     = []string{"call.done", "call.failed", "call.unknown"}
	approved = []string{"call.executing", ".approved"}
	changes  = []string{"plugin.", "policy.", "rule", "login.", "threads.", "show.", "freeze", "admin", "grant.opened", "grant.closed", "channel.", "role.", "limit"}
	policies = []string{"policy.", "rule"}
	logins   = []string{"login.", "account."}
)

// outcomes are the words for what came of it.
var outcomes = map[string]audit.Outcome{
	"refused": audit.Refused, "refusals": audit.Refused, "denied": audit.Refused, "declined": audit.Refused, "blocked": audit.Refused,
	"failed": audit.Failed, "failures": audit.Failed, "errors": audit.Failed, "fail": audit.Failed,
	"unknown": audit.Unknown, "unclear": audit.Unknown,
	"done": audit.OK, "ok": audit.OK, "succeeded": audit.OK,
}

// actors are the words for those who did it, where they are no members.
var actors = map[string]audit.ActorKind{
	"operator": audit.Operator, "operators": audit.Operator, "machine": audit.Operator,
	"system": audit.System, "aidesk": audit.System, "schedule": audit.Schedule, "unattended": audit.Schedule,
}

// idle are words that people write and that filter nothing.
var idle = []string{
	"a", "about", "across", "all", "an", "and", "any", "anybody", "anyone", "anything", "are", "as", "at", "audit", "been", "by", "can", "did", "do", "does", "everything", "for", "from", "give", "got", "had", "has", "have", "happened", "how", "in", "is", "it",
	"line", "lines", "list", "made", "many", "messages", "of", "on", "or", "our", "people", "please", "requests", "show", "somebody", "someone", "something", "tell", "that", "the", "their", "there", "they", "things", "this", "through", "to", "used", "using", "via", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "with", "within", "workspace", "you",
	"operation", "operations", "during", "ever", "went", "go", "out", "recently", "latest", "last", "newest",
}
