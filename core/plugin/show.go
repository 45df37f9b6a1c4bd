package plugin

import (
	"context"
	"errors"
	"slices"

	"aidesk/core/chat"
	"aidesk/store"
)

// What a member's own account gives is theirs alone, also in a channel. Where an administrator
// allows it there, a member may choose that all who read the channel see it.

// ErrShow says that members may not show in a channel what their accounts give.
var ErrShow = errors.New("an administrator has not allowed it in this channel")

// AllowShow lets members, or no longer, show in a channel what their accounts at a plugin give.
// It returns the record to be committed, and false where nothing would change.
func (r *Registry) AllowShow(ctx context.Context, place chat.Place, p *Plugin, on bool) (store.Record, bool, error) {
	c, rec, err := r.preference(ctx, r.channelKey(place))
	if err != nil || slices.Contains(c.Show, p.ID) == on {
		return store.Record{}, false, err
	}
	c.setShow(p.ID, on)
	return withValue(rec, c)
}

// Show lets all who read a channel see what a member's account at a plugin gives when they ask
// there, or no longer. It returns the record to be committed, and false where nothing would
// change. ErrShow.
func (r *Registry) Show(ctx context.Context, place chat.Place, member string, p *Plugin, on bool) (store.Record, bool, error) {
	channel, _, err := r.preference(ctx, r.channelKey(place))
	if err != nil {
		return store.Record{}, false, err
	}
	if on && !slices.Contains(channel.Show, p.ID) {
		return store.Record{}, false, ErrShow
	}
	own, rec, err := r.preference(ctx, r.memberKey(place, member))
	if err != nil || slices.Contains(own.Show, showKey(place, p)) == on {
		return store.Record{}, false, err
	}
	own.setShow(showKey(place, p), on)
	return withValue(rec, own)
}

// Shown reports whether a member lets all who read a channel see what their account at a plugin
// gives, as long as an administrator allows it there and no other organisation reads it.
func (r *Registry) Shown(ctx context.Context, place chat.Place, member string, p *Plugin) (bool, error) {
	channel, _, err := r.preference(ctx, r.channelKey(place))
	if err != nil || place.Direct || place.External || !slices.Contains(channel.Show, p.ID) {
		return false, err
	}
	own, _, err := r.preference(ctx, r.memberKey(place, member))
	return slices.Contains(own.Show, showKey(place, p)), err
}

// showKey names, in a member's preferences, a plugin whose answers a channel may read.
func showKey(place chat.Place, p *Plugin) string { return chat.Key(place.Channel, p.ID) }

func (c *preference) setShow(what string, on bool) {
	c.Show = slices.DeleteFunc(c.Show, func(other string) bool { return other == what })
	if on {
		c.Show = append(c.Show, what)
	}
}
