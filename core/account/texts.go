package account

// What members read when a login does not go on.
const (
	textLink    = "this login has expired, or a newer one took its place: ask for a new link"
	textUsed    = "this link was already used"
	textBrowser = "this login was begun in another browser: finish it there, or ask for a new link"
	textMember  = "only the member who began this login can finish it"
	textMixed   = "the answer belongs to another login, so nothing was connected: ask for a new link"
	textDenied  = "the login was declined, so nothing was connected"
	textRefused = "the login did not work, so nothing was connected: ask for a new link"
	textEarly   = "log in first: the digits are shown at the end of the page behind the link"
	textDigits  = "the code has six digits"

	textWrong     = "these are not the digits that were shown: %d tries are left"
	textWrongOne  = "these are not the digits that were shown: one try is left"
	textWrongLast = "these are not the digits that were shown, for the third time, so nothing was connected: ask for a new link"

	textEmpty     = "is empty"
	textLong      = "is too long"
	textLineBreak = "has a line break in it"
	textCharacter = "has a character in it that no key has"
)
