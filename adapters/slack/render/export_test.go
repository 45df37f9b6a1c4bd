package render

import "aidesk/core/markdown"

// Split renders a document as messages within other limits than Slack's.
func Split(d markdown.Document, blocks, size int) []Message {
	b := messageLimit{blocks: blocks, size: size}
	return paginate(prose{Document: d}.split(b, renderOptions{}), b, renderOptions{})
}
