package chat

// What members read when they mistype a command.
const (
	textNoCommand  = "There is no command /%s. The commands are: %s."                 // a word; all commands
	textNoVerb     = "/%s has no “%s”. It has: %s."                                   // a command; a word; its verbs
	textNoVerbNear = "/%s has no “%s”. Did you mean %s? /aidesk help lists them all." // a command; a word; its nearest verbs
	textNoOption   = "/%s %s takes no “%s”. For example: %s"                          // a command; its verb; words; an example
	textMissing    = "Which %s? For example: %s"                                      // an option; an example
	textChoices    = "%s must be one of %s."                                          // an option; its choices

	// What an input wants, where a platform has none of its kind.
	textOneOf    = "One of: %s." // the choices
	textAnyOf    = "Any of: %s." // the choices
	textDate     = "A date such as 2026-01-31."
	textDateTime = "A time such as 2026-01-31T15:04:05Z."
	textNumber   = "A number%s."       // its bounds
	textWhole    = "A whole number%s." // its bounds
	textBetween  = " from %s to %s"
	textFrom     = " from %s"
	textUpTo     = " up to %s"
)
