// Package disk is about the file of a store and not about what the store keeps in it:
// how a file is made or takes the place of another, so that a power cut leaves the one or
// the other whole (this file), whether it is still at its path (place.go), and whether
// bbolt would silently fall back to an older state of it (meta.go).
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Make makes the file at path, whole or not at all: fill writes it under another name in
// the same folder, and it is synced before it gets its own. An existing file is never
// touched: fs.ErrExist.
func Make(path string, fill func(temp string) error) error {
	return write(path, fill, func(temp string) error {
		// Unlike a rename, a link never replaces a file that another process made meanwhile.
		err := os.Link(temp, path)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, there := os.Lstat(path); there == nil { // where the file system has no links
			return fs.ErrExist
		}
		return os.Rename(temp, path)
	})
}

// Replace is Make for a path where a file may be, of which nothing is left then. keep, if
// not empty, is the name under which the old file stays in the same folder; another file
// that has it is never touched: fs.ErrExist.
func Replace(path, keep string, fill func(temp string) error) error {
	return write(path, fill, func(temp string) error {
		if err := keepAs(path, keep); err != nil {
			return err
		}
		return os.Rename(temp, path)
	})
}

// keepAs gives the file at path, if there is one, a second name, so that at no time is
// there no file at path; where the file system has no links, it gives it another. One that
// has it already was left by a power cut between that and what follows.
func keepAs(path, keep string) error {
	old, err := os.Stat(path)
	if keep == "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if kept, err := os.Stat(keep); err == nil {
		if os.SameFile(old, kept) {
			return nil
		}
		return fs.ErrExist
	}
	if err = os.Link(path, keep); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(path, keep)
}

// write fills a temporary file, syncs it, lets place give it its name and syncs the folder.
func write(path string, fill, place func(temp string) error) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return fmt.Errorf("the folder %s does not exist: make it first", dir)
	}
	temp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".new*")
	if err != nil {
		return fmt.Errorf("make a file in the folder %s: %w", dir, Remedied(err))
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	if err = temp.Close(); err == nil {
		err = fill(temp.Name())
	}
	if err == nil {
		err = sync(temp.Name())
	}
	if err == nil {
		err = place(temp.Name())
	}
	if err == nil && runtime.GOOS != "windows" { // a folder cannot be synced there
		err = sync(dir)
	}
	return err
}

// sync syncs a file or folder to disk.
func sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Remedied is a file system's error without the path and with what to do about it, where
// that is known; any other error stays as it is.
func Remedied(err error) error {
	var remedy string
	switch {
	case errors.Is(err, syscall.EROFS):
		remedy = "it is on a disk that is mounted read-only: mount it for writing, or name a file elsewhere"
	case errors.Is(err, fs.ErrPermission):
		remedy = "aidesk may not write it: give its user the right to read and write the file and its folder"
	case errors.Is(err, syscall.ENOSPC):
		remedy = "the disk is full: make room"
	default:
		return err
	}
	return errors.New(remedy)
}
