package rule

// What administrators read of rules. A %s or %d stands for what the comment says; where there
// is none, for a plugin's name.
const (
	textChange           = "Change"
	textSave             = "Save"
	textChanged          = "Done. It is so now:"
	textChangedMeanwhile = "Somebody else changed the rules meanwhile. Please look again with /plugins-admin policy."
	textPluginChanged    = "%s has changed meanwhile. Please look again with /plugins-admin policy %s."
	textPluginGone       = "This plugin is no longer here."
	textTooManyRules     = "There are more than %d rules already. Please take some away first."
	textTellModerators   = "The moderators are now: %s." // roles and members

	textRulesOf         = "Rules of %s"
	textNoOperation     = "%s has no operation “%s”. Did you mean: %s?" // a plugin; a word; ids
	textOneOperation    = "It has too many operations for one form. For one of them: "
	textMoreAsUsual     = "and %d more"
	textCallsPerDay     = "Most calls in a day"
	textMostCalls       = "At most %s calls in a day, of all together." // a number
	textModeDefault     = "as usual (%s)"                               // a mode
	textModeAsk         = "ask first"
	textModeRead        = "go without asking"
	textModeNever       = "never"
	textNeverRead       = "%s may change something, so it always asks." // an operation
	textWayNever        = "never"
	textWayAsks         = "asks first"
	textWayRuleAsks     = "asks first, by your rule"
	textWayDocumentAsks = "asks first, as the plugin itself wants"
	textWayMarked       = "goes as a read; asks each member once"
	textWayReads        = "goes without asking"
	textWayStale        = "asks first: it has changed since you let it go as a read"
	textAndApprovers    = "; then one of these must approve too: %s" // roles and members
	textAndGrants       = "; members may allow it beforehand, within bounds"
	textApprovers       = "Who must approve too"
	textApproversHint   = "Ids of roles or members, separated by commas. One of them approves after the member who asked. Empty: nobody else."
	textOnlyAsking      = "This is only for operations that ask first."
	textWantPerson      = "“%s” is no id of a role or member."                                                            // a word
	textUnknownGroup    = "I know the members of %s only once the configuration names it in access.roles or login.roles." // a user group

	textTurnsPerHour = "Questions in an hour"
	textTurnsPerDay  = "Questions in a day"
	textTokensPerDay = "Tokens in a day" //nolint:gosec // no secret
	textMoneyPerDay  = "Money in a day"
	textEmptyNone    = "Empty: no bound."
	textWantCount    = "Please write a whole number of at least 1, or nothing."
	textWantMoney    = "Please write an amount such as 2.50, or nothing."
	textInAnHour     = "%s questions in an hour"
	textInADay       = "%s questions in a day"
	textTokensInADay = "%s tokens in a day" //nolint:gosec // no secret
	textMoneyInADay  = "%s in a day"
	textNoLimits     = "no bound"

	textLimitsTitle = "Limits"
	textLimitsHere  = "In this channel all together may use: %s."                                       // limits
	textLimitsAll   = "In this workspace all together may use: %s, beside what the configuration says." // limits

	textRoleTitle       = "Members with a role"
	textRoleOn          = "On for them"
	textRoleDeny        = "Denied to them"
	textEachOfThem      = "Each of them"
	textNone            = "none"
	textNobody          = "nobody"
	textOnAndDenied     = "A plugin cannot be on and denied."
	textNamesWithCommas = "Their names, separated by commas."
	textNoSuchPlugin    = "There is no plugin “%s” here." // a word
	textWantRole        = "“%s” is no id of a role. Mention it, or give its id."
	textOneRole         = "Please name one role."

	textWorkspaceTitle = "Rules here"
	textModerators     = "Moderators"
	textModeratorsHint = "Ids of roles or members, separated by commas. They may stop me, freeze plugins, delete my messages and read the audit."
	textAge            = "Days before plugins"
	textAgeHint        = "How many days somebody must be a member before they can use plugins. Empty: none."
	textDays           = "%d days"
	textWantDays       = "Please write a number of days up to 3650, or nothing."
	textGuests         = "Guests"
	textGuestsHint     = "Whether I answer guests at all is decided in the configuration."
	textGuestsAll      = "use plugins as members do"
	textGuestsRead     = "only look things up"
	textGuestsNone     = "cannot use plugins"
	textNotices        = "Notices go to"
	textNoticesHint    = "Id or link of a channel; the word here stands for this one. Empty: each administrator is told directly."
	textNoticesEach    = "each administrator"
	textWantChannel    = "“%s” is no id of a channel: it stands at the end of its link." // a word
	textOneChannel     = "Please name one channel."
	textUnseenChannel  = "I do not see this channel here. Type the command there, and write here."
	textAllTogether    = "All together"
	textRuledRoles     = "Roles with rules"
	textRuledChannels  = "Channels with limits"
	textRuledPlugins   = "Plugins with rules"
	textMoreRules      = "For one plugin: /plugins-admin policy NAME. For a role: /plugins-admin role ROLE. For what may be used: /plugins-admin limits."
)
