package bolt

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"aidesk/store"
	"aidesk/store/bolt/disk"
	"aidesk/store/bolt/queue"
)

// lockWait is how long Open waits for another process to release the lock on the file.
const lockWait = time.Second

var _ store.Store = (*DB)(nil)

// Options change how a file is opened. The zero value is right for everybody but tests.
type Options struct {
	Now    func() time.Time // the clock; defaults to time.Now
	Logger *slog.Logger     // is told what is set aside and migrated; nil: nobody is
	AsIs   bool             // a file of an older layout is used as it is, not migrated

	killed   bool   // opening ends before the log begins, as if the process was killed; for tests
	restored string // the backup of which the file is a copy, which is nobody's yet; empty: it is none
}

// DB is a store in one file.
type DB struct {
	file
	closing sync.Once

	mu          sync.Mutex // guards the rest
	inbox       *queue.Inbox
	timers      timers
	tries       *tries
	transcripts transcripts
	counters    map[string]*counter
	handed      handed
	outbox      *queue.Outbox
	holds       map[string]store.Lease
	heads       map[string]storedHead // of audits, by scope; read when one is needed first
	signer      store.Signer
	lastSweep   time.Time
	restored    int64    // events of before this time, in microseconds, count as known; 0: none do
	watchers    watchers // has its own mutex
}

// Open opens the file at path, or makes a new one where there is none; its folder
// must exist. What it refuses, it refuses in one line that says what to do: an
// empty, cut, damaged or foreign file, one that a newer aidesk wrote, one in use, one that
// it may not write. A file of an older layout is migrated.
func Open(path string, opt Options) (*DB, error) {
	db := &DB{outbox: queue.NewOutbox(), holds: map[string]store.Lease{}, heads: map[string]storedHead{}, counters: map[string]*counter{}}
	db.file = file{
		path: path, now: opt.Now, logger: opt.Logger, apply: db.apply, committed: db.committed,
		ops: make(chan *op, maxBatch), idle: make(chan *op, maxBatch), quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	if db.now == nil {
		db.now = time.Now
	}
	if db.logger == nil {
		db.logger = slog.New(slog.DiscardHandler)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = disk.Make(path, createLayout); err == nil || errors.Is(err, fs.ErrExist) {
			info, err = os.Stat(path)
		}
	}
	switch {
	case err != nil:
		err = disk.Remedied(err)
	case !info.Mode().IsRegular():
		err = fmt.Errorf("not a file: name a file, for example %s", filepath.Join(path, "aidesk.db"))
	case info.Size() == 0:
		err = errors.New("empty, so it lost what it held: restore it from a backup, or delete it to begin anew")
	default:
		err = db.openFile(opt)
	}
	if err != nil {
		if db.redo != nil {
			db.abandonLog()
		}
		if db.bolt != nil && !db.panicked.Load() {
			_ = db.bolt.Close()
		}
		_ = db.tries.close()
		return nil, fmt.Errorf("open the store %s: %w", cmp.Or(opt.restored, path), err)
	}
	go db.runWriter()
	return db, nil
}

// openFile locks the file, checks it and rebuilds what is kept in memory.
func (db *DB) openFile(opt Options) error {
	records, err := db.openLog()
	if err == nil {
		err = db.checkFile(opt.restored != "")
	}
	if err == nil {
		err = db.checkPages()
	}
	if err == nil {
		err = db.lock(false)
	}
	if err == nil {
		err = db.place.Check() // it may have been replaced before it was locked
	}
	if err != nil {
		return err
	}
	number := uint64(0)
	err = db.catchPanics(func() error {
		return db.bolt.View(func(tx *bbolt.Tx) (err error) {
			number, err = checkLayout(tx)
			if err == nil && opt.restored == "" && tx.Bucket([]byte(metaBucket)).Get([]byte("backup")) != nil {
				err = errors.New("a backup: put it in the place of the store with aidesk restore, so that nothing in it runs again")
			}
			return err
		})
	})
	if err == nil {
		err = db.replay(records)
	}
	if err == nil && !opt.AsIs {
		err = db.migrate(number, opt.restored == "")
	}
	if err != nil {
		return err
	}
	var boot, restored metaValue
	err = db.catchPanics(func() error {
		return db.bolt.Update(func(tx *bbolt.Tx) error {
			if _, _, err := readValue(tx, metaBucket, []byte("boot"), &boot); err != nil {
				return err
			}
			if _, _, err := readValue(tx, metaBucket, []byte("restored"), &restored); err != nil {
				return err
			}
			boot.Number++
			return putMeta(tx, "boot", boot)
		})
	})
	if err != nil {
		return err
	}
	db.restored = int64(restored.Number)
	db.inbox = queue.NewInbox(boot.Number << 32)
	err = db.catchPanics(db.load)
	if err == nil {
		err = db.catchPanics(func() error { return db.loadTries(boot.Number) })
	}
	if err == nil && opt.killed {
		err = errKilled
	}
	if err == nil && opt.restored == "" && hasLog() {
		err = db.catchPanics(db.beginLog)
	}
	return err
}

// checkPages reads every key of the file. bbolt does the same when it opens a file without a
// list of free pages, but in a goroutine whose panic nobody can catch.
func (f *file) checkPages() error {
	if err := f.lock(true); err != nil {
		return err
	}
	err := f.catchPanics(func() error {
		return f.bolt.View(func(tx *bbolt.Tx) error {
			return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return readKeys(b) })
		})
	})
	if f.panicked.Load() {
		return err
	}
	return errors.Join(err, f.bolt.Close())
}

// readKeys reads every key of a bucket and of those in it.
func readKeys(b *bbolt.Bucket) error {
	return b.ForEach(func(key, value []byte) error {
		if value == nil {
			return readKeys(b.Bucket(key))
		}
		return nil
	})
}

// lock opens and locks the file, for reading only if nothing is to be written.
func (f *file) lock(readOnly bool) error {
	options := bboltOptions()
	options.ReadOnly = readOnly
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		opened, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		if err == nil {
			f.open = opened
			f.place, err = disk.At(name, opened)
		}
		return opened, err
	}
	err := f.catchPanics(func() (err error) {
		f.bolt, err = bbolt.Open(f.path, 0o600, options)
		return err
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrInUse
	case err != nil && !isPathError(err) && !errors.Is(err, errDamaged):
		return fmt.Errorf("not a store of aidesk, or damaged (%w): name another file, or restore it from a backup", err)
	}
	return disk.Remedied(err)
}

var errKilled = errors.New("killed")

// ErrInUse says that another process has the lock on a file.
var ErrInUse = errors.New("in use by another aidesk: stop that one first, or give this one a store of its own")

// checkFile refuses a file that is cut, or of which bbolt would use an older state; the
// latter not if that is allowed.
func (f *file) checkFile(older bool) error {
	at, err := os.Open(f.path)
	if err != nil {
		return disk.Remedied(err)
	}
	defer func() { _ = at.Close() }()
	info, err := at.Stat()
	if err == nil {
		err = disk.Check(at, info.Size())
	}
	switch {
	case errors.Is(err, disk.ErrCut):
		return fmt.Errorf("%w: restore it from a backup", err)
	case errors.Is(err, disk.ErrMeta) && older:
		return nil
	case errors.Is(err, disk.ErrMeta):
		return fmt.Errorf("%w: restore it from a backup, or else from itself with aidesk restore --replace, so that nothing runs twice", err)
	}
	return err
}

// checkLayout refuses a file that is foreign, damaged or of a newer program, and returns
// the number of its layout.
func checkLayout(tx *bbolt.Tx) (uint64, error) {
	if tx.Bucket([]byte(metaBucket)) == nil {
		return 0, errors.New("not a store of aidesk: name another file")
	}
	var s metaValue
	_, found, err := readValue(tx, metaBucket, []byte("schema"), &s)
	switch {
	case err != nil:
		return 0, err
	case !found, s.Number == 0:
		return 0, errors.New("not a store of aidesk: name another file")
	case s.Number > schema:
		return 0, fmt.Errorf("written by a newer aidesk (schema %d, this one knows %d): use that one, or restore an older backup", s.Number, schema)
	}
	for _, name := range buckets {
		if tx.Bucket([]byte(name)) == nil && newBuckets[name] <= s.Number {
			return 0, fmt.Errorf("damaged (no bucket %s): restore it from a backup", name)
		}
	}
	return s.Number, nil
}

// load rebuilds the inbox and the outbox in memory and sets aside what is damaged of them.
func (db *DB) load() error {
	now := db.now()
	var found []damage
	err := db.bolt.View(func(tx *bbolt.Tx) error {
		var err error
		if found, err = db.loadInbox(tx, now); err != nil {
			return err
		}
		more, err := db.loadOutbox(tx, now)
		found = append(found, more...)
		return err
	})
	if err != nil || len(found) == 0 {
		return err
	}
	return db.bolt.Update(func(tx *bbolt.Tx) error {
		return db.setAside(&batch{Tx: tx, now: now}, found...)
	})
}

// bboltOptions reserves address space (not memory) for a large file: without it a
// growing file must be mapped again, which waits until no transaction reads.
func bboltOptions() *bbolt.Options {
	return &bbolt.Options{
		Timeout: lockWait, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapSize(),
		// After much was deleted the list of free pages is long. Written with each commit, it
		// made a turn three times as dear; opening reads the pages to make it anew.
		NoFreelistSync: true,
	}
}

// isPathError reports whether an error comes from the file system; it names path and reason.
func isPathError(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// Close waits for the writer and the watchers to end and closes the file.
func (db *DB) Close() error {
	var err error
	db.closing.Do(func() {
		// Best effort, so that the next process knows better what this one did not do.
		_ = db.write(context.Background(), db.settleCounters)
		_ = db.write(context.Background(), db.takeBack)
		close(db.quit)
		<-db.stopped
		db.watchers.wait()
		if !db.panicked.Load() {
			err = errors.Join(db.endLog(), db.tries.close())
		}
	})
	if err != nil {
		return fmt.Errorf("close %s: %w", db.path, err)
	}
	return nil
}

// mapSize returns how much address space to reserve: 1 GiB where it costs nothing.
func mapSize() int {
	if runtime.GOOS == "linux" && strconv.IntSize == 64 {
		return 1 << 30
	}
	return 0
}

// createLayout writes all buckets into a new file.
func createLayout(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		for key, m := range map[string]metaValue{"schema": {Number: schema}, "instance": {Word: rand.Text()}, "boot": {}} {
			if err := putMeta(tx, key, m); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// putMeta writes a fact about the file itself.
func putMeta(tx *bbolt.Tx, key string, m metaValue) error {
	value, err := encodeValue(m, nil)
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(metaBucket)).Put([]byte(key), value)
}
