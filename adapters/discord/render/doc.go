// Package render writes what Discord is sent: [Reply] makes of a chat.Reply its messages,
// [Form] of a chat.Form a modal and [Commands] of a chat.Grammar the slash commands. Each
// marshals to the exact body of its REST request. Nothing here has a clock, a network or a
// memory: the same input always gives the same bodies.
//
// render.go puts a reply together; text.go cuts its text into messages; block.go, table.go,
// inline.go and link.go write a Document in Discord's dialect and escape.go keeps everything
// else from being markup; card.go, row.go, button.go and embed.go are what stands beside the
// text. message.go is the body of a message, ephemeral.go one that only its member sees,
// modal.go a form, grammar.go the commands; customid.go says what the ids of buttons mean.
//
// The dialect looks like CommonMark and is not: it is read by regular expressions,
// in which the first closing mark wins, even one inside of code or an address.
// Emphasis that would be read wrongly is therefore left out; words never are.
//
// No text of others is ever markup: every mark in it is escaped, addresses are
// links only where the Document says so and always in angle brackets, so that
// Discord fetches none of them, and allowed_mentions parses nothing.
package render
