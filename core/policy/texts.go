package policy

// What members read of a denial. A %s is the plugin's name.
const (
	textDeactivated    = "Your account here is deactivated."
	textBot            = "Bots cannot use plugins."
	textFrozen         = "%s is frozen by an administrator."
	textWritesFrozen   = "An administrator has frozen what changes something at %s."
	textNotEnabled     = "%s is not enabled for you here."
	textNever          = "An administrator does not let me do this at %s."
	textCannotBeCalled = "%s describes this operation in a way that aidesk cannot call."
	textChanged        = "%s has changed since you asked. Please ask again."
	textHeld           = "%s has changed this at its source. I do not use it until an administrator has looked at the change."
	textNotYourAccount = "You may not use the account at %s with which this would go."
	textAccountGone    = "The account at %s with which this would go is no longer connected. Please ask again."
	textStranger       = "I only answer members of this workspace's own organisation."
	textGuestDenied    = "Guests cannot use plugins here."
	textGuestReads     = "Guests can only look things up at %s."
	textTooNew         = "New members cannot use plugins yet. You can from %s." // a time
	textAgeUnknown     = "I cannot see since when you are a member here, so you cannot use plugins yet."
	textChannelDenies  = "%s is denied in this channel by an administrator."
	textRoleDenies     = "%s is denied to members with your role by an administrator."
	textGuest          = "I do not answer guests here. An administrator can allow it."
	textOnlyAdmins     = "So far I only answer administrators. They can open aidesk to channels or roles."
	textChannel        = "I may not answer in this channel."
	textRole           = "You need another role to ask me here. An administrator can tell you which."
)
