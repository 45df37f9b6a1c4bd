package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// Everything stands for all plugins where a name does.
const Everything = "all"

// Freeze stops the calls of a plugin, or of all, at once, or only those that change something.
// Calls that are on their way are ended too, except where something may have been changed.
func Freeze(ctx context.Context, x *bot.Exchange, word string, what policy.Frozen) error {
	if what == policy.FrozenNothing {
		what = policy.FrozenAll
	}
	return setFreeze(ctx, x, word, what)
}

// Unfreeze lets the calls of a plugin, or of all, go again.
func Unfreeze(ctx context.Context, x *bot.Exchange, word string) error {
	return setFreeze(ctx, x, word, policy.FrozenNothing)
}

// setFreeze freezes a plugin, or no longer, by what an administrator typed.
func setFreeze(ctx context.Context, x *bot.Exchange, word string, what policy.Frozen) error {
	if strings.EqualFold(strings.TrimSpace(word), Everything) {
		return freeze(ctx, x, nil, what)
	}
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	return freeze(ctx, x, p, what)
}

// freeze freezes a plugin, or no longer, and says so; nil is everything.
func freeze(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, what policy.Frozen) error {
	id, name := "", textEverything
	target := audit.Target{Kind: audit.OfPlugin, ID: "*"}
	if p != nil {
		id, name, target = p.ID, p.Human(), bot.AuditPlugin(p)
	}
	record, changed, err := x.Bot.Plugins.Freeze(ctx, x.Event.Place, id, plugin.Freeze{What: what, Stamp: admin.Stamp(x)})
	if err != nil {
		return err
	}
	if !changed {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(frozenAlready[what], name)))
	}
	line := fmt.Sprintf(frozenNow[what], name)
	after, err := x.Bot.Plugins.Freezes(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	switch {
	case what == policy.FrozenNothing && p != nil && after.Everything.What != policy.FrozenNothing:
		line += " " + textStillAll
	case what == policy.FrozenNothing && p == nil && len(after.Plugins) > 0:
		line += " " + textStillSome
	}
	said := audit.Line{Action: "plugin.frozen", Targets: []audit.Target{target}, Reason: string(what)}
	if what == policy.FrozenNothing {
		said.Action = "plugin.unfrozen"
	}
	return x.ReplyPrivately(store.Commit{Puts: []store.Record{record}, Audits: []store.Audit{x.AuditLine(said)}}, bot.Paragraph(line))
}

// What is said of a freeze by what is frozen.
var (
	frozenNow = map[policy.Frozen]string{
		policy.FrozenNothing: textUnfrozen, policy.FrozenWrites: textFrozenWrites, policy.FrozenAll: textFrozenAll,
	}
	frozenAlready = map[policy.Frozen]string{
		policy.FrozenNothing: textNotFrozen, policy.FrozenWrites: textWritesAlready, policy.FrozenAll: textFrozenAlready,
	}
	frozenState = map[policy.Frozen]string{policy.FrozenWrites: textStateWrites, policy.FrozenAll: textStateFrozen}
)

// FrozenWords says in a list what of a plugin is frozen; empty: nothing.
func FrozenWords(what policy.Frozen) string { return frozenState[what] }

// freezeButton freezes a plugin from a list, or lets it go again.
func freezeButton(x *bot.Exchange, c *store.Commit, p *plugin.Plugin, frozen policy.Frozen) chat.Button {
	b := chat.Button{ID: bot.NewID(), Label: textFreeze, Style: chat.Danger}
	if frozen != policy.FrozenNothing {
		b.Label, b.Style = textUnfreeze, ""
	}
	x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoFreeze, Member: x.Event.Member, Plugin: p.ID, On: frozen == policy.FrozenNothing}, bot.Day)
	return b
}

// PressFreeze works the button.
func PressFreeze(ctx context.Context, x *bot.Exchange, a bot.ButtonAction) error {
	p, err := pressed(ctx, x, a.Plugin)
	if p == nil {
		return err
	}
	what := policy.FrozenNothing
	if a.On {
		what = policy.FrozenAll
	}
	return freeze(ctx, x, p, what)
}

// pressed is the plugin of a button that an administrator pressed; nil with the answer given.
func pressed(ctx context.Context, x *bot.Exchange, id string) (*plugin.Plugin, error) {
	if ok, err := admin.Is(ctx, x); err != nil || !ok {
		return nil, err
	}
	p, err := registered(ctx, x, id)
	if p == nil && err == nil {
		err = x.Note(ctx, textGone)
	}
	return p, err
}

// registered is the plugin with an id; nil where there is none. Another's name may read like
// its id.
func registered(ctx context.Context, x *bot.Exchange, id string) (*plugin.Plugin, error) {
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if at := slices.IndexFunc(all, func(p *plugin.Plugin) bool { return p.ID == id }); at >= 0 {
		return all[at], nil
	}
	return nil, err
}
