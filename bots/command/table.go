// Package command holds the table of commands and what each of them does, the forms
// that members open, and what is said with a member's first answer. A command is
// worked against a bot.Exchange: it reads the event, and commits one answer.
package command

import (
	"context"
	"fmt"

	"aidesk/bots/admin"
	"aidesk/bots/admin/registry"
	"aidesk/bots/admin/rule"
	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/bots/schedule"
	"aidesk/bots/usage"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// Aidesk is aidesk's own command: its verbs work as bare words where slash
// commands do not exist.
const Aidesk = "aidesk"

// adminCommand is for administrators alone.
const adminCommand = "plugins-admin"

const (
	optionPlugin    = "plugin"
	optionOperation = "operation"
	optionState     = "state"
	optionBack      = "back"
	optionWhere     = "where"
	optionHeld      = "held"
	optionMessages  = "messages"
	optionRole      = "role"
	optionPage      = "page"
	optionBy        = "by"
	optionLink      = "link"
	optionMonth     = "month"
)

// Table is the one table of commands. Discord registers it, Slack's manifest
// prints it, threads and the terminal parse with it, help is made from it.
var Table = chat.Grammar{
	{Name: "plugins", Summary: "See, enable and disable plugins", Verbs: []chat.Verb{
		{Name: "", Summary: "The list, with a button for each", Example: "/plugins"},
		{Name: "list", Summary: "The list, with a button for each", Example: "/plugins list"},
		{Name: "info", Summary: "What a plugin can do and who is behind it", Example: "/plugins info NAME", Options: []chat.Option{pluginOption}},
		{Name: "enable", Summary: "Let me use a plugin for you", Example: "/plugins enable NAME", Options: []chat.Option{pluginOption}},
		{Name: "disable", Summary: "Stop me from using a plugin for you", Example: "/plugins disable NAME", Options: []chat.Option{pluginOption}},
		{Name: "connect", Summary: "Connect your account at a plugin", Example: "/plugins connect NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "disconnect", Summary: "End your account at a plugin", Example: "/plugins disconnect NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "show", Summary: "Show in this channel what your account at a plugin gives", Example: "/plugins show NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "hide", Summary: "Keep to yourself again what your account at a plugin gives", Example: "/plugins hide NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "run", Summary: "Fill in a form and use one operation of a plugin", Example: "/plugins run NAME.OPERATION", Form: true, Options: []chat.Option{
			{Name: optionOperation, Summary: "Plugin and operation, joined by a dot", Kind: chat.Word, Required: true, Completes: true},
		}},
	}},
	{Name: adminCommand, Summary: "Add and remove plugins", Who: chat.Admins, Verbs: []chat.Verb{
		{Name: "list", Summary: "See what is decided of each plugin, by whom, and what waits", Example: "/plugins-admin list", Private: true, Options: []chat.Option{
			{Name: optionPage, Summary: "Which page of a long list", Kind: chat.Word},
		}},
		{Name: "add", Summary: "See what a plugin can do, then add it with a form", Example: "/plugins-admin add example.com", Private: true, Options: []chat.Option{
			{Name: "source", Summary: "Its domain, or the address of its manifest or OpenAPI document", Kind: chat.Word, Required: true},
		}},
		{Name: "login", Summary: "Set how a plugin is logged in to", Example: "/plugins-admin login NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "accounts", Summary: "See which accounts are connected, and end them", Example: "/plugins-admin accounts", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Those at one plugin only: its name", Kind: chat.Name, Completes: true},
		}},
		{Name: "refresh", Summary: "Compare a plugin, or all, with what their sources say now", Example: "/plugins-admin refresh NAME", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "One plugin only: its name", Kind: chat.Name, Completes: true},
		}},
		{Name: "review", Summary: "See what changed in a plugin, and take it", Example: "/plugins-admin review NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "freeze", Summary: "Stop the calls of a plugin or of all, or only those that change something", Example: "/plugins-admin freeze NAME writes", Who: chat.Moderators, Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Its name, or all", Kind: chat.Word, Required: true, Completes: true},
			{Name: optionState, Summary: "all, or only writes", Kind: chat.Choice, Choices: []string{string(policy.FrozenAll), string(policy.FrozenWrites)}},
		}},
		{Name: "unfreeze", Summary: "Let the calls of a plugin or of all go again", Example: "/plugins-admin unfreeze NAME", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Its name, or all", Kind: chat.Name, Required: true, Completes: true},
		}},
		{Name: "remove", Summary: "See whom the removal of a plugin affects, then remove it", Example: "/plugins-admin remove NAME", Private: true, Options: []chat.Option{pluginOption}},
		{Name: "notices", Summary: "Choose the channel in which I tell administrators what they must know", Example: "/plugins-admin notices #ops", Private: true, Options: []chat.Option{
			{Name: optionWhere, Summary: "A channel, here, or off: each administrator directly", Kind: chat.Word, Required: true},
		}},
		{Name: "default", Summary: "Turn a plugin on or off for everyone who did not choose", Example: "/plugins-admin default NAME on", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Its name", Kind: chat.Word, Required: true, Completes: true},
			{Name: optionState, Summary: "on or off", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true},
		}},
		{Name: "scope", Summary: "Turn a plugin on in this channel, or deny it here", Example: "/plugins-admin scope NAME deny", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Its name", Kind: chat.Word, Required: true, Completes: true},
			{Name: optionState, Summary: "enable, deny or none", Kind: chat.Choice, Choices: []string{string(plugin.ScopeEnable), string(plugin.ScopeDeny), string(plugin.ScopeNone)}, Required: true},
		}},
		{Name: "policy", Summary: "See and change the rules: of all, of a plugin, of an operation", Example: "/plugins-admin policy NAME", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Those of one plugin: its name", Kind: chat.Word, Completes: true},
			{Name: optionOperation, Summary: "Those of one operation of it", Kind: chat.Word, Completes: true},
		}},
		{Name: "role", Summary: "See and change what members with a role may", Example: "/plugins-admin role ROLE", Private: true, Options: []chat.Option{
			{Name: optionRole, Summary: "Mention it, or give its id", Kind: chat.Word, Required: true},
		}},
		{Name: "limits", Summary: "See and change how much may be used in this channel, or by all", Example: "/plugins-admin limits channel", Private: true, Options: []chat.Option{
			{Name: optionWhere, Summary: "In this channel, or in the whole workspace", Kind: chat.Choice, Choices: []string{whereChannel, whereWorkspace}},
		}},
		{Name: "usage", Summary: "Who used what, with a file for a spreadsheet", Example: "/plugins-admin usage member 2026-11", Private: true, Options: []chat.Option{
			{Name: optionBy, Summary: "By member, channel, plugin or model", Kind: chat.Choice, Choices: []string{usage.ByMember, usage.ByChannel, usage.ByPlugin, usage.ByModel}},
			{Name: optionMonth, Summary: "A month such as 2026-11, or last", Kind: chat.Word},
		}},
		{Name: "delete", Summary: "Delete my last answer here, or the one behind a link", Example: "/plugins-admin delete LINK", Who: chat.Moderators, Private: true, Options: []chat.Option{
			{Name: optionLink, Summary: "The link of a message of mine", Kind: chat.Word},
		}},
		{Name: "stop", Summary: "Stop all that I am doing in this channel", Example: "/plugins-admin stop", Who: chat.Moderators, Private: true},
		{Name: "show", Summary: "Let members show in this channel what their accounts at a plugin give", Example: "/plugins-admin show NAME on", Private: true, Options: []chat.Option{
			{Name: optionPlugin, Summary: "Its name", Kind: chat.Word, Required: true, Completes: true},
			{Name: optionState, Summary: "on or off", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true},
		}},
		{Name: "grants", Summary: "Let members allow me an operation beforehand, within bounds", Example: "/plugins-admin grants NAME.OPERATION on", Private: true, Options: []chat.Option{
			{Name: optionOperation, Summary: "Plugin and operation, joined by a dot", Kind: chat.Word, Required: true, Completes: true},
			{Name: optionState, Summary: "on or off", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true},
		}},
		{Name: "audit", Summary: "Who did what, and what was refused", Example: "/plugins-admin audit who sent what to NAME in May?", Who: chat.Moderators, Private: true, Plea: true, Options: []chat.Option{
			{Name: admin.OptionWords, Summary: "In your own words: what Ann did last week, what was refused, what changed", Kind: chat.Rest},
			{Name: optionPlugin, Summary: "What was done with this plugin", Kind: chat.Word, Completes: true},
			{Name: admin.OptionMember, Summary: "What this member did", Kind: chat.Word},
			{Name: admin.OptionKind, Summary: "What kind of thing", Kind: chat.Choice, Choices: []string{"sent", "approved", "changed", "logins", "grants", "schedules", "exports"}},
			{Name: admin.OptionOutcome, Summary: "What came of it", Kind: chat.Choice, Choices: []string{"done", "refused", "failed", "unknown"}},
			{Name: admin.OptionWhen, Summary: "A day, a month, last week, since May", Kind: chat.Word, Completes: true},
		}},
		{Name: "hold", Summary: "Keep a member's or a channel's words from being deleted", Example: "/plugins-admin hold #channel on", Private: true, Options: []chat.Option{
			{Name: optionHeld, Summary: "Mention the member or channel, or give its id; nothing: what is held", Kind: chat.Word},
			{Name: optionState, Summary: "on or off", Kind: chat.Choice, Choices: []string{"on", "off"}},
		}},
		{Name: "threads", Summary: "Switch whether I read the thread above a question", Example: "/plugins-admin threads off", Private: true, Options: []chat.Option{
			{Name: optionState, Summary: "on or off", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true},
			{Name: optionWhere, Summary: "In this channel, or in the whole workspace", Kind: chat.Choice, Choices: []string{whereChannel, whereWorkspace}},
		}},
	}},
	{Name: Aidesk, Summary: "Ask, schedule, stop, why, usage, privacy, forget, help", Verbs: []chat.Verb{
		{Name: "", Summary: "How this works", Example: "/aidesk"},
		{Name: "ask", Summary: "Ask a question", Example: "/aidesk ask what is new?", Options: []chat.Option{
			{Name: "question", Summary: "What you want to know", Kind: chat.Rest, Required: true},
		}},
		{Name: "stop", Summary: "Stop what I am doing here", Example: "/aidesk stop"},
		{Name: "why", Summary: "How my last answer here came about", Example: "/aidesk why", Private: true, Options: []chat.Option{
			{Name: optionBack, Summary: "An earlier answer: how many before the last", Kind: chat.Choice, Choices: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}},
		}},
		{Name: "schedule", Summary: "Have me ask something for you at a time, or again and again", Example: `/aidesk schedule "every weekday at 9" which tasks are due?`, Private: true, Plea: true, Options: []chat.Option{
			{Name: "when", Summary: "Such as: every weekday at 9; tomorrow at 4pm; in 3 hours", Kind: chat.Phrase, Required: true},
			{Name: "question", Summary: "What you want to know then", Kind: chat.Rest},
		}},
		{Name: "schedules", Summary: "Your schedules, each with buttons", Example: "/aidesk schedules", Private: true},
		{Name: "zone", Summary: "The time zone in which I read your times", Example: "/aidesk zone Europe/Berlin", Private: true, Options: []chat.Option{
			{Name: "zone", Summary: "Such as Europe/Berlin or America/New_York", Kind: chat.Word},
		}},
		{Name: "usage", Summary: "What you used today and this month", Example: "/aidesk usage", Private: true},
		{Name: "grants", Summary: "What I may do without asking you, and how to end that", Example: "/aidesk grants", Private: true},
		{Name: "privacy", Summary: "What I read and keep, and whether I leave your messages out", Example: "/aidesk privacy", Private: true, Options: []chat.Option{
			{Name: optionMessages, Summary: "Whether I read yours in a thread where others ask me: in or out", Kind: chat.Choice, Choices: []string{messagesIn, messagesOut}},
		}},
		{Name: "forget", Summary: "Delete what I keep about you", Example: "/aidesk forget", Private: true},
		{Name: "help", Summary: "How this works", Example: "/aidesk help", Plea: true},
	}},
}

var pluginOption = chat.Option{Name: optionPlugin, Summary: "Its name", Kind: chat.Name, Required: true, Completes: true}

// Run works a slash command, or the same words in a message. entries are the transcript
// of the place.
func Run(ctx context.Context, x *bot.Exchange, entries []store.Entry) error {
	c := x.Event.Command
	syntax, verb, known := Table.Find(c.Name, c.Verb)
	if !known {
		return x.Say(store.Commit{}, fmt.Sprintf(textUnknownCommand, c.Name, c.Verb))
	}
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if who := syntax.For(verb); who != chat.Everyone {
		rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
		if err != nil {
			return err
		}
		if !may(member, rules, who) {
			refused := x.AuditLine(audit.Line{Action: "command.refused", Outcome: audit.Refused, Rule: "for-" + string(who), Reason: syntax.Name + " " + verb.Name})
			return x.ReplyPrivately(store.Commit{Audits: []store.Audit{refused}}, bot.Paragraph(fmt.Sprintf(notForYou[who], syntax.Name, verb.Name)))
		}
		if member.Admin {
			x.NoteAdministrator(ctx)
		}
	}
	switch c.Name + " " + verb.Name {
	case "plugins ", "plugins list":
		return pluginList(ctx, x)
	case "plugins info":
		return pluginInfo(ctx, x, c.Options[optionPlugin])
	case "plugins enable":
		return pluginSwitch(ctx, x, c.Options[optionPlugin], true)
	case "plugins disable":
		return pluginSwitch(ctx, x, c.Options[optionPlugin], false)
	case "plugins connect":
		return pluginConnect(ctx, x, member, c.Options[optionPlugin])
	case "plugins disconnect":
		return Disconnect(ctx, x, c.Options[optionPlugin])
	case "plugins show":
		return pluginShow(ctx, x, c.Options[optionPlugin], true)
	case "plugins hide":
		return pluginShow(ctx, x, c.Options[optionPlugin], false)
	case "plugins run":
		return x.Say(store.Commit{}, fmt.Sprintf(textNoFormHere, c.Options[optionOperation]))
	case adminCommand + " add":
		return admin.Add(ctx, x, c.Options["source"])
	case adminCommand + " login":
		return admin.Login(ctx, x, c.Options[optionPlugin])
	case adminCommand + " accounts":
		return admin.Accounts(ctx, x, member, c.Options[optionPlugin])
	case adminCommand + " list":
		return registry.List(ctx, x, member, c.Options[optionPage])
	case adminCommand + " refresh":
		return registry.Refresh(ctx, x, c.Options[optionPlugin])
	case adminCommand + " review":
		return registry.Review(ctx, x, c.Options[optionPlugin])
	case adminCommand + " freeze":
		return registry.Freeze(ctx, x, c.Options[optionPlugin], policy.Frozen(c.Options[optionState]))
	case adminCommand + " unfreeze":
		return registry.Unfreeze(ctx, x, c.Options[optionPlugin])
	case adminCommand + " remove":
		return registry.Remove(ctx, x, member, c.Options[optionPlugin])
	case adminCommand + " notices":
		return registry.Notices(ctx, x, c.Options[optionWhere])
	case adminCommand + " default":
		return admin.Default(ctx, x, c.Options[optionPlugin], c.Options[optionState] == "on")
	case adminCommand + " scope":
		return admin.Scope(ctx, x, c.Options[optionPlugin], plugin.Scope(c.Options[optionState]))
	case adminCommand + " policy":
		return rule.Policy(ctx, x, c.Options[optionPlugin], c.Options[optionOperation])
	case adminCommand + " role":
		return rule.Role(ctx, x, c.Options[optionRole])
	case adminCommand + " limits":
		return rule.Limits(ctx, x, c.Options[optionWhere] == whereWorkspace)
	case adminCommand + " usage":
		return usage.Table(ctx, x, c.Options[optionBy], c.Options[optionMonth])
	case adminCommand + " delete":
		return admin.Delete(ctx, x, c.Options[optionLink])
	case adminCommand + " stop":
		running, err := schedule.Running(ctx, x, "")
		if err != nil {
			return err
		}
		return admin.Stop(x, running)
	case adminCommand + " show":
		return adminShow(ctx, x, c.Options[optionPlugin], c.Options[optionState] == "on")
	case adminCommand + " audit":
		return admin.Audit(ctx, x, member, c)
	case adminCommand + " hold":
		return adminHold(ctx, x, c.Options[optionHeld], c.Options[optionState])
	case adminCommand + " threads":
		return adminThreads(ctx, x, c.Options[optionState] == "on", c.Options[optionWhere])
	case adminCommand + " grants":
		return grants.Open(ctx, x, c.Options[optionOperation], c.Options[optionState] == "on")
	case Aidesk + " grants":
		return grants.List(ctx, x, member)
	case Aidesk + " privacy":
		return memberPrivacy(ctx, x, c.Options[optionMessages])
	case Aidesk + " why":
		return why(x, entries, c.Options[optionBack])
	case Aidesk + " schedule":
		return schedule.Propose(ctx, x, member, c.Options["when"], c.Options["question"])
	case Aidesk + " schedules":
		return schedule.List(ctx, x)
	case Aidesk + " zone":
		return schedule.Zone(ctx, x, member, c.Options["zone"])
	case Aidesk + " usage":
		return usage.Mine(ctx, x, member)
	case Aidesk + " forget":
		return confirmForget(x)
	case Aidesk + " ", Aidesk + " help":
		return help(ctx, x, member)
	default:
		return fmt.Errorf("/%s %s stands in the table and does nothing", c.Name, c.Verb)
	}
}

// notForYou is what members read of a command that is for others.
var notForYou = map[chat.Who]string{chat.Moderators: textForModerators, chat.Admins: textForAdmins}

// may says whether a member may use what is for some.
func may(m chat.Member, rules policy.Rules, who chat.Who) bool {
	switch who {
	case chat.Everyone:
		return true
	case chat.Moderators:
		return rules.Moderates(m)
	case chat.Admins:
	}
	return m.Admin
}

// Suggest completes the names of plugins and operations, and times.
func Suggest(ctx context.Context, b *bot.Bot, q chat.Query) ([]chat.Suggestion, error) {
	switch q.Option {
	case optionPlugin:
		return suggestPlugin(ctx, b, q)
	case optionOperation:
		return suggestOperation(ctx, b, q)
	case admin.OptionWhen:
		return admin.SuggestWhen(q.Prefix), nil
	}
	return nil, nil
}
