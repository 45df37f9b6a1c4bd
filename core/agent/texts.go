package agent

// What members read of the agent. A %s or %d stands for what its name says.
const (
	textNoAnswer    = "I found no answer to that."
	textSources     = "Source: %s" // plugins
	textLeftOut     = "Not everything is shown: %s."
	textDenied      = "%s may know this, but your administrators do not allow it in this channel." // a plugin
	textMisled      = "What I read had characters that nobody can see or that reorder others. I read it without them."
	textQuoted      = "a quoted message"                          // stands for a plugin where data may come from
	textAbove       = "the messages above"                        // stands for a plugin where data may come from
	textReadOne     = "I read the message above, by %s."          // names
	textReadAbove   = "I read the %d messages above, by %s."      // how many; names
	textReadLast    = "I read the last %d messages above, by %s." // how many; names
	textYou         = "you"                                       // among names
	textSomebody    = "somebody"                                  // of whom no name is known
	textOthers      = "%d others"                                 // after names
	textAnd         = " and "                                     // between the last two names
	textAsking      = "asking %s…"                                // a plugin
	textWriting     = "writing…"
	textTooLong     = "I stopped: this took too long. Please ask for less at once."
	textTooManyStep = "I stopped after %d steps without an answer. Please ask for a smaller part."
	textTooManyCall = "I stopped after %d requests to plugins. Please ask for less at once."
	textRepeated    = "I stopped: I kept asking %s the same thing. Please say it in other words."
	textWrongForm   = "I stopped: I could not work out every value that this needs. Please name them all."
	textKeptFailing = "I stopped: it failed several times. The last answer was: %s"

	textModelKept  = "The language model is busy. I keep your question and answer as soon as I can."
	textModelAway  = "The language model cannot be reached. I keep your question and answer as soon as I can."
	textPluginAway = "%s cannot be reached. I keep your question and answer as soon as I can." // a plugin

	textModelKey     = "The language model does not accept aidesk's key. Please tell whoever runs aidesk."
	textModelBusy    = "The language model is busy. Please try again in a minute."
	textModelFull    = "This conversation is too long for the language model. Please start a new one."
	textModelRefused = "The language model declined to answer that."
	textModelNotHere = "No language model may read what is written here, so I sent it to none. Whoever runs aidesk decides that."
	textModelCut     = "The language model's answer broke off. Please try again."
	textModelNone    = "No language model answers at its address. Please tell whoever runs aidesk."
	textModelDown    = "The language model cannot be reached. Please try again in a minute."
	textModelFault   = "The language model did not accept the question. The log says why."
)
