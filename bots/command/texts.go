package command

// What members read of commands and forms. A %s or %d stands for what the comment says;
// where there is none, for a plugin's name.
const (
	textUnknownCommand = "There is no command /%s %s. /aidesk help lists them."              // a command and its verb
	textForAdmins      = "/%s %s is for administrators."                                     // a command; its verb
	textForModerators  = "/%s %s is for administrators and moderators."                      // a command; its verb
	textNoFormHere     = "Forms cannot be shown here. Please type it instead: %s name=value" // an operation

	textNoPlugins     = "There are no plugins here yet. An administrator adds them with /plugins-admin add."
	textDenied        = "denied here by an administrator"
	textOn            = "on"
	textOff           = "off"
	textEnable        = "Enable %s"
	textDisable       = "Disable %s"
	textOffer         = " is not enabled for you, but may know this: "
	textEnabled       = "%s is now enabled for you."
	textEnabledBefore = "%s was already enabled for you."
	textDisabled      = "%s is now disabled for you. I no longer use it."
	textNotEnabled    = "%s was not enabled for you."
	textCannotEnable  = "%s cannot be enabled here: %s." // a plugin; why
	textForExample    = "For example:"
	textGiven         = "%s is on for everyone here. It received what this needed of your words. To switch it off: /plugins disable %s" // a plugin; its name

	textInfoHost       = "Host"
	textInfoLogo       = "Logo"
	textInfoContact    = "Contact"
	textInfoLegal      = "Legal"
	textInfoPrivacy    = "Privacy"
	textInfoLogin      = "Login"
	textInfoRegistered = "Registered"
	textAsksFirst      = " (asks you first)"
	textAsksOnce       = " (your admins let it go without a card; asks you once)"
	textCan            = "What it can do"
	textExamples       = "For example"

	textWhichOperation   = "Which operation? For example: /plugins run %s"                    // an operation
	textNoOperation      = "%s has no operation “%s”. /plugins info %s lists what it can do." // a plugin; a name; its name
	textFormNotEnabled   = "%s is not enabled for you. Enable it with /plugins enable %s."
	textFormNoSuchPlugin = "There is no plugin “%s” here. /plugins shows what there is."
	textFormUnknown      = "This form is no longer valid. Please ask again."
	textFormOthers       = "This form is for somebody else."
	textCardUnknown      = "This card is no longer valid. Please ask again."
	textDeclineTitle     = "Decline"
	textDeclineSubmit    = "Decline"
	textDeclineReason    = "Why"
	textDeclineHint      = "It is shown where this was asked."
	textRateTitle        = "What was wrong?"
	textRateSubmit       = "Send"
	textRateReason       = "In your words"
	textRateHint         = "You may leave this empty. It is kept with the answer."
	textCardDecided      = "This is already decided. Please ask again."
	textNoForm           = "This opens no form."
	textShowCard         = "Show the card"

	textHelpTitle    = "How aidesk works"
	textHelp         = "Ask in your own words. I look things up with the plugins that you enabled. Before anything is changed you see exactly what would be sent, and nothing is sent until you press Approve."
	textTry          = "Try"
	textCommands     = "Commands"
	textYourMessages = "Your messages"
	textStayHere     = "Your messages stay in this program."
	textGoToModel    = "Your messages go to %s (%s)." // a model; a host
	textPluginsSee   = "Plugins see only what a request needs."
	textKept         = "Conversations are kept until you type /aidesk forget."
	textKeptDays     = "Conversations are kept for %d days, or until you type /aidesk forget."
	textCanBeWrong   = "Answers can be wrong."

	textGreeting = "Hello! Ask me in your own words; I look things up with the plugins that are enabled for you. Before anything is changed you see exactly what would be sent, and nothing is sent until you press Approve. /aidesk help says more."
	textAskWhat  = "What can you do?"

	textHome      = "Ask in your own words, here or where you mention me. Before anything is changed you see exactly what would be sent."
	textHomeAdmin = "Add plugins with "

	textHomeAsk       = "Ask me, for example"
	textAsk           = "Ask"
	textHomeAccounts  = "Your accounts"
	textHomeAccount   = "%s, since %s" // an account; a day
	textDisconnect    = "Disconnect"
	textHomeWaiting   = "For administrators"
	textHomeSchedules = "Your schedules"
	textHomeGrants    = "What I may do without asking you"
	textHomeMore      = "%d more: %s" // how many; the command that shows them

	textReadsAbove = "When somebody asks me in a thread for the first time, I read up to 30 messages that stand above, for that answer alone. I do not keep them."
	textReadsYours = "Yours are among them. To leave them out: /aidesk privacy out"
	textLeavesOut  = "I leave yours out. To let me read them: /aidesk privacy in"

	textAgreed    = " (%s): you agreed that it has words of yours." // its host
	textWithdraw  = "Withdraw: %s"
	textWithdrawn = "%s has no more words of yours until you agree again."

	textFilesNotKept = "Files that you attach are read for one answer and not kept."
	textDeletedGoes  = "If you delete a message of yours, I delete what I kept of its words."
	textKeepTraces   = "How an answer came about is kept for %d days."
	textKeepFeedback = "How you rated answers is kept for %d days."
	textKeepAccounts = "Accounts that you connected end when they are not used for %d days."
	textKeepAudit    = "Who decided what, without its content, is kept for %d days."

	textHolds     = "What must be kept"
	textNoHolds   = "Nothing must be kept beyond its time."
	textHoldSince = "%s, since %s"                 // a member or a channel; a day
	textHoldAsked = " (asked to be forgotten: %d)" // how many members
	textHoldHow   = "Say whom or where, and on or off: /plugins-admin hold #channel on"
	textHoldWhom  = "“%s” is no member or channel. Mention it, or give its id."

	textForgetHeld = "An administrator must keep what I have of you by law, so nothing is deleted now. I have noted that you want it, and do it when that ends."

	textThreadsOn     = "In this channel I read what was said in a thread before I am asked there."
	textThreadsOff    = "In this channel I no longer read what was said in a thread before I am asked there."
	textThreadsOnAll  = "I read what was said in a thread before I am asked there, except in channels where you switched it off."
	textThreadsOffAll = "I no longer read what was said in a thread before I am asked there, except in channels where you switched it on."

	textWantsNoLogin     = "it wants no account of yours"
	textAdminGivesKey    = "it takes a key that an administrator gives for the workspace, with /plugins-admin login %s"      // a plugin
	textHostsToAllow     = "you would log in at %s, which an administrator has to allow first, with /plugins-admin login %s" // hosts; a plugin
	textBadProvider      = "nobody can log in with the addresses that it names: %s"                                          // why
	textNoClient         = "an administrator has to give its client id and secret first, with /plugins-admin login %s"       // a plugin
	textCannotConnect    = "You cannot connect an account at %s: %s."                                                        // a plugin; why
	textOwnAccount       = "%s's %s"                                                                                         // a member; a plugin
	textMemberYou        = "You"                                                                                             // a member who has no other name
	textYourAccount      = "your %s"                                                                                         // a plugin
	textConnectTo        = "Connect %s"
	textConnectSubmit    = "Connect"
	textConnectNow       = "Connect your account at %s. Only you can use it, and only through me."
	textConnectButton    = "Connect"
	textEnterCode        = "Enter code"
	textDigits           = "Code"
	textDigitsHint       = "The six digits that the page shows at the end."
	textConnected        = "Connected: %s." // a label
	textNotConnected     = "You have no account at %s that is connected."
	textDisconnected     = "Your account at %s is no longer connected."
	textDisconnectedHere = "Your account at %s is no longer connected, and I have deleted its keys. The provider may still list me: you can remove me there too."
	textSomeWorkspace    = "this workspace"

	textInfoAccount      = "Account"
	textYours            = "your account, since %s"             // a day
	textSharedHere       = "shared by this workspace, since %s" // a day
	textYoursUntil       = ", until %s"                         // a day
	textConnectWith      = "not connected: /plugins connect %s"
	textConnectAgainWith = "your account is not accepted any more: /plugins connect %s"
	textNoShared         = "no key yet, an administrator gives it"
	textSharedNotYou     = "shared by this workspace, but not with you here"

	textShown          = "From now on all who read this channel see what your account at %s gives when you ask here. Take it back with /plugins hide %s." // a plugin; its name
	textHidden         = "What your account at %s gives is for you alone again, here too."
	textShownAlready   = "What your account at %s gives is shown in this channel already."
	textHiddenAlready  = "What your account at %s gives is for you alone here already."
	textShowNotAllowed = "An administrator has to allow in this channel that members show what their accounts at %s give, with /plugins-admin show %s on." // a plugin; its name
	textShowDirect     = "Only you and I are here. Type this in the channel that it is for."
	textShowAllowed    = "In this channel members may now show what their accounts at %s give, each for themselves with /plugins show %s. As long as other organisations read it, it remains private." // a plugin; its name
	textShowDenied     = "In this channel what members' accounts at %s give is for them alone."

	textForget    = "This deletes our conversations, the cards that wait for you, your accounts at plugins and your choice of plugins. It cannot be undone, and what plugins or a language model already received is not deleted."
	textForgetAll = "Delete everything"
	textForgotten = "Deleted: our conversations, the cards that waited for you, your accounts at plugins and your choice of plugins."

	textWhyTitle    = "How this answer came about"
	textWhyNone     = "There is no such answer in this conversation. For an answer in a thread, mention me there and write “why”."
	textWhyPrivate  = "It used a plugin under the login of the member who asked, so the rest is shown only to them."
	textWhyNoCalls  = "No plugin was called."
	textWhyOthers   = "What was sent and returned is shown only to the member who asked."
	textWhyModel    = "Model"
	textWhyPlugins  = "Plugins in view"
	textWhyOffered  = "Operations offered"
	textWhyAll      = "%s. Everything was offered." // operations
	textWhyMore     = "And %s more operations."     // a number
	textWhyByCard   = "by a card"
	textWhyWaits    = "waits for a decision"
	textWhySent     = "To "
	textWhyReturned = "From "
	textWhyRated    = "Rated good by %d and bad by %d." // numbers
	textWhyYouWrote = " You wrote: %s"                  // a member's words

	textInfoWaiting = "New version"
	textWaits       = "it waits; an administrator looks at it with /plugins-admin review %s"
)
