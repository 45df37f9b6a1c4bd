package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/policy"
	"aidesk/store"
)

// What is enabled in a turn: the workspace's defaults, what an administrator enabled
// in the channel or for a role of the member's, and what the member enabled; minus what the
// member disabled, and minus whatever is denied in the channel or to a role of theirs.

// preference is what a member, or an administrator for a channel, decided about plugins.
type preference struct {
	On  []string `json:"on,omitempty"` // ids
	Off []string `json:"off,omitempty"`
	// Agreed is what a member agreed to.
	Agreed Agreed `json:"agreed,omitempty"`
	// Told are the plugins of which a member was told that others enabled them.
	Told []string `json:"told,omitempty"`
	// Show are plugins whose answers under their own accounts members may show in a channel; of
	// a member, those that they show, by channel.
	Show []string `json:"show,omitempty"`
}

// set notes a decision about one plugin; both false takes it back.
func (c *preference) set(id string, on, off bool) {
	is := func(other string) bool { return other == id }
	c.On, c.Off = slices.DeleteFunc(c.On, is), slices.DeleteFunc(c.Off, is)
	if on {
		c.On = append(c.On, id)
	}
	if off {
		c.Off = append(c.Off, id)
	}
}

// standing is what decides which plugins are enabled for a member in a place.
type standing struct {
	member, channel preference
	record          store.Record // of the member's preference
	rules           policy.Rules
	roles           []string // of the member; empty where no rule asks for them
}

func (r *Registry) standing(ctx context.Context, place chat.Place, member string) (s standing, err error) {
	if s.member, s.record, err = r.preference(ctx, r.memberKey(place, member)); err != nil {
		return s, err
	}
	if s.channel, _, err = r.preference(ctx, r.channelKey(place)); err != nil {
		return s, err
	}
	if s.rules, err = r.Rules(ctx, place); err != nil || len(s.rules.Roles) == 0 || r.Members == nil || member == "" {
		return s, err
	}
	m, err := r.Members(ctx, place, member)
	if err != nil {
		return s, fmt.Errorf("reading a member's roles: %w", err)
	}
	s.roles = m.Roles
	return s, nil
}

// denied says whether an administrator denied a plugin to the member or in the channel.
func (s standing) denied(p *Plugin) bool {
	return slices.Contains(s.channel.Off, p.ID) || s.rules.Denies(s.roles, p.ID)
}

// given says whether a plugin is enabled for whoever did not choose.
func (s standing) given(p *Plugin) bool {
	return p.Default || slices.Contains(s.channel.On, p.ID) || s.rules.Enables(s.roles, p.ID)
}

func (s standing) enabled(p *Plugin) bool {
	switch {
	case s.denied(p):
		return false
	case slices.Contains(s.member.On, p.ID):
		return true
	default:
		return s.given(p) && !slices.Contains(s.member.Off, p.ID)
	}
}

// Enabled returns the plugins that are enabled for a member in a place, and those
// that the member could enable, each sorted by name. What is denied to them there is in
// neither.
func (r *Registry) Enabled(ctx context.Context, place chat.Place, member string) (on, off []*Plugin, err error) {
	plugins, err := r.List(ctx, place)
	if err != nil {
		return nil, nil, err
	}
	s, err := r.standing(ctx, place, member)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range plugins {
		switch {
		case s.denied(p):
		case s.enabled(p):
			on = append(on, p)
		default:
			off = append(off, p)
		}
	}
	return on, off, nil
}

// closed says whether a plugin is denied in the channel of a place.
func (r *Registry) closed(ctx context.Context, place chat.Place, id string) (bool, error) {
	channel, _, err := r.preference(ctx, r.channelKey(place))
	return slices.Contains(channel.Off, id), err
}

// Denied lists the plugins that an administrator denied in the channel of a place.
func (r *Registry) Denied(ctx context.Context, place chat.Place) ([]*Plugin, error) {
	channel, _, err := r.preference(ctx, r.channelKey(place))
	if err != nil || len(channel.Off) == 0 {
		return nil, err
	}
	plugins, err := r.List(ctx, place)
	return slices.DeleteFunc(plugins, func(p *Plugin) bool { return !slices.Contains(channel.Off, p.ID) }), err
}

// ErrDenied says that an administrator denied a plugin in the channel, or to a role of the
// member's.
var ErrDenied = errors.New(textDenied)

// Switch enables or disables a plugin for a member; with the latter they take back what they
// agreed to about it. It returns the record to be committed, and false where nothing would
// change. ErrDenied.
func (r *Registry) Switch(ctx context.Context, place chat.Place, member string, p *Plugin, on bool) (store.Record, bool, error) {
	s, err := r.standing(ctx, place, member)
	if err != nil {
		return store.Record{}, false, err
	}
	if on && s.denied(p) {
		return store.Record{}, false, ErrDenied
	}
	own, given := s.member, s.given(p)
	withdrawn := !on && own.Agreed.withdraw(p.ID)
	switched := s.enabled(p) != on
	if !switched && !withdrawn {
		return store.Record{}, false, nil
	}
	if switched {
		own.set(p.ID, on && !given, !on && given)
	}
	return withValue(s.record, own)
}

// Scope is what an administrator decides about a plugin in a channel.
type Scope string

// The decisions of an administrator about a plugin in a channel.
const (
	ScopeEnable Scope = "enable" // for everyone who did not disable it
	ScopeDeny   Scope = "deny"   // for nobody
	ScopeNone   Scope = "none"   // as elsewhere
)

// SetScope decides about a plugin in a channel. It returns the record to be
// committed, and false where nothing would change.
func (r *Registry) SetScope(ctx context.Context, place chat.Place, p *Plugin, s Scope) (store.Record, bool, error) {
	c, rec, err := r.preference(ctx, r.channelKey(place))
	if err != nil {
		return store.Record{}, false, err
	}
	if slices.Contains(c.On, p.ID) == (s == ScopeEnable) && slices.Contains(c.Off, p.ID) == (s == ScopeDeny) {
		return store.Record{}, false, nil
	}
	c.set(p.ID, s == ScopeEnable, s == ScopeDeny)
	return withValue(rec, c)
}

func withValue(rec store.Record, c preference) (store.Record, bool, error) {
	var err error
	if rec.Value, err = json.Marshal(c); err != nil {
		return store.Record{}, false, fmt.Errorf("storing what is enabled: %w", err)
	}
	return rec, true, nil
}

func (r *Registry) memberKey(place chat.Place, member string) string {
	return "enable/" + chat.Key(r.Bot) + "/" + place.Scope() + "/" + chat.Key(member)
}

func (r *Registry) channelKey(place chat.Place) string {
	return "scope/" + chat.Key(r.Bot) + "/" + place.Scope() + "/" + chat.Key(place.Channel)
}

// preference reads what a member or an administrator decided. The caller may change it.
func (r *Registry) preference(ctx context.Context, key string) (preference, store.Record, error) {
	k, err := readKept(ctx, r.Records, &r.choices, key, "enable/"+chat.Key(r.Bot)+"/", "scope/"+chat.Key(r.Bot)+"/")
	own := k.value
	own.On, own.Off, own.Told, own.Show, own.Agreed = slices.Clone(own.On), slices.Clone(own.Off), slices.Clone(own.Told), slices.Clone(own.Show), maps.Clone(own.Agreed)
	return own, k.record, err
}

// MemberKeys are the keys of what is kept of a member of a workspace: what they chose, and
// since when they are known.
func (r *Registry) MemberKeys(place chat.Place, member string) []string {
	return []string{r.memberKey(place, member), r.seenKey(place, member)}
}
