package command

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// Greet answers a member who opens their direct message with aidesk: it proposes what they
// can ask, and greets them once, with what every member is told once.
func Greet(ctx context.Context, x *bot.Exchange) error {
	m, err := x.Adapter.Member(context.WithoutCancel(ctx), x.Event.Place, x.Event.Member)
	if err != nil || !policy.Speak(x.Bot.Access, x.Event.Place, m).Allowed() {
		return x.Commit(store.Commit{}) // who may not ask is told when they ask, not when they look
	}
	var c store.Commit
	_, err = x.Store.Get(ctx, privacy.NoticeKey(x.Owner()))
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
		ctx, cancel := context.WithTimeout(ctx, promptTime)
		defer cancel()
		err = p.Prompt(ctx, x.Event.Place, prompts)
	}
	if err != nil { // nobody waits for them
		x.Logger.WarnContext(ctx, "proposing questions", "error", err)
	}
	return nil
}

// promptTime is how long proposing questions may take.
const promptTime = 2 * time.Second

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

// proposals are at most so many questions that members can ask of plugins. No plugin has two
// before each has one.
func proposals(of []*plugin.Plugin, most int) []string {
	said := make([][]string, len(of))
	for i, p := range of {
		said[i] = slices.DeleteFunc(agent.Examples(p, 2*most), func(s string) bool { return !proposable(s) })
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

// proposable says whether a question can be asked as it stands. A plugin wrote it and a press
// asks it in the member's name, so that all of it must be seen and no link may be in it.
func proposable(question string) bool {
	all := func(string) bool { return true }
	return markdown.Line(markdown.Visible(question), maxProposal) == question && question != "" && !strings.Contains(question, "‹") && len(markdown.Parse(question, all).Links()) == 0
}

// maxProposal is how many characters a proposed question has at most.
const maxProposal = 75
