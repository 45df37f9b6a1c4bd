package bolt_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// TestReadOnly opens files as somebody who may not write them.
func TestReadOnly(t *testing.T) {
	path := filled(t)
	dir := filepath.Dir(path)
	for name, mode := range map[string]os.FileMode{path: 0o444, dir: 0o555, filepath.Dir(dir): 0o755} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(name, 0o700) })
	}
	if os.Geteuid() == 0 { // whom modes do not bind: this thread becomes another
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = syscall.Setfsuid(0) }()
	}
	refused(t, path, "may not write it", "give its user the right")
	refused(t, filepath.Join(dir, "new.db"), "make a file", "give its user the right")
}
