package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// maxFile bounds a key file, in bytes.
const maxFile = 64 << 10

// firstID is the id of the key in a file that Create makes.
const firstID = "k1"

// preface explains a key file to whoever finds it.
const preface = `# The key with which aidesk seals tokens and passwords in its store. Keep a copy of
# this file apart from the store's backups: without it what is sealed cannot be read.
# One key on a line, id:base64 of 32 bytes; the first seals, all open.
`

// Load reads a key file: one entry on a line, as Parse takes them, with empty lines and
// lines that begin with # between them. A file that others than its owner may read
// is refused. Where there is none, the error is an fs.ErrNotExist.
func Load(path string) (*Ring, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file: it should hold keys, one on a line", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s: others than its owner may read this key: run chmod 600 %s", path, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: too large for a file of keys: name another, or restore it from its copy", path)
	}
	var entries []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			entries = append(entries, line)
		}
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%s holds no key: restore it from its copy, or delete it to have a new one made", path)
	}
	ring, err := Parse(entries)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ring, nil
}

// Create makes a key file with one new key, readable by its owner alone; it is whole
// and on disk when Create returns. A file that is there is never replaced: the error is
// an fs.ErrExist then.
func Create(path string) (*Ring, error) {
	entry := Generate(firstID)
	if err := write(path, preface+entry+"\n"); err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return Parse([]string{entry})
}

// write makes a new file through a temporary one, so that a crash leaves all or nothing.
func write(path, text string) error {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".new*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.WriteString(text) // it has mode 0600 from the start
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	// A link, unlike a renaming, never replaces a file.
	if err := os.Link(temp.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		return writeWithoutLinks(path, text) // a file system without links
	}
	return syncDir(dir)
}

// writeWithoutLinks creates the file on a file system without hard links.
func writeWithoutLinks(path, text string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Sync(), file.Close(), syncDir(filepath.Dir(path)))
}

// syncDir makes the entries of a folder durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // it has no syncing of folders
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
