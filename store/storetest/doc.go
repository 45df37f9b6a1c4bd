// Package storetest is the suite that every implementation of store.Store must pass: each
// promise of the contract as a subtest, and a random walk compared with a model.
package storetest

import (
	"testing"
	"time"

	"aidesk/store"
)

// Place is where one store is kept.
type Place struct {
	// Open opens the store, again after a Close; what was kept must be there.
	Open func(t testing.TB) store.Store

	// Now is the store's clock and Pass moves it on.
	Now  func() time.Time
	Pass func(time.Duration)
}

// Run runs the suite. place makes a new, empty place each time.
func Run(t *testing.T, place func(t testing.TB) Place) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(d *fixture)
	}{
		{"ingest drops duplicates", duplicates},
		{"ingest drops duplicates without a time", duplicatesWithoutTime},
		{"ingest remembers eight days", eightDays},
		{"ingest is all or nothing", ingestInvalid},
		{"a done context writes nothing", doneContext},
		{"a conversation keeps its order", order},
		{"the longest waiting is claimed first", longestFirst},
		{"a busy scope keeps no other waiting", fair},
		{"one conversation has one holder", oneHolder},
		{"many at once", busy},
		{"a lease ends by itself", leaseEnds},
		{"a lost lease is fenced", fencing},
		{"a release with a delay", delay},
		{"an interrupting event ends the delay", delayInterrupted},
		{"extend tells of interrupting events", interrupt},
		{"work counts tries", tries},
		{"work hands out a hundred events", hundred},
		{"work reads the end of a transcript", longTranscript},
		{"commit moves everything", commitAll},
		{"commit is all or nothing", commitNothing},
		{"one of twenty decisions wins", decisions},
		{"transitions", transitions},
		{"commit's events are deduplicated", commitEvents},
		{"timers", timers},
		{"a timer keeps its place before later events", timerOrder},
		{"the outbox hands out versions", versions},
		{"the outbox keeps a conversation's order", outboxOrder},
		{"the outbox asks by adapter", outboxAdapters},
		{"a failed delivery is tried again", retry},
		{"an unknown end stays unsettled", unsettled},
		{"a delivery without an end is handed out again", crashedDelivery},
		{"a reply that can never be delivered", gone},
		{"how often a reply was tried", sendings},
		{"reserve", reserve},
		{"one of twenty reservations wins", reservations},
		{"hold", hold},
		{"forget", forget},
		{"retract", retract},
		{"purge", purge},
		{"purge keeps what is held", purgeHeld},
		{"purge leaves a part of entries", purgePart},
		{"audits and usages", logs},
		{"audit lines are numbered and linked", linked},
		{"an audit goes on behind what was purged", purgedAudit},
		{"an audit forgets names", forgottenName},
		{"many write one audit", busyAudit},
		{"buttons expire", buttons},
		{"backlog", backlog},
		{"rewrite replaces bodies", rewrite},
		{"rewrite beside those who work", rewriteBusy},
		{"records", records},
		{"records scan in order", scan},
		{"watch", watch},
		{"watch skips for a slow reader", watchSlow},
		{"documents", documents},
		{"names that cannot be kept", invalid},
		{"reopening keeps everything", reopen},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(newFixture(t, place(t))) })
	}
	t.Run("a random walk", func(t *testing.T) { walk(t, place) })
}
