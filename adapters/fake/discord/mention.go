package discord

import (
	"regexp"
	"slices"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

var mention = regexp.MustCompile(`<@!?(\d+)>|<@&(\d+)>|@(everyone|here)`)

// mentioned are who a text of a user notifies. Discord does not say what becomes of
// mentions in code; here they count.
func (d *Discord) mentioned(user string, ch Channel, text string, a rule.Mentions, reply *message) []string {
	var out []string
	add := func(id string) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	mighty := d.may(user, ch, MentionEveryone)
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		switch {
		case m[1] != "":
			if _, known := d.user(m[1]); known && (slices.Contains(a.Parse, "users") || slices.Contains(a.Users, m[1])) {
				add(m[1])
			}
		case m[2] != "":
			r, known := byID(d.roles, m[2])
			if known && r.Guild == ch.Guild && (r.Mentionable || mighty) && (slices.Contains(a.Parse, "roles") || slices.Contains(a.Roles, m[2])) {
				add("&" + m[2])
			}
		default:
			if mighty && ch.Kind != KindDM && slices.Contains(a.Parse, "everyone") {
				add("@" + m[3])
			}
		}
	}
	// An answer to what came with an interaction's token mentions nobody.
	if reply != nil && a.Replied && reply.token == "" && reply.User != user {
		add(reply.User)
	}
	return out
}

// mentionsUser reports whether a user is mentioned.
func (m *message) mentionsUser(user string) bool { return slices.Contains(m.Pings, user) }

// Typed is what clients make of what a member types: names after an @ become mentions
// of the user or role that bears them, names after a # of the channel.
func (d *Discord) Typed(text string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return typedName.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1:]
		if found[0] == '#' {
			for _, c := range d.channels {
				if strings.EqualFold(c.Name, name) {
					return "<#" + c.ID + ">"
				}
			}
			return found
		}
		for _, u := range d.users {
			if strings.EqualFold(u.Name, name) {
				return "<@" + u.ID + ">"
			}
		}
		for _, r := range d.roles {
			if strings.EqualFold(r.Name, name) && r.ID != r.Guild {
				return "<@&" + r.ID + ">"
			}
		}
		return found
	})
}

var typedName = regexp.MustCompile(`[@#][A-Za-z0-9_.-]+`)
