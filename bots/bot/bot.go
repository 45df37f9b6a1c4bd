// Package bot holds what the packages of bots share: a Bot and its keys in the store, an
// Event as the Journal keeps it, what a button stands for, an Entry of the transcript, an
// Exchange by which an event is answered, and what operators may count. It stands below
// them, and knows neither how an event arrives nor how it is worked.
//
// What of this is stored, with names that must not change, stands in record.go.
package bot

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"time"

	"aidesk/core/account"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/core/policy"
)

// Bot is one app at each platform, with a model and a persona.
type Bot struct {
	Name     string // stands first in every key
	Adapters []chat.Adapter
	Operator chat.Adapter // by which operators on the machine give commands; nil: none do
	Agent    *agent.Agent
	Plugins  *plugin.Registry
	Access   policy.Access
	Limits   Limits
	Logins   *Logins             // by which members connect accounts; nil: none can be connected
	Groups   []string            // user groups of Slack whose members are known, as the configuration names them
	Whole    bool                // answers are shown when they are whole, not while they are written
	Nightly  bool                // the sources of plugins are read anew each night
	Unrated  bool                // members are not asked how good answers are
	Tell     map[string][]string // by platform, members who are told when a limit is nearly reached; none: who comes nearest to it

	called called
}

// Logins are how members connect accounts at plugins.
type Logins struct {
	*account.Connections
	Link func(token string) string // the address of the page on which a login goes on; nil: there is no public address
}

// Limits bound what members may use. Zero means no limit. Days are those of UTC.
type Limits struct {
	TurnsPerMemberHour int
	TurnsAtOnce        int // per workspace; more wait
	TokensPerTurn      int
	TokensPerMemberDay int
	TokensPerDay       int    // per workspace
	MoneyPerMemberDay  int64  // in millionths of Currency
	MoneyPerDay        int64  // per workspace, in millionths of Currency
	Currency           string // what prices are in, for texts
}

// OfMember are the limits of one member beside what they share with others: those of the
// configuration and of the roles that they have, of each the lower.
func (l Limits) OfMember(rules policy.Rules, roles []string) policy.Limits {
	return rules.OfMember(roles).And(policy.Limits{
		TurnsPerHour: int64(l.TurnsPerMemberHour), TokensPerDay: int64(l.TokensPerMemberDay), MoneyPerDay: l.MoneyPerMemberDay,
	})
}

// OfWorkspace are the limits of all of a workspace together.
func (l Limits) OfWorkspace(rules policy.Rules) policy.Limits {
	return rules.Workspace.And(policy.Limits{TokensPerDay: int64(l.TokensPerDay), MoneyPerDay: l.MoneyPerDay})
}

// Retention is how long things are kept after they were last touched; zero: for ever.
type Retention struct {
	Conversations time.Duration // what was said, cards that are decided, replies
	Audit         time.Duration // who decided what, and usage
	Traces        time.Duration // how answers came about; zero: as long as the conversations
	Feedback      time.Duration // how members rated answers; zero: as long as the conversations
	Accounts      time.Duration // accounts at plugins that nobody uses
	Grants        time.Duration // grants that hold no more; zero: a week
}

// Day is the length of a day of UTC.
const Day = 24 * time.Hour

// ForConversation finds the bot of a conversation.
func ForConversation(all []*Bot, conversation string) (*Bot, error) {
	name, _, _ := strings.Cut(conversation, "/")
	for _, b := range all {
		if chat.Key(b.Name) == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("no bot is called %q", name)
}

// Adapter finds the bot's adapter of a platform.
func (b *Bot) Adapter(platform string) (chat.Adapter, error) {
	for _, a := range b.Adapters {
		if a.Platform() == platform {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%s is not at %s", b.Name, platform)
}

// At finds the adapter by which a place is answered: that of its platform, or that of the
// operator who asks about it.
func (b *Bot) At(place chat.Place) (chat.Adapter, error) {
	if place.Operator == "" {
		return b.Adapter(place.Platform)
	}
	if b.Operator == nil {
		return nil, fmt.Errorf("%s has no operator here", b.Name)
	}
	return b.Operator, nil
}

// Member reads a member as their platform knows them now.
func (b *Bot) Member(ctx context.Context, place chat.Place, id string) (chat.Member, error) {
	a, err := b.At(place)
	if err != nil {
		return chat.Member{}, err
	}
	return a.Member(ctx, place, id)
}

// OutboxName is the name under which the store keeps what goes to a platform.
func (b *Bot) OutboxName(platform string) string { return chat.Key(b.Name, platform) }

// Owner is a member as the store knows them.
func (b *Bot) Owner(p chat.Place, member string) string {
	return chat.Key(b.Name, p.Platform, p.Workspace, member)
}

// Source is a message as the store knows it, of what is kept of its words.
func (b *Bot) Source(p chat.Place, message string) string {
	return chat.Key(b.Name, p.Platform, p.Channel, message)
}

// Scope is a workspace as the store knows it.
func (b *Bot) Scope(p chat.Place) string { return chat.Key(b.Name) + "/" + p.Scope() }

// PlaceOf is the workspace of a scope, as a place in no channel; ok is false where the scope is
// another bot's.
func (b *Bot) PlaceOf(scope string) (p chat.Place, ok bool) {
	parts := strings.Split(scope, "/")
	if len(parts) != 3 || parts[0] != chat.Key(b.Name) {
		return p, false
	}
	var err error
	if p.Platform, err = url.PathUnescape(parts[1]); err == nil {
		p.Workspace, err = url.PathUnescape(parts[2])
	}
	return p, err == nil
}

// Conversation names the conversation of a place.
func (b *Bot) Conversation(p chat.Place) string { return chat.Key(b.Name) + "/" + p.Conversation() }

// OwnConversation names a conversation for one event, which then waits for no other.
func (b *Bot) OwnConversation(p chat.Place, what string) string {
	return b.Scope(p) + "/" + chat.Key("apart", what)
}

// NewID is a new opaque id that nobody can guess.
func NewID() string { return rand.Text() }
