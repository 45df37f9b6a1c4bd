package discord

// What members read of this adapter itself.
const (
	textOldCommand        = "This command has changed. Wait a minute for Discord to learn it, or reload Discord."
	textMoment            = "One moment."
	textDirect            = "I answer in our direct message:"
	textCannotRead        = "I can only read messages here that reply to me or mention me."
	textCorrect           = "Correct it"
	textGoOn              = "Continue"
	textSendAsIs          = "Send as it is"
	textContinue          = "Page %d of %d is kept. Please continue."                // numbers
	textMayStop           = "Page %d of %d is kept. What follows may stay as it is." // numbers
	textPagesGone         = "What you filled in is no longer here: I keep it for an hour, or until you begin another form. Please open the form again."
	textFormTooLarge      = "This form does not fit into Discord: "
	textTooSlow           = "That took too long. Please try again."
	textFormUnknown       = "This form is no longer valid. Please ask again."
	textThanks            = "Thank you."
	textNotStored         = "I could not take that in just now. Please try again."
	textUnreadable        = "I could not read that."
	textUnknownKind       = "I do not know how to answer that."
	textUnknownButton     = "This button is no longer valid. Please ask again."
	textNoDirect          = "I could not open our direct message, where I answer. Write to me there, or try again."
	textMessageUnreadable = "I could not read this message."
	textNoText            = "This message has no text that I can read."
	textMayNotRead        = "I may not read this channel. An administrator can let me."
	textBelow             = "I answer below this message:"
	textMayNotWrite       = "I may not write where you asked. An administrator can let me."
	textBelongs           = "This belongs to "
	textMentionMe         = "Please mention me, not my role of the same name: Discord does not show me what such a message says."
	textDirectRefused     = "I could not send you a direct message. Allow direct messages in the privacy settings of this server, and ask again."
	textNoServer          = "I do not know yet to which server this belongs. Use me there once: mention me in a channel, or type /aidesk help. Then write to me here."
	textServerGone        = "The server where you last used me no longer has both of us in it. Mention me in a channel of another one, then write to me here."
)
