// Package discord is the adapter for Discord. So far it is the way out:
// [Render] makes of a chat.Reply the messages that Discord gets, each marshalling
// to the exact body of its REST request.
//
// Read it in this order: message.go is the body of a request; render.go puts a
// reply together; text.go cuts its text into messages; block.go, table.go,
// inline.go and link.go write a Document in Discord's dialect and escape.go keeps
// everything else from being markup; card.go, row.go, button.go and embed.go are
// what stands beside the text.
//
// The dialect looks like CommonMark and is not: it is read by regular expressions,
// in which the first closing mark wins, even one inside of code or an address.
// Emphasis that would be read wrongly is therefore left out; words never are.
//
// No text of others is ever markup: every mark in it is escaped, addresses are
// links only where the Document says so and always in angle brackets, so that
// Discord fetches none of them, and allowed_mentions parses nothing.
package discord
