package schedule

// What members read about schedules.
const (
	textNoQuestion   = "What shall I ask then? For example: /aidesk schedule \"%s\" which tasks are due?" // a time
	textLongQuestion = "That question is too long to be kept: at most %d characters."
	textTooMany      = "You have %d schedules, and more are not possible. Delete one first: /aidesk schedules"
	textWhich        = "“%s” can mean two things. Which one?"

	textNextRuns    = "Next"
	textQuestion    = "Question"
	textAnswers     = "Answers go"
	textZone        = "Time zone"
	textToYou       = "to you, in a direct message"
	textToThread    = "to the thread where you asked for this, for all who read it"
	textToChannel   = "to the channel where you asked for this, for all who read it"
	textZoneUnknown = "UTC, since I was not told yours (set it with: /aidesk zone Europe/Berlin)"
	textUnknownZone = "I no longer know its time zone"
	textTime        = "Mon 2 Jan 2006, 15:04"

	textMake   = "Schedule it"
	textDrop   = "Cancel"
	textPause  = "Pause"
	textResume = "Resume"
	textRunNow = "Run now"
	textDelete = "Delete"
	textKeep   = "Keep it"

	textMade          = "Scheduled. %s; %s. See all of yours with /aidesk schedules" // a reading; its state
	textMadeAlready   = "That is scheduled already."
	textDropped       = "Nothing was scheduled."
	textAnswered      = "You decided about that already."
	textGone          = "That schedule is no longer there."
	textOver          = "That time is over. Make a new schedule: /aidesk schedule"
	textPausedAlready = "That schedule is paused already."
	textRunsAlready   = "That schedule is not paused."
	textPaused        = "Paused. It runs again when you press Resume."
	textResumed       = "It runs again: %s." // its state
	textRunsNow       = "I ask it now. The answer comes where its answers always go."
	textDeleted       = "Deleted."
	textKept          = "I keep asking it."

	textSchedules   = "Your schedules"
	textNone        = "You have no schedules. Make one: /aidesk schedule \"every weekday at 9\" which tasks are due?"
	textNext        = "next on %s, %s" // a time; a zone
	textRunning     = "running"
	textPausedSince = "paused: %s" // a reason

	textByYou       = "by you"
	textWhyMissed   = "I was not running when it was due"
	textWhyFailed   = "it failed"
	textWhyGone     = "its member is gone"
	textWhyUnread   = "nobody said that it is still wanted"
	textWhyRestored = "I was restored from a backup, and it may have run already"

	textMissed       = "I missed a run of your schedule “%s”, because I was not running when it was due. Now it is %s."        // a question; its state
	textMissedOnce   = "I missed your schedule “%s”, because I was not running when it was due. It waits: shall I ask it now?" // a question
	textPausedBy     = "I paused your schedule “%s”: %s"                                                                       // a question; a reason, a sentence
	textOwnerGone    = "I paused the schedule “%s”: whoever made it is no longer here."                                        // a question
	textFailed       = "Your schedule “%s” did not work this time: %s Now it is %s."                                           // a question; a sentence; its state
	textFailedOnce   = "Your schedule “%s” did not work: %s It waits: shall I ask it now?"                                     // a question; a sentence
	textFailedThrice = "I paused your schedule “%s”, since it did not work %d times in a row. The last time: %s"               // a question; a number; a sentence
	textStillWanted  = "I have asked “%s” for you for three months. Is it still of use? Without a word from you I pause it in two weeks."
	textPausedUnread = "I paused your schedule “%s”, since I heard nothing of you."
	textGaveUp       = "Something went wrong and I had to give up."
	textCannotCheck  = "I could not check who you are."

	textNote    = "%s, for %s." // a reading; a member
	textLeftOut = " Runs before this one were left out: I was not running, or at another one."

	textZoneIs  = "I read your times in the zone %s."
	textZoneSet = "From now on I read your times in the zone %s. Schedules that you have keep theirs."
	textNoZone  = "I don't know the time zone “%s”. Name one such as Europe/Berlin or America/New_York."
)
