// Package tree turns the bytes of an OpenAPI document, JSON or YAML, into one
// ordered tree of Nodes and finds what references in it point to.
//
// Every limit on a document holds here: bytes, values, nesting, aliases, chains of
// references and other documents. What is no document (HTML, nonsense) ends here
// with one line that says so. A Cursor is a Node with the place where it stands, so
// that whatever is found can be said with a JSON pointer.
package tree
