package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/admin/registry"
	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// pluginList shows the plugins, each with a button that enables or disables it.
func pluginList(ctx context.Context, x *bot.Exchange) error {
	var c store.Commit
	r := x.NewReply(markdown.New())
	if err := fillList(ctx, x, &c, &r, bot.ButtonAction{}); err != nil {
		return err
	}
	return x.Reply(c, r)
}

// fillList fills a Reply with the list as it is for the member once pressed, a toggle or
// nothing, is committed.
func fillList(ctx context.Context, x *bot.Exchange, c *store.Commit, r *chat.Reply, pressed bot.ButtonAction) error {
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	on, off, err := x.Bot.Plugins.Enabled(ctx, x.Event.Place, x.Event.Member)
	if err != nil {
		return err
	}
	frozen, err := x.Bot.Plugins.Freezes(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	r.Text, r.Rows = markdown.New(markdown.Heading(2, markdown.Text("Plugins"))), nil
	if len(all) == 0 {
		r.Text = bot.Paragraph(textNoPlugins)
	}
	for _, p := range all {
		stopped := registry.FrozenWords(frozen.Of(p.ID).What)
		is := func(other *plugin.Plugin) bool { return other.ID == p.ID }
		enabled := slices.ContainsFunc(on, is)
		switch {
		case !enabled && !slices.ContainsFunc(off, is):
			r.Rows = append(r.Rows, row(p, textDenied, ""))
			continue
		case pressed.Plugin == p.ID:
			enabled = pressed.On
		}
		login, err := accountWords(ctx, x, p)
		if err != nil {
			return err
		}
		line := row(p, cmp.Or(stopped, map[bool]string{true: textOn, false: textOff}[enabled]), login)
		line.Buttons = []chat.Button{toggle(x, c, p, bot.ButtonAction{On: !enabled, List: r.ID})}
		r.Rows = append(r.Rows, line)
	}
	return nil
}

// updateList brings the list in which a toggle was pressed up to date.
func updateList(ctx context.Context, x *bot.Exchange, c *store.Commit, pressed bot.ButtonAction) error {
	r, err := bot.ReadReply(ctx, x.Store, pressed.List)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := fillList(ctx, x, c, &r, pressed); err != nil {
		return err
	}
	wanted, err := x.Bot.WantedReply(x.Conversation, r, x.Owner())
	c.Replies = append(c.Replies, wanted)
	return err
}

// row is the line of a plugin in a list; login is which account is used, empty: none.
func row(p *plugin.Plugin, state, login string) chat.Row {
	if login != "" {
		state += ", " + login
	}
	return chat.Row{Text: markdown.New(markdown.Paragraph(
		markdown.Strong(p.Human()), markdown.Text(" ("), markdown.Mono(p.Name), markdown.Text(", "+state+"): "),
		markdown.Text(p.Manifest.DescriptionForHuman),
	))}
}

// toggle is the button that enables or disables a plugin for the member, and does what else
// is said.
func toggle(x *bot.Exchange, c *store.Commit, p *plugin.Plugin, also bot.ButtonAction) chat.Button {
	label, style := textDisable, chat.Style("")
	if also.On {
		label, style = textEnable, chat.Primary
	}
	b := chat.Button{ID: bot.NewID(), Label: markdown.Line(fmt.Sprintf(label, p.Human()), 34), Style: style}
	also.Do, also.Member, also.Plugin = bot.DoSwitch, x.Event.Member, p.ID
	x.Button(c, b.ID, also, bot.Day)
	return b
}

// OfferPlugin tells a member about a plugin that knows their question and is not enabled.
// Its button enables it, and asks the question again.
func OfferPlugin(x *bot.Exchange, c *store.Commit, p *plugin.Plugin, question string) chat.Row {
	text := markdown.Paragraph(
		markdown.Strong(p.Human()),
		markdown.Text(textOffer),
		markdown.Mono("/plugins enable "+p.Name), markdown.Text("."),
	)
	return chat.Row{Text: markdown.New(text), Buttons: []chat.Button{toggle(x, c, p, bot.ButtonAction{On: true, Say: question})}}
}

// Enable enables the plugin that was offered with a question, and returns what the member
// is told of it; nothing, if they were told already why it cannot be enabled.
func Enable(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) (c store.Commit, said string, err error) {
	found, err := findPlugin(ctx, x, p.Plugin)
	if found == nil {
		return c, "", err
	}
	record, changed, err := x.Bot.Plugins.Switch(ctx, x.Event.Place, x.Event.Member, found, true)
	if errors.Is(err, plugin.ErrDenied) {
		return c, "", x.Say(store.Commit{}, fmt.Sprintf(textCannotEnable, found.Human(), err))
	}
	if changed {
		c.Puts, c.Audits = []store.Record{record}, auditSwitch(x, found, true)
	}
	return c, fmt.Sprintf(textEnabled, found.Human()), err
}

// pluginSwitch enables or disables a plugin by its name.
func pluginSwitch(ctx context.Context, x *bot.Exchange, word string, on bool) error {
	p, err := findPlugin(ctx, x, word)
	if p == nil {
		return err
	}
	return switchPlugin(ctx, x, p, on, "")
}

// switchPlugin enables or disables a plugin for the member and says so. A list that
// it was pressed in, by the id of its Reply, changes with it.
func switchPlugin(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, on bool, list string) error {
	record, changed, err := x.Bot.Plugins.Switch(ctx, x.Event.Place, x.Event.Member, p, on)
	if errors.Is(err, plugin.ErrDenied) {
		return x.Say(store.Commit{}, fmt.Sprintf(textCannotEnable, p.Human(), err))
	}
	if err != nil {
		return err
	}
	var c store.Commit
	if changed {
		c.Puts, c.Audits = []store.Record{record}, auditSwitch(x, p, on)
	}
	if list == bot.HomeList {
		return x.Commit(c)
	}
	if list != "" {
		if err := updateList(ctx, x, &c, bot.ButtonAction{Plugin: p.ID, On: on, List: list}); err != nil {
			return err
		}
	}
	return x.Reply(c, x.NewReply(switchedText(p, on, changed)))
}

// auditSwitch is the line of the audit for a member who enabled or disabled a plugin for
// themselves.
func auditSwitch(x *bot.Exchange, p *plugin.Plugin, on bool) []store.Audit {
	return x.Audit(map[bool]string{true: "choice.enabled", false: "choice.disabled"}[on], bot.AuditPlugin(p))
}

// switchedText says what a switch did, and when on what can be asked now.
func switchedText(p *plugin.Plugin, on, changed bool) markdown.Document {
	line := textDisabled
	switch {
	case on && changed:
		line = textEnabled
	case on:
		line = textEnabledBefore
	case !changed:
		line = textNotEnabled
	}
	line = fmt.Sprintf(line, p.Human())
	if !on {
		return bot.Paragraph(line)
	}
	doc := markdown.New(markdown.Paragraph(markdown.Text(line)))
	if e := examples(p, 3); len(e) > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textForExample)), markdown.List(e...))
	}
	return doc
}

// examples lists what a member may say to a plugin.
func examples(p *plugin.Plugin, most int) [][]markdown.Inline {
	var items [][]markdown.Inline
	for _, e := range agent.Examples(p, most) {
		items = append(items, []markdown.Inline{markdown.Text(e)})
	}
	return items
}

// Switch works a toggle.
func Switch(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	found, err := findPlugin(ctx, x, p.Plugin)
	if found == nil {
		return err
	}
	return switchPlugin(ctx, x, found, p.On, p.List)
}

// findPlugin finds a plugin by what a member typed; nil with the answer already given.
func findPlugin(ctx context.Context, x *bot.Exchange, word string) (*plugin.Plugin, error) {
	private := false
	if c := x.Event.Command; c != nil {
		_, verb, _ := Table.Find(c.Name, c.Verb)
		private = verb.Private
	}
	return x.FindPlugin(ctx, word, private)
}

// pluginInfo shows what a plugin is, who is behind it and what it can do.
func pluginInfo(ctx context.Context, x *bot.Exchange, word string) error {
	p, err := findPlugin(ctx, x, word)
	if p == nil {
		return err
	}
	m := p.Manifest
	doc := markdown.New(
		markdown.Heading(2, markdown.Text(p.Human())),
		markdown.Paragraph(markdown.Text(m.DescriptionForHuman)),
	)
	facts := [][]markdown.Inline{bot.Fact(textInfoHost, markdown.Text(p.ID))}
	if m.LogoURL != "" {
		facts = append(facts, bot.Fact(textInfoLogo, markdown.Link(m.LogoURL, m.LogoURL)))
	}
	if m.ContactEmail != "" {
		facts = append(facts, bot.Fact(textInfoContact, markdown.Text(m.ContactEmail)))
	}
	if m.LegalURL != "" {
		facts = append(facts, bot.Fact(textInfoLegal, markdown.Link(m.LegalURL, m.LegalURL)))
	}
	if m.PrivacyURL != "" {
		facts = append(facts, bot.Fact(textInfoPrivacy, markdown.Link(m.PrivacyURL, m.PrivacyURL)))
	}
	if p.Login().Kind != account.None {
		facts = append(facts, bot.Fact(textInfoLogin, markdown.Text(admin.LoginWords(p))))
	}
	login, err := accountWords(ctx, x, p)
	if err != nil {
		return err
	}
	if login != "" {
		facts = append(facts, bot.Fact(textInfoAccount, markdown.Text(login)))
	}
	if p.Locked {
		facts = append(facts, bot.Fact(textInfoRegistered, markdown.Text(bot.TextFromConfig)))
	}
	if p.Waiting != nil {
		facts = append(facts, bot.Fact(textInfoWaiting, markdown.Text(fmt.Sprintf(textWaits, p.Name))))
	}
	var operations [][]markdown.Inline
	for _, o := range p.Usable() {
		text := cmp.Or(o.Summary, o.ID)
		switch {
		case p.Asks(o):
			text += textAsksFirst
		case p.Marked(o):
			text += textAsksOnce
		}
		operations = append(operations, []markdown.Inline{markdown.Mono(p.Name + "." + o.ID), markdown.Text(": " + text)})
	}
	doc.Blocks = append(doc.Blocks, markdown.List(facts...), markdown.Heading(3, markdown.Text(textCan)), markdown.List(operations...))
	if e := examples(p, 5); len(e) > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(textExamples)), markdown.List(e...))
	}
	return x.Reply(store.Commit{}, x.NewReply(doc))
}

// suggestPlugin completes the name of a plugin.
func suggestPlugin(ctx context.Context, b *bot.Bot, q chat.Query) ([]chat.Suggestion, error) {
	on, off, err := b.Plugins.Enabled(ctx, q.Place, q.Member)
	if err != nil {
		return nil, err
	}
	candidates := slices.Concat(on, off)
	switch q.Command.Verb {
	case "enable":
		candidates = off
	case "disable":
		candidates = on
	}
	var out []chat.Suggestion
	for _, p := range candidates {
		if strings.HasPrefix(p.Name, strings.ToLower(q.Prefix)) {
			out = append(out, chat.Suggestion{Label: p.Human(), Value: p.Name})
		}
	}
	return out, nil
}

// suggestOperation completes the name of an operation, behind that of its plugin.
func suggestOperation(ctx context.Context, b *bot.Bot, q chat.Query) ([]chat.Suggestion, error) {
	if q.Command.Name == adminCommand && q.Command.Verb == "policy" {
		return suggestOperationOf(ctx, b, q)
	}
	on, _, err := b.Plugins.Enabled(ctx, q.Place, q.Member)
	if err != nil {
		return nil, err
	}
	var out []chat.Suggestion
	for _, p := range on {
		for _, o := range p.Usable() {
			if word := p.Name + "." + o.ID; strings.HasPrefix(strings.ToLower(word), strings.ToLower(q.Prefix)) {
				out = append(out, chat.Suggestion{Label: cmp.Or(o.Summary, o.ID), Value: word})
			}
		}
	}
	return out, nil
}

// suggestOperationOf completes the name of an operation of the plugin that stands before it.
func suggestOperationOf(ctx context.Context, b *bot.Bot, q chat.Query) ([]chat.Suggestion, error) {
	p, err := b.Plugins.Find(ctx, q.Place, q.Command.Options[optionPlugin])
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []chat.Suggestion
	for _, o := range p.Callable() {
		if strings.HasPrefix(strings.ToLower(o.ID), strings.ToLower(q.Prefix)) {
			out = append(out, chat.Suggestion{Label: cmp.Or(o.Summary, o.ID), Value: o.ID})
		}
	}
	return out, nil
}
