// Package request makes the exact bytes of a call out of the arguments of a model or
// a form: the address, parameters in their styles, header fields and the body.
//
// A Builder is what a document says of one operation's requests. It brings the
// arguments nearer to their schemas, checks them, writes them, and holds what was
// written against its promise: the address never leaves the operation's server and
// base path. The same arguments always give the same bytes.
//
// kin-openapi is the independent second opinion: where debugging is logged, each
// built request is shown to it beside a small document made from the operation.
package request
