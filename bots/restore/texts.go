package restore

// What members read of calls that were open in a backup. A %s stands for a plugin's name.
const (
	textVoid = "I was restored from a backup, so this card is no longer valid. It may have been approved and sent before; check %s before you ask again."
	textSent = "I was restored from a backup that was made while this was being sent, so it may or may not have happened. Check %s before you send it again."
)
