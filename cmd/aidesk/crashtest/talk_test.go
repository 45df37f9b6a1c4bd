//go:build unix

package crashtest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
)

// messenger is what members do at a platform, and what they see there.
type messenger interface {
	// ask posts a question into a conversation, which is a new thread if it has none.
	ask(c *talk, text string) (id string, err error)
	// heard reports whether the next question may follow: the program has taken the last one
	// in, or the platform keeps the order itself.
	heard(c *talk) bool
	// long is the kind of question whose answer takes several messages.
	long() string
	// shown are the program's messages that stand at the platform, in their order.
	shown() []shown
	// press presses a button, and reports whether the program took it.
	press(user string, m shown, button string) bool
}

// shown is a message of the program.
type shown struct {
	place, id string
	channel   string
	text      string
	approve   string // the button that approves; empty: there is none
	reply     string // which reply it is a part of, where that can be seen
	part      int
}

// talk is a conversation.
type talk struct {
	at                    messenger
	user, channel, thread string
	direct                bool
	questions             []*asking
}

// place names where the answers of a conversation belong.
func (c *talk) place() string { return c.channel + "/" + c.thread }

// asking is a question that was asked.
type asking struct {
	key, kind, id string
	talk          *talk
	closed        atomic.Bool // answered, or not to be answered any more
	presses       bool        // its card is approved
	pressing      atomic.Bool
	pressed       atomic.Bool // at least once, and the program may know of it
	took          atomic.Bool // the program has said so
	ended         atomic.Bool // its card shows what came of it
}

// crowd is everybody who asks.
type crowd struct {
	w       *world
	slack   *slackMembers
	discord *discordMembers
	cards   float64 // share of the questions that end in a card
	asks    atomic.Bool
	stop    chan struct{}
	going   sync.WaitGroup
	mu      sync.Mutex
	byKey   map[string]*asking
	talks   []*talk
}

const (
	openQuestions = 3 // of a conversation, at once
	threadLength  = 8 // questions in a thread, before another one begins
	usualCards    = 0.3
	cardsApproved = 0.8
)

// newCrowd lets members talk, also in direct messages or not.
func newCrowd(w *world, direct bool, cards float64) *crowd {
	g := &crowd{w: w, slack: &slackMembers{w: w}, discord: &discordMembers{w: w}, cards: cards, stop: make(chan struct{}), byKey: map[string]*asking{}}
	start := func(c talk) {
		if direct || !c.direct {
			g.going.Go(func() { g.converse(&c) })
		}
	}
	for _, user := range []string{fakeslack.Ada, fakeslack.Ben} {
		start(talk{at: g.slack, user: user, channel: w.slack.DM(user), direct: true})
		start(talk{at: g.slack, user: user, channel: fakeslack.General})
		start(talk{at: g.slack, user: user, channel: fakeslack.General})
	}
	for _, user := range []string{fakediscord.Ada, fakediscord.Ben} {
		start(talk{at: g.discord, user: user, channel: w.discord.DM(user), direct: true})
		start(talk{at: g.discord, user: user, channel: fakediscord.General})
	}
	g.going.Go(g.watch)
	return g
}

func (g *crowd) end() {
	close(g.stop)
	g.going.Wait()
}

// converse asks in one conversation after the other while questions are asked.
func (g *crowd) converse(c *talk) {
	g.enter(c)
	for g.pause(30*time.Millisecond, 300*time.Millisecond) {
		if !g.asks.Load() {
			continue
		}
		if n := len(c.questions); n > 0 {
			open := slices.DeleteFunc(slices.Clone(c.questions), func(q *asking) bool { return q.closed.Load() })
			if len(open) >= openQuestions || len(open) > 0 && open[0].kind != kindShort || !c.at.heard(c) {
				continue
			}
			if !c.direct && n >= threadLength {
				c = &talk{at: c.at, user: c.user, channel: c.channel}
				g.enter(c)
			}
			g.ask(c, len(open) > 0)
			continue
		}
		g.ask(c, false)
	}
}

func (g *crowd) enter(c *talk) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.talks = append(g.talks, c)
}

// ask asks one question. While another is open it is a short one: of what is answered
// together, a long answer would become a file, and cards could not be told apart.
func (g *crowd) ask(c *talk, joins bool) {
	q := &asking{talk: c, kind: kindShort, presses: g.w.dice.share() < cardsApproved}
	switch p := g.w.dice.share(); {
	case joins:
	case p < g.cards:
		q.kind = kindCard
	case p < g.cards+0.3:
		q.kind = c.at.long()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	q.key = fmt.Sprintf("q%05d", g.w.asked.Add(1))
	var err error
	if q.id, err = c.at.ask(c, question(q.key, q.kind)); err != nil {
		g.w.t.Errorf("asking: %v", err)
		return
	}
	if c.thread == "" && !c.direct {
		c.thread = q.id
	}
	c.questions, g.byKey[q.key] = append(c.questions, q), q
}

// watch reads what is shown, approves cards and repeats what was not acknowledged.
func (g *crowd) watch() {
	for g.pause(40*time.Millisecond, 60*time.Millisecond) {
		g.w.wire.again()
		g.look()
	}
}

// look notes which questions are answered, and presses what is to be pressed.
func (g *crowd) look() {
	seen := g.seen()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range seen {
		found := keys.FindAllString(m.text, -1)
		if len(found) == 0 {
			g.closeBefore(m)
		}
		for _, key := range found {
			q := g.byKey[key]
			if q == nil {
				continue
			}
			q.closed.Store(true)
			if m.approve == "" && strings.Contains(m.text, `{"key":"`+key+`"}`) && !strings.Contains(m.text, textWorking) {
				q.ended.Store(true)
			}
			if q.presses && m.approve != "" && !q.took.Load() && q.pressing.CompareAndSwap(false, true) {
				g.going.Go(func() {
					defer q.pressing.Store(false)
					q.pressed.Store(true)
					if q.talk.at.press(q.talk.user, m, m.approve) {
						q.took.Store(true)
					}
				})
			}
		}
	}
}

// closeBefore closes the questions above a message that answers none: it may be a refusal,
// behind which nobody waits for an answer. The lock is held.
func (g *crowd) closeBefore(m shown) {
	for _, c := range g.talks {
		if c.place() != m.place {
			continue
		}
		for _, q := range c.questions {
			if len(q.id) == len(m.id) && q.id < m.id {
				q.closed.Store(true)
			}
		}
	}
}

// waitForAnswers waits until the questions that are open now are answered, or it is too late.
func (g *crowd) waitForAnswers(limit time.Duration) {
	g.mu.Lock()
	open := slices.DeleteFunc(slices.Collect(maps.Values(g.byKey)), func(q *asking) bool { return q.closed.Load() })
	g.mu.Unlock()
	for end := time.Now().Add(limit); len(open) > 0 && time.Now().Before(end); g.w.pass(20 * time.Millisecond) {
		open = slices.DeleteFunc(open, func(q *asking) bool { return q.closed.Load() })
	}
}

// open names the questions without an answer.
func (g *crowd) open() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	for _, c := range g.talks {
		for _, q := range c.questions {
			if !q.closed.Load() {
				out = append(out, fmt.Sprintf("%s (%s in %s)", q.key, q.kind, c.place()))
			}
		}
	}
	return strings.Join(out, ", ")
}

// inFlight counts the presses that the program may be working on.
func (g *crowd) inFlight() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, q := range g.byKey {
		if q.pressed.Load() && !q.ended.Load() {
			n++
		}
	}
	return n
}

// seen is what the program shows at both platforms.
func (g *crowd) seen() []shown { return append(g.slack.shown(), g.discord.shown()...) }

// pause waits a little, and reports false at the end.
func (g *crowd) pause(least, most time.Duration) bool {
	select {
	case <-g.stop:
		return false
	case <-time.After(g.w.dice.between(least, most)):
		return true
	}
}

// patience is how long a member waits for a press to be taken before they press again.
const patience = 4 * time.Second

// slackMembers are those at Slack.
type slackMembers struct {
	w    *world
	read sync.Map // of each version of a message that was read, what was read
}

func (s *slackMembers) ask(c *talk, text string) (string, error) {
	if !c.direct {
		text = "<@" + fakeslack.BotUser + "> " + text
	}
	return s.w.slack.Post(c.user, c.channel, text, c.thread)
}

func (s *slackMembers) heard(c *talk) bool { return s.w.wire.heard(c.questions[len(c.questions)-1].id) }

func (*slackMembers) long() string { return kindLongest }

func (s *slackMembers) shown() []shown {
	var out []shown
	for _, c := range s.w.slack.Channels() {
		for _, m := range s.w.slack.From(c.ID) {
			if m.To != "" {
				continue
			}
			version := fmt.Sprint(c.ID, m.TS, len(m.Versions))
			if known, ok := s.read.Load(version); ok {
				out = append(out, known.(shown))
				continue
			}
			at := shown{place: m.Channel + "/" + m.Thread, id: m.TS, channel: m.Channel, text: m.Shown(), approve: actionOf(m.Blocks, "Approve")}
			if c.IM {
				at.place = m.Channel + "/"
			}
			var metadata struct {
				Payload struct {
					Reply string `json:"reply"`
					Part  int    `json:"part"`
				} `json:"event_payload"`
			}
			if json.Unmarshal(m.Metadata, &metadata) == nil {
				at.reply, at.part = metadata.Payload.Reply, metadata.Payload.Part
			}
			s.read.Store(version, at)
			out = append(out, at)
		}
	}
	return out
}

// actionOf is the action of the button with a label.
func actionOf(blocks json.RawMessage, label string) string {
	var list []struct {
		Elements []struct {
			ActionID string `json:"action_id"`
			Text     json.RawMessage
		}
	}
	_ = json.Unmarshal(blocks, &list) // blocks of other shapes have no buttons
	for _, b := range list {
		for _, e := range b.Elements {
			var text struct{ Text string }
			if json.Unmarshal(e.Text, &text) == nil && text.Text == label {
				return e.ActionID
			}
		}
	}
	return ""
}

func (s *slackMembers) press(user string, m shown, button string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := s.w.slack.Press(user, m.channel, m.id, button)
	if err != nil {
		return false // it is no longer shown
	}
	_, err = r.Wait(ctx)
	return err == nil
}

// discordMembers are those at Discord.
type discordMembers struct {
	w    *world
	read sync.Map // as with slackMembers
}

func (d *discordMembers) ask(c *talk, text string) (string, error) {
	channel := c.channel
	if !c.direct {
		text = "<@" + fakediscord.BotUser + "> " + text
	}
	if c.thread != "" {
		channel = c.thread
	}
	return d.w.discord.Post(c.user, channel, text, fakediscord.PostOptions{})
}

// heard: messages have an order at Discord, in which the program reads what it missed. A
// thread is there when the program has opened it.
func (d *discordMembers) heard(c *talk) bool {
	_, opened := d.w.discord.Channel(c.thread)
	return c.direct || opened
}

func (*discordMembers) long() string { return kindLong }

func (d *discordMembers) shown() []shown {
	var out []shown
	for _, c := range d.w.discord.Channels() {
		for _, m := range d.w.discord.From(c.ID) {
			version := fmt.Sprint(m.ID, len(m.Versions))
			if known, ok := d.read.Load(version); ok {
				out = append(out, known.(shown))
				continue
			}
			at := shown{place: c.ID + "/", id: m.ID, channel: c.ID, text: m.Shown(), reply: m.Nonce}
			if c.Parent != "" {
				at.place = c.Parent + "/" + c.ID
			}
			if b, ok := m.Labelled("Approve"); ok && !b.Disabled {
				at.approve = b.CustomID
			}
			d.read.Store(version, at)
			out = append(out, at)
		}
	}
	return out
}

func (d *discordMembers) press(user string, m shown, button string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := d.w.discord.Press(user, m.channel, m.id, button)
	if err != nil {
		return false // it is no longer shown
	}
	answer, err := r.Wait(ctx)
	return err == nil && answer.Type != fakediscord.AnswerMessage // which says what went wrong
}

// inOrder sorts messages as they stand at their platform.
func inOrder(all []shown) {
	slices.SortStableFunc(all, func(a, b shown) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(len(a.id), len(b.id)), cmp.Compare(a.id, b.id))
	})
}
