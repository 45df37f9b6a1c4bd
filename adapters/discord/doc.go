// Package discord brings the desk to Discord: [Adapter] is the way in and out. The tour of
// the adapter stands there. Package render makes of a chat.Reply the messages that Discord
// gets.
//
// The connection is kept by a library (discordgo), and supervised: what locks up is
// abandoned, whatever ends is begun again, and only what Discord says once and for all
// ends it. Payloads are read by structs of our own, since the library's refuse what
// they do not know. Requests go out by a client of our own, which keeps to the limits
// that Discord's answers name.
package discord
