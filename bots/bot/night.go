package bot

import (
	"encoding/json"
	"hash/fnv"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// The hours, on the clock of the machine, at which the sources of plugins are read anew: first
// those of the configuration, which all workspaces share, then those of the workspaces.
const (
	nightBegins     = 1 * time.Hour
	nightWorkspaces = 2 * time.Hour
	nightEnds       = 5 * time.Hour
)

// Nights are the event by which the sources of a workspace's plugins are read anew in the next
// night; of the configuration's plugins, where the place is of no workspace; none, where nights
// are not used. It is the same event until then, and the workspaces are spread over the night.
func (b *Bot) Nights(place chat.Place, now time.Time) []store.Event {
	if !b.Nightly {
		return nil
	}
	at := chat.Place{Platform: place.Platform, Workspace: place.Workspace, Installed: place.Installed}
	begin, end := nightWorkspaces, nightEnds
	if at.Workspace == "" {
		begin, end = nightBegins, nightWorkspaces
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(b.Scope(at)))
	begin += (time.Duration(h.Sum64()>>1) % (end - begin)).Truncate(time.Second)
	due := nextAt(now, begin)
	body, err := json.Marshal(Event{Chat: &chat.Event{Place: at}})
	if err != nil {
		panic(err) // strings
	}
	return []store.Event{{
		ID:           chat.Key(b.Name, "night", at.Platform, at.Workspace, due.Format(time.DateOnly)),
		Conversation: b.OwnConversation(at, "night"), Kind: KindNight, Due: due, Body: body,
	}}
}

// nextAt is the next time at which so much of a day has passed on the clock.
func nextAt(now time.Time, clock time.Duration) time.Time {
	for day := now.Day(); ; day++ {
		due := time.Date(now.Year(), now.Month(), day, 0, 0, int(clock/time.Second), 0, now.Location())
		if due.After(now) {
			return due
		}
	}
}
