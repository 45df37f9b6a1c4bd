package bot

const (
	// textCannotCheck is what a member reads whom the platform does not describe just now.
	textCannotCheck = "I cannot check who you are right now, so nothing was done. Please try again in a minute."

	textNoSuchPlugin = "There is no plugin “%s” here. There are: %s."        // a name; all names
	textNearPlugins  = "There is no plugin “%s” here. Did you mean: %s?"     // a name; those that come nearest
	textNoPluginYet  = "There is no plugin “%s” here, nor any other so far." // a name
)

// What commands of members and of administrators both say.
const (
	TextFromConfig    = "in the configuration"
	TextNoLogins      = "logins are not set up for this aidesk"
	TextNoPublicURL   = "aidesk has no public address yet to which its login page can lead back; whoever runs aidesk sets http.public_url"
	TextVisibleTyping = "What you type here can be seen on your screen and passes through the messenger."
)
