package planner

// What members read of the planner, in CommonMark. A %s or %d stands for what the comment
// says.
const (
	textNotice = "This is the built-in planner, not a language model: it matches your words with the examples of the enabled plugins. " +
		"For real conversations, give aidesk a language model."

	textNoPlugins    = "No plugin is enabled here, so there is nothing to look up or do. Type `/plugins` to enable some."
	textNoMatch      = "I could not match your words with anything I can do: I am not a language model, and only understand words like these:\n"
	textNoMatchAlso  = "I could not match “%s” with anything I can do." // words
	textMoreExamples = "- and %d more: `/plugins` lists them"           // a number
	textTyped        = "\nOr type an operation and its arguments: %s"   // an example

	textDidYouMean = "Did you mean one of these? It opens a form; nothing happens before you send that."
	textSeveral    = "That fits more than one thing. Did you mean:"
	textAmbiguous  = "That can be read in more than one way; quotes around a value help. Did you mean:"
	textOneByOne   = "I do one of these at a time; please say again: “%s”." // words
	textNotAll     = "I did not get all of that."
	textNeeds      = "I need %s (%s)"                // a value's name; what it may be
	textUnreadable = "I cannot read “%s” as %s (%s)" // words; a value's name; what it may be
	textSayIt      = "- %s. Say it like this: “%s”"  // what is wrong; an example

	textMore       = "and %d more"
	textLeftOut    = "Not in the table: %s." // the names of values
	textNothing    = "Nothing found."
	textDone       = "Done"
	textThePlugin  = "The plugin"
	textCouldNot   = "%s could not do that" // a plugin
	textNoResult   = "%s gave no result"    // a plugin
	textCancelled  = "Cancelled: nothing was sent"
	textExpired    = "Expired: nothing was sent"
	textReplaced   = "Nothing was sent"
	textNotAllowed = "That is not allowed here"
	textUnknown    = "That was sent, and nobody knows whether it happened; look there before you ask again"
)
