package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// Who is told of what administrators must know: the channel that they named for it, else
// those whom the configuration names and those who have used the commands of administrators,
// as far as they still are administrators.

// administrators are the members who have used commands of administrators in a workspace,
// by platform's id, with the time when they were noted.
type administrators map[string]time.Time

// Administered are the workspaces of a bot in which somebody used commands of administrators.
func (b *Bot) Administered(ctx context.Context, records store.Records) ([]chat.Place, error) {
	var places []chat.Place
	err := records.Scan(ctx, "administrators/"+chat.Key(b.Name)+"/", func(r store.Record) bool {
		if place, ours := b.PlaceOf(strings.TrimPrefix(r.Key, "administrators/")); ours {
			places = append(places, place)
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading who administers: %w", err)
	}
	return places, nil
}

// mostAdministrators bounds how many are kept and told.
const mostAdministrators = 50

func administratorsKey(b *Bot, p chat.Place) string { return "administrators/" + b.Scope(p) }

func (x *Exchange) administrators(ctx context.Context) (administrators, store.Record, error) {
	return readAdministrators(ctx, x.Store, administratorsKey(x.Bot, x.Event.Place))
}

func readAdministrators(ctx context.Context, s store.Store, key string) (administrators, store.Record, error) {
	record, err := s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return administrators{}, store.Record{Key: key}, nil
	}
	known := administrators{}
	if err == nil {
		err = json.Unmarshal(record.Value, &known)
	}
	if err != nil {
		return nil, record, fmt.Errorf("reading who administers: %w", err)
	}
	return known, record, nil
}

// NoteAdministrator notes that the member who caused the event administers the workspace, so
// that they are told of what administrators must know. A fault is logged: nothing rests on it.
func (x *Exchange) NoteAdministrator(ctx context.Context) {
	if x.Event.Place.Operator != "" {
		return
	}
	known, record, err := x.administrators(ctx)
	if _, noted := known[x.Event.Member]; noted || err == nil && len(known) >= mostAdministrators {
		return
	}
	if err == nil {
		known[x.Event.Member] = x.Now().UTC()
		if record.Value, err = json.Marshal(known); err == nil {
			_, err = x.Store.Put(ctx, record)
		}
		if err == nil { // from now on there is somebody to be told
			_, err = x.Store.Ingest(ctx, x.Bot.Nights(x.Event.Place, x.Now())...)
		}
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		x.Logger.WarnContext(ctx, "noting an administrator", "error", err)
	}
}

// AdministratorSince is when a member was noted as an administrator; zero: never.
func (b *Bot) AdministratorSince(ctx context.Context, s store.Store, p chat.Place, member string) (time.Time, error) {
	known, _, err := readAdministrators(ctx, s, administratorsKey(b, p))
	return known[member], err
}

// ForgetAdministrator forgets that a member was noted as an administrator.
func (b *Bot) ForgetAdministrator(ctx context.Context, s store.Store, p chat.Place, member string) error {
	known, record, err := readAdministrators(ctx, s, administratorsKey(b, p))
	if _, noted := known[member]; err != nil || !noted {
		return err
	}
	delete(known, member)
	if record.Value, err = json.Marshal(known); err == nil {
		_, err = s.Put(ctx, record)
	}
	if err != nil {
		return fmt.Errorf("forgetting an administrator: %w", err)
	}
	return nil
}

// Notify adds to c a message to the administrators of the workspace. The same key gives the
// same message, however often the event is worked. fill adds to each Reply what it needs
// beside its text; nil: nothing.
func (x *Exchange) Notify(ctx context.Context, c *store.Commit, key string, text markdown.Document, fill func(*store.Commit, *chat.Reply)) error {
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	add := func(r chat.Reply, owner string) error {
		if fill != nil {
			fill(c, &r)
		}
		wanted, err := x.Bot.WantedReply(x.Conversation, r, owner)
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
		return nil
	}
	if rules.Notices != "" {
		p := chat.Place{Platform: x.Event.Place.Platform, Workspace: x.Event.Place.Workspace, Channel: rules.Notices, Installed: x.Event.Place.Installed}
		return add(chat.Reply{ID: chat.Key("notice", key), Place: p, Open: true, Text: text}, "")
	}
	known, _, err := x.administrators(ctx)
	if err != nil {
		return err
	}
	members := slices.Clone(x.Bot.Tell[x.Event.Place.Platform])
	for id := range known {
		if !slices.Contains(members, id) {
			members = append(members, id)
		}
	}
	slices.Sort(members)
	for _, id := range members[:min(len(members), mostAdministrators)] {
		m, err := x.Adapter.Member(context.WithoutCancel(ctx), x.Event.Place, id)
		if err != nil || !m.Admin || m.Deactivated {
			continue
		}
		r := chat.Reply{ID: chat.Key("notice", key, id), Place: x.Event.Place.AtPlatform(), To: id, Private: true, Text: text}
		if err := add(r, x.Bot.Owner(x.Event.Place, id)); err != nil {
			return err
		}
	}
	return nil
}
