package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrMoved says that a path leads to another file than the one that is open. What is
// written to the open one is lost when it is closed.
var ErrMoved = errors.New("the file was removed or replaced while aidesk ran: put it back, or restore a backup, and start again")

// Place is where an open file was found.
type Place struct {
	path string
	file fs.FileInfo
}

// At returns the place of a file that was opened at path.
func At(path string, open *os.File) (Place, error) {
	info, err := open.Stat()
	if err != nil {
		return Place{}, err
	}
	return Place{path, info}, nil
}

// Check returns ErrMoved if the path leads to another file, or to none. It costs a
// few microseconds, a fraction of what a sync costs.
func (p Place) Check() error {
	now, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrMoved
	case err != nil:
		return fmt.Errorf("the file cannot be found any more: %w", err)
	case !os.SameFile(p.file, now):
		return ErrMoved
	}
	return nil
}
