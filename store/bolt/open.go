package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"aidesk/store"
	"aidesk/store/bolt/queue"
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
	file *bbolt.DB
	path string
	now  func() time.Time

	ops     chan *op
	quit    chan struct{} // closed to end the writer and the watchers
	stopped chan struct{} // closed when the writer has ended
	closing sync.Once
	fault   atomic.Pointer[error] // why nothing works any more
	torn    atomic.Bool           // bbolt panicked: its locks may be held for ever, so it is left as it is until the process ends

	mu      sync.Mutex // guards the rest
	inbox   *queue.Inbox
	timers  timers
	outbox  *queue.Outbox
	holds   map[string]store.Lease
	swept   time.Time
	watches watches // has its own mutex
}

// Open opens the file at path, or makes a new one where there is none; its folder
// must exist. What it refuses, it refuses in one line that says what to do: an
// empty, cut or foreign file, one that a newer aidesk wrote, one in use.
func Open(path string, opt Options) (*DB, error) {
	db := &DB{
		path: path, now: opt.Now,
		ops: make(chan *op, maxBatch), quit: make(chan struct{}), stopped: make(chan struct{}),
		outbox: queue.NewOutbox(), holds: map[string]store.Lease{},
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
	case !info.Mode().IsRegular():
		err = fmt.Errorf("not a file: name a file, for example %s", filepath.Join(path, "aidesk.db"))
	case info.Size() == 0:
		err = errors.New("empty, so it lost what it held: restore it from a backup, or delete it to begin anew")
	default:
		err = db.open()
	}
	if err != nil {
		if db.file != nil && !db.torn.Load() {
			_ = db.file.Close()
		}
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	go db.writer()
	return db, nil
}

// open locks the file, judges it and builds what is kept in memory.
func (db *DB) open() error {
	err := db.guard(func() error {
		var err error
		db.file, err = bbolt.Open(db.path, 0o600, options())
		return err
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return errors.New("in use by another aidesk: stop that one first, or give this one a store of its own")
	case err != nil && !isPath(err) && !errors.Is(err, errDamaged):
		return fmt.Errorf("not a store of aidesk, or damaged (%w): name another file, or restore it from a backup", err)
	case err != nil:
		return err
	}
	err = db.guard(func() error { return db.file.View(db.judge) })
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
	db.inbox = queue.NewInbox(boot.Number << 32)
	return db.guard(func() error { return db.file.View(db.load) })
}

// judge refuses a file that this program must not write to.
func (db *DB) judge(tx *bbolt.Tx) error {
	info, err := os.Stat(db.path) // now that nobody else can make it grow
	if err != nil {
		return err
	}
	if tx.Size() > info.Size() {
		return fmt.Errorf("cut: %d bytes of at least %d: restore it from a backup", info.Size(), tx.Size())
	}
	if tx.Bucket([]byte(metaBucket)) == nil {
		return errors.New("not a store of aidesk: name another file")
	}
	var s meta
	_, found, err := read(tx, metaBucket, []byte("schema"), &s)
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

// load builds in memory what is not finished.
func (db *DB) load(tx *bbolt.Tx) error {
	now := db.now()
	if err := db.loadInbox(tx, now); err != nil {
		return err
	}
	return db.loadOutbox(tx, now)
}

// options are bbolt's. The large map is address space, not memory: without it a
// growing file must be mapped anew, and that waits for every reader.
func options() *bbolt.Options {
	return &bbolt.Options{
		Timeout: lockWait, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapSize(),
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			return os.OpenFile(name, flag&^os.O_CREATE, mode)
		},
	}
}

// isPath says whether an error is the file system's, which names path and reason.
func isPath(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// Close ends the writer and releases the file.
func (db *DB) Close() error {
	var err error
	db.closing.Do(func() {
		close(db.quit)
		<-db.stopped
		db.watches.wait()
		if !db.torn.Load() {
			err = db.file.Close()
		}
	})
	if err != nil {
		return fmt.Errorf("close %s: %w", db.path, err)
	}
	return nil
}
