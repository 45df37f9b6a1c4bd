package registry

// What administrators read of the plugins of their workspace. A %s or %d stands for what the
// comment says; where there is none, for a plugin's name.
const (
	textWantChannel = "“%s” is no id of a channel: it stands at the end of its link." // a word

	textNothingWaits    = "%s serves what was approved. Nothing waits for a review."
	textReview          = "%s has changed since it was approved. Until you take the change, it serves as before."
	textReviewHeld      = "%s has changed since it was approved. Until you take the change, it serves as before, and I leave alone what is another or gone: %s." // a plugin; how many operations
	textReviewHosts     = "Calls go to other addresses"
	textReviewAdded     = "New"
	textReviewChanged   = "Other arguments, another address or effect"
	textReviewRemoved   = "No longer there"
	textReviewRenamed   = "The same under another name"
	textReviewReworded  = "Described in other words"
	textReviewLogin     = "It wants another login: %s; so far: %s." // after; before
	textReviewLoginElse = "Its login works otherwise."
	textReviewTexts     = "What it says of itself"
	textReviewRest      = "Nothing that a call depends on has changed."
	textReviewButton    = "Review %s"
	textRewording       = ": “%s” is now “%s”" // before; after
	textOfArguments     = ": its arguments"
	textLoginAt         = " at %s" // hosts
	textTakeChanges     = "Take the change"
	textReviewed        = "%s serves its new version."
	textReviewOver      = "What you looked at is no longer what waits. Please look again with /plugins-admin review."

	textMore         = "And %d more, in the attached file."
	textRemoved      = "%s is removed. Nobody here can use it any more."
	textCannotRemove = "%s cannot be removed here: %s." // a plugin; why

	textEverything    = "Everything"
	textFrozenAll     = "%s is frozen: I make no calls, also not those that are on their way. Let them go again with /plugins-admin unfreeze."
	textFrozenWrites  = "%s may still be read; what changes something is frozen. Let it go again with /plugins-admin unfreeze."
	textUnfrozen      = "%s is no longer frozen."
	textFrozenAlready = "%s is frozen already."
	textWritesAlready = "What changes something at %s is frozen already."
	textNotFrozen     = "%s is not frozen."
	textStillAll      = "But everything is frozen, so its calls still do not go: /plugins-admin unfreeze all."
	textStillSome     = "Plugins that were frozen by themselves still are: /plugins-admin list shows them."
	textStateFrozen   = "frozen by an administrator"
	textStateWrites   = "changes are frozen by an administrator"
	textFreeze        = "Freeze"
	textUnfreeze      = "Unfreeze"
	textGone          = "This plugin is no longer here."

	textPlugins        = "Plugins"
	textNoPlugins      = "There are no plugins here yet. Add one with /plugins-admin add example.com."
	textNoPage         = "There is no page “%s”: there are %d." // what was typed; how many
	textPage           = "Page %d of %d."
	textNextPage       = " The next: /plugins-admin list %d" // a page
	textEverythingIs   = "Everything is %s."                 // frozen by whom
	textOnByDefault    = "on by default"
	textOffByDefault   = "off by default"
	textVersion        = "version %s"
	textOperation      = "1 operation"
	textManyOperations = "%d operations"
	textOfAll          = " of %d"
	textAddedBy        = "added"
	textReviewedBy     = "last change taken"
	textByAt           = " by %s on %s" // a member; a day
	textByUnknown      = " before that was noted"
	textSomebody       = "somebody"
	textMember         = "1 member"
	textMembers        = "%d members"
	textEnabledBy      = "enabled by %s"      // how many members
	textDisabledBy     = "switched off by %s" // how many members
	textOnIn           = "on in %s"           // channels
	textDeniedIn       = "denied in %s"       // channels
	textAndMore        = " and %d more"
	textWaitsUnread    = "Another version waits, and I cannot read it any more: /plugins-admin refresh reads its source anew."
	textWaitsSince     = "Another version%s waits since %s: %s." // its number; a day; what it changes

	textSumAdded    = "%d new"
	textSumRemoved  = "%d gone"
	textSumChanged  = "%d changed"
	textSumRenamed  = "%d renamed"
	textSumReworded = "%d described in other words"
	textSumHosts    = "calls go to other addresses"
	textSumLogin    = "another login"
	textSumTexts    = "it says other things of itself"
	textSumNothing  = "nothing that a call depends on"

	textRemove         = "Remove %s"
	textAskRemove      = "Remove %s? Nobody here can use it then. What members chose is kept for the case that you add it again."
	textAffected       = "Affected: %s."
	textNobodyAffected = "Nobody here has enabled it."
	textAccountEnds    = "1 account there, which is ended"
	textGrantEnds      = "1 thing that a member allowed beforehand, which ends"
	textGrantsEnd      = "%d things that members allowed beforehand, which end"
	textAccountsEnd    = "%d accounts there, which are ended"

	textRefreshing       = "reading what the sources say now…"
	textCannotRefresh    = "%s serves on, but its source cannot be read: %s" // a plugin; why
	textBack             = "%s is at its source again what was approved. Nothing waits."
	textSame             = "%s is at its source what was approved."
	textRefreshed        = "%s compared with their sources; as approved: %d." // how many plugins; how many
	textRefreshMore      = "And %d more: /plugins-admin list shows them."
	textRefreshMeanwhile = "Somebody else changed a plugin meanwhile. Please try again."
	textPlugin           = "1 plugin"
	textManyPlugins      = "%d plugins"

	textNotice        = "Plugins that wait for you"
	textNoticeMore    = "And %d more: /plugins-admin list shows them."
	textNoticeChanged = "%s has changed at its source: %s. What was approved serves on."                                     // a plugin; what it changes
	textNoticeHeld    = "%s has changed at its source: %s. What was approved serves on, except for what is another or gone." // a plugin; what it changes
	textNoticeUnread  = "The source of %s could not be read %d nights in a row. It serves on as it was approved. %s"         // a plugin; how many; why

	textOneChannel     = "Name one channel, or off."
	textNoSuchChannel  = "I know no such channel in this server."
	textNoticesShared  = "Other organisations read this channel. Choose another, or off."
	textNoticesAlready = "That is so already."
	textNoticesDirect  = "From now on I tell each administrator directly."
	textNoticesHere    = "From now on I tell administrators here what they must know."
	textNoticesSet     = "From now on I tell administrators in %s what they must know. A first line should stand there now; if not, invite me into it." // a channel
)
