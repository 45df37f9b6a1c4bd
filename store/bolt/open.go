package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"aidesk/store"
)

// schema is the number of the layout that doc.go describes.
const schema = 1

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = time.Second

var _ store.Store = (*DB)(nil)

// Options change how a file is opened. The zero value is right for everybody but tests.
type Options struct {
	Now func() time.Time // the clock; defaults to time.Now
}

// DB is a desk's store in one file.
type DB struct {
	file   *bbolt.DB
	handle *os.File // the same file, closed by file unless it is torn
	path   string
	now    func() time.Time

	ops     chan *op
	quit    chan struct{} // closed to end the writer and the watchers
	stopped chan struct{} // closed when the writer has ended
	closing sync.Once
	fault   atomic.Pointer[error] // why nothing works any more
	torn    atomic.Bool           // bbolt panicked: its locks may be held for ever

	mu       sync.Mutex // guards the rest
	journal  journal
	outgoing outgoing
	holds    map[string]store.Lease
	swept    time.Time
	watches  watches // has its own mutex
}

// Open opens the file at path, or makes a new one where there is none; its folder
// must exist. What it refuses, it refuses in one line that says what to do: an
// empty, cut or foreign file, one that a newer aidesk wrote, one in use.
func Open(path string, opt Options) (*DB, error) {
	db := &DB{
		path: path, now: opt.Now,
		ops: make(chan *op, maxBatch), quit: make(chan struct{}), stopped: make(chan struct{}),
		journal: newJournal(), outgoing: newOutgoing(), holds: map[string]store.Lease{},
	}
	if db.now == nil {
		db.now = time.Now
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = create(path); err == nil {
			info, err = os.Stat(path)
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("open the store: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open the store: %s is not a file: name a file, for example %s/aidesk.db", path, path)
	case info.Size() == 0:
		return nil, fmt.Errorf("open the store: %s is empty, so it lost what it held: restore it from a backup, or delete it to begin anew", path)
	}
	if err := db.open(info.Size()); err != nil {
		if db.torn.Load() || db.file == nil {
			_ = db.handle.Close()
		} else {
			_ = db.file.Close()
		}
		return nil, fmt.Errorf("open the store: %w", err)
	}
	go db.writer()
	return db, nil
}

// open locks the file, judges it and builds what is kept in memory.
func (db *DB) open(size int64) error {
	err := db.guard(func() error {
		var err error
		db.file, err = bbolt.Open(db.path, 0o600, options(func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			db.handle, err = os.OpenFile(name, flag&^os.O_CREATE, mode) //nolint:gosec // the operator names the file
			return db.handle, err
		}))
		return err
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%s is in use by another aidesk: stop that one first, or give this one a store of its own", db.path)
	case errors.Is(err, errDamaged):
		return fmt.Errorf("%s is cut or damaged: restore it from a backup", db.path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("%s is not a store of aidesk, or damaged (%w): name another file, or restore it from a backup", db.path, err)
	case err != nil:
		return err
	}
	err = db.guard(func() error { return db.file.View(func(tx *bbolt.Tx) error { return db.judge(tx, size) }) })
	if err != nil {
		return err
	}
	var boot meta
	err = db.guard(func() error {
		return db.file.Update(func(tx *bbolt.Tx) error {
			if _, _, err := read(tx, metaBucket, []byte("boot"), &boot); err != nil {
				return err
			}
			boot.Number++
			return putMeta(tx, "boot", boot)
		})
	})
	if err != nil {
		return err
	}
	db.journal.epoch = boot.Number << 32
	return db.guard(func() error { return db.file.View(db.load) })
}

// judge refuses a file that this program must not write to.
func (db *DB) judge(tx *bbolt.Tx, size int64) error {
	if tx.Size() > size {
		return fmt.Errorf("%s is cut: %d bytes of at least %d: restore it from a backup", db.path, size, tx.Size())
	}
	if tx.Bucket([]byte(metaBucket)) == nil {
		return fmt.Errorf("%s is not a store of aidesk: name another file", db.path)
	}
	var s meta
	_, found, err := read(tx, metaBucket, []byte("schema"), &s)
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("%s is not a store of aidesk: name another file", db.path)
	case s.Number > schema:
		return fmt.Errorf("%s was written by a newer aidesk (schema %d, this one knows %d): use that one, or restore an older backup", db.path, s.Number, schema)
	}
	for _, name := range buckets {
		if tx.Bucket([]byte(name)) == nil {
			return fmt.Errorf("%s is damaged (no bucket %s): restore it from a backup", db.path, name)
		}
	}
	return nil
}

// load builds in memory what is not finished.
func (db *DB) load(tx *bbolt.Tx) error {
	now := db.now()
	if err := db.journal.load(tx, now); err != nil {
		return err
	}
	return db.outgoing.load(tx, now)
}

// options are bbolt's. The large map is address space, not memory: without it a
// growing file must be mapped anew, and that waits for every reader.
func options(open func(string, int, os.FileMode) (*os.File, error)) *bbolt.Options {
	return &bbolt.Options{
		Timeout: lockWait, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapSize(), OpenFile: open,
	}
}

// Close ends the writer and releases the file.
func (db *DB) Close() error {
	var err error
	db.closing.Do(func() {
		close(db.quit)
		<-db.stopped
		db.watches.wait()
		if db.torn.Load() {
			err = db.handle.Close()
		} else {
			err = db.file.Close()
		}
	})
	if err != nil {
		return fmt.Errorf("close %s: %w", db.path, err)
	}
	return nil
}
