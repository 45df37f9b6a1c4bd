package login

import (
	"net/http"

	"aidesk/core/account"
)

// outcome is a page that ends a step.
type outcome struct {
	status              int
	title, line, remedy string
}

// What is not of a connection.
var (
	busy       = outcome{http.StatusTooManyRequests, textBusyTitle, textBusy, textBusyRemedy}
	foreign    = outcome{http.StatusForbidden, textForeignTitle, textForeignPost, textForeignFix}
	unreadable = outcome{http.StatusBadRequest, textFormTitle, textForm, textForeignFix}
	missing    = outcome{http.StatusNotFound, textMissingTitle, textMissing, textStopClose}
	notAllowed = outcome{http.StatusMethodNotAllowed, textMissingTitle, textMethod, textForeignFix}
	broken     = outcome{http.StatusServiceUnavailable, textBrokenTitle, textBroken, textBrokenRemedy}
	early      = outcome{http.StatusConflict, textEarlyTitle, textEarly, ""}
	done       = outcome{http.StatusOK, textDoneTitle, textDone, ""}
)

// refusals are the outcomes that account decides, in its words.
var refusals = []struct {
	err           error
	status        int
	title, remedy string
}{
	{account.ErrLink, http.StatusGone, textStopTitle, textStopRemedy},
	{account.ErrUsed, http.StatusConflict, textUsedTitle, textStopRemedy},
	{account.ErrBrowser, http.StatusForbidden, textStopTitle, textStopClose},
	{account.ErrMixed, http.StatusForbidden, textStopTitle, textStopRemedy},
	{account.ErrDenied, http.StatusForbidden, textStopTitle, textStopRemedy},
	{account.ErrRefused, http.StatusBadGateway, textStopTitle, textStopRemedy},
	{account.ErrNoClient, http.StatusConflict, textStopTitle, textStopClose},
}
