// Package costtest measures what work costs, for the tests that give hostile input to
// what reads it.
package costtest

import (
	"runtime"
	"time"
)

// Limit is the time that work may take: five times what is wanted, for other tests run
// beside it.
const Limit = 5 * time.Second

// Measure does the work, and gives the time that it took and the MiB that it
// allocated, garbage included. What takes longer than Limit is done up to three times,
// of which the last counts: it may have been the machine's other work.
func Measure(work func()) (took time.Duration, used uint64) {
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		work()
		took = time.Since(start)
		runtime.ReadMemStats(&after)
		used = (after.TotalAlloc - before.TotalAlloc) >> 20
		if took <= Limit {
			break
		}
	}
	return took, used
}
