package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store/bolt/disk"
)

// Snapshot writes the file as it is now, whole, while the store goes on. Until w has taken
// everything the pages of then are kept, so the file grows with what is written meanwhile.
func (db *DB) Snapshot(ctx context.Context, w io.Writer) error {
	if err := db.checkPlace(); err != nil {
		return err
	}
	return db.view(ctx, func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
}

// Snapshot writes the store of a file that no process uses; ErrInUse.
func Snapshot(path string, w io.Writer) error {
	out := &sink{Writer: w}
	err := viewFile(path, func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(out)
		return err
	})
	return cmp.Or(out.err, err)
}

// sink remembers why writing failed, which is no fault of the store.
type sink struct {
	io.Writer
	err error
}

// Write writes a part.
func (s *sink) Write(part []byte) (int, error) {
	n, err := s.Writer.Write(part)
	s.err = err
	return n, err
}

// MarkBackup writes into a copy of a store that it is one, so that it is not opened as a
// store by who copied it there by hand: it would go on where it was.
func MarkBackup(path string, made time.Time) error {
	f := &file{path: path}
	err := f.lock(false)
	if err == nil {
		err = f.catchPanics(func() error {
			return f.bolt.Update(func(tx *bbolt.Tx) error {
				return putMeta(tx, "backup", metaValue{Number: uint64(made.UnixMicro())})
			})
		})
	}
	if f.bolt != nil && !f.panicked.Load() {
		err = errors.Join(err, f.bolt.Close())
	}
	return disk.Remedied(err)
}

// Contents is what a look through a whole file found.
type Contents struct {
	Layout  uint64
	Damaged int // values that cannot be decoded
}

// Inspect reads every value of a file that no process uses; ErrInUse.
func Inspect(path string) (Contents, error) {
	var c Contents
	err := viewFile(path, func(tx *bbolt.Tx) error {
		var err error
		if c.Layout, err = checkLayout(tx); err != nil {
			return err
		}
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			plain := slices.Contains([]string{dedupBucket, expiryBucket, sourceBucket}, string(name)) // their keys say everything
			return walk(b, func(value []byte) {
				if _, err := decodeValue(value, nil); err != nil && !plain {
					c.Damaged++
				}
			})
		})
	})
	return c, err
}

// walk calls fn with every value of a bucket and of the buckets in it.
func walk(b *bbolt.Bucket, fn func(value []byte)) error {
	return b.ForEach(func(key, value []byte) error {
		if value == nil {
			return walk(b.Bucket(key), fn)
		}
		fn(value)
		return nil
	})
}

// viewFile runs fn in a transaction on a file that is opened for reading only.
func viewFile(path string, fn func(tx *bbolt.Tx) error) error {
	if err := settleLog(path); err != nil {
		return err
	}
	f := &file{path: path}
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() == 0) {
		err = errors.New("not a store of aidesk: name another file")
	}
	if err == nil {
		err = f.checkFile(false)
	}
	if err == nil {
		err = f.lock(true)
	}
	if err == nil {
		err = f.catchPanics(func() error { return f.bolt.View(fn) })
	}
	if f.bolt != nil && !f.panicked.Load() {
		err = errors.Join(err, f.bolt.Close())
	}
	if err != nil {
		return fmt.Errorf("read the store %s: %w", path, disk.Remedied(err))
	}
	return nil
}

// Restore puts a backup where a store is to be. work gets a copy of it, opened, which takes
// its place once work returned nil; it must not be used after. An existing file is left
// alone, fs.ErrExist, unless keep names a file beside it under which it stays. No process
// may be using the store, ErrInUse. The backup itself is not changed.
func Restore(backup, path, keep string, opt Options, work func(*DB) error) error {
	if _, err := os.Lstat(path); err == nil && keep == "" {
		return fmt.Errorf("the store %s: %w", path, fs.ErrExist)
	}
	fill := func(temp string) error {
		if err := copyBackup(backup, temp, path); err != nil {
			return fmt.Errorf("read the backup %s: %w", backup, err)
		}
		opt.restored = backup
		db, err := Open(temp, opt)
		if err != nil {
			return err
		}
		return errors.Join(work(db), db.Close())
	}
	if keep == "" {
		return disk.Make(path, fill)
	}
	settleErr := settleLog(path)
	f := &file{path: path}
	err := f.checkFile(true)
	if err == nil {
		err = f.lock(false) // whether it opens is not asked: it is to be replaced
	}
	if f.bolt != nil && !f.panicked.Load() {
		defer func() { _ = f.bolt.Close() }()
	}
	if err = cmp.Or(err, settleErr); errors.Is(err, ErrInUse) {
		return fmt.Errorf("the store %s is %w", path, ErrInUse)
	}
	if settleErr != nil { // what only the log has is lost to the old file too, unless somebody can mend it
		if err := os.Rename(logName(path), logName(keep)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err = disk.Replace(path, keep, fill); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there from an earlier restore: move it away first", keep)
	}
	return err
}

// copyBackup writes what one file holds into another, byte by byte, so that it may be
// damaged. Nobody may be writing to it; if it is the store itself, it is locked already.
func copyBackup(from, to, path string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a file: name a file that aidesk backup wrote")
	}
	if err != nil {
		return err
	}
	if there, err := os.Stat(path); err != nil || !os.SameFile(info, there) {
		if err := settleLog(from); err != nil {
			return err
		}
		f := &file{path: from}
		err := f.lock(true)
		if f.bolt != nil && !f.panicked.Load() {
			defer func() { _ = f.bolt.Close() }()
		}
		if errors.Is(err, ErrInUse) {
			return err
		}
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return disk.Remedied(errors.Join(err, out.Close()))
}
