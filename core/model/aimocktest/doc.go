// Package aimocktest has another party's server of language models, npm's
// @copilotkit/aimock, say whether our wires speak as others do: text, streams, calls,
// outcomes after a restart and every kind of failure, over all three.
//
// The tests run with AIDESK_ORACLES, once npm's package is there: make test-aimock.
package aimocktest
