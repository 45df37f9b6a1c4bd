// Package result turns the answer to a call into what a model and a member can read:
// JSON shortened to a size with a note about what was left out, HTML as text, files by
// type and size, failures by kind, and the links found in it.
package result
