// Package rule shows administrators the rules of their workspace (policy.Rules) and changes
// them, a part at a time. Each part is a setting: words that say how it is, and a form that
// changes it.
package rule

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// The parts of the rules, as a button names them. They are stored.
const (
	ofWorkspace = "workspace"
	ofPlugin    = "plugin"
	ofOperation = "operation"
	ofRole      = "role"
	ofChannel   = "channel" // its limits
	ofAll       = "all"     // the limits of all together
)

// setting is a part of the rules.
type setting struct {
	title   string
	inputs  []chat.Input
	plugin  string // id of the plugin that it is about; empty: of none
	targets []audit.Target

	// words say how it is by some rules.
	words func(ctx context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document
	// read changes the rules to what was filled in.
	read func(ctx context.Context, rules *policy.Rules, f *filled)
}

// filled is a form that an administrator filled in.
type filled struct {
	values map[string]string
	faults []chat.Fault
}

func (f *filled) fault(input, message string) {
	f.faults = append(f.faults, chat.Fault{Input: input, Message: message})
}

// find finds the setting of a button. The error is a bot.FormFault where it is for the member.
func find(ctx context.Context, b *bot.Bot, place chat.Place, a bot.ButtonAction) (setting, error) {
	rules, err := b.Plugins.Rules(ctx, place)
	if err != nil {
		return setting{}, err
	}
	switch a.Of {
	case ofRole:
		plugins, err := b.Plugins.List(ctx, place)
		return roleSetting(rules, a.Target, plugins), err
	case ofChannel:
		return channelSetting(rules, a.Target), nil
	case ofAll:
		return allSetting(rules), nil
	case ofPlugin, ofOperation:
		p, err := pluginWithID(ctx, b, place, a.Plugin)
		if err != nil {
			return setting{}, err
		}
		if a.Version != "" && a.Version != p.Version {
			return setting{}, bot.FormFault(fmt.Sprintf(textPluginChanged, p.Human(), p.Name))
		}
		if a.Of == ofPlugin {
			return pluginSetting(rules, p), nil
		}
		o, ok := p.Operation(a.Operation)
		if !ok {
			return setting{}, bot.FormFault(fmt.Sprintf(textPluginChanged, p.Human(), p.Name))
		}
		return operationSetting(b, place, rules, p, o), nil
	case ofWorkspace:
		return workspaceSetting(b, place, rules, a), nil
	}
	return setting{}, fmt.Errorf("a form of the rules is of %q", a.Of)
}

// pluginWithID finds a plugin by its id: another's name may read like it.
func pluginWithID(ctx context.Context, b *bot.Bot, place chat.Place, id string) (*plugin.Plugin, error) {
	all, err := b.Plugins.List(ctx, place)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(p *plugin.Plugin) bool { return p.ID == id })
	if at < 0 {
		return nil, bot.FormFault(textPluginGone)
	}
	return all[at], nil
}

// show answers with how a setting is, and a button that opens its form.
func show(ctx context.Context, x *bot.Exchange, a bot.ButtonAction) error {
	s, err := find(ctx, x.Bot, x.Event.Place, a)
	if err != nil {
		return err
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	r := x.NewReply(s.words(ctx, x, rules))
	r.Private = true
	var c store.Commit
	if len(s.inputs) > 0 {
		place := x.Event.Place
		a.Do, a.Member, a.Place = bot.DoRules, x.Event.Member, &place
		b := chat.Button{ID: bot.NewID(), Label: textChange, Form: true}
		x.Button(&c, b.ID, a, bot.Day)
		r.Buttons = []chat.Button{b}
	}
	return x.Reply(c, r)
}

// Form asks what a button's part of the rules is to be.
func Form(ctx context.Context, b *bot.Bot, place chat.Place, id string, a bot.ButtonAction) (chat.Form, error) {
	s, err := find(ctx, b, place, a)
	return chat.Form{ID: id, Title: markdown.Line(s.title, 45), Submit: textSave, Inputs: s.inputs}, err
}

// Check judges a form that changes the rules.
func Check(ctx context.Context, b *bot.Bot, e chat.Event, a bot.ButtonAction) ([]chat.Fault, error) {
	s, err := find(ctx, b, e.Place, a)
	if err != nil {
		return nil, err
	}
	f := filled{values: e.Filled.Values}
	_, err = b.Plugins.ChangeRules(ctx, e.Place, func(rules *policy.Rules) { s.read(ctx, rules, &f) })
	return f.faults, err
}

// Set changes the rules as a form says, and answers with how they are then.
func Set(ctx context.Context, x *bot.Exchange, a bot.ButtonAction) error {
	if ok, err := admin.Is(ctx, x); err != nil || !ok {
		return err
	}
	place := x.Event.Place
	s, err := find(ctx, x.Bot, place, a)
	if fault := bot.FormFault(""); errors.As(err, &fault) {
		return x.Note(ctx, string(fault))
	}
	if err != nil {
		return err
	}
	before, err := x.Bot.Plugins.Rules(ctx, place)
	if err != nil {
		return err
	}
	f, after := filled{values: x.Event.Filled.Values}, policy.Rules{}
	record, err := x.Bot.Plugins.ChangeRules(ctx, place, func(rules *policy.Rules) {
		s.read(ctx, rules, &f)
		after = *rules
	})
	if err != nil {
		return err
	}
	if len(f.faults) > 0 {
		return x.Note(ctx, f.faults[0].Message)
	}
	c := store.Commit{Puts: []store.Record{record}, Audits: x.Audit("rules.changed", s.targets...)}
	if s.plugin != "" {
		if err := grants.LookAt(ctx, x, &c, s.plugin); err != nil {
			return err
		}
	}
	if !slices.Equal(before.Moderators, after.Moderators) {
		if err := x.Notify(ctx, &c, x.ReplyID, bot.Paragraph(fmt.Sprintf(textTellModerators, people(ctx, x, after.Moderators))), nil); err != nil {
			return err
		}
	}
	err = x.ReplyPrivately(c, markdown.Join(bot.Paragraph(textChanged), s.words(ctx, x, after)))
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textChangedMeanwhile)
	}
	return err
}
