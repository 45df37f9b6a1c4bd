package slack

import (
	"context"
	"slices"
	"strings"

	"aidesk/adapters/slack/payload"
	"aidesk/core/chat"
)

// mostHistory is how many messages are read at most.
const mostHistory = 200

// History reads the newest messages that members wrote in a place, oldest first, at
// most limit or 200. The error names the scope that is missing, if one is.
func (a *Adapter) History(ctx context.Context, place chat.Place, limit int) ([]chat.Message, error) {
	self, err := a.who.Get(ctx)
	if err != nil {
		return nil, err
	}
	limit = min(max(limit, 0), mostHistory)
	in := incoming{Adapter: a, shift: &shift{self: self}}
	var out []chat.Message
	err = a.past(ctx, place, "", mostPages, func(m payload.Message) {
		if in.foreign(m) {
			return
		}
		text, names, _ := payload.CommonMark(m.Text, self.User)
		out = append(out, chat.Message{ID: m.TS, Text: text, Names: names})
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(x, y chat.Message) int { return strings.Compare(x.ID, y.ID) })
	return out[max(0, len(out)-limit):], nil
}
