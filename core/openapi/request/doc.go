// Package request makes the exact bytes of a call out of the arguments of a model or
// a form: the address, parameters in their styles, header fields and the body.
//
// A Builder holds what a document says about the requests of one operation. It coerces
// and checks the arguments, writes them, and verifies that the address stays within the
// operation's server and base path. The same arguments always give the same bytes.
//
// When debug messages are logged, each request is also validated by kin-openapi against
// a small document made of the operation, and what that objects to is logged.
package request
