package render

// What members read of cards and forms at Discord.
const (
	textWorking       = "⏳ Working on it…"
	textDone          = "✅ Done."
	textFailed        = "❌ Failed."
	textUnknown       = "❓ It is not known whether this happened."
	textNotSent       = "🚫 Not sent."
	textExpired       = "⌛ Expired, not sent."
	textReplaced      = "♻️ No longer valid."
	textAllAttached   = "All %d %s are in the attached %s. Open it before you decide."
	textFactsAttached = "Where this goes, and who sees it, is in the attached %s. Open it before you decide."
	textAskAbout      = "Ask aidesk"
	textNothingToFill = "There is nothing to fill in"
	textOnePerLine    = "One per line."
	textPage          = " (%d of %d)"    // of a form
	textPart          = " (%d–%d of %d)" // of what can be chosen
	textFewerPages    = "it has fewer pages than before"
	textTooLong       = "“%s” is longer than %d characters"
	textThisChannel   = "this channel" // where its name cannot be shown
)
