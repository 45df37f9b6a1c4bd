// Package markdown turns CommonMark that a model or a member wrote into a
// Document: blocks and inlines as plain data, which every adapter renders in its
// own platform's words. Our own texts are built from the same nodes.
//
// What a Document made by [Parse], by the builders or by [Document.Split] promises
// to those who render it:
//
//   - Every string is cleaned ([Clean]); escapes and entities are resolved.
//   - A link is a node of kind [InlineLink] with Allowed set, an absolute http or
//     https URL and a label that names no other host. Everything else that was
//     written as a link (inline, reference, autolink, bare, image, HTML) is
//     already text and code nodes.
//   - No text node outside a link's label contains anything that a platform would
//     make clickable by itself: no "scheme://" and no "www." name. Code nodes and code
//     blocks may.
//   - Containers are nested at most 16 deep and emphasis at most 8, so rendering
//     may recurse.
//
// Raw HTML is shown literally, as text, all tags alike; only <br> becomes a line
// break. An image is a link whose label is its alternative text.
//
// # Files, in reading order
//
//	document.go   the data, and builders for our own texts
//	parse.go      Parse: bounds, long texts in pieces
//	grammar.go    goldmark's grammar with guards against slow inputs
//	convert.go    goldmark's tree -> blocks and inlines
//	link.go       which links stay links, and what becomes of the others
//	url.go        URLs found in plain text; the normal form of a URL
//	clean.go      foreign text made safe to show, and how wide it is
//	text.go       a Document as plain text
//	split.go      a Document in parts that fit into one message
//	splittext.go  the cuts within running text
package markdown
