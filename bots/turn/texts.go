package turn

// What members read of their questions, cards and presses. A %s or %d stands for what
// the comment says.
const (
	textWorking        = "working…"
	textAsking         = "asking %s…" // a plugin
	textUseButtons     = "Please use the buttons above; nothing is sent until you do."
	textNothingVisible = "Your message has no characters that can be seen."
	textStopped        = "Stopped."
	textAnswerFollows  = "You changed your question. My answer to the new one follows."
	textStoppedUnsent  = "Stopped. Nothing was sent."
	textNothingToStop  = "Nothing is running here."
	textGaveUp         = "Something went wrong and I had to give up. Please ask again."

	textAboveLater    = "I did not read the messages above: the messenger gives me no more of them right now. Please ask again in a minute."
	textAboveNoAccess = "I may not read the messages above here; an administrator can let me."
	textAboveFailed   = "The messages above could not be read. Please ask again."
	textAboveCut      = "The messenger gives me only the beginning of this thread, not what stands right above."
	textAboveHidden   = "The messenger does not show me what %d of the messages above say." // how many
	textAboveLeftOut  = "I left out messages of members who want that: %d."                 // how many

	textUnread        = "I cannot read %s."                     // a file
	textUnreadBecause = "I cannot read %s: %s."                 // a file; why
	textMoreUnread    = "I cannot read %d more files."          // how many
	textReadPart      = "I read the first %s of %s."            // a size; a file
	textFile          = "a file"                                // that has no name
	textTooManyFiles  = "I read at most %d files at once"       // how many
	textFileLarge     = "it is larger than %s"                  // a size
	textFilesLarge    = "the files are larger than %s together" // a size
	textFileNoAccess  = "I may not read files here; an administrator can let me"
	textFileGone      = "it is no longer there"
	textFileFailed    = "it could not be fetched. Please try again"
	textFileCharset   = "it is no text in UTF-8"
	textFileOther     = "it is not what its name says"

	textUnshown     = "I could not show my answer here. Please ask again, or ask for less at once."
	textUnshownCard = "I could not show here what I wanted to ask you, so nothing was sent. Please ask for less at once."

	textDigitsTyped       = "This looks like the code of your login, so I did not read it as a question. Press Enter code below the link and type it there; if others can read it here, delete your message."
	textWantsLogin        = "%s wants to know you before it answers." // a plugin
	textConnectFirst      = "Connect your account at %s first; I go on by myself then."
	textConnectedAskAgain = "Connected. The plugin has changed since you asked, so please ask again."
	textPrivately         = "I answered %s in private." // a member
	textPrivatelyNoName   = "I answered in private."
	textScheduleGoesOn    = "A schedule of yours needs another decision."
	textScheduleDoes      = "A schedule of yours does what you allowed beforehand."
	textScheduleAsks      = "Your schedule (%s: “%s”) needs your decision." // a reading; a question
	textSentFor           = "%s's request to %s was sent."                  // a member; a plugin
	textPrivateHere       = "This came from your own account, so only you see it."
	textRefusedPrivately  = "%s refused it." // a plugin

	textCancelled     = "Cancelled. Nothing was sent."
	textCancelledBy   = "Cancelled by %s. Nothing was sent." // a member
	textExpired       = "Expired. Nothing was sent. Please ask again if you still want it."
	textChanged       = "You changed the message that asked for this. Nothing was sent."
	textNotAsked      = "I cannot ask you about this call: %s." // why
	textEdited        = "You edited this; use the newer card."
	textUnknown       = "%s did not answer, so this may or may not have happened. Check there before you send it again." // a plugin
	textReadDone      = "%s answered."                                                                                   // a plugin
	textReadUnknown   = "%s did not answer. Nothing was changed there."                                                  // a plugin
	textNothingSent   = " Nothing was sent."
	textStillWaits    = " The card waits for you until it expires: press again when it is not frozen any more."
	textCannotCheck   = "I cannot check who you are right now, so nothing was done. Please press again in a minute."
	textNothingToSend = "There is nothing to send again."
	textAskedAlready  = "You were asked this already; use the newer card."

	textRenewed        = "Others must approve this now than this card said. The card is new and says who; please press again."
	textNobodyToAsk    = "Nobody can be asked to approve this, so nothing was sent. An administrator has to name somebody else than you; where they named a role, ask me in a channel."
	textNobodyLeft     = "Nobody is left who may approve this. Nothing was sent. Please ask again; an administrator says who may approve it."
	textNobodyReached  = "I could not show this to anybody who may approve it. Nothing was sent. Please tell an administrator."
	textSecondExpired  = "It was not approved by %s within a day. Nothing was sent. Please ask again if you still want it." // approvers
	textCardSent       = "You have the card in your direct messages with me."
	textCardSentBefore = "You have this card already, in your direct messages with me."
	textEnoughAsked    = "Enough people have this card already; one of them decides."

	textButtonUnknown = "This button is no longer valid. Please ask again."
	textButtonOthers  = "This button is for somebody else."
	textButtonOld     = "This button is too old. Please ask again."
	textNotYours      = "Only those who decide about this can see the request."
	textButtonForm    = "This button opens a form."

	textAskedHome  = "You asked on my page: “%s”" // a question
	textGoodAnswer = "Good answer"
	textBadAnswer  = "Bad answer"
	textThanks     = "Thank you. You can change your mind as long as the answer is kept."
	textThanksBad  = "Thank you. What you said is kept with the answer, for those who look after me."
	textRatedOften = "You changed your mind about this answer too often; what you said last holds."
	textNotKept    = "This answer is no longer kept, so it cannot be rated."

	textShare       = "Share"
	textShareGone   = "This answer is no longer kept. Please ask again."
	textSharedTwice = "This is shared already."
	textShared      = "Shared."
	textSharedBy    = "Shared by %s, who asked in private." // a member

	textQuestionLimit  = "I stopped: one question may use %s tokens, and this one needs more. Please ask for a smaller part."                                                      // a number
	textWorkspaceLimit = "This workspace has reached its limit for today. I answer again at %s."                                                                                   // a time
	textMemberLimit    = "You have reached your limit for today. I answer you again at %s."                                                                                        // a time
	textHourLimit      = "You have asked %d questions in this hour, which is the limit here. Please ask again at %%s."                                                             // a number; a time
	textChannelLimit   = "This channel has reached its limit. I answer here again at %s."                                                                                          // a time
	textWorkspaceHour  = "This workspace has reached its limit for this hour. I answer again at %s."                                                                               // a time
	textNearLimit      = "This workspace has used %d %% of its limit for today (%s). At the limit I answer nobody until midnight UTC. Administrators see more with /aidesk usage." // percent; tokens or money
)
