package turn

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/store"
)

// mostOffers is how many offered operations a Why keeps.
const mostOffers = 40

// offeredAll is the reason of an Offer where nothing was chosen.
const offeredAll = "all"

// appendEntries adds entries to the transcript. They belong to the member who is owner.
func appendEntries(c *store.Commit, owner string, all ...agent.Entry) error {
	for _, e := range all {
		if err := appendEntry(c, owner, nil, bot.Entry{Entry: e}); err != nil {
			return err
		}
	}
	return nil
}

// appendAnswer adds what the agent decided to the transcript, with its Why, and has Grants
// looked at that hold no more.
func (t *Turn) appendAnswer(c *store.Commit, a agent.Answer) error {
	for _, id := range a.Fallen {
		c.Events = append(c.Events, grants.FallEvent(t.Bot, t.Event.Place, t.Event.Member, id, t.ReplyID))
	}
	for i, e := range a.Entries {
		k := bot.Entry{Entry: e}
		if i == len(a.Entries)-1 && a.Trace.Model != "" {
			k.Why = whyOf(a.Trace, t.quota.turnBudget().Spent())
			k.Why.Answer = t.ReplyID
		}
		if err := appendEntry(c, t.Owner(), t.Sources, k); err != nil {
			return err
		}
	}
	return nil
}

// appendEntry adds an entry. What a member says in it came of sources.
func appendEntry(c *store.Commit, owner string, sources []string, k bot.Entry) error {
	body, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("storing the transcript: %w", err)
	}
	e := store.Entry{Member: owner, Body: body}
	if k.Message.Role == model.User {
		e.Sources = sources
	}
	c.Entries = append(c.Entries, e)
	return nil
}

// whyOf makes the Why of an answer from its trace and what was spent on it.
func whyOf(t agent.Trace, spent []middleware.Spent) *bot.Why {
	w := &bot.Why{Model: t.Model, Plugins: t.Plugins}
	w.More = max(0, len(t.Offered)-mostOffers)
	offered := slices.Clone(t.Offered)
	slices.SortStableFunc(offered, func(a, b agent.Offer) int { return cmp.Compare(b.Score, a.Score) })
	for _, o := range offered[:len(offered)-w.More] {
		if o.Why == offeredAll {
			w.All = append(w.All, o.Tool)
		} else {
			w.Offered = append(w.Offered, o)
		}
	}
	for _, x := range t.Steps {
		x.Args, x.Result = nil, ""
		w.Steps = append(w.Steps, x)
	}
	var models []string
	for _, x := range spent {
		models = append(models, x.Model)
		w.Input, w.Output = w.Input+x.Usage.Input, w.Output+x.Usage.Output
		w.Guessed = w.Guessed || x.Usage.Estimated
		w.Micros += x.Micros
	}
	w.Model = cmp.Or(strings.Join(models, ", "), w.Model)
	return w
}
