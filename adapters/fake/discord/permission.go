package discord

import "slices"

// Permissions, as bits.
const (
	Administrator        uint64 = 1 << 3
	ManageChannels       uint64 = 1 << 4
	ManageGuild          uint64 = 1 << 5
	AddReactions         uint64 = 1 << 6
	ViewChannel          uint64 = 1 << 10
	SendMessages         uint64 = 1 << 11
	ManageMessages       uint64 = 1 << 13
	EmbedLinks           uint64 = 1 << 14
	AttachFiles          uint64 = 1 << 15
	ReadHistory          uint64 = 1 << 16
	MentionEveryone      uint64 = 1 << 17
	UseCommands          uint64 = 1 << 31
	ManageThreads        uint64 = 1 << 34
	CreateThreads        uint64 = 1 << 35 // public ones
	CreatePrivateThreads uint64 = 1 << 36
	SendInThreads        uint64 = 1 << 38

	allPermissions uint64 = 1<<53 - 1
)

// dmPermissions is what everybody may do in a direct message.
const dmPermissions = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadHistory | AddReactions | UseCommands

// Permissions are what a user may do in a channel.
func (d *Discord) Permissions(user, channel string) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch, _ := d.channel(channel)
	return d.permissions(user, ch)
}

// guildPermissions are those that a user has in a guild, before channels change them.
func (d *Discord) guildPermissions(user, guild string) uint64 {
	u, _ := d.user(user)
	g, ok := d.guild(guild)
	switch {
	case !ok || !u.inGuild(guild):
		return 0
	case g.Owner == user:
		return allPermissions
	}
	var sum uint64
	for _, r := range d.roles {
		if r.Guild == guild && (r.ID == guild || slices.Contains(u.Roles, r.ID)) {
			sum |= r.Permissions
		}
	}
	if sum&Administrator != 0 {
		return allPermissions
	}
	return sum
}

// permissions follow Discord's own algorithm: everyone's overwrite, then those of the
// roles together, then the member's. A thread has its channel's.
func (d *Discord) permissions(user string, ch Channel) uint64 {
	if ch.Kind == KindDM {
		if user == ch.Recipient || user == BotUser {
			return dmPermissions
		}
		return 0
	}
	if ch.isThread() {
		parent, _ := d.channel(ch.Parent)
		if ch.Kind == KindPrivateThread && !slices.Contains(ch.Members, user) && d.permissions(user, parent)&ManageThreads == 0 {
			return 0
		}
		return d.permissions(user, parent)
	}
	sum := d.guildPermissions(user, ch.Guild)
	if sum == allPermissions {
		return sum
	}
	u, _ := d.user(user)
	var allow, deny, mineAllow, mineDeny uint64
	for _, o := range ch.Overwrites {
		switch {
		case o.Member && o.ID == user:
			mineAllow, mineDeny = o.Allow, o.Deny
		case !o.Member && o.ID == ch.Guild:
			sum = sum&^o.Deny | o.Allow
		case !o.Member && slices.Contains(u.Roles, o.ID):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	sum = sum&^deny | allow
	sum = sum&^mineDeny | mineAllow
	switch {
	case sum&ViewChannel == 0:
		return 0
	case u.Timeout.After(d.Clock.Now()):
		return sum & (ViewChannel | ReadHistory)
	case sum&SendMessages == 0:
		return sum &^ (MentionEveryone | EmbedLinks | AttachFiles)
	}
	return sum
}

// may reports whether a user has all of some permissions in a channel.
func (d *Discord) may(user string, ch Channel, bits uint64) bool {
	return d.permissions(user, ch)&bits == bits
}

// writePermissions is what it takes to write in a channel.
func (c Channel) writePermissions() uint64 {
	if c.isThread() {
		return ViewChannel | SendInThreads
	}
	return ViewChannel | SendMessages
}
