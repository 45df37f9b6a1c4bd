package command

import (
	"context"
	"errors"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Greet answers a member who opens their direct message with aidesk: it proposes what they
// can ask, and greets them once, with what every member is told once.
func Greet(ctx context.Context, x *bot.Exchange) error {
	if _, ok, err := x.Speaker(ctx); err != nil || !ok {
		return err
	}
	var c store.Commit
	_, err := x.Store.Get(ctx, privacy.NoticeKey(x.Owner()))
	if errors.Is(err, store.ErrNotFound) {
		r := x.NewReply(bot.Paragraph(textGreeting))
		if err = Notice(ctx, x, &c, &r); err != nil {
			return err
		}
		err = x.Reply(c, r)
	} else if err == nil {
		err = x.Commit(c)
	}
	if err != nil {
		return err
	}
	p, ok := x.Adapter.(chat.Prompter)
	if !ok {
		return nil
	}
	prompts, err := prompts(ctx, x)
	if err == nil {
		err = p.Prompt(ctx, x.Event.Place, prompts)
	}
	if err != nil { // nobody waits for them
		x.Logger.WarnContext(ctx, "proposing questions", "error", err)
	}
	return nil
}

// prompts are what a member can ask of the plugins that are enabled for them.
func prompts(ctx context.Context, x *bot.Exchange) ([]string, error) {
	on, _, err := x.Bot.Plugins.Enabled(ctx, x.Event.Place, x.Event.Member)
	if err != nil {
		return nil, err
	}
	questions := proposals(on, chat.MaxPrompts)
	if len(questions) == 0 {
		questions = []string{textAskWhat}
	}
	return questions, nil
}

// proposals are at most so many questions that members can ask of plugins, as they stand: a
// press asks in the member's name, so nothing is left out of what is shown, and no link is in
// it. No plugin has two before each has one.
func proposals(of []*plugin.Plugin, most int) []string {
	said := make([][]string, len(of))
	for i, p := range of {
		said[i] = slices.DeleteFunc(agent.Examples(p, 2*most), func(s string) bool {
			return markdown.Line(s, maxProposal) != s || strings.Contains(s, "‹") || len(markdown.Parse(s, func(string) bool { return true }).Links()) > 0
		})
	}
	var out []string
	for round := range most {
		for _, s := range said {
			if len(out) < most && len(s) > round && !slices.Contains(out, s[round]) {
				out = append(out, s[round])
			}
		}
	}
	return out
}

// maxProposal is how many characters a proposed question has at most.
const maxProposal = 75
