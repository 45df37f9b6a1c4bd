// Package queue orders in memory what a store has not finished: [Inbox] knows which
// conversation may be claimed next and who holds it, [Outbox] which reply may be sent
// next. Nothing of it is on disk: bolt builds both when it opens its file and
// changes them along with what it writes.
//
// Neither is safe for concurrent use; the store's lock guards them.
package queue
