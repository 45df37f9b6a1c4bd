package bolt

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"aidesk/store"
	"aidesk/store/bolt/queue"
)

// schema is the number of the layout that doc.go describes.
const schema = 1

// lockWait is how long Open waits for another process to release the lock on the file.
const lockWait = time.Second

var _ store.Store = (*DB)(nil)

// Options change how a file is opened. The zero value is right for everybody but tests.
type Options struct {
	Now func() time.Time // the clock; defaults to time.Now
}

// DB is a store in one file.
type DB struct {
	file
	closing sync.Once

	mu        sync.Mutex // guards the rest
	inbox     *queue.Inbox
	timers    timers
	tries     *tries
	counters  map[string]*counter
	handed    handed
	outbox    *queue.Outbox
	holds     map[string]store.Lease
	lastSweep time.Time
	watchers  watchers // has its own mutex
}

// Open opens the file at path, or makes a new one where there is none; its folder
// must exist. What it refuses, it refuses in one line that says what to do: an
// empty, cut or foreign file, one that a newer aidesk wrote, one in use.
func Open(path string, opt Options) (*DB, error) {
	db := &DB{outbox: queue.NewOutbox(), holds: map[string]store.Lease{}, counters: map[string]*counter{}}
	db.file = file{
		path: path, now: opt.Now, apply: db.apply, committed: db.committed,
		ops: make(chan *op, maxBatch), idle: make(chan *op, maxBatch), quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	if db.now == nil {
		db.now = time.Now
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createFile(path); err == nil {
			info, err = os.Stat(path)
		}
	}
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("not a file: name a file, for example %s", filepath.Join(path, "aidesk.db"))
	case info.Size() == 0:
		err = errors.New("empty, so it lost what it held: restore it from a backup, or delete it to begin anew")
	default:
		err = db.openFile()
	}
	if err != nil {
		if db.bolt != nil && !db.panicked.Load() {
			_ = db.bolt.Close()
		}
		_ = db.tries.close()
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	go db.runWriter()
	return db, nil
}

// openFile locks the file, checks it and rebuilds what is kept in memory.
func (db *DB) openFile() error {
	err := db.catchPanics(func() error {
		var err error
		db.bolt, err = bbolt.Open(db.path, 0o600, bboltOptions())
		return err
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return errors.New("in use by another aidesk: stop that one first, or give this one a store of its own")
	case err != nil && !isPathError(err) && !errors.Is(err, errDamaged):
		return fmt.Errorf("not a store of aidesk, or damaged (%w): name another file, or restore it from a backup", err)
	case err != nil:
		return err
	}
	err = db.catchPanics(func() error { return db.bolt.View(db.checkLayout) })
	if err != nil {
		return err
	}
	var boot metaValue
	err = db.catchPanics(func() error {
		return db.bolt.Update(func(tx *bbolt.Tx) error {
			if _, _, err := readValue(tx, metaBucket, []byte("boot"), &boot); err != nil {
				return err
			}
			boot.Number++
			return putMeta(tx, "boot", boot)
		})
	})
	if err != nil {
		return err
	}
	db.inbox = queue.NewInbox(boot.Number << 32)
	return db.catchPanics(func() error {
		return db.bolt.View(func(tx *bbolt.Tx) error { return db.load(tx, boot.Number) })
	})
}

// checkLayout refuses a file that is cut short, foreign, damaged or of a newer program.
func (db *DB) checkLayout(tx *bbolt.Tx) error {
	info, err := os.Stat(db.path) // after locking, so that no other process is making it grow
	if err != nil {
		return err
	}
	if tx.Size() > info.Size() {
		return fmt.Errorf("cut: %d bytes of at least %d: restore it from a backup", info.Size(), tx.Size())
	}
	if tx.Bucket([]byte(metaBucket)) == nil {
		return errors.New("not a store of aidesk: name another file")
	}
	var s metaValue
	_, found, err := readValue(tx, metaBucket, []byte("schema"), &s)
	switch {
	case err != nil:
		return err
	case !found:
		return errors.New("not a store of aidesk: name another file")
	case s.Number > schema:
		return fmt.Errorf("written by a newer aidesk (schema %d, this one knows %d): use that one, or restore an older backup", s.Number, schema)
	}
	for _, name := range buckets {
		if tx.Bucket([]byte(name)) == nil {
			return fmt.Errorf("damaged (no bucket %s): restore it from a backup", name)
		}
	}
	return nil
}

// load rebuilds the inbox and the outbox in memory.
func (db *DB) load(tx *bbolt.Tx, boot uint64) error {
	now := db.now()
	if err := db.loadInbox(tx, now); err != nil {
		return err
	}
	unsent := map[uint64]bool{}
	err := tx.Bucket([]byte(outboxBucket)).ForEach(func(key, value []byte) error {
		id, err := decodeValueAt(outboxBucket, key, value, nil)
		unsent[replyNumber(string(id))] = true
		return err
	})
	if err != nil {
		return err
	}
	db.tries, err = openTries(db.path+".tries", boot, func(number uint64) bool {
		return unsent[number] || tx.Bucket([]byte(inboxBucket)).Get(numKey(number)) != nil
	})
	if err != nil {
		return err
	}
	return db.loadOutbox(tx, now)
}

// bboltOptions reserves address space (not memory) for a large file: without it a
// growing file must be mapped again, which waits until no transaction reads.
func bboltOptions() *bbolt.Options {
	return &bbolt.Options{
		Timeout: lockWait, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapSize(),
		// After much was deleted the list of free pages is long. Written with each commit, it
		// made a turn three times as dear; opening reads the pages to make it anew.
		NoFreelistSync: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			return os.OpenFile(name, flag&^os.O_CREATE, mode)
		},
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
			err = errors.Join(db.bolt.Close(), db.tries.close())
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

// createFile makes a new file, whole or not at all: it is written under another name,
// synced and linked, because a power cut during bbolt's first write would leave a broken file.
func createFile(path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return fmt.Errorf("the folder %s does not exist: make it first", dir)
	}
	temp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".new*")
	if err != nil {
		return fmt.Errorf("make a new file: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	if err := temp.Close(); err != nil {
		return fmt.Errorf("make a new file: %w", err)
	}
	if err := createLayout(temp.Name()); err != nil {
		return fmt.Errorf("make a new file: %w", err)
	}
	// Unlike a rename, a link never replaces a file that another process made meanwhile.
	// Rename only where the file system has no links.
	err = os.Link(temp.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a new file: %w", err)
	}
	if runtime.GOOS == "windows" { // a folder cannot be synced there
		return nil
	}
	return syncPath(dir)
}

// createLayout writes all buckets into a new file and syncs it.
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
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return syncPath(path)
}

// putMeta writes a fact about the file itself.
func putMeta(tx *bbolt.Tx, key string, m metaValue) error {
	value, err := encodeValue(m, nil)
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(metaBucket)).Put([]byte(key), value)
}

// syncPath syncs a file or folder to disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
