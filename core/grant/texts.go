package grant

// How a Grant reads. A %s or %d stands for what the comment says.
const (
	textMay       = "Until %s I may %s %s without asking you, at most %s and %s in all%s." // a day; a deed; where; how often a day; how often; the bounds
	textHere      = "in the channel where you approved it"
	textDirect    = "in our direct messages"
	textScheduled = "for this schedule"
	textWith      = ", with the account %s" // its label
	textIf        = ", if %s"               // the bounds
	textAnd       = " and "
	textNoValues  = ", as long as it carries no values"
	textOnce      = "once"
	textOnceADay  = "once a day"
	textTimes     = "%d times"
	textTimesADay = "%d a day"
	textOtherwise = "Anything else I ask about: %s, for example." // an example that would not pass
	textExample   = "%s %s"                                       // a value's name; the value
	textAnything  = "any value at all"
	textLongText  = "%s of %d characters" // a value's name; how many

	textIs      = "%s is %s"
	textOneOf   = "%s is one of %s"
	textAtMost  = "%s is a number of at most %s"
	textAtLeast = "%s is a number of at least %s"
	textSum     = "%s is a number, in a day at most %s together"
	textUnder   = "%s is an address under %s"
	textAnyText = "%s is any text of up to %d characters without an address in it"

	textLeft       = "%s left today, %s in all, until %s" // how often; how often; a day
	textLeftSum    = "%s: %s left today"                  // a value's name; a number
	textNothing    = "nothing"
	textEmpty      = "an empty text"
	textEmptyList  = "an empty list"
	textEmptyGroup = "an empty group of values"
	textYes        = "yes"
	textNo         = "no"
)
