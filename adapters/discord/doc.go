// Package discord brings the desk to Discord: [Adapter] is the way in and out, and
// [Render] makes of a chat.Reply the messages that Discord gets, each marshalling to
// the exact body of its REST request. The tour of the adapter stands at [Adapter].
//
// The connection is kept by a library (discordgo), and supervised: what locks up is
// abandoned, whatever ends is begun again, and only what Discord says once and for all
// ends it. Payloads are read by structs of our own, since the library's refuse what
// they do not know. Requests go out by a client of our own, which keeps to the limits
// that Discord's answers name.
//
// Of rendering, message.go is the body of a request; render.go puts a reply together;
// text.go cuts its text into messages; block.go, table.go, inline.go and link.go write
// a Document in Discord's dialect and escape.go keeps everything else from being
// markup; card.go, row.go, button.go and embed.go are what stands beside the text.
//
// The dialect looks like CommonMark and is not: it is read by regular expressions,
// in which the first closing mark wins, even one inside of code or an address.
// Emphasis that would be read wrongly is therefore left out; words never are.
//
// No text of others is ever markup: every mark in it is escaped, addresses are
// links only where the Document says so and always in angle brackets, so that
// Discord fetches none of them, and allowed_mentions parses nothing.
package discord
