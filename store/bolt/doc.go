// Package bolt implements store.Store on bbolt: everything in one file, for one process.
//
// # Writing
//
// One goroutine writes (writer.go). It takes all operations that wait, runs them in
// one transaction and answers them once it is on disk, so that they share the cost of
// one sync (redo.go). What can wait a moment goes along with others (writeIdly). There are no savepoints: each operation checks everything before it writes
// its first byte. An error of the transaction itself breaks the store for good,
// because bbolt may have committed nevertheless.
//
// # Memory
//
// The file is locked, so this process is its only user. Who holds which
// conversation, which may be claimed and which reply is being sent is therefore
// kept in memory (package queue) and rebuilt when the file is opened.
//
// # Files, in reading order
//
//	open.go      create, check and open the file; package disk knows how a file is made whole,
//	             that it is still where it was, and whether bbolt would go back in it
//	migrate.go   an older layout becomes the newest
//	writer.go    the one goroutine that writes, transactions for reading
//	redo.go      a commit is safe in a log before bbolt syncs it; package redo is the log
//	encoding.go  keys and values as bytes
//	ingest.go    events come in: duplicates, order, timers
//	lease.go     conversations are claimed and worked
//	transcript.go  the ends of transcripts, kept in memory as they are on disk
//	tries.go     what was begun and came to no end, in a file that is never synced
//	commit.go    what a turn decided
//	audit.go     lines of audits, numbered and linked; package chain says by what
//	count.go     counters, written ahead of what they count
//	outbox.go    replies go out
//	handed.go    those that went out with the commit that wanted them
//	record.go    configuration: records, documents, watching
//	read.go      single values and logs
//	source.go    what came of a message, and deleting it
//	trim.go      old entries lose a part
//	owned.go     what is kept of a member
//	delete.go    forgetting members, purging and sweeping what is old
//	rewrite.go   bodies of events are replaced
//	aside.go     a damaged record is set aside, everything else goes on
//	backup.go    copies of the file while it is used, and back
//	restored.go  nothing that was open in a backup runs again
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
//	source    source, bucket, key         of what an entry or a button came
//	expiry    time, kind, id              what may be dropped then: buttons, counters
//	line      scope, number               audit line
//	chain     scope                       where its audit lines begin and end
//	usage     scope, time, n              usage
//	record    key                         record
//	document  SHA-256                     document, compressed
//	meta      schema, instance, boot,     number of the layout, random id, number of openings,
//	          backup, restored, restores  when it was made, if it is a backup; when it was
//	                                      restored from one, how often
//	aside     n                           damaged value, with the bucket and key it had
//
// Keys that grow with time come first, so that a batch of writes touches few
// pages. Numbers are big endian; a conversation or scope is preceded by its length.
// A value is a version byte, the CRC-32C of the rest, and the rest: the length of a
// JSON head, the head, a body (encoding.go). bbolt itself has no checksum on its data.
package bolt
