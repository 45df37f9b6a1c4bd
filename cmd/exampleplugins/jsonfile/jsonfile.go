// Package jsonfile stores one value in one file, so that it survives the end of the
// process at any moment, a kill -9 or a power cut included.
//
// A file is replaced whole: the new text is written beside it, flushed to the
// disk and renamed over it. So there is always one whole version, the old or
// the new. An empty path stands for memory only: it loads and saves nothing.
package jsonfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Load reads the value of a file into v. A missing file leaves v as it is; the
// folder is made. A file that is not whole is an error: starting with nothing
// would lose what it held.
func Load(path string, v any) error {
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder for %s: %w", filepath.Base(path), err)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load the state: %w", err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s is broken (%w); repair it, or move it away to start with nothing", path, err)
	}
	return nil
}

// Save replaces the value of a file by v. When it returns nil, v is on disk.
// When it fails the file is as it was, unless only the last step failed, the
// flush of the folder: then it holds v until a power cut may take it back.
func Save(path string, v any) error {
	if path == "" {
		return nil
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	if err := replace(path, append(text, '\n')); err != nil {
		return fmt.Errorf("save the state: %w", err)
	}
	return nil
}

func replace(path string, text []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.new")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(dir)
}

// syncDir makes the rename itself durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
