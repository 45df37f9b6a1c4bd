package render

import "aidesk/core/markdown"

// Split renders a document as messages within other limits than Slack's.
func Split(d markdown.Document, blocks, size int) []Message {
	b := budget{blocks: blocks, size: size}
	return pack(prose{Document: d}.split(b, terms{}), b, terms{})
}
