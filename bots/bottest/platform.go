package bottest

import (
	"aidesk/adapters/adaptertest"
	"aidesk/core/chat"
)

// Platform is a messenger with the desk in it, as its members use it. A function
// that is nil is something that the platform cannot do; the behaviours that need
// it are skipped.
type Platform struct {
	// Open makes the adapter, not running yet. A second call is a restart of the desk
	// at the same platform.
	Open func() chat.Adapter
	// Place is where Member writes and is answered.
	Place chat.Place
	// Member is the platform's id of the one who asks, Other that of somebody else in
	// the same place. Other is empty where there is nobody else.
	Member, Other string
	// Say writes to the desk. A text that begins with a slash is a command.
	Say func(member, text string)
	// Press presses a button that is or was shown.
	Press func(member string, b chat.Button)
	// Run opens the form of an operation by a command. Fill fills in the form that a member
	// sees and submits it: an input with an empty value stays as it is, those that are asked
	// for are named in their order. It waits until a fault is shown, if one is wanted.
	Run  func(member, operation string)
	Fill func(member string, inputs []adaptertest.Filled, fault string)
	// Attach is Say with files; there are no commands with them.
	Attach func(member, text string, files ...File)
	// Edit and Delete change a message by its platform's id.
	Edit   func(member, message, text string)
	Delete func(member, message string)
	// Aside writes a message that is not meant for the desk, and returns its id.
	Aside func(member, text string) string
	// Visit opens the member's own page at the desk. A press finds its buttons, too.
	Visit func(member string)
	// Rate presses the good or the bad one of the thumbs below an answer.
	Rate func(member string, r chat.Rating, good bool)
	// Talk opens the member's direct message with the desk. Prompts are the questions that are
	// proposed there.
	Talk    func(member string)
	Prompts func(member string) []string
	// Stop presses the platform's own button that stops the desk, once it is shown.
	Stop func(member string)
	// Blind says that the platform does not show the desk what such messages say.
	Blind bool
	// Thread writes to the desk in another conversation, named by a word.
	Thread func(member, thread, text string)
}
