// Package bolt keeps a desk in one file, for one process: store.Store on bbolt.
//
// # Writing
//
// One goroutine writes. It takes whatever waits, does it in one transaction and
// answers when that is on disk, so the cost of a sync is shared by all who came
// meanwhile (commit.go). There are no savepoints: each operation checks everything
// before it writes its first byte. An error of the transaction itself breaks the
// store for good, because bbolt may have committed nevertheless.
//
// # Memory
//
// The file is locked, so this process is its only user. Who holds which
// conversation, what is claimable and which reply is on its way is therefore kept
// in memory (package queue) and built at opening from what is not finished.
//
// # Layout
//
//	inbox     seq                         event not yet worked
//	dedup     day > time, event id        (one bucket for each day, dropped whole)
//	timer     due, event id               event not yet due
//	entry     conversation, n             transcript
//	action    action id                   action
//	open      conversation, n             id of an action that is not final
//	reply     reply id                    wanted and delivered state
//	outbox    order                       id of a reply whose wanted state is not delivered
//	button    button id                   button
//	count     counter                     amount
//	expiry    time, kind, id              what may be dropped then: buttons, counters
//	audit     scope, time, n              audit entry
//	usage     scope, time, n              usage
//	record    key                         record
//	document  SHA-256                     document, compressed
//	meta      schema, instance, boot      number of the layout, random id, number of openings
//
// Keys that grow with time come first, so that a batch of writes touches few
// pages. Numbers are big endian; a conversation or scope is preceded by its length.
// A value is a version byte, the CRC-32C of the rest, and the rest: the length of a
// JSON head, the head, a body (value.go). bbolt itself has no checksum on its data.
package bolt
