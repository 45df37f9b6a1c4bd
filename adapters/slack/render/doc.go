// Package render lays out what the desk shows in Slack, and does nothing else: it has
// no clock, no network and no state. [Render] makes of a chat.Reply the bodies of the
// chat.postMessage requests that Slack gets, in order, and [Degrade] makes simpler ones
// of a body that Slack has refused. [Modal] makes a view of a chat.Form, [HomeView] one
// of a member's page.
//
// Running text goes out as rich_text, header, divider and table blocks. Their text
// carries no markup, so nothing that a model, a plugin or a page wrote can ping,
// link or format; there is nothing to escape and nothing to forget. What a member
// decides on stands in plain and preformatted text, in full. Slack's own markup
// (mrkdwn) occurs in two places, both escaped: the title of a preview, and the
// fallback text beside the blocks.
//
// A message is bound by what Slack takes (limit.go). A longer answer becomes
// several messages, each of which stands alone; one that would take more than five
// goes out as its beginning with the whole as a file.
package render
