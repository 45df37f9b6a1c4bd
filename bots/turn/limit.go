package turn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model/middleware"
	"aidesk/core/policy"
	"aidesk/store"
)

const (
	// initialReserve is how many of a day's tokens a turn sets aside when it begins, in the
	// write that counts it anyway, so that most turns need no other: at most a hundredth
	// of the day's limit.
	initialReserve = 8000

	// nearPercent is the part of a workspace's day, in percent, at which somebody is told.
	nearPercent = 80
)

// quota is what one turn uses of what its member and their workspace may use.
type quota struct {
	*bot.Exchange

	bounds     *bounds                // nil: they were not read yet
	budget     *middleware.TurnBudget // pays for the turn; nil: there is none yet
	day        time.Time              // whose limits the budget counts against
	turns      int                    // 1: the turn counts as one in the usage; 0: it does not
	counted    []store.Count          // what the turn added to the counters of questions
	calls      map[string]int         // to plugins, by id, that the usage does not have yet
	nearlyFull string                 // the counter of a workspace's day that is nearly full
}

// know reads the limits of the member whose turn it is.
func (q *quota) know(ctx context.Context, member chat.Member) error {
	if q.bounds != nil {
		return nil
	}
	b, err := boundsOf(ctx, q.Exchange, member)
	if err == nil {
		q.bounds = &b
	}
	return err
}

// count counts the turn against the limits, before anything is spent. A turn that is
// redone is not counted again; what its tries reserved and did not settle stays
// counted as used, since nobody knows.
func (q *quota) count(ctx context.Context, member chat.Member, messages int, redone bool) error {
	if err := q.know(ctx, member); err != nil {
		return err
	}
	budget := q.turnBudget()
	q.turns = 1
	if redone {
		return nil
	}
	counts := countsOf(q.bounds.turns(int64(messages), q.Now())...)
	var aside middleware.Amount
	if info := q.Bot.Agent.Model.Info(); info.Host != "" {
		for _, day := range q.bounds.amounts(middleware.Amount{Tokens: 1}, q.day) {
			if part := min(initialReserve, day.Limit/100); aside.Tokens == 0 || part < aside.Tokens {
				aside.Tokens = part
			}
		}
	}
	q.counted = slices.Clone(counts)
	if err := q.reserve(context.WithoutCancel(ctx), append(counts, q.counts(aside)...)); err != nil {
		q.turns, q.counted = 0, nil
		return err
	}
	budget.Reserved = aside
	return nil
}

// turnBudget pays for the turn's requests to the model, from the limits of the day on which
// the turn began.
func (q *quota) turnBudget() *middleware.TurnBudget {
	if q.budget == nil {
		q.day = q.Now().UTC()
		q.budget = &middleware.TurnBudget{
			Tokens:  int64(q.Bot.Limits.TokensPerTurn),
			Reserve: func(ctx context.Context, a middleware.Amount) error { return q.reserve(ctx, q.counts(a)) },
		}
	}
	return q.budget
}

// counts are what an amount adds to the counters of the day: those that have a limit.
func (q *quota) counts(a middleware.Amount) []store.Count {
	if q.bounds == nil { // nothing was asked of a model
		return nil
	}
	return countsOf(q.bounds.amounts(a, q.day)...)
}

// called notes calls to plugins, by id, for the usage.
func (q *quota) called(ids ...string) {
	for _, id := range ids {
		if q.calls == nil {
			q.calls = map[string]int{}
		}
		q.calls[id]++
	}
}

// reserve adds to counters, or to none if a limit forbids it. Where that nearly fills a
// workspace's day, settle has somebody told.
func (q *quota) reserve(ctx context.Context, counts []store.Count) error {
	if len(counts) == 0 {
		return nil
	}
	scope := q.Bot.Scope(q.Event.Place)
	early := slices.Clone(counts)
	for i, c := range early {
		if c.Key == perDay(counterTokens, scope, q.day) || c.Key == perDay(counterMoney, scope, q.day) {
			early[i].Limit = max(1, c.Limit*nearPercent/100)
		}
	}
	err := q.Store.Reserve(ctx, early...)
	full, ok := errors.AsType[*store.Limit](err)
	if !ok {
		return err
	}
	if err = q.Store.Reserve(ctx, counts...); err == nil {
		q.nearlyFull = full.Key
	}
	return err
}

// settle writes what the turn really used in the place of what was reserved.
func (q *quota) settle(c *store.Commit) {
	if q.budget == nil {
		return
	}
	c.Counts = append(c.Counts, q.counts(q.budget.Unsettled())...)
	usage := store.Usage{
		Scope: q.Bot.Scope(q.Event.Place), Member: q.Owner(), Time: q.Now(),
		Turns: q.turns, Model: q.Bot.Agent.Model.Info().Name, Calls: q.calls,
	}
	if !q.Event.Place.Direct {
		usage.Channel = q.Event.Place.Channel
	}
	q.calls = nil
	for _, spent := range q.budget.Spent() {
		usage.Model, usage.Input, usage.Output, usage.Micros = spent.Model, spent.Usage.Input, spent.Usage.Output, spent.Micros
		c.Usages = append(c.Usages, usage)
		q.Observe.Report(bot.Cost, "", float64(spent.Micros)/1e6)
		usage.Turns, usage.Calls = 0, nil
	}
	if usage.Turns > 0 || len(usage.Calls) > 0 { // it cost nothing
		c.Usages = append(c.Usages, usage)
	}
	if q.nearlyFull != "" {
		c.Events = append(c.Events, q.nearLimitEvent())
	}
}

// giveBack writes what the turn used so far, as one that did not take place: it will be
// counted when it does.
func (q *quota) giveBack(c *store.Commit) {
	q.turns = 0
	q.settle(c)
	for _, n := range q.counted {
		n.N = -n.N
		c.Counts = append(c.Counts, n)
	}
	q.counted = nil
}

// limitReached is the limit that kept a request from being sent, or nil.
func (q *quota) limitReached() error {
	if q.budget == nil {
		return nil
	}
	err := q.budget.Refusal()
	if errors.Is(err, store.ErrLimit) || errors.Is(err, middleware.ErrSpent) {
		return err
	}
	return nil
}

// limitText tells a member which limit is reached and until when.
func (q *quota) limitText(member chat.Member, over error) (string, error) {
	if errors.Is(over, middleware.ErrSpent) {
		return fmt.Sprintf(textQuestionLimit,
			bot.Grouped(int64(q.Bot.Limits.TokensPerTurn))), nil
	}
	limit, ok := errors.AsType[*store.Limit](over)
	if !ok {
		return "", fmt.Errorf("counting the turn: %w", over)
	}
	line, known := q.bounds.reached(limit.Key, q.day, q.Now(), member.Location())
	if !known {
		return "", fmt.Errorf("counting the turn: %w", over)
	}
	return line, nil
}

// nearLimitEvent is the event by which somebody is told that a workspace's day is nearly used
// up. The same day always gives the same event, so it is worked once.
func (q *quota) nearLimitEvent() store.Event {
	body, err := json.Marshal(bot.Event{NearLimit: q.nearlyFull, Chat: &chat.Event{Place: q.Event.Place, Member: q.Event.Member}})
	if err != nil {
		panic(err) // strings
	}
	return store.Event{
		ID:           chat.Key(q.Bot.Name, "near", q.Event.Place.Platform, q.Event.Place.Workspace, q.day.Format(time.DateOnly)),
		Conversation: q.Bot.OwnConversation(q.Event.Place, "near"), Kind: bot.KindNearLimit, Member: q.Owner(), Body: body,
	}
}

// nearLimit tells the members whom the operator named that a day is nearly used up; where
// there are none, the member whose turn came nearest to the limit.
func nearLimit(ctx context.Context, x *bot.Exchange, event store.Event, counter string) error {
	members := x.Bot.Tell[x.Event.Place.Platform]
	if len(members) == 0 {
		members = []string{x.Event.Member}
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	line := nearLimitText(x.Bot.Limits.OfWorkspace(rules), x.Bot.Limits.Currency, counter)
	var c store.Commit
	for _, member := range members {
		r := x.NewReply(bot.Paragraph(line))
		r.ID, r.To, r.Private = chat.Key("reply", event.ID, member), member, true
		wanted, err := x.Bot.WantedReply(x.Conversation, r, x.Bot.Owner(x.Event.Place, member))
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	return x.Commit(c)
}

// nearLimitText says that a counter of a workspace's day is nearly full.
func nearLimitText(l policy.Limits, currency, counter string) string {
	most := bot.Grouped(l.TokensPerDay) + " tokens"
	if strings.HasPrefix(counter, counterMoney+"/") {
		most = bot.Decimal(l.MoneyPerDay) + " " + currency
	}
	return fmt.Sprintf(textNearLimit, nearPercent, most)
}
