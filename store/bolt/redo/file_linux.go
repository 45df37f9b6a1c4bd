package redo

import (
	"errors"
	"os"
	"syscall"
)

// Available says that logs can be kept here.
const Available = true

// lock takes the lock on a file, which ends with the process or the file.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrInUse
	}
	return err
}

// syncData syncs what a file holds, and not when it was written.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// Locked returns ErrInUse where a process has the lock on a file, as bbolt takes it.
func Locked(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return lock(f)
}
