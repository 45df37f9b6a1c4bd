package terminal

// What members read of the terminal itself.
const (
	textWorking     = "Working on it…"
	textUntil       = "until " // a time follows
	textUnknown     = "It is not known whether this happened."
	textNotSent     = "Not sent."
	textExpired     = "Expired, not sent."
	textReplaced    = "No longer valid."
	textLineTooLong = "That line was longer than %d bytes and was not read."
	textLineFull    = "That line reached the %d characters that fit, so it was not read. A backslash at the end of a line lets it go on in the next."
	textNoButton    = "There is no button %s.\nTo say a number and press nothing, put a backslash before it."
	textButtonMoved = "Number %s has just changed to another button, so nothing was pressed. Look, then type it again."
	textNotStored   = "aidesk could not store that, so nothing was done. Please type it again."
	textStillAtIt   = "aidesk is still working after %s; going on with the next line."
	textFormClosed  = "The form is closed; nothing was sent."
	textNeeded      = " is needed."
	textLeave       = "Type /cancel to leave the form."
	textRest        = "Type /rest to leave what follows as it is."
	textCommas      = "With commas between them."
	textAnyOf       = "Any of these, with commas between them:"
	textEmptyLine   = "An empty line means: %s" // a value
	textDash        = "(a dash: nothing)"
	textNotThat     = "%s cannot be “%s”." // an input; what was typed
	textQuit        = "End aidesk"
	textMore        = "… and %d more"
	textLeaveAgain  = "Press Ctrl-C again to end aidesk."
	textWaiting     = "Still waiting for you:"
)
