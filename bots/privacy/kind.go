// Package privacy knows what is kept of a member. Kinds is the one list of it: to keep
// something more of members is to add a line there. Forget and Export go through the list,
// and Hold keeps what is in it from being deleted.
package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/schedule"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/store"
)

// Member is whose it is, with the store that keeps it.
type Member struct {
	Bot   *bot.Bot
	Store store.Store
	Place chat.Place // of the workspace
	ID    string     // platform's
}

func (m Member) owner() string { return m.Bot.Owner(m.Place, m.ID) }

func (m Member) scope() string { return m.Bot.Scope(m.Place) }

// Kind is one kind of what is kept of a member.
type Kind struct {
	Name   string
	Export func(ctx context.Context, m Member, add func(any) error) error
	Forget func(ctx context.Context, m Member) error // nil: it stays
	Stays  string                                    // why, in the words of an export
}

// Kinds are all that is kept of a member, in the order in which it is exported and forgotten.
func Kinds() []Kind {
	return []Kind{
		{Name: "conversations", Export: exportOwned, Forget: func(ctx context.Context, m Member) error {
			m.Bot.ForgetName(m.Place, m.ID)
			return m.Store.Forget(ctx, m.owner())
		}},
		records("choices", func(m Member) []string { return m.Bot.Plugins.MemberKeys(m.Place, m.ID) }),
		{Name: "accounts", Export: exportAccounts, Forget: forgetAccounts},
		records("grants", func(m Member) []string { return []string{grant.Key(m.owner(), "")} }),
		records("schedules", func(m Member) []string { return schedule.Keys(m.owner()) }),
		records("notices", func(m Member) []string { return []string{NoticeKey(m.owner())} }),
		{Name: "administrator", Export: exportAdministrator, Forget: func(ctx context.Context, m Member) error {
			return m.Bot.ForgetAdministrator(ctx, m.Store, m.Place, m.ID)
		}},
		stays(records("left out", func(m Member) []string { return []string{LeftOutKey(m.owner())} }), "it keeps the member's words out of what is read in threads"),
		{Name: "usage", Export: exportUsage, Stays: "it holds no words; it is deleted with the audit's age"},
		{Name: "audit", Export: exportAudit, Stays: "its lines prove what was done; the names in them are taken out when a member is forgotten"},
	}
}

// The keys of records: that a member was told what happens to their words, and that they want
// them left out of what is read where others ask.

// NoticeKey is the key of the former.
func NoticeKey(owner string) string { return "told/" + owner + "/notice" }

// LeftOutKey is the key of the latter. It stays when a member has everything forgotten: it
// keeps their words out.
func LeftOutKey(owner string) string { return "left-out/" + owner }

func stays(k Kind, why string) Kind {
	k.Forget, k.Stays = nil, why
	return k
}

// records is the kind of what stands in records. A key that ends in a slash stands for all
// below it.
func records(name string, keys func(Member) []string) Kind {
	each := func(ctx context.Context, m Member, fn func(store.Record) error) error {
		for _, key := range keys(m) {
			var found []store.Record
			var err error
			if strings.HasSuffix(key, "/") {
				err = m.Store.Scan(ctx, key, func(r store.Record) bool { found = append(found, r); return true })
			} else if r, getErr := m.Store.Get(ctx, key); getErr == nil {
				found = append(found, r)
			} else if !errors.Is(getErr, store.ErrNotFound) {
				err = getErr
			}
			for _, r := range found {
				err = errors.Join(err, fn(r))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return Kind{
		Name: name,
		Export: func(ctx context.Context, m Member, add func(any) error) error {
			return each(ctx, m, func(r store.Record) error { return add(keptRecord{r.Key, raw(r.Value)}) })
		},
		Forget: func(ctx context.Context, m Member) error {
			return each(ctx, m, func(r store.Record) error { return remove(ctx, m.Store, r) })
		},
	}
}

// maxRaces bounds how often a record is deleted again that changes meanwhile.
const maxRaces = 10

// remove deletes a record, however often it changes meanwhile.
func remove(ctx context.Context, s store.Store, r store.Record) error {
	err := s.Delete(ctx, r.Key, r.Version)
	for n := 0; n < maxRaces && errors.Is(err, store.ErrConflict); n++ {
		if r, err = s.Get(ctx, r.Key); err == nil {
			err = s.Delete(ctx, r.Key, r.Version)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func forgetAccounts(ctx context.Context, m Member) error {
	l := m.Bot.Logins
	if l == nil {
		return nil
	}
	return errors.Join(l.Forget(ctx, m.scope(), m.owner()), l.Accounts.Forget(ctx, m.scope(), m.owner()))
}

// ErrHeld says that an administrator holds what is kept of a member.
var ErrHeld = errors.New("an administrator must keep it by law")

// Forget deletes what is kept of a member, but what stays. Where it is held, it is only noted
// that it is to be done when the hold ends: ErrHeld.
func Forget(ctx context.Context, m Member, now time.Time) error {
	if held, err := m.postpone(ctx, now); err != nil || held {
		return errors.Join(err, ErrHeld)
	}
	var faults []error
	for _, k := range Kinds() { // what cannot be forgotten keeps nothing else from it
		if k.Forget == nil {
			continue
		}
		if err := k.Forget(ctx, m); err != nil {
			faults = append(faults, fmt.Errorf("forgetting %s of a member: %w", k.Name, err))
		}
	}
	return errors.Join(faults...)
}

// about says whether a line of the audit is about a member.
func (m Member) about(l audit.Line) bool {
	if l.Actor.Kind == audit.Member && l.Actor.ID == m.ID {
		return true
	}
	for _, t := range l.Targets {
		if t.Kind == audit.OfMember && t.ID == m.ID {
			return true
		}
	}
	return false
}

// raw is what is kept, as JSON.
func raw(body []byte) json.RawMessage {
	if json.Valid(body) {
		return body
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // bytes
	}
	return text
}
