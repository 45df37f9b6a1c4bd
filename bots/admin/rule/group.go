package rule

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// The inputs of the forms for a role and for the workspace.
const (
	inputOn         = "on"
	inputDeny       = "deny"
	inputModerators = "moderators"
	inputAge        = "age"
	inputGuests     = "guests"
	inputNotices    = "notices"
)

const (
	// maxTicked is how many plugins a form lists with a box for each; more are named in a line.
	maxTicked = 100

	// maxGroups bounds how many roles, and how many channels, have rules.
	maxGroups = 200

	maxDays = 3650
)

// Limits shows what may be used in this channel, or by all of the workspace together.
func Limits(ctx context.Context, x *bot.Exchange, all bool) error {
	if all || x.Event.Place.Direct {
		return show(ctx, x, bot.ButtonAction{Of: ofAll})
	}
	return show(ctx, x, bot.ButtonAction{Of: ofChannel, Target: x.Event.Place.Channel})
}

// Role shows what members with a role may.
func Role(ctx context.Context, x *bot.Exchange, word string) error {
	var f filled
	ids := admin.IDs(word, "", textWantRole, "", f.fault)
	if x.Event.Place.Platform == "slack" {
		unknownGroups(x.Bot, x.Event.Place, ids, "", &f)
	}
	switch {
	case len(f.faults) > 0:
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(f.faults[0].Message))
	case len(ids) != 1:
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textOneRole))
	}
	return show(ctx, x, bot.ButtonAction{Of: ofRole, Target: ids[0]})
}

// people are roles and members by their names, as far as the platform tells them.
func people(ctx context.Context, x *bot.Exchange, ids []string) string {
	if len(ids) == 0 {
		return textNobody
	}
	var out []string
	names := admin.Named(ctx, x, "@", ids)
	for i, id := range ids {
		name := names[i]
		if name == id { // no role; perhaps a member
			if m, err := x.Adapter.Member(ctx, x.Event.Place, name); err == nil && m.Name != "" {
				name = markdown.Line(m.Name, 60)
			}
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

// channelSetting are the limits of a channel.
func channelSetting(rules policy.Rules, id string) setting {
	return setting{
		title: textLimitsTitle, targets: []audit.Target{{Kind: audit.OfChannel, ID: id}}, inputs: limitInputs(rules.Channels[id]),
		words: func(_ context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document {
			return bot.Paragraph(fmt.Sprintf(textLimitsHere, limitWords(rules.Channels[id], x.Bot.Limits.Currency)))
		},
		read: func(_ context.Context, rules *policy.Rules, f *filled) {
			l := f.limits()
			if l == (policy.Limits{}) {
				delete(rules.Channels, id)
				return
			}
			if rules.Channels == nil {
				rules.Channels = map[string]policy.Limits{}
			}
			if rules.Channels[id] = l; len(rules.Channels) > maxGroups {
				f.fault(inputTurnsPerHour, fmt.Sprintf(textTooManyRules, maxGroups))
			}
		},
	}
}

// allSetting are the limits of all of the workspace together.
func allSetting(rules policy.Rules) setting {
	return setting{
		title: textLimitsTitle, inputs: limitInputs(rules.Workspace),
		words: func(_ context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document {
			return bot.Paragraph(fmt.Sprintf(textLimitsAll, limitWords(rules.Workspace, x.Bot.Limits.Currency)))
		},
		read: func(_ context.Context, rules *policy.Rules, f *filled) { rules.Workspace = f.limits() },
	}
}

// roleSetting is what members with a role may.
func roleSetting(rules policy.Rules, id string, plugins []*plugin.Plugin) setting {
	rule := rules.Roles[id]
	return setting{
		title: textRoleTitle, targets: []audit.Target{{Kind: audit.OfRole, ID: id}},
		inputs: slices.Concat([]chat.Input{
			pluginsInput(inputOn, textRoleOn, plugins, rule.On),
			pluginsInput(inputDeny, textRoleDeny, plugins, rule.Deny),
		}, limitInputs(rule.Limits)),
		words: func(ctx context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document {
			rule := rules.Roles[id]
			return markdown.New(
				markdown.Heading(2, markdown.Text(fmt.Sprintf(textRulesOf, people(ctx, x, []string{id})))),
				markdown.List(
					bot.Fact(textRoleOn, markdown.Text(pluginNames(plugins, rule.On))),
					bot.Fact(textRoleDeny, markdown.Text(pluginNames(plugins, rule.Deny))),
					bot.Fact(textEachOfThem, markdown.Text(limitWords(rule.Limits, x.Bot.Limits.Currency))),
				),
			)
		},
		read: func(_ context.Context, rules *policy.Rules, f *filled) {
			rule := policy.RoleRule{On: f.plugins(inputOn, plugins), Deny: f.plugins(inputDeny, plugins), Limits: f.limits()}
			if slices.ContainsFunc(rule.On, func(id string) bool { return slices.Contains(rule.Deny, id) }) {
				f.fault(inputDeny, textOnAndDenied)
			}
			if len(rule.On)+len(rule.Deny) == 0 && rule.Limits == (policy.Limits{}) {
				delete(rules.Roles, id)
				return
			}
			if rules.Roles == nil {
				rules.Roles = map[string]policy.RoleRule{}
			}
			if rules.Roles[id] = rule; len(rules.Roles) > maxGroups {
				f.fault(inputOn, fmt.Sprintf(textTooManyRules, maxGroups))
			}
		},
	}
}

// pluginsInput asks for plugins.
func pluginsInput(name, label string, plugins []*plugin.Plugin, chosen []string) chat.Input {
	in := chat.Input{Name: name, Label: label, Kind: chat.InputMany}
	var names, values []string
	for _, p := range plugins {
		in.Choices, in.Labels = append(in.Choices, p.ID), append(in.Labels, markdown.Line(p.Human(), 60))
		if slices.Contains(chosen, p.ID) {
			names, values = append(names, p.Name), append(values, p.ID)
		}
	}
	if len(plugins) > maxTicked || len(plugins) == 0 {
		return chat.Input{Name: name, Label: label, Kind: chat.InputLine, Value: strings.Join(names, ", "), Hint: textNamesWithCommas}
	}
	in.Value = strings.Join(values, "\n")
	return in
}

// plugins reads plugins, by id or name.
func (f *filled) plugins(input string, plugins []*plugin.Plugin) []string {
	var ids []string
	for _, word := range strings.FieldsFunc(f.values[input], func(r rune) bool { return r == ',' || r == '\n' || r == ' ' }) {
		at := slices.IndexFunc(plugins, func(p *plugin.Plugin) bool { return p.ID == word || strings.EqualFold(p.Name, word) })
		if at < 0 {
			f.fault(input, fmt.Sprintf(textNoSuchPlugin, markdown.Line(markdown.Visible(word), 60)))
			return nil
		}
		ids = append(ids, plugins[at].ID)
	}
	return ids
}

// pluginNames are plugins by their names for people.
func pluginNames(plugins []*plugin.Plugin, ids []string) string {
	var names []string
	for _, p := range plugins {
		if slices.Contains(ids, p.ID) {
			names = append(names, markdown.Line(p.Human(), 60))
		}
	}
	if len(names) == 0 {
		return textNone
	}
	return strings.Join(names, ", ")
}

// guestWords are what guests may, as a form shows it.
var guestWords = []struct {
	mode policy.Mode
	text string
}{{policy.ModeDefault, textGuestsAll}, {policy.ModeRead, textGuestsRead}, {policy.ModeNever, textGuestsNone}}

// workspaceSetting is what is decided for all of a workspace.
func workspaceSetting(b *bot.Bot, place chat.Place, rules policy.Rules, a bot.ButtonAction) setting {
	guests := chat.Input{Name: inputGuests, Label: textGuests, Kind: chat.InputChoice, Required: true, Value: textGuestsAll, Hint: textGuestsHint}
	for _, g := range guestWords {
		guests.Choices = append(guests.Choices, g.text)
		if g.mode == rules.Guests {
			guests.Value = g.text
		}
	}
	age := chat.Input{Name: inputAge, Label: textAge, Kind: chat.InputNumber, Whole: true, Min: "1", Max: strconv.Itoa(maxDays), Hint: textAgeHint}
	if days := int(rules.MinimumAge / bot.Day); days > 0 {
		age.Value = strconv.Itoa(days)
	}
	return setting{
		title: textWorkspaceTitle,
		inputs: []chat.Input{
			{Name: inputModerators, Label: textModerators, Kind: chat.InputLine, Value: strings.Join(rules.Moderators, ", "), Hint: textModeratorsHint},
			age, guests,
			{Name: inputNotices, Label: textNotices, Kind: chat.InputLine, Value: rules.Notices, Hint: textNoticesHint},
		},
		words: workspaceWords,
		read: func(ctx context.Context, rules *policy.Rules, f *filled) {
			rules.Moderators = admin.IDs(f.values[inputModerators], inputModerators, textWantPerson, "", f.fault)
			unknownGroups(b, place, rules.Moderators, inputModerators, f)
			days := f.count(inputAge)
			if days > maxDays {
				f.fault(inputAge, textWantDays)
			}
			rules.MinimumAge = time.Duration(min(days, maxDays)) * bot.Day
			for _, g := range guestWords {
				if f.values[inputGuests] == g.text {
					rules.Guests = g.mode
				}
			}
			rules.Notices = readNotices(ctx, b, place, a, rules.Notices, f)
		},
	}
}

// readNotices reads the channel where administrators are told. It must be one of this
// workspace: an app may be in several, and the administrators of one must not write to another.
func readNotices(ctx context.Context, b *bot.Bot, place chat.Place, a bot.ButtonAction, now string, f *filled) string {
	here := ""
	if a.Place != nil && !a.Place.Direct {
		here = a.Place.Channel
	}
	ids := admin.IDs(f.values[inputNotices], inputNotices, textWantChannel, here, f.fault)
	switch {
	case len(ids) == 0:
		return ""
	case len(ids) > 1:
		f.fault(inputNotices, textOneChannel)
	case ids[0] != here && ids[0] != now && !seesChannel(ctx, b, place, ids[0]):
		f.fault(inputNotices, textUnseenChannel)
	}
	return ids[0]
}

// seesChannel reports whether the platform names a channel of the workspace.
func seesChannel(ctx context.Context, b *bot.Bot, place chat.Place, id string) bool {
	adapter, err := b.Adapter(place.Platform)
	if err != nil {
		return false
	}
	namer, ok := adapter.(chat.Namer)
	return ok && namer.Names(ctx, place, []string{"#" + id})["#"+id] != ""
}

// workspaceWords say what is decided for all, and for whom there are rules of their own.
func workspaceWords(ctx context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document {
	age, notices := textNone, textNoticesEach
	if rules.MinimumAge > 0 {
		age = fmt.Sprintf(textDays, int(rules.MinimumAge/bot.Day))
	}
	if rules.Notices != "" {
		notices = admin.Named(ctx, x, "#", []string{rules.Notices})[0]
	}
	guests := textGuestsNone
	for _, g := range guestWords {
		if g.mode == rules.Guests {
			guests = g.text
		}
	}
	currency := x.Bot.Limits.Currency
	facts := [][]markdown.Inline{
		bot.Fact(textModerators, markdown.Text(people(ctx, x, rules.Moderators))),
		bot.Fact(textAge, markdown.Text(age)),
		bot.Fact(textGuests, markdown.Text(guests)),
		bot.Fact(textNotices, markdown.Text(notices)),
		bot.Fact(textAllTogether, markdown.Text(limitWords(rules.Workspace, currency))),
	}
	if len(rules.Roles) > 0 {
		facts = append(facts, bot.Fact(textRuledRoles, markdown.Text(people(ctx, x, sortedKeys(rules.Roles)))))
	}
	if len(rules.Channels) > 0 {
		facts = append(facts, bot.Fact(textRuledChannels, markdown.Text(strings.Join(admin.Named(ctx, x, "#", sortedKeys(rules.Channels)), ", "))))
	}
	if plugins := ruledPlugins(rules); len(plugins) > 0 {
		facts = append(facts, bot.Fact(textRuledPlugins, markdown.Text(strings.Join(plugins, ", "))))
	}
	return markdown.New(
		markdown.Heading(2, markdown.Text(textWorkspaceTitle)), markdown.List(facts...),
		markdown.Paragraph(markdown.Text(textMoreRules)),
	)
}

// ruledPlugins are the ids of plugins that have a rule.
func ruledPlugins(rules policy.Rules) []string {
	ids := sortedKeys(rules.Calls)
	for key := range rules.Operations {
		id, _, _ := strings.Cut(key, " ")
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
