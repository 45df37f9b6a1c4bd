package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/store"
)

// Hold says that an administrator must keep what is kept of a member, or in a channel, by law:
// it is neither purged nor forgotten.
type Hold struct {
	By    string    `json:"by"` // platform's id of the administrator, or the operator's user name
	Since time.Time `json:"since"`
	// Asked are the members, by platform's id, who asked meanwhile to be forgotten.
	Asked map[string]time.Time `json:"asked,omitempty"`
	// Ended is when it ended: it holds nothing any more, and FinishHolds does what waited for it.
	Ended time.Time `json:"ended,omitzero"`
}

// holds says whether it still does.
func (h Hold) holds() bool { return !h.Since.IsZero() && h.Ended.IsZero() }

// The keys of holds: by member as the store knows them, and by channel below its workspace.
const (
	holdPrefix    = "hold/"
	memberPrefix  = holdPrefix + "member/"
	channelPrefix = holdPrefix + "channel/"
)

// Held is what is held: a member, or a channel.
type Held struct {
	Member  string // platform's id
	Channel string // platform's id
}

func (h Held) key(b *bot.Bot, p chat.Place) string {
	if h.Channel != "" {
		return channelPrefix + b.Scope(p) + "/" + chat.Key(h.Channel)
	}
	return memberPrefix + b.Owner(p, h.Member)
}

// ChangeHold begins or ends a hold, notes it in the audit, and says what came of it. Where one
// ends, FinishHolds is to be called after that is told: whoever ends it may be forgotten by it.
func ChangeHold(ctx context.Context, s store.Store, b *bot.Bot, p chat.Place, what Held, by audit.Actor, on bool, now time.Time) (string, error) {
	hold, record, err := readHold(ctx, s, what.key(b, p))
	action, said := "hold.begun", textHeld
	switch {
	case err != nil:
		return "", err
	case on && hold.holds():
		return textHeldAlready, nil
	case !on && !hold.holds():
		return textNotHeld, nil
	case on:
		hold.By, hold.Since, hold.Ended = by.ID, now.UTC(), time.Time{}
	default:
		hold.Ended, action, said = now.UTC(), "hold.ended", textHoldEnded
		if n := len(hold.Asked); n > 0 {
			said = fmt.Sprintf(textHoldEndedForgot, n)
		}
	}
	if record.Value, err = json.Marshal(hold); err == nil {
		_, err = s.Put(ctx, record)
	}
	if err != nil {
		return "", fmt.Errorf("changing a hold: %w", err)
	}
	return said, s.AppendAudits(ctx, b.Audit(now, p, audit.Line{Action: action, Actor: by, Targets: []audit.Target{what.target()}}))
}

func (h Held) target() audit.Target {
	if h.Channel != "" {
		return audit.Target{Kind: audit.OfChannel, ID: h.Channel}
	}
	return audit.Target{Kind: audit.OfMember, ID: h.Member}
}

// FinishHolds does what waited for the holds of a bot that have ended: it deletes the words of
// messages that were deleted meanwhile, and forgets those who asked for it, as far as nothing
// else holds them. It may be broken off and called again.
func FinishHolds(ctx context.Context, s store.Store, b *bot.Bot, now time.Time) error {
	var ended []store.Record
	err := s.Scan(ctx, holdPrefix, func(r store.Record) bool {
		var h Hold
		if json.Unmarshal(r.Value, &h) == nil && !h.holds() {
			ended = append(ended, r)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("reading holds: %w", err)
	}
	if len(ended) > 0 {
		if err := retractAll(ctx, s); err != nil {
			return err
		}
	}
	for _, r := range ended {
		_, what, _ := strings.Cut(strings.TrimPrefix(r.Key, holdPrefix), "/")
		if p, ours := b.PlaceOf(store.Scope(what)); ours {
			if err := finish(ctx, s, b, p, r, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish forgets those who asked for it during a hold, and deletes the hold.
func finish(ctx context.Context, s store.Store, b *bot.Bot, p chat.Place, ended store.Record, now time.Time) error {
	var h Hold
	if err := json.Unmarshal(ended.Value, &h); err != nil {
		return fmt.Errorf("reading a hold: %w", err)
	}
	var faults []error
	for member := range h.Asked {
		err := Forget(ctx, Member{Bot: b, Store: s, Place: p, ID: member}, now)
		switch {
		case err == nil:
			line := audit.Line{Action: "member.forgotten", Actor: audit.Actor{Kind: audit.System}, Targets: []audit.Target{{Kind: audit.OfMember, ID: member}}}
			faults = append(faults, s.AppendAudits(ctx, b.Audit(now, p, line)))
		case !errors.Is(err, ErrHeld): // which has noted it anew
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	err := s.Delete(ctx, ended.Key, ended.Version)
	if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) { // it began again
		return fmt.Errorf("ending a hold: %w", err)
	}
	return nil
}

func readHold(ctx context.Context, s store.Store, key string) (h Hold, r store.Record, err error) {
	r, err = s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return h, store.Record{Key: key}, nil
	}
	if err == nil {
		err = json.Unmarshal(r.Value, &h)
	}
	if err != nil {
		return h, r, fmt.Errorf("reading a hold: %w", err)
	}
	return h, r, nil
}

// postpone notes at what holds a member that they asked to be forgotten; false: nothing does.
func (m Member) postpone(ctx context.Context, now time.Time) (held bool, err error) {
	keys := []string{Held{Member: m.ID}.key(m.Bot, m.Place)}
	channels := map[string]string{} // keys of holds, by what conversations there begin with
	within := m.scope() + "/"
	if err := m.Store.Scan(ctx, channelPrefix+within, func(r store.Record) bool {
		channels[strings.TrimPrefix(r.Key, channelPrefix)+"/"] = r.Key
		return true
	}); err != nil {
		return false, fmt.Errorf("reading holds: %w", err)
	}
	if len(channels) > 0 {
		if err := m.Store.Owned(ctx, m.owner(), func(o store.Owned) bool {
			for begin, key := range channels {
				if strings.HasPrefix(o.Conversation+"/", begin) {
					keys = append(keys, key)
					delete(channels, begin)
				}
			}
			return len(channels) > 0
		}); err != nil {
			return false, err
		}
	}
	for _, key := range keys {
		for range maxRaces {
			hold, record, readErr := readHold(ctx, m.Store, key)
			if err = readErr; err != nil || !hold.holds() {
				break
			}
			held = true
			if !hold.Asked[m.ID].IsZero() {
				break
			}
			if hold.Asked == nil {
				hold.Asked = map[string]time.Time{}
			}
			hold.Asked[m.ID] = now.UTC()
			if record.Value, err = json.Marshal(hold); err == nil {
				_, err = m.Store.Put(ctx, record)
			}
			if !errors.Is(err, store.ErrConflict) {
				break
			}
		}
		if err != nil {
			return held, fmt.Errorf("noting that a member asked to be forgotten: %w", err)
		}
	}
	return held, nil
}

// Holds reads what is held, and returns a function that says so of a conversation and a
// member, as the store knows both. Of a workspace it says whether anything there is.
func Holds(ctx context.Context, s store.Store) (func(conversation, member string) bool, error) {
	members, channels, scopes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	err := s.Scan(ctx, holdPrefix, func(r store.Record) bool {
		var h Hold
		if json.Unmarshal(r.Value, &h) == nil && !h.holds() { // in doubt it holds
			return true
		}
		if owner, ok := strings.CutPrefix(r.Key, memberPrefix); ok {
			members[owner], scopes[store.Scope(owner)] = true, true
		} else if channel, ok := strings.CutPrefix(r.Key, channelPrefix); ok {
			channels[channel], scopes[store.Scope(channel)] = true, true
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading holds: %w", err)
	}
	return func(conversation, member string) bool {
		scope := store.Scope(conversation)
		rest := strings.TrimPrefix(conversation[len(scope):], "/")
		channel, _, _ := strings.Cut(rest, "/")
		return members[member] || channels[scope+"/"+channel] || rest == "" && scopes[scope]
	}, nil
}

// deletedPrefix is of the records that name deleted messages of whose words something is held.
const deletedPrefix = "hold-deleted/"

// Retract deletes what is kept of the words of a message that was deleted, by its source. What
// is held goes when the hold ends.
func Retract(ctx context.Context, s store.Store, source string) error {
	kept, err := retract(ctx, s, source)
	if err != nil || !kept {
		return err
	}
	if _, err := s.Put(ctx, store.Record{Key: deletedPrefix + source}); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("noting that a message was deleted: %w", err)
	}
	return nil
}

func retract(ctx context.Context, s store.Store, source string) (kept bool, err error) {
	held, err := Holds(ctx, s)
	if err == nil {
		_, kept, err = s.Retract(ctx, source, held)
	}
	if err != nil {
		return false, fmt.Errorf("deleting what came of a deleted message: %w", err)
	}
	return kept, nil
}

// retractAll does so for all messages that were deleted while something of theirs was held.
func retractAll(ctx context.Context, s store.Store) error {
	var noted []store.Record
	if err := s.Scan(ctx, deletedPrefix, func(r store.Record) bool { noted = append(noted, r); return true }); err != nil {
		return fmt.Errorf("reading which messages were deleted: %w", err)
	}
	for _, r := range noted {
		kept, err := retract(ctx, s, strings.TrimPrefix(r.Key, deletedPrefix))
		if err == nil && !kept {
			err = remove(ctx, s, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Stays says of a member, as the store knows them, whether they are held.
func Stays(held func(conversation, member string) bool) func(owner string) bool {
	return func(owner string) bool { return held(store.Scope(owner)+"/", owner) }
}

// ListHolds lists what is held in a workspace.
func ListHolds(ctx context.Context, s store.Store, b *bot.Bot, p chat.Place) (map[Held]Hold, error) {
	all := map[Held]Hold{}
	for prefix, what := range map[string]func(string) Held{
		memberPrefix:  func(id string) Held { return Held{Member: id} },
		channelPrefix: func(id string) Held { return Held{Channel: id} },
	} {
		under, fault := prefix+b.Scope(p)+"/", error(nil)
		err := s.Scan(ctx, under, func(r store.Record) bool {
			var h Hold
			id, err := url.PathUnescape(strings.TrimPrefix(r.Key, under))
			if fault = errors.Join(err, json.Unmarshal(r.Value, &h)); fault == nil && h.holds() {
				all[what(id)] = h
			}
			return fault == nil
		})
		if err = errors.Join(err, fault); err != nil {
			return nil, fmt.Errorf("reading holds: %w", err)
		}
	}
	return all, nil
}
