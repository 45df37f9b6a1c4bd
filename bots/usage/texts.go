package usage

// What members read of usage. A %s or %d stands for what the comment says.
const (
	textToday         = "Today (resets at %s)" // a time
	textThisMonth     = "This month"
	textYou           = "You"
	textThisWorkspace = "This workspace"
	textQuestion      = "1 question"
	textQuestions     = "%s questions"
	textHourLimit     = "You may ask %s questions in an hour."

	textUsageTitle    = "Usage by %s, %s"                                  // member, channel, plugin or model; a month
	textWantMonth     = "“%s” is no month. Write one such as %s, or last." // a word; a month
	textNothingUsed   = "Nothing was used in %s."                          // a month
	textMoreInFile    = "And %s more, in the attached file."               // how many
	textFileCut       = "The file has the first %s lines."                 // how many
	textLastMonth     = "last"
	textDirect        = "direct messages"
	textColumnMember  = "Member"
	textColumnChannel = "Channel"
	textColumnPlugin  = "Plugin"
	textColumnModel   = "Model"
	textColumnTurns   = "Questions"
	textColumnCalls   = "Calls"
	textColumnRead    = "Tokens read"
	textColumnWritten = "Written"
	textColumnCost    = "Cost"
)
