package registry

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Refresh compares plugins with their sources now: one of them, or all.
func Refresh(ctx context.Context, x *bot.Exchange, word string) error {
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	if word != "" {
		p, err := x.FindPlugin(ctx, word, true)
		if p == nil {
			return err
		}
		all = []*plugin.Plugin{p}
	}
	if len(all) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoPlugins))
	}
	x.Progress(ctx, textRefreshing)
	defer x.Progress(ctx, "")
	var c store.Commit
	var rows []chat.Row
	same := 0
	for _, g := range x.Bot.Plugins.ReadAgain(ctx, all) {
		p := renew(ctx, x, &c, g)
		changed := p != nil
		if p == nil {
			p = g.Plugin
		}
		switch {
		case g.Err != nil:
			rows = append(rows, chat.Row{Text: bot.Paragraph(fmt.Sprintf(textCannotRefresh, p.Human(), bot.Sentence(g.Err)))})
		case p.Waiting != nil && len(all) == 1:
			r, err := reviewReply(ctx, x, &c, p)
			if err != nil {
				return err
			}
			return refreshed(ctx, x, c, r)
		case p.Waiting != nil:
			_, d, err := x.Bot.Plugins.Review(ctx, p)
			if err != nil {
				return err
			}
			rows = append(rows, chat.Row{Text: bot.Paragraph(fmt.Sprintf(textNoticeChanged, p.Human(), Summary(d))), Buttons: []chat.Button{reviewButton(x, &c, p, x.Event.Member)}})
		case changed && p.Version != g.Plugin.Version:
			rows = append(rows, chat.Row{Text: bot.Paragraph(fmt.Sprintf(textReviewed, p.Human()))})
		case changed:
			rows = append(rows, chat.Row{Text: bot.Paragraph(fmt.Sprintf(textBack, p.Human()))})
		default:
			same++
		}
	}
	r := x.NewReply(markdown.New())
	r.Private = true
	switch more := len(rows) - refreshRows; {
	case len(all) == 1 && same == 1:
		r.Text = bot.Paragraph(fmt.Sprintf(textSame, all[0].Human()))
	case len(rows) == 1 && len(all) == 1:
		r.Text = rows[0].Text
	default:
		r.Text = bot.Paragraph(fmt.Sprintf(textRefreshed, counted(len(all), textPlugin, textManyPlugins), same))
		if more > 0 {
			r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textRefreshMore, more))))
			rows = rows[:refreshRows]
		}
		r.Rows = rows
	}
	return refreshed(ctx, x, c, r)
}

// refreshRows is how many plugins are told of after a refresh of all.
const refreshRows = 20

// refreshed commits what a refresh brought.
func refreshed(ctx context.Context, x *bot.Exchange, c store.Commit, r chat.Reply) error {
	err := x.Reply(c, r)
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textRefreshMeanwhile)
	}
	return err
}
