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

	textDenied      = "an administrator has denied it here"
	textChanged     = "%s has changed since this call was made"
	textCallsSpent  = "%s has been called %d times today, which is the limit here; it can be called again after midnight UTC" // and how often
	textNotApproved = "the call is not the one that was approved"
	textUnreachable = "%s cannot be reached. Please try again later."
	textMayNotCall  = "%s is at an address that I may not call. Tell your administrator: %s." // and the reason
	textNoAnswer    = "%s did not answer in time. Please try again later."
	textTooLarge    = "%s answered with more than I can read."

	textConnectAgain = "%s does not accept the account that is connected. Connect it again with /plugins connect %s." // and what members type
	textOtherHost    = "%s has moved to another host than its account was connected for. Connect it again with /plugins connect %s."
	textLoginFailed  = "The account at %s cannot be used right now. Please try again in a minute."

	textSharedLabel = "%s, shared by this workspace"

	textLoginKey         = "Key"
	textLoginUser        = "User name"
	textLoginPassword    = "Password"
	textLoginOnlyKeyHint = "May stay empty where the plugin gives a single key: the key is then the user name."

	// Why an operation cannot log in; they stand behind a colon.
	textLoginImplicit     = "its document offers the implicit flow of OAuth alone, which leaves tokens in browsers; an administrator can give a token as a key instead"
	textLoginPasswordFlow = "its document offers the password flow of OAuth alone, for which members would give their passwords away; an administrator can give a token as a key instead"
	textLoginProgram      = "its document offers the client credentials flow of OAuth alone, which logs in a program and no person; an administrator can give a token as a key instead"
	textLoginOpenID       = "its document asks for OpenID Connect, which aidesk does not support; an administrator can give a token as a key instead"
	textLoginNoPage       = "it does not name https addresses at which members log in and tokens are given; an administrator can give a token as a key instead"
	textLoginOther        = "it takes OAuth alone and other operations a key; an administrator can choose OAuth for the plugin"
	textLoginKeyOnly      = "it takes a key alone and other operations OAuth; an administrator can choose keys for the plugin"
	textLoginOtherPage    = "members would have to log in at another place than for the other operations"
	textLoginUnclear      = "its document does not say where the credential goes; an administrator can give a key that is sent as a bearer token"
	textLoginTLS          = "it asks for a certificate of the caller, which aidesk does not have"
	textLoginHTTP         = "it asks for HTTP's scheme %s, which aidesk does not know" // a word
	textLoginPlace        = "its document wants the key in %q, which is not for credentials"
	textLoginTwice        = "its document wants two credentials in %q at once" // a header
	textLoginClear        = "its address is not https, so the credential could be read on its way; only a plugin of the configuration may"

	// What an import says of the login; the first %s of a kind is for which operations.
	textReportNeedAll   = "Every operation needs"
	textReportNeedNone  = "No operation needs, but some take,"
	textReportNeedSome  = "%d of %d operations need"
	textReportService   = "%s a login that an administrator gives once for the workspace: %s. It goes to %s and nowhere else."
	textReportUser      = "%s a login that each member gives, or an administrator for the workspace: %s. It goes to %s and nowhere else."
	textReportOAuth     = "%s an account that each member connects at %s. An administrator first gives the client id and secret, which the plugin's author makes for the redirect address that is shown then."
	textReportFields    = "Members give besides: %s."
	textReportScopes    = "It asks for %d permissions; an administrator can name fewer."
	textReportForeign   = "An administrator has to allow %s: members log in or tokens are given there, and it is not the plugin's own address."
	textReportPrefix    = "Nothing says what precedes the key in the header Authorization, such as Bearer: an administrator can name it."
	textReportArguments = "%d of %d operations take a credential as an ordinary argument (%s): aidesk does not fill it, and who asks would have to write it."
	textReportAll       = "no operation can work"
	textReportThese     = "these operations cannot work: %s"
)
