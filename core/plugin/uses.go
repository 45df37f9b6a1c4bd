package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/store"
)

// Uses is who uses a plugin in a workspace.
type Uses struct {
	Enabled  int              // members who enabled it themselves
	Disabled int              // members who switched it off
	Channels map[string]Scope // what administrators decided, by platform's id of the channel
}

// Uses reads who uses the plugins of a workspace, by their ids.
func (r *Registry) Uses(ctx context.Context, place chat.Place) (map[string]Uses, error) {
	uses := map[string]Uses{}
	scope := chat.Key(r.Bot) + "/" + place.Scope() + "/"
	err := r.scanPreferences(ctx, "enable/"+scope, func(_ string, c preference) {
		for _, id := range c.On {
			u := uses[id]
			u.Enabled++
			uses[id] = u
		}
		for _, id := range c.Off {
			u := uses[id]
			u.Disabled++
			uses[id] = u
		}
	})
	if err != nil {
		return nil, err
	}
	err = r.scanPreferences(ctx, "scope/"+scope, func(key string, c preference) {
		channel, err := url.PathUnescape(strings.TrimPrefix(key, "scope/"+scope))
		if err != nil {
			return // no key of ours
		}
		for i, id := range slices.Concat(c.On, c.Off) {
			u := uses[id]
			if u.Channels == nil {
				u.Channels = map[string]Scope{}
			}
			if u.Channels[channel] = ScopeEnable; i >= len(c.On) {
				u.Channels[channel] = ScopeDeny
			}
			uses[id] = u
		}
	})
	return uses, err
}

// scanPreferences calls fn with what was decided under a prefix.
func (r *Registry) scanPreferences(ctx context.Context, prefix string, fn func(key string, c preference)) error {
	var broken error
	err := r.Records.Scan(ctx, prefix, func(rec store.Record) bool {
		var c preference
		if broken = json.Unmarshal(rec.Value, &c); broken == nil {
			fn(rec.Key, c)
		}
		return broken == nil
	})
	if err = errors.Join(err, broken); err != nil {
		return fmt.Errorf("reading what is enabled: %w", err)
	}
	return nil
}
