package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store/bolt/disk"
	"aidesk/store/bolt/redo"
)

// redoLog makes commits cheap: one is acknowledged when its changes are synced to a log
// beside the file, and bbolt writes its pages without syncing them. That saves one of the two
// syncs that a commit costs, and pages that many commits change are synced once.
//
// A power cut may leave any part of such pages. So a transaction reads the state in which the
// file was synced last, as long as the log goes on from there: bbolt then writes over no page
// of it. After a crash the file is brought back to that state, and the log is replayed on it
// (docs/decisions/0014). A commit for which the log has no room is synced by bbolt, and the
// log begins anew with it.
type redoLog struct {
	log    *redo.Log
	kept   *bbolt.Tx  // reads the state that the log goes on from; nil: nothing keeps it
	mapped int64      // how many bytes of address space bbolt has reserved at least
	synced chan error // gets how the syncing of the last commit ended
}

// logName is where the log of a file is. A text that somebody logs to may be called .log.
func logName(path string) string { return path + ".redo" }

// hasLog reports whether files have a log on this system. Where no address space is reserved
// for a file, it is mapped anew as it grows, which waits for every transaction to end.
func hasLog() bool { return redo.Available && mapSize() > 0 }

// openLog opens the log that a process left behind which did not end well, brings the file
// back to the state from which it goes on, and returns the records to replay on it.
func (f *file) openLog() ([][]byte, error) {
	if !hasLog() {
		return nil, nil
	}
	name := logName(f.path)
	log, state, records, err := redo.Open(name)
	for waited := time.Duration(0); errors.Is(err, redo.ErrInUse) && waited < lockWait; waited += lockWait / 20 {
		time.Sleep(lockWait / 20)
		log, state, records, err = redo.Open(name)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, redo.ErrInUse):
		return nil, ErrInUse
	case errors.Is(err, redo.ErrDamaged):
		return nil, fmt.Errorf("%w: restore the store from a backup", err)
	case err != nil:
		return nil, disk.Remedied(err)
	}
	f.redo = &redoLog{log: log}
	if len(state) == 0 { // the file is good by itself: a process ended while it opened it
		return nil, nil
	}
	if err := redo.Locked(f.path); errors.Is(err, redo.ErrInUse) { // an older aidesk heeds no log
		return nil, ErrInUse
	}
	at, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return nil, disk.Remedied(err)
	}
	fits, err := restoreState(at, state, len(records))
	if closeErr := at.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err != nil:
		return nil, disk.Remedied(err)
	case fits == disk.Foreign:
		return nil, fmt.Errorf("the log %s goes on from another file: remove it if this file was put here in the place of that one, or else restore a backup", filepath.Base(name))
	case fits == disk.Later:
		f.logger.Warn("the store has gone on without the log beside it, as under an older aidesk: the log is not used", "log", name, "records", len(records))
		return nil, nil
	}
	return records, nil
}

// restoreState brings a file back to the state that a log goes on from, with so many records.
func restoreState(at *os.File, state []byte, records int) (disk.Fit, error) {
	base, err := disk.DecodeBase(state)
	if err != nil {
		return disk.Foreign, fmt.Errorf("the log beside it is damaged: %w", err)
	}
	fits := base.Fit(at, records)
	if fits != disk.Fits {
		return fits, nil
	}
	return fits, errors.Join(base.Restore(at), at.Sync())
}

// beginLog begins a log, or the one that was left behind anew, with the state that the file
// is in now, which is synced.
func (f *file) beginLog() error {
	base, err := disk.BaseOf(f.open)
	switch {
	case err != nil:
	case f.redo != nil:
		err = f.redo.log.Reset(base.Encode())
	default:
		f.redo = &redoLog{}
		f.redo.log, err = redo.Create(logName(f.path), base.Encode())
	}
	if err != nil {
		return disk.Remedied(err)
	}
	info, err := f.open.Stat()
	if err != nil {
		return err
	}
	f.redo.mapped = mappedSize(max(info.Size(), int64(mapSize())))
	f.release()
	if f.redo.kept, err = f.bolt.Begin(false); err != nil {
		return err
	}
	f.bolt.NoSync = true
	return nil
}

// release ends the transaction that keeps the state of the log, which the next transactions
// may then write over: what is committed before the log begins anew is synced by bbolt.
func (f *file) release() {
	f.bolt.NoSync = false
	if f.redo.kept != nil {
		_ = f.redo.kept.Rollback()
		f.redo.kept = nil
	}
}

// appendLog writes the changes of a transaction that is about to be committed to the log, and
// begins to sync it. Where they do not fit, the transaction will be synced.
func (f *file) appendLog(b *batch) error {
	if f.redo == nil {
		return nil
	}
	// Pages are got when the transaction is committed: at most those on the way to each change.
	grows := 2*int64(len(b.changes)) + int64(b.writes)*8*int64(f.bolt.Info().PageSize) + 1<<20
	fits := b.Size()+grows < f.redo.mapped
	if fits {
		var err error
		if fits, err = f.redo.log.Append(b.changes); err != nil {
			return err
		}
	}
	if !fits {
		f.release()
		return nil
	}
	f.redo.synced = make(chan error, 1)
	go func(done chan<- error) { done <- f.redo.log.Sync() }(f.redo.synced)
	return nil
}

// syncLog waits until the transaction that was committed last is safe.
func (f *file) syncLog() error {
	if f.redo == nil {
		return nil
	}
	if f.redo.synced != nil {
		err := <-f.redo.synced
		f.redo.synced = nil
		return errors.Join(err, f.redo.log.Check())
	}
	if f.redo.kept == nil { // bbolt has synced it
		return f.beginLog()
	}
	return nil
}

// abandonLog leaves the log for the next process.
func (f *file) abandonLog() {
	if f.redo.kept != nil {
		_ = f.redo.kept.Rollback()
	}
	_ = f.redo.log.Close()
}

// endLog closes the file and ends its log: everything is synced to the file, so nobody needs it any more. A store
// that failed leaves it for the next process.
func (f *file) endLog() error {
	if f.redo == nil {
		return f.bolt.Close()
	}
	f.release()
	failed := f.failure.Load() != nil
	if !failed {
		if err := f.bolt.Sync(); err != nil {
			return errors.Join(err, f.redo.log.Close())
		}
	}
	err := errors.Join(f.bolt.Close(), f.redo.log.Close())
	if err == nil && !failed {
		err = os.Remove(logName(f.path))
	}
	return err
}

// settleLog brings into a file that no process uses what only its log has; ErrInUse.
func settleLog(path string) error {
	if _, err := os.Stat(logName(path)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	db, err := Open(path, Options{AsIs: true})
	if err != nil {
		return err
	}
	return db.Close()
}

// mappedSize is how much address space bbolt reserves for a file of a size: a power of two up
// to 1 GiB, then whole GiB.
func mappedSize(size int64) int64 {
	const gib = 1 << 30
	if size > gib {
		return (size + gib - 1) / gib * gib
	}
	mapped := int64(32 << 10)
	for mapped < size {
		mapped <<= 1
	}
	return mapped
}

// The changes that a record of the log holds, one after the other: a byte that says which, and
// what it is about, each with its length.
const (
	changePut      = 'p' // bucket, key, value
	changeDelete   = 'd' // bucket, key
	changeSequence = 's' // bucket, number of 8 bytes
	changeMark     = 'm' // bucket, bucket in it, key without a value
	changeDrop     = 'x' // bucket, bucket in it
)

// note adds a change to those of the transaction.
func (b *batch) note(change byte, about ...[]byte) {
	b.changes = append(b.changes, change)
	for _, part := range about {
		b.changes = binary.AppendUvarint(b.changes, uint64(len(part)))
		b.changes = append(b.changes, part...)
	}
}

// replay makes the changes of records once more. Then the file is good by itself, and the log
// says so before anything else is written: nothing keeps the state from which it went on, so
// the second transaction from here may write over a page of it.
func (f *file) replay(records [][]byte) error {
	if f.redo == nil {
		return nil
	}
	if err := f.replayAll(records); err != nil {
		return err
	}
	return disk.Remedied(f.redo.log.Reset(nil))
}

func (f *file) replayAll(records [][]byte) error {
	if len(records) == 0 {
		return nil
	}
	err := f.catchPanics(func() error {
		return f.bolt.Update(func(tx *bbolt.Tx) error {
			for _, r := range records {
				if err := replayRecord(tx, r); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("replay the log beside it: %w", err)
	}
	return nil
}

func replayRecord(tx *bbolt.Tx, record []byte) error {
	for len(record) > 0 {
		change := record[0]
		record = record[1:]
		var about [3][]byte
		n := map[byte]int{changePut: 3, changeDelete: 2, changeSequence: 2, changeMark: 3, changeDrop: 2}[change]
		for i := range n {
			size, read := binary.Uvarint(record)
			if read <= 0 || size > uint64(len(record)-read) {
				return redo.ErrDamaged
			}
			about[i], record = record[read:read+int(size)], record[read+int(size):]
		}
		at, err := tx.CreateBucketIfNotExists(about[0])
		if err != nil {
			return err
		}
		switch change {
		case changePut:
			err = at.Put(about[1], about[2])
		case changeDelete:
			err = at.Delete(about[1])
		case changeSequence:
			err = at.SetSequence(keyNum(about[1]))
		case changeMark:
			if at, err = at.CreateBucketIfNotExists(about[1]); err == nil {
				err = at.Put(about[2], []byte{})
			}
		case changeDrop:
			err = at.DeleteBucket(about[1])
		default:
			err = redo.ErrDamaged
		}
		if err != nil {
			return err
		}
	}
	return nil
}
