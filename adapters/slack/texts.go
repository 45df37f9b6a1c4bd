package slack

// What members read of this adapter itself.
const (
	textNoDirect     = "I could not open our direct message, where I answer. Write to me there, or try again."
	textDirect       = "I answer in our direct message."
	textFormTooLarge = "This form does not fit into Slack: "
	textFormLate     = "The form could not be opened in time. Please try again."
	textNotInstalled = "I am not installed in this workspace. An administrator can install me again."
	textTooSlow      = "That took too long. Please try again."
	textNoText       = "This message has no text that I can read."
	textBelongs      = "This belongs to "
	textFollows      = "My answer follows here." // it may stay above the answer, and is true there, too
)
