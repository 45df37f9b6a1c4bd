package plugin

// What members read of forms of operations, and of calls that went wrong. A %s stands for
// what the comment says; where there is none, for a plugin's name.
const (
	textSubmit = "Go on"
	textMore   = "More, as JSON"
	// %s is the name of an object.
	textTwice = "%s has fields of its own in this form, so in the JSON it must be an object"
	// %s is the name of a field.
	textBoth       = "%s has a field of its own in this form with another value; leave it out of the JSON"
	textFor        = "For: %s"      // the names that the JSON may have
	textForMore    = " and %d more" // how many
	textOnePerLine = "One per line."
	textYes        = "Yes"
	textNo         = "No"
	textNotObject  = "this is not a JSON object, such as {\"name\": \"value\"}"
	textFault      = "This %s." // what is wrong with a value: "must be at least 1"

	textDenied      = "an administrator has denied it in this channel"
	textChanged     = "%s has changed since this call was made"
	textNotApproved = "the call is not the one that was approved"
	textUnreachable = "%s cannot be reached. Please try again later."
	textMayNotCall  = "%s is at an address that I may not call. Tell your administrator: %s." // and the reason
	textNoAnswer    = "%s did not answer in time. Please try again later."
	textTooLarge    = "%s answered with more than I can read."
)
