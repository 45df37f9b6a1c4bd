package grants

// What members and administrators read of Grants. A %s or %d stands for what the comment says.
const (
	textFormTitle  = "Stop asking for this?"
	textFormSubmit = "Show what that means"
	textFormDays   = "For how many days"
	textFormDaily  = "At most how often a day"
	textFormAll    = "At most how often in all"
	textFormBound  = "%s: which" // a value's name

	textWayExactly = "only %s" // the value
	textWayOneOf   = "one of those below"
	textWayAtMost  = "a number of at most the one below"
	textWayAtLeast = "a number of at least the one below"
	textWaySum     = "numbers that come to at most the one below in a day"
	textWayUnder   = "an address under the one below"
	textWayText    = "any text of at most so many characters"
	textHintText   = "Where you allow more: the values, one a line; the address; or how many characters (200 if you write nothing, 500 at most)."
	textHintNumber = "Where you allow more: the number, or the numbers, one a line."

	textWholeNumber = "A whole number, please."
	textInFull      = "In full:"
	textNotYet      = "Nothing changes until you press the button. You can end it at any time with /aidesk grants."
	textStopAsking  = "Stop asking for this"
	textMade        = "From now on I %s without asking you, within these bounds. I say each time what I did. /aidesk grants shows what is left and ends it." // a deed
	textMadeAlready = "You allowed this already. /aidesk grants shows it."
	textTooMany     = "You have allowed %d things beforehand, which is the most. End some with /aidesk grants first." // how many

	textGone    = "This has changed meanwhile, or is not enabled for you here any more. I go on asking you."
	textNotOpen = "An administrator does not let me do this without asking. I go on asking you."
	textGuests  = "Only members of this workspace can let me act without asking, each for themselves."

	textNone         = "There is nothing that I may do without asking you. After you approved something, I may offer to stop asking, where an administrator allows it."
	textYours        = "What I may do without asking you"
	textLeft         = "%s. Used: %d."                 // what is left; how often
	textSleeps       = "It sleeps while %s is frozen." // a plugin
	textRevoke       = "Revoke"
	textRevoked      = "I ask you again before I %s." // a deed
	textEndedAlready = "This holds no more: I ask you anyway."
	textTryAgain     = "Somebody changed this at the same moment. Please try again."

	textByGrant     = "You allowed this beforehand: %s." // what is left
	textHoldsNoMore = "Holds no more: %s."               // why
	textUsedUp      = "it is used up"
	textTimeOver    = "its time is over"
	textFell        = "I ask you again before I %s: %s." // a deed; why

	textNoOperation   = "%s has no operation “%s” that can be called. Did you mean: %s?"                                                                      // a plugin; a name; those that come nearest
	textClosedAlready = "Members cannot allow %s beforehand as it is."                                                                                        // plugin and operation
	textOpenAlready   = "Members can allow %s beforehand already."                                                                                            // plugin and operation
	textAsksNothing   = "I do not ask before %s anyway."                                                                                                      // plugin and operation
	textRuleForbids   = "Each call of %s must be asked about, by a rule of this workspace. Change that first: /plugins-admin policy"                          // plugin and operation
	textDeletes       = "%s deletes something. If you open it, members can let me delete within bounds without seeing each call. Nothing has changed so far." // plugin and operation
	textOpenDeleting  = "Open it, though it deletes"
	textOpened        = "Members can now allow me %s beforehand, each for themselves and within bounds, after they approved it once. It closes by itself when the operation changes." // plugin and operation
	textClosed        = "I ask before each %s again. Whoever had allowed it beforehand is told."                                                                                      // plugin and operation
	textOpenedNotice  = "An administrator lets members allow me %s beforehand, within bounds."                                                                                        // plugin and operation
	textClosedNotice  = "An administrator has me ask before each %s again."                                                                                                           // plugin and operation
	textAdminsOnly    = "Only administrators can do this."

	// Why a Grant ended.
	textEndRevoked   = "you revoked it"
	textEndChanged   = "the plugin has changed what this does or needs"
	textEndClosed    = "an administrator wants me to ask"
	textEndOffAgain  = "the plugin is not enabled for you there any more"
	textEndNoAccount = "the account for it has changed or is no longer connected"
	textEndNoRight   = "you may not use aidesk there any more"
	textEndRestored  = "a backup of mine was restored, which does not know what was used since"
)
