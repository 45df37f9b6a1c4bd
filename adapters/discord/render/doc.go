// Package render makes the bodies that are sent to Discord: [Render] the messages of a
// chat.Reply, [Form] the modal of a chat.Form, [Commands] the slash commands of a
// chat.Grammar. It is pure: it has no clock, no network and no state, so the same input
// always gives the same bodies.
//
// render.go puts a reply together and split.go splits its text into messages. block.go,
// table.go and inline.go write a Document in Discord's dialect of Markdown; escape.go
// escapes everything that must not be markup. card.go, components.go (rows and buttons)
// and embeds.go (previews) write the rest. message.go defines the bodies of messages,
// form.go and commands.go those of modals and commands, and customid.go what the
// custom_id of a button means.
//
// Discord parses its dialect with regular expressions: the first closing marker wins, even
// inside of code or a URL. Emphasis that Discord would misread is left out; text never is.
//
// Text from others is never markup: special characters are escaped, only the links that
// the Document allows can be clicked, URLs stand in angle brackets so that Discord fetches
// no previews, and allowed_mentions permits no mentions.
package render
