package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"aidesk/store"
	"aidesk/store/bolt"
)

// BenchmarkIngest measures durable acknowledgements of 1 KB events, 1, 16 and 256 senders at once,
// beside what the disk does alone in the same seconds: overwriting 4 KB and syncing.
func BenchmarkIngest(b *testing.B) {
	for _, senders := range []int{1, 16, 256} {
		b.Run(strconv.Itoa(senders), func(b *testing.B) {
			dir := b.TempDir()
			raw := fsyncs(b, dir, 200*time.Millisecond)
			db, err := bolt.Open(filepath.Join(dir, "desk.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			body := make([]byte, 1024)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range senders {
				wg.Go(func() {
					for {
						n := next.Add(1)
						if n > int64(b.N) {
							return
						}
						_, err := db.Ingest(b.Context(), store.Event{
							ID: fmt.Sprint("slate/T1/C1/", n), Conversation: fmt.Sprint("desk/slate/T1/C1/", n%500),
							Member: "U1", Kind: "message", Time: time.Now(), Body: body,
						})
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			rate := float64(b.N) / b.Elapsed().Seconds()
			raw = (raw + fsyncs(b, dir, 200*time.Millisecond)) / 2
			b.ReportMetric(rate, "events/s")
			b.ReportMetric(rate/raw, "events/sync")
		})
	}
}

// BenchmarkTurn measures what one turn without effect costs the store: ingest, claim, work, commit,
// outbox, sent, release.
func BenchmarkTurn(b *testing.B) {
	for _, busy := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(busy), func(b *testing.B) {
			db, err := bolt.Open(filepath.Join(b.TempDir(), "desk.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range busy {
				wg.Go(func() {
					for {
						n := next.Add(1)
						if n > int64(b.N) {
							return
						}
						if err := turn(b, db, n); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
		})
	}
}

func turn(b *testing.B, db *bolt.DB, n int64) error {
	b.Helper()
	ctx := b.Context()
	name := fmt.Sprint("desk/slate/T1/C1/", n)
	if _, err := db.Ingest(ctx, store.Event{ID: name, Conversation: name, Time: time.Now(), Body: make([]byte, 512)}); err != nil {
		return err
	}
	leases, err := db.Claim(ctx, "bench", 1, 0, time.Minute)
	if err != nil || len(leases) == 0 {
		return fmt.Errorf("claimed %v: %w", leases, err)
	}
	l := leases[0]
	w, err := db.Work(ctx, l)
	if err != nil {
		return err
	}
	err = db.Commit(ctx, l, store.Commit{
		Done:    []uint64{w.Events[0].Seq},
		Entries: []store.Entry{{Member: "U1", Body: make([]byte, 512)}, {Member: "U1", Body: make([]byte, 1024)}, {Body: make([]byte, 512)}},
		Replies: []store.Reply{{ID: l.Conversation, Conversation: l.Conversation, Member: "U1", Adapter: "slate", Body: make([]byte, 512)}},
		Usages:  []store.Usage{{Scope: "desk/slate/T1", Model: "m", Time: time.Now(), Input: 100, Output: 10}},
	})
	if err != nil {
		return err
	}
	deliveries, err := db.Outbox(ctx, "bench", []string{"slate"}, 1)
	if err != nil {
		return err
	}
	for _, d := range deliveries {
		if err := db.Sent(ctx, store.Receipt{ID: d.ID, Version: d.Version, Posted: "1"}); err != nil {
			return err
		}
	}
	return db.Release(ctx, l, 0)
}

// fsyncs measures how often in a second the disk overwrites 4 KB and has it safe.
func fsyncs(b *testing.B, dir string, d time.Duration) float64 {
	b.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "raw"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	page := make([]byte, 4096)
	n := 0
	start := time.Now()
	for ; time.Since(start) < d; n++ {
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}
