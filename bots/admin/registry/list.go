// Package registry holds the commands by which administrators look after the plugins of their
// workspace: what there is and who decided it, what is frozen, what sources changed and what
// of that is taken, whom a removal affects. What the nights bring is worked here too.
package registry

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Bounds of the list.
const (
	listRows     = 10 // plugins on a page
	listChannels = 5  // channels that are named with a plugin
)

// List shows an administrator the plugins of the workspace, a page of them: what is decided of
// each, who decided it, and what waits.
func List(ctx context.Context, x *bot.Exchange, m chat.Member, page string) error {
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoPlugins))
	}
	pages, at := (len(all)+listRows-1)/listRows, 1
	if page != "" {
		if at, err = strconv.Atoi(page); err != nil || at < 1 || at > pages {
			return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNoPage, markdown.Line(markdown.Visible(page), 20), pages)))
		}
	}
	l := lister{x: x, zone: m.Location(), names: map[string]string{}}
	if l.uses, err = x.Bot.Plugins.Uses(ctx, x.Event.Place); err != nil {
		return err
	}
	if l.frozen, err = x.Bot.Plugins.Freezes(ctx, x.Event.Place); err != nil {
		return err
	}
	var c store.Commit
	r := x.NewReply(markdown.New(markdown.Heading(2, markdown.Text(textPlugins))))
	r.Private = true
	if f := l.frozen.Everything; f.What != "" {
		r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textEverythingIs, l.stamped(ctx, FrozenWords(f.What), f.Stamp)))))
	}
	if pages > 1 {
		line := fmt.Sprintf(textPage, at, pages)
		if at < pages {
			line += fmt.Sprintf(textNextPage, at+1)
		}
		r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Text(line)))
	}
	for _, p := range all[(at-1)*listRows : min(at*listRows, len(all))] {
		row := chat.Row{Text: l.text(ctx, p)}
		if p.Waiting != nil {
			row.Buttons = append(row.Buttons, reviewButton(x, &c, p, x.Event.Member))
		}
		row.Buttons = append(row.Buttons, freezeButton(x, &c, p, l.frozen.Plugins[p.ID].What))
		r.Rows = append(r.Rows, row)
	}
	return x.Reply(c, r)
}

// Attention is what an administrator should look at, as rows of a page: what is frozen, and
// what waits for review. Their buttons are added to c.
func Attention(ctx context.Context, x *bot.Exchange, c *store.Commit, m chat.Member) ([]chat.Row, error) {
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return nil, err
	}
	l := lister{x: x, zone: m.Location(), names: map[string]string{}}
	if l.frozen, err = x.Bot.Plugins.Freezes(ctx, x.Event.Place); err != nil {
		return nil, err
	}
	var rows []chat.Row
	if f := l.frozen.Everything; f.What != "" {
		rows = append(rows, chat.Row{Text: bot.Paragraph(fmt.Sprintf(textEverythingIs, l.stamped(ctx, FrozenWords(f.What), f.Stamp)))})
	}
	for _, p := range all {
		var lines []markdown.Block
		if f := l.frozen.Plugins[p.ID]; f.What != "" {
			lines = append(lines, markdown.Paragraph(markdown.Strong(p.Human()), markdown.Text(": "+l.stamped(ctx, FrozenWords(f.What), f.Stamp)+".")))
		}
		if line := l.waits(ctx, p); line != "" {
			lines = append(lines, markdown.Paragraph(markdown.Strong(p.Human()), markdown.Text(": "+line)))
		}
		if len(lines) == 0 {
			continue
		}
		row := chat.Row{Text: markdown.New(lines...)}
		if p.Waiting != nil {
			row.Buttons = []chat.Button{reviewButton(x, c, p, x.Event.Member)}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// lister words the rows of a list.
type lister struct {
	x      *bot.Exchange
	zone   *time.Location
	uses   map[string]plugin.Uses
	frozen plugin.Freezes
	names  map[string]string // of members, by platform's id
}

// text is what the list says of a plugin.
func (l *lister) text(ctx context.Context, p *plugin.Plugin) markdown.Document {
	words := []string{textOffByDefault}
	if p.Default {
		words[0] = textOnByDefault
	}
	if version := markdown.Line(p.Document.Version, 20); version != "" {
		words = append(words, fmt.Sprintf(textVersion, version))
	}
	used, all := len(p.Usable()), len(p.Document.Operations)
	words = append(words, counted(used, textOperation, textManyOperations))
	if used < all {
		words[len(words)-1] += fmt.Sprintf(textOfAll, all)
	}
	if p.Locked {
		words = append(words, bot.TextFromConfig)
	} else {
		words = append(words, l.stamped(ctx, textAddedBy, p.Added))
	}
	if !p.Reviewed.At.IsZero() {
		words = append(words, l.stamped(ctx, textReviewedBy, p.Reviewed))
	}
	words = append(words, l.used(ctx, l.uses[p.ID])...)
	if f := l.frozen.Plugins[p.ID]; f.What != "" {
		words = append(words, l.stamped(ctx, FrozenWords(f.What), f.Stamp))
	}
	doc := markdown.New(markdown.Paragraph(
		markdown.Strong(p.Human()), markdown.Text(" ("), markdown.Mono(p.Name), markdown.Text("): "+strings.Join(words, "; ")+"."),
	))
	if line := l.waits(ctx, p); line != "" {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(line)))
	}
	return doc
}

// used says who uses a plugin.
func (l *lister) used(ctx context.Context, u plugin.Uses) []string {
	var words []string
	if u.Enabled > 0 {
		words = append(words, fmt.Sprintf(textEnabledBy, counted(u.Enabled, textMember, textMembers)))
	}
	if u.Disabled > 0 {
		words = append(words, fmt.Sprintf(textDisabledBy, counted(u.Disabled, textMember, textMembers)))
	}
	for _, s := range []struct {
		scope plugin.Scope
		text  string
	}{{plugin.ScopeEnable, textOnIn}, {plugin.ScopeDeny, textDeniedIn}} {
		var channels []string
		for _, id := range slices.Sorted(maps.Keys(u.Channels)) {
			if u.Channels[id] == s.scope {
				channels = append(channels, id)
			}
		}
		if n := len(channels); n > 0 {
			shown := strings.Join(admin.Named(ctx, l.x, "#", channels[:min(n, listChannels)]), ", ")
			if n > listChannels {
				shown += fmt.Sprintf(textAndMore, n-listChannels)
			}
			words = append(words, fmt.Sprintf(s.text, shown))
		}
	}
	return words
}

// waits says which version waits, and why; empty: none.
func (l *lister) waits(ctx context.Context, p *plugin.Plugin) string {
	if p.Waiting == nil {
		return ""
	}
	next, d, err := l.x.Bot.Plugins.Review(ctx, p)
	if err != nil {
		l.x.Logger.WarnContext(ctx, "what waits cannot be read", "plugin", p.ID, "error", err)
		return textWaitsUnread
	}
	since := p.Waiting.Since
	if since.IsZero() {
		since = l.x.Now()
	}
	name := ""
	if version := markdown.Line(next.Document.Version, 20); version != "" && version != p.Document.Version {
		name = " (" + version + ")"
	}
	return fmt.Sprintf(textWaitsSince, name, bot.Date(since, l.zone), Summary(d))
}

// stamped is a text with who did it, and when.
func (l *lister) stamped(ctx context.Context, text string, s plugin.Stamp) string {
	if s.At.IsZero() {
		return text + textByUnknown
	}
	return text + fmt.Sprintf(textByAt, l.name(ctx, s.By), bot.Date(s.At, l.zone))
}

// name is how others see a member, as far as the platform tells.
func (l *lister) name(ctx context.Context, id string) string {
	if name, known := l.names[id]; known {
		return name
	}
	m, err := l.x.Adapter.Member(context.WithoutCancel(ctx), l.x.Event.Place, id)
	if err != nil {
		m.Name = ""
	}
	l.names[id] = cmp.Or(markdown.Line(m.Name, 50), textSomebody)
	return l.names[id]
}

// counted is a number with what it counts.
func counted(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}
