package confirm

// What members read on cards. A %s stands for what the comment says; where there is
// none, for a plugin's name.
const (
	textDo         = "%s %s with %s" // a verb; what; a plugin: "Book this stay with Stays"
	textSend       = "Send this to %s"
	textSendWhat   = "Send this to %s: %s"          // a plugin; what the operation does
	textCarries    = "Let %s have data from %s"     // a plugin; plugins
	textCarriesFor = "Let %s have data from %s: %s" // a plugin; plugins; what the operation does
	textOnceMore   = ", once more"
	textAskedOnce  = " Your admins let such requests go without a card; I ask you this once."
	textFirstUse   = " It is the first time that %s would get something of yours; I ask you this once."

	textConnect     = "Connect %s to go on"
	textLoginAt     = "You log in at"
	textNeededFor   = "It is needed to"
	textMayUse      = "Used by"
	textOnlyForYou  = "me, for you alone"
	textOpenPage    = "Connect"
	textEnterCode   = "Enter code"
	textConnectHere = "Connect"

	textApprove = "Approve"
	textAllow   = "Allow in this conversation"
	textCancel  = "Cancel"
	textEdit    = "Edit"
	textDecline = "Decline"
	textReview  = "Review"
	textShow    = "Show the request"
	textAgain   = "Send again"
	textLoosen  = "Stop asking for this?"
	textRevoke  = "Revoke"

	textDeedSend = "send such requests to %s"
	textDeedFor  = "send requests to %s (%s)" // a plugin; what the operation does

	textValues      = "Values"
	textNone        = "none"
	textMethod      = "Method"
	textHost        = "Host"
	textPath        = "Path"
	textAddress     = "Address"
	textBody        = "Body"
	textCarriesOf   = "May carry data from"
	textHeader      = "Header %s"  // a name
	textField       = "Field “%s”" // a name that could pass for one of these
	textGoesTo      = "Goes to"
	textLater       = "May get later"
	textLaterMore   = " and %d more" // how many names
	textTerms       = "Terms"
	textAccount     = "Account"
	textVisible     = "Visible to"  // a label that no field of a plugin may have
	textRequest     = "%s to %s"    // a method; an address without scheme: "POST to api.example.com/bookings"
	textOfAccount   = "account: %s" // its label
	textNoAccount   = "no account"
	textOnlyYou     = "visible to only you"
	textOutcomeOnly = "visible to only you; everyone here reads this card and whether it worked"
	textEveryone    = "visible to everyone in" // a channel follows: "visible to everyone in #general"
	textPressYou    = "only you can press"
	textPress       = "only %s can press" // a member, or approvers
	textPressAsker  = "only who asked can press"
	textPressNamed  = "only those who are asked can press"

	textSecond       = "Second approval"
	textSecondSees   = "%s, who sees all of this card" // approvers
	textNobodySecond = "nobody can give it so far: an administrator has to name somebody"
	textOr           = "%s or %s"                                                                                     // approvers; one more
	textWaitsFor     = "%s approved this. It waits for the approval of %s; nothing was sent so far."                  // a member; approvers
	textApprovedOnce = "You approved this already; it waits for the approval of %s."                                  // approvers
	textSecondAsks   = "%s asks you: %s"                                                                              // a member; what a card asks
	textOnlyThem     = "visible to only %s, and those who approve it"                                                 // a member
	textTheirOutcome = "visible to only %s and those who approve it; everyone in the channel reads whether it worked" // a member
	textAsker        = "who asked"
	textOwnSecond    = "You asked for this, so somebody else must approve it."
	textNotSecond    = "You may not approve this. An administrator says who may."
	textNotYet       = "%s has not approved this yet."                                                            // a member
	textAskedAnew    = "%s changed this or took it back. Nothing was sent."                                       // a member
	textBothAsked    = "%s asked, %s approved. %s"                                                                // a member; another; what became of it
	textDeclined     = "%s declined it: %s Nothing was sent."                                                     // a member; why
	textNotDone      = "%s did not do it."                                                                        // a plugin
	textDatePassed   = "“%s” is %s, which has passed since %s approved this. Nothing was sent. Please ask again." //nolint:gosec // no secret; a label; a date; a member

	textDone      = "Done"
	textConfirmed = "%s. %s confirmed it." // what was done; a plugin: "Booked this stay. Stays confirmed it."
	textByYou     = "approved by you"
	textBy        = "approved by %s"           // a member
	textOnlyBy    = "Only %s can decide this." // a member
	textTooLate   = "This has expired. Nothing was sent. Please ask again if you still want it."
	textDecided   = "This is already decided: %s." // how
	textReplaced  = "You edited this; use the newer card."

	textApproved  = "approved"
	textExecuting = "it is being sent"
	textIsDone    = "done"
	textFailed    = "it failed"
	textUnknown   = "it was sent, and nobody knows whether it arrived"
	textDenied    = "cancelled, nothing was sent"
)
