package admin

// What members read of the commands of administrators and their forms. A %s or %d stands for what the comment says;
// where there is none, for a plugin's name.
const (
	textAdminsOnly = "This is for administrators."

	textStopDirect  = "Type this in the channel where I am to stop."
	textNothingRuns = "I am doing nothing in this channel."
	textStoppedOne  = "I stop what I am doing in this channel."
	textStoppedMany = "I stop %d answers in this channel."

	textInfoHost  = "Host"
	textInfoLogin = "Login"

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

	textCannotAdd      = "This plugin cannot be added. %s" // why
	textAdd            = "Add %s"
	textAdded          = "%s is added. Members enable it with /plugins enable %s."
	textAddedForAll    = "%s is added and on by default."
	textAddedMeanwhile = "Somebody else added or changed this plugin meanwhile. Please read it again with /plugins-admin add."

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
	textCannotChange    = "%s cannot be changed here: %s." // a plugin; why
	textDefaultOn       = "%s is now on by default."
	textDefaultOff      = "%s is now off by default; members may enable it."
	textScopeOn         = "%s is now on in this channel, except for members who disabled it."
	textScopeDenied     = "%s is now denied in this channel: nobody can use it here."
	textScopeNone       = "%s now follows each member's own choice in this channel."

	textTellHosts     = "An administrator lets calls of the plugin %s go to: %s." // a plugin; hosts
	textAudit         = "Audit"
	textAuditNone     = "The audit has no such line."
	textAuditFound    = "%s lines"
	textAuditOne      = "1 line"
	textAuditMany     = "more than %s lines; ask for less, or export it with aidesk audit export"
	textAuditBy       = "By: %s."
	textAuditOthers   = "others %s"
	textAuditShown    = "These are %s to %s of them, the newest first."
	textAuditOlder    = "Older"
	textAuditUnknown  = "I know nothing and nobody called “%s” in the audit."
	textAuditNear     = " Did you mean: %s?"
	textAuditHow      = " You can name a plugin, a member, a #channel, a time (May, last week, since 3 May), and: %s."
	textAuditDamaged  = "line %d cannot be read"
	textAuditFormer   = "a former member"
	textAuditSomebody = "a member whose name I do not know"
	textAuditOperator = "%s on the machine"
	textAuditSchedule = "a schedule of %s"
	textAuditSystem   = "aidesk"
	textAuditAt       = "%s at %s" // an operation, a plugin
	textAuditOf       = " of %s"   // a member
	textAuditIn       = " in #%s"  // a channel
	textAuditRule     = "rule %s"
	textAuditLine     = "line %s"
	textAuditDataFrom = "with data from %s"
	textAuditByGrant  = "under a grant"
	textAuditRefused  = "refused"
	textAuditFailed   = "failed"
	textAuditUnclear  = "not known whether it happened"
)

// auditWords say in the audit what was done. What is not among them is said by its own words.
var auditWords = map[string]string{
	"call.waiting": "was asked about", "call.approved": "approved", "call.executing": "approved", "call.done": "sent",
	"call.failed": "sent", "call.unknown": "sent", "call.denied": "did not send", "call.expired": "did not answer about", "call.replaced": "asked anew about",
	"plugin.added": "added", "plugin.removed": "removed", "plugin.reviewed": "took the new version of", "plugin.default": "changed the default of",
	"plugin.frozen": "froze", "plugin.unfrozen": "let calls go again of", "plugin.changed": "found changed at its source", "plugin.unchanged": "found as approved at its source",
	"plugin.scope.enable": "turned on in this channel", "plugin.scope.deny": "denied in this channel", "plugin.scope.none": "left to each member in this channel",
	"choice.enabled": "enabled", "choice.disabled": "disabled",
	"account.shown": "shows in a channel what comes from", "account.hidden": "keeps private what comes from",
	"account.connected": "connected an account at", "account.disconnected": "ended their account at", "account.revoked": "ended an account at",
	"show.allowed": "let members show in a channel what comes from", "show.denied": "no longer lets members show in a channel what comes from",
	"login.set": "set the login of", "threads.on": "let me read threads", "threads.off": "no longer lets me read threads",
	"use.refused": "wanted to use me", "command.refused": "wanted to use a command of administrators",
	"audit.exported": "exported the audit", "member.forgotten": "had themselves forgotten",
}
