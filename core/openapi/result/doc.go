// Package result turns the answer to a call into what a model and a member can read:
// JSON shortened within a size with a word about what was left out, HTML as text,
// files by their type, failures by their kind; and the links that were in it.
package result
