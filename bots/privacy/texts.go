package privacy

// What administrators read of holds.
const (
	textHeld            = "Held: from now on nothing of this is deleted, whatever its age and whoever asks for it."
	textHeldAlready     = "This is held already."
	textNotHeld         = "This is not held."
	textHoldEnded       = "The hold has ended: what is too old goes within an hour."
	textHoldEndedForgot = "The hold has ended. Who had asked for it meanwhile is forgotten, unless something else holds them: %d."
)
