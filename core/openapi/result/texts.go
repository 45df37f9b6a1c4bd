package result

// What members read of a plugin's answers.
const (
	textLogin     = "The plugin does not accept the login" // a status follows these: "(401)"
	textForbidden = "The plugin does not allow this"
	textNotFound  = "The plugin does not know what was asked for"
	textConflict  = "The plugin says that this contradicts what it has"
	textTooOften  = "The plugin has been asked too often"
	textTooSlow   = "The plugin took too long"
	textElsewhere = "The plugin sent the call elsewhere, which is not followed"
	textInvalid   = "The plugin does not accept these values"
	textBroken    = "The plugin has a problem of its own"
	textWait      = "It asks to wait %s." // how long

	textNextPage = "there is a next page"
	textNotUTF8  = "the answer is not in UTF-8, so some of its letters may be wrong"
	textCharset  = "the answer is in the charset %s, which I cannot read in full" // its name

	textEmpty = "The answer is empty (%s)."                                       // a status
	textFile  = "The answer is a file (%s, %s); its content cannot be read here." // its media type; its size

	// What was left out of an answer.
	textCharacters = "first %d of %d characters"
	textRest       = "the rest of the answer is too long"
	textBeginnings = "the beginning of %s" // "2 long texts"
	textInnermost  = "not the innermost parts"
	textCut        = "only the first %s of the answer were read" // a size
)
