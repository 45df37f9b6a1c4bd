//go:build !linux

package redo

import (
	"errors"
	"os"
)

// Available says that logs can be kept here.
const Available = false

func lock(*os.File) error { return errors.ErrUnsupported }

func syncData(*os.File) error { return errors.ErrUnsupported }

// Locked returns ErrInUse where a process has the lock on a file, as bbolt takes it.
func Locked(string) error { return errors.ErrUnsupported }
