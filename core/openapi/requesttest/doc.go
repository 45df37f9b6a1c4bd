// Package requesttest holds the independent check of requests: `make test-requests`.
//
// For every operation of the corpora a generator of its own makes arguments from
// the schemas of the original document. What the tool's schema does not show is
// taken out of them, as a model could not know it; then core/openapi builds the
// request. A validator that shares no code with core/openapi (Prism, from npm, in
// testdata/oracle) reads the original document and judges the recorded request.
//
// Beside it generated documents within the rules are called over a network of hosts, and
// readers that are not ours (kin-openapi; qs and busboy of npm) decode what arrives.
//
// A refused operation counts as a failure. What remains is listed with its cause
// in testdata/causes.txt; docs/openapi.md says the rest.
package requesttest
