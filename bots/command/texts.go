package command

// What members read of commands and forms. A %s or %d stands for what the comment says;
// where there is none, for a plugin's name.
const (
	textUnknownCommand = "There is no command /%s %s. /aidesk help lists them." // a command and its verb
	textAdminCommand   = "/%s is for administrators."                           // a command
	textAdminsOnly     = "This is for administrators."
	textNoFormHere     = "Forms cannot be shown here. Please type it instead: %s name=value" // an operation

	textNoPlugins     = "There are no plugins here yet. An administrator adds them with /plugins-admin add."
	textDenied        = "denied in this channel by an administrator"
	textFrozen        = "frozen by an administrator"
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
	textFromConfig     = "in the configuration"
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

	textHome      = "Ask in your own words, here or where you mention me. Before anything is changed you see exactly what would be sent."
	textHomeAdmin = "Add plugins with "

	textReadsAbove = "When somebody asks me in a thread for the first time, I read up to 30 messages that stand above, for that answer alone. I do not keep them."
	textReadsYours = "Yours are among them. To leave them out: /aidesk privacy out"
	textLeavesOut  = "I leave yours out. To let me read them: /aidesk privacy in"

	textThreadsOn     = "In this channel I read what was said in a thread before I am asked there."
	textThreadsOff    = "In this channel I no longer read what was said in a thread before I am asked there."
	textThreadsOnAll  = "I read what was said in a thread before I am asked there, except in channels where you switched it off."
	textThreadsOffAll = "I no longer read what was said in a thread before I am asked there, except in channels where you switched it on."

	textNoLogins         = "logins are not set up for this aidesk"
	textWantsNoLogin     = "it wants no account of yours"
	textAdminGivesKey    = "it takes a key that an administrator gives for the workspace, with /plugins-admin login %s" // a plugin
	textNoPublicURL      = "aidesk has no public address yet to which its login page can lead back; whoever runs aidesk sets http.public_url"
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
	textVisibleTyping    = "What you type here can be seen on your screen and passes through the messenger."
	textConnected        = "Connected: %s." // a label
	textNotConnected     = "You have no account at %s that is connected."
	textDisconnected     = "Your account at %s is no longer connected."
	textDisconnectedHere = "Your account at %s is no longer connected, and I have deleted its keys. The provider may still list me: you can remove me there too."
	textSomeWorkspace    = "this workspace"

	textNoLoginToSet  = "%s wants no login, so there is nothing to set."
	textLoginTitle    = "Login at %s"
	textSetOAuth      = "Set up members' accounts"
	textSetUserKey    = "Each member's own key"
	textSetServiceKey = "One key for the workspace"
	textSetSubmit     = "Save"
	textNoneYet       = "none yet"
	textSetWhere      = "Set"
	textToAllow       = "To be allowed"
	textRedirect      = "The author of %s registers exactly this redirect address. It is another one for each client ID:"
	textRedirectLater = "Once the client ID is set, you read here the redirect address that the plugin's author has to register."
	textForRoles      = "for %s" // roles
	textInChannels    = "in %s"  // channels
	textForNobody     = "nobody may use it yet"
	textNotAccepted   = "the plugin does not accept it any more"
	textNextLogin     = "Next: /plugins-admin login %s sets its login."
	textNextOAuth     = "Next: /plugins-admin login %s takes the client ID and secret, and shows the redirect address that the plugin's author has to register."

	textClientID         = "Client ID"
	textClientIDHint     = "You get it from the plugin's author."
	textClientSecret     = "Client secret"
	textClientSecretHint = "Empty: it is kept, or there is none." //nolint:gosec // G101: names one, and is none
	textScope            = "Permissions (scope)"
	textScopeHint        = "What members are asked for. Empty: what the plugin says."
	textSecretPlace      = "Where the secret goes"
	textSecretAsSaid     = "as the plugin says" //nolint:gosec // G101: as above
	textSecretHeader     = "in the header"
	textSecretBody       = "in the body"
	textHosts            = "Login pages"
	textHostsHint        = "They are not at the plugin's own address. Members log in only at those with a tick."
	textKeysOf           = "Keys"
	textEachMember       = "each member gives their own"
	textUnchanged        = "Empty: it is kept."
	textRoles            = "Roles that may use it"
	textRolesHint        = "Their ids, separated by commas. The server's id is everybody."
	textGroupsHint       = "User groups that the configuration names."
	textChannels         = "Channels in which it may be used"
	textChannelsHint     = "Their ids or links, separated by commas; the word here stands for this channel. With neither roles nor channels nobody may use it."
	textHere             = "here"
	textPrefix           = "Before the key in %s" // a header
	textPrefixHint       = "Such as Bearer, Bot or Token token=. Empty: nothing precedes it."
	textWantRole         = "“%s” is no id of a role."                                                                      // a word
	textWantChannel      = "“%s” is no id of a channel: it stands at the end of its link."                                 // a word
	textUnknownGroup     = "I know the members of %s only once the configuration names it in access.roles or login.roles." // a user group
	textTooManyAllowed   = "At most %d can be named here."
	textNotItsHost       = "%s has no login page at %s." // a plugin; a host
	textLoginGiven       = "The login of %s comes from the configuration and is changed only there."
	textSetMeanwhile     = "Somebody else changed this plugin meanwhile. Please look again with /plugins-admin login."
	textClientSet        = "The client of %s is set."
	textStillToAllow     = "Members cannot connect yet: nobody has allowed %s." // hosts
	textThenConnect      = "Then members connect their accounts with "
	textSharedSet        = "%s: set, %s." // a label; who may use it
	textSharedNobody     = "The key of %s is kept, and nobody may use it yet: name roles or channels with /plugins-admin login %s."
	textKeysSet          = "Each member gives their own key of %s, with /plugins connect %s."

	textAccounts         = "Connected accounts"
	textNoAccounts       = "No account is connected."
	textMoreAccounts     = "These are the first %d of %d; and %d more. /plugins-admin accounts NAME lists those at one plugin."
	textRevoke           = "Revoke"
	textStateConnected   = "connected"
	textStateRevoked     = "being ended"
	textOfMember         = "of member %s" // id
	textSince            = "since %s"
	textNeverUsed        = "never used"
	textLastUsed         = "last used %s"
	textUntil            = "until %s"
	textForScopes        = "for %s"
	textAlreadyEnded     = "This account is no longer connected."
	textRevokeConfigured = "%s comes from the configuration and is ended only there."                 // a label
	textRevokeOther      = "%s belongs to somebody else, who will be asked to connect again. End it?" // a label
	textRevokeShared     = "%s may be in use by others, who then cannot use it any more. End it?"     // a label
	textRevokeNow        = "Revoke %s"
	textRevoked          = "%s is no longer connected."
	textRevokedHere      = "%s is no longer connected, and I have deleted its keys. The provider may still list me: its owner can remove me there too."

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

	textToday         = "Today (resets at %s)" // a time
	textYou           = "You"
	textThisWorkspace = "This workspace"
	textQuestion      = "1 question"
	textQuestions     = "%s questions"
	textHourLimit     = "Everybody may ask %d questions in an hour."

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

	textCannotAdd      = "This plugin cannot be added. %s" // why
	textAdd            = "Add %s"
	textAdded          = "%s is added. Members enable it with /plugins enable %s."
	textAddedForAll    = "%s is added and on by default."
	textAddedMeanwhile = "Somebody else added or changed this plugin meanwhile. Please read it again with /plugins-admin add."

	textInfoWaiting   = "New version"
	textWaits         = "it waits; an administrator looks at it with /plugins-admin review %s"
	textNothingWaits  = "%s serves what was approved. Nothing waits for a review."
	textReview        = "%s has changed since it was approved. Until you take the change, it serves as before."
	textReviewHosts   = "Calls go to other addresses"
	textReviewAdded   = "New"
	textReviewChanged = "Other arguments, another address or effect"
	textReviewRemoved = "No longer there"
	textReviewLogin   = "It wants another kind of login."
	textReviewTexts   = "Descriptions that the language model reads have changed."
	textReviewRest    = "Nothing that a call depends on has changed."
	textTakeChanges   = "Take the change"
	textReviewed      = "%s serves its new version."
	textReviewOver    = "What you looked at is no longer what waits. Please look again with /plugins-admin review."

	textReading         = "reading %s…" // an address
	textLoginService    = "a key of the workspace"
	textLoginUser       = "each member's own key"
	textLoginOAuth      = "each member's own account"
	textLoginStuck      = "one that aidesk cannot do"
	textReportNoLogin   = "none needed"
	textReportTokens    = "Tokens"
	textReportCost      = "about %d in a request that offers all of it"
	textReportReads     = "reads"
	textReportAsks      = "asks first"
	textReportNotes     = "Notes"
	textMore            = "And %d more, in the attached file."
	textReportFile      = "%s-report.txt"      // a plugin's name
	textReportCut       = "And %d more lines." // of a file
	textFor             = "Enabled for"
	textForEveryone     = "everyone"
	textForChoosers     = "those who enable it"
	textAddSubmit       = "Add"
	textOperations      = "Operations"
	textOperationsHint  = "Those without a tick nobody may use."
	textNoOperations    = "Tick at least one operation."
	textWithout         = "Leave out"
	textWithoutHint     = "Of its %d operations those that nobody may use, separated by commas." // how many
	textReads           = "Mark as reads"
	textReadsHint       = "Operations by POST that only look something up. They are called without asking."
	textWithCommas      = "Separated by commas."
	textReadsPerhaps    = " Perhaps: %s." // operations
	textNeverRead       = "%s is a %s: only a POST can be marked as a read."
	textNotItsOperation = "%s has no operation “%s”."
	textRemoved         = "%s is removed. Nobody here can use it any more."
	textCannotRemove    = "%s cannot be removed here: %s." // a plugin; why
	textCannotChange    = "%s cannot be changed here: %s." // a plugin; why
	textDefaultOn       = "%s is now on by default."
	textDefaultOff      = "%s is now off by default; members may enable it."
	textScopeOn         = "%s is now on in this channel, except for members who disabled it."
	textScopeDenied     = "%s is now denied in this channel: nobody can use it here."
	textScopeNone       = "%s now follows each member's own choice in this channel."
)
