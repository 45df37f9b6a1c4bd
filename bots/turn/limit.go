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
	"aidesk/store"
)

const (
	// opening is how many of a day's tokens a turn sets aside when it begins, in the
	// write that counts it anyway, so that most turns need no other: at most a hundredth
	// of the day's limit.
	opening = 8000

	// nearly is the part of a workspace's day, in percent, at which somebody is told.
	nearly = 80
)

// count counts the turn against the limits, before anything is spent. A turn that is
// redone is not counted again; what its tries reserved and did not settle stays
// counted as used, since nobody knows.
func (s *step) count(ctx context.Context) error {
	purse := s.wallet()
	s.turns = 1
	if s.events[0].Tries > 1 {
		return nil
	}
	l, now := s.Bot.Limits, s.Now()
	var counts []store.Count
	if l.TurnsPerMemberHour > 0 {
		counts = append(counts, store.Count{
			Key: "turns/" + s.Owner() + now.UTC().Format("/2006-01-02T15"), N: int64(len(s.events)),
			Limit: int64(l.TurnsPerMemberHour), Until: now.Add(2 * time.Hour),
		})
	}
	var aside middleware.Amount
	if info := s.Bot.Agent.Model.Info(); info.Host != "" {
		for _, day := range []int{l.TokensPerDay, l.TokensPerMemberDay} {
			if part := int64(min(opening, day/100)); day > 0 && (aside.Tokens == 0 || part < aside.Tokens) {
				aside.Tokens = part
			}
		}
	}
	if err := s.take(context.WithoutCancel(ctx), append(counts, s.counts(aside)...)); err != nil {
		s.turns = 0
		return err
	}
	purse.Opened = aside
	return nil
}

// wallet pays for the requests of the step's turn, from the limits of the day on which
// it began.
func (s *step) wallet() *middleware.Purse {
	if s.purse == nil {
		s.day = s.Now().UTC()
		s.purse = &middleware.Purse{
			Tokens: int64(s.Bot.Limits.TokensPerTurn),
			Take:   func(ctx context.Context, a middleware.Amount) error { return s.take(ctx, s.counts(a)) },
		}
	}
	return s.purse
}

// key names a counter of the step's day.
func (s *step) key(what, whose string) string {
	return what + "/" + whose + s.day.Format("/2006-01-02")
}

// counts are the counters of a day to which an amount is added: those with a limit.
func (s *step) counts(a middleware.Amount) []store.Count {
	l := s.Bot.Limits
	scope, owner := s.Bot.Scope(s.Event.Place), s.Owner()
	all := []store.Count{
		{Key: s.key("tokens", scope), N: a.Tokens, Limit: int64(l.TokensPerDay)},
		{Key: s.key("money", scope), N: a.Micros, Limit: l.MoneyPerDay},
		{Key: s.key("tokens", owner), N: a.Tokens, Limit: int64(l.TokensPerMemberDay)},
		{Key: s.key("money", owner), N: a.Micros, Limit: l.MoneyPerMemberDay},
	}
	for i := range all {
		all[i].Until = s.day.Add(2 * bot.Day)
	}
	return slices.DeleteFunc(all, func(c store.Count) bool { return c.Limit == 0 || c.N == 0 })
}

// take reserves. Where that nearly fills a workspace's day, the step's commit has
// somebody told.
func (s *step) take(ctx context.Context, counts []store.Count) error {
	if len(counts) == 0 {
		return nil
	}
	scope := s.Bot.Scope(s.Event.Place)
	early := slices.Clone(counts)
	for i, c := range early {
		if c.Key == s.key("tokens", scope) || c.Key == s.key("money", scope) {
			early[i].Limit = max(1, c.Limit*nearly/100)
		}
	}
	err := s.Store.Reserve(ctx, early...)
	full, ok := errors.AsType[*store.Limit](err)
	if !ok {
		return err
	}
	if err = s.Store.Reserve(ctx, counts...); err == nil {
		s.near = full.Key
	}
	return err
}

// settleUsage writes what the turn really used in the place of what was reserved.
func (s *step) settleUsage(c *store.Commit) {
	if s.purse == nil {
		return
	}
	c.Counts = append(c.Counts, s.counts(s.purse.Rest())...)
	usage := store.Usage{
		Scope: s.Bot.Scope(s.Event.Place), Member: s.Owner(), Time: s.Now(),
		Turns: s.turns, Model: s.Bot.Agent.Model.Info().Name,
	}
	for _, spent := range s.purse.Spent() {
		usage.Model, usage.Input, usage.Output, usage.Micros = spent.Model, spent.Usage.Input, spent.Usage.Output, spent.Micros
		c.Usages = append(c.Usages, usage)
		s.Observe.Note(bot.Cost, "", float64(spent.Micros)/1e6)
		usage.Turns = 0
	}
	if usage.Turns > 0 { // it cost nothing
		c.Usages = append(c.Usages, usage)
	}
	if s.near != "" {
		c.Events = append(c.Events, s.warning())
	}
}

// limited says that a limit kept a request from being sent, and which.
func (s *step) limited() error {
	if s.purse == nil {
		return nil
	}
	err := s.purse.Refusal()
	if errors.Is(err, store.ErrLimit) || errors.Is(err, middleware.ErrSpent) {
		return err
	}
	return nil
}

// overLimit says that a limit is reached: at the end of a turn that has begun to spend
// as its answer, else once an hour and to the member alone.
func (s *step) overLimit(ctx context.Context, member chat.Member, question string, over error) error {
	line, err := s.limitLine(member, over)
	if err != nil {
		return err
	}
	if s.purse != nil && len(s.purse.Spent()) > 0 || errors.Is(over, middleware.ErrSpent) {
		return s.ended(question, member, line)
	}
	s.turns = 0
	var c store.Commit
	s.settleUsage(&c)
	now := s.Now()
	told := s.Store.Reserve(ctx, store.Count{
		Key: "told/" + s.Owner() + now.UTC().Format("/2006-01-02T15"), N: 1, Limit: 1, Until: now.Add(2 * time.Hour),
	})
	if errors.Is(told, store.ErrLimit) {
		return s.Commit(c)
	}
	if told != nil {
		return fmt.Errorf("counting the notice: %w", told)
	}
	return s.Private(c, bot.Paragraph(line))
}

// limitLine says in a member's words which limit is reached and until when.
func (s *step) limitLine(member chat.Member, over error) (string, error) {
	if errors.Is(over, middleware.ErrSpent) {
		return fmt.Sprintf("I stopped: one question may use %s tokens of the language model, and this one needs more. Ask for a smaller part of it.",
			bot.Grouped(int64(s.Bot.Limits.TokensPerTurn))), nil
	}
	limit, ok := errors.AsType[*store.Limit](over)
	if !ok {
		return "", fmt.Errorf("counting the turn: %w", over)
	}
	scope, owner := s.Bot.Scope(s.Event.Place), s.Owner()
	next := s.day.Truncate(bot.Day).Add(bot.Day).In(member.Location()).Format("15:04 MST")
	switch limit.Key {
	case s.key("tokens", scope), s.key("money", scope):
		return "This workspace has used what it may use of the language model today. I answer again at " + next + ".", nil
	case s.key("tokens", owner), s.key("money", owner):
		return "You have used what one member may use of the language model today. I answer you again at " + next + ".", nil
	default:
		return fmt.Sprintf("You have asked %d times within this hour, which is the limit here. I answer again at the full hour.", s.Bot.Limits.TurnsPerMemberHour), nil
	}
}

// slot waits until fewer than the allowed number of turns run in the workspace.
func (p *Pool) slot(ctx context.Context, b *bot.Bot, place chat.Place) (release func(), err error) {
	if b.Limits.TurnsAtOnce == 0 {
		return func() {}, nil
	}
	p.mu.Lock()
	slots := p.slots[b.Scope(place)]
	if slots == nil {
		slots = make(chan struct{}, b.Limits.TurnsAtOnce)
		p.slots[b.Scope(place)] = slots
	}
	p.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// warning is the event by which somebody is told that a workspace's day is nearly used
// up. The same day always gives the same event, so it is worked once.
func (s *step) warning() store.Event {
	body, err := json.Marshal(bot.Event{Near: s.near, Chat: &chat.Event{Place: s.Event.Place, Member: s.Event.Member}})
	if err != nil {
		panic(err) // strings
	}
	return store.Event{
		ID:           chat.Key(s.Bot.Name, "near", s.Event.Place.Platform, s.Event.Place.Workspace, s.day.Format(time.DateOnly)),
		Conversation: s.Bot.Apart(s.Event.Place, "near"), Kind: bot.KindNear, Member: s.Owner(), Body: body,
	}
}

// nearLimit tells those who shall know, or else who came nearest to the limit.
func (s *step) nearLimit() error {
	told := s.Bot.Tell[s.Event.Place.Platform]
	if len(told) == 0 {
		told = []string{s.Event.Member}
	}
	var c store.Commit
	for _, member := range told {
		r := s.Plain(bot.Paragraph(s.nearLine(s.first.Near)))
		r.ID, r.To, r.Private = chat.Key("reply", s.events[0].ID, member), member, true
		wanted, err := s.Bot.Wanted(s.Conversation, r, s.Bot.Owner(s.Event.Place, member))
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	return s.Commit(c)
}

// nearLine says that a counter of a workspace's day is nearly full.
func (s *step) nearLine(counter string) string {
	l := s.Bot.Limits
	most := bot.Grouped(int64(l.TokensPerDay)) + " tokens"
	if strings.HasPrefix(counter, "money/") {
		most = bot.Decimal(l.MoneyPerDay) + " " + l.Currency
	}
	return fmt.Sprintf("This workspace has used %d %% of what it may use of the language model in a day (%s). At the limit I answer nobody until midnight UTC. Administrators see more with /aidesk usage.", nearly, most)
}
