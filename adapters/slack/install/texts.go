package install

// What the pages say, one line each.
const (
	textInstalled    = "aidesk is in %s now. You can close this page; in Slack, write to aidesk or invite it into a channel."
	textDeclined     = "Nothing was installed: Slack was told no. To try again, open the link that you began with."
	textNoCookie     = "Nothing was installed: this browser did not begin here, or does not keep cookies. Open the link that you began with, and finish in the same browser."
	textOtherBrowser = "Nothing was installed: another browser began this. Open the link that you began with, and finish in the same browser."
	textWrongState   = "Nothing was installed: this address was not made by aidesk, or was changed. Open the link that you began with."
	textLate         = "Nothing was installed: it took longer than ten minutes. Open the link that you began with, and try again."
	textUsed         = "This address was used already, and works once. If aidesk is not in your workspace, open the link that you began with."
	textCode         = "Nothing was installed: Slack takes its code once, and for ten minutes. Open the link that you began with, and try again."
	textNotAllowed   = "Nothing was installed: whoever runs this aidesk does not serve your workspace. Ask them to allow it."
	textSlack        = "Nothing was installed: Slack did not give access. Try again later; whoever runs this aidesk finds the reason in its log."
	textBroken       = "Nothing was installed: aidesk has a fault. Try again later; whoever runs it finds the reason in its log."
	textBusy         = "Too many install at once. Try again in a minute."
	textUnreadable   = "This address cannot be read."
	textMethod       = "Open this address in a browser."
)
