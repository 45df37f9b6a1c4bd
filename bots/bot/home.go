package bot

import (
	"encoding/json"
	"fmt"

	"aidesk/core/chat"
	"aidesk/store"
)

// HomeList stands in ButtonAction.List, in place of a Reply, for a member's own page.
const HomeList = "home"

// RefreshHome has the page on which a button was pressed shown anew after the event, whose
// commit then holds one more event for that.
func (x *Exchange) RefreshHome() {
	commit := x.Commit
	x.Commit = func(c store.Commit) error {
		id := chat.Key("home", x.Event.ID)
		body, err := json.Marshal(Event{Chat: &chat.Event{ID: id, Time: x.Event.Time, Place: x.Event.Place, Member: x.Event.Member, Visit: &chat.Visit{}}})
		if err != nil {
			return fmt.Errorf("showing a page anew: %w", err)
		}
		c.Events = append(c.Events, store.Event{
			ID: chat.Key(x.Bot.Name, x.Event.Place.Platform, x.Event.Place.Workspace, id), Member: x.Owner(), Time: x.Event.Time,
			Conversation: x.Conversation, Kind: KindVisit, Body: body,
		})
		return commit(c)
	}
}
