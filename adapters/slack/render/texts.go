package render

// What members read of cards, forms and long answers at Slack.
const (
	textWorking       = "Working on it…"
	textUntil         = "until " // a time follows
	textDot           = " · "    // between the parts of a line of small print
	textUnknown       = "It is not known whether this happened."
	textNotSent       = "Not sent."
	textExpired       = "Expired, not sent."
	textReplaced      = "No longer valid."
	textDone          = "Done."
	textFailed        = "Failed."
	textBeginning     = "This is the beginning. The whole answer is in "
	textTooLong       = "“%s” is longer than %d characters"
	textOnePerLine    = "One per line. "
	textAttachedWhole = "too long to be shown here, attached in full as "
	textAllValues     = "All %d values"  // textAttachedWhole follows
	textAllDetails    = "All %d details" // textAttachedWhole follows
	textAttached      = "attached in full as "
	textMore          = "%d more do not fit here."
	textThisChannel   = "this channel" // where its name cannot be shown
)
