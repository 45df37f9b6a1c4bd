package bolt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"go.etcd.io/bbolt"
)

// mapSize is how much address space to reserve: 1 GiB where it costs nothing.
func mapSize() int {
	if runtime.GOOS == "linux" && strconv.IntSize == 64 {
		return 1 << 30
	}
	return 0
}

// create makes a new file, whole or not at all: bbolt's first writing of a file is the
// one that a power cut can spoil, and it does not sync the folder.
func create(path string) error {
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
	if err := lay(temp.Name()); err != nil {
		return fmt.Errorf("make a new file: %w", err)
	}
	// A link, unlike a renaming, never replaces what another process made meanwhile.
	// Where a file system has no links, rename.
	err = os.Link(temp.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a new file: %w", err)
	}
	if runtime.GOOS == "windows" { // it has no syncing of folders
		return nil
	}
	return flush(dir)
}

// lay writes the layout into a new file and has it on disk.
func lay(path string) error {
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
		for key, m := range map[string]meta{"schema": {Number: schema}, "instance": {Word: rand.Text()}, "boot": {}} {
			if err := putMeta(tx, key, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return flush(path)
}

// putMeta writes a word or number about the file itself.
func putMeta(tx *bbolt.Tx, key string, m meta) error {
	value, err := seal(m, nil)
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(metaBucket)).Put([]byte(key), value)
}

// flush has a file or folder on disk.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
