package chat

// What members read when they mistype a command.
const (
	textNoCommand = "There is no command /%s. The commands are: %s." // a word; all commands
	textNoVerb    = "/%s has no “%s”. It has: %s."                   // a command; a word; its verbs
	textNoOption  = "/%s %s takes no “%s”. For example: %s"          // a command; its verb; words; an example
	textMissing   = "Which %s? For example: %s"                      // an option; an example
	textChoices   = "%s must be one of %s."                          // an option; its choices
)
