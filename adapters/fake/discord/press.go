package discord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// Press lets a user press a button of a message, by its custom_id. It may be one that
// stood there before, as a screen may lag behind.
func (d *Discord) Press(user, channel, message, customID string) (*Receipt, error) {
	return d.choose(user, channel, message, customID, nil)
}

// Choose is Press for a menu: the values are those of its options, or ids of users,
// roles or channels.
func (d *Discord) Choose(user, channel, message, customID string, values ...string) (*Receipt, error) {
	return d.choose(user, channel, message, customID, orEmpty(values))
}

func (d *Discord) choose(user, channel, id, customID string, values []string) (*Receipt, error) {
	defer d.mu.Changing()()
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	m := d.message(channel, id)
	if m == nil || m.Deleted || m.To != "" && m.To != user {
		return nil, fmt.Errorf("message %s: %w", id, errNotShown)
	}
	var used object
	for _, v := range slices.Backward(m.Versions) {
		var old []any
		_ = json.Unmarshal(v.Components, &old)
		rule.EachComponent(old, func(c object) {
			if used == nil && c["custom_id"] == customID && c["disabled"] != true {
				used = c
			}
		})
		if used != nil {
			break
		}
	}
	kind := rule.Integer(used["type"])
	if used == nil || (kind == 2) != (values == nil) {
		return nil, fmt.Errorf("component %q in message %s: %w", customID, id, errNotShown)
	}
	data := object{"component_type": kind, "custom_id": customID, "id": used["id"]}
	if kind != 2 {
		if err := d.chooseValues(data, used, values, ch); err != nil {
			return nil, err
		}
	}
	return d.interact(&interaction{kind: kindComponent, user: user, channel: ch, data: data, message: m}), nil
}

// chooseValues puts the values of a menu into its data.
func (d *Discord) chooseValues(data, menu object, values []string, ch Channel) error {
	least, most := 1, 1
	if v, ok := menu["min_values"]; ok {
		least = rule.Integer(v)
	}
	if v, ok := menu["max_values"]; ok {
		most = rule.Integer(v)
	}
	if len(values) < least || len(values) > most {
		return fmt.Errorf("the menu takes %d to %d values", least, most)
	}
	data["values"] = values
	kind := rule.Integer(menu["type"])
	if kind != 3 {
		resolved := object{}
		for _, id := range values {
			if !d.resolve(resolved, id, ch, map[int]string{5: "user", 6: "role", 7: "user role", 8: "channel"}[kind]) {
				return fmt.Errorf("there is no %q to choose", id)
			}
		}
		data["resolved"] = resolved
		return nil
	}
	options, _ := menu["options"].([]any)
	for _, v := range values {
		if !slices.ContainsFunc(options, func(o any) bool { option, _ := o.(object); return option["value"] == v }) {
			return fmt.Errorf("the menu has no option %q", v)
		}
	}
	return nil
}

// resolve adds who or what an id stands for to the resolved ones.
func (d *Discord) resolve(resolved object, id string, ch Channel, kinds string) bool {
	under := func(key string) object {
		o, ok := resolved[key].(object)
		if !ok {
			o = object{}
			resolved[key] = o
		}
		return o
	}
	if u, ok := d.user(id); ok && strings.Contains(kinds, "user") {
		under("users")[id] = u.payload()
		if u.inGuild(ch.Guild) {
			member := u.partialMember()
			member["permissions"] = bitString(d.permissions(id, ch))
			under("members")[id] = member
		}
		return true
	}
	if r, ok := byID(d.roles, id); ok && r.Guild == ch.Guild && strings.Contains(kinds, "role") {
		under("roles")[id] = r.payload()
		return true
	}
	if c, ok := d.channel(id); ok && c.Guild == ch.Guild && ch.Guild != "" && strings.Contains(kinds, "channel") {
		where := d.channelPayload(c)
		where["permissions"] = bitString(d.permissions(BotUser, c))
		under("channels")[id] = where
		return true
	}
	return false
}
