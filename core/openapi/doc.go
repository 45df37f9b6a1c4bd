// Package openapi turns an OpenAPI document into Operations: tools that a
// model can call, the exact requests that its arguments become, and results
// shaped for the model and the member.
//
// A document goes through four steps, each of which only reads:
//
//  1. bytes → tree (package tree). JSON and YAML become one ordered tree of
//     nodes, within limits. What is not a document at all, such as HTML, is
//     refused with one line.
//  2. tree → operations (this package: document.go, path.go, param.go, body.go).
//     Where a document breaks the rules, the reader takes the evident meaning and
//     writes a Note. It reads only what decides a request, so faults in examples,
//     tags, links or responses cost nothing. Each operation is read on its own
//     under recover, so one bad operation never loses the others.
//  3. schemas (package schema). They are a graph, which may have cycles, read
//     once and shared by all operations. "allOf" is merged afterwards.
//  4. operation → tool (tool.go), request (package request), result (package
//     result). Tool renders the graph as a JSON Schema tree with cycles cut and a
//     size budget. Request coerces and validates arguments against the whole graph
//     and builds the bytes. Shape turns the answer into what a model can read.
//
// The kin-openapi library takes no part in reading: its loader is a strict
// typed decoder that one bad node anywhere defeats, has no limits and cannot be
// stopped. It is the independent second opinion instead, on each built request
// (package request).
//
// The package knows no plugin, no network and no credential. Fetching other
// documents is a function that the caller hands in; credentials are described
// (Security) and never seen.
package openapi
