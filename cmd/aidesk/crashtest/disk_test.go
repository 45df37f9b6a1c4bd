//go:build unix

package crashtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// disk is a disk that fails when it is told to: a process that runs faultfs.
type disk struct {
	t             *testing.T
	binary        string
	folder, point string
	cmd           *exec.Cmd
	in            io.WriteCloser
	out           *bufio.Scanner
}

// faultfs builds the program faultfs once.
var faultfs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "faultfs")
	if err != nil {
		return "", err
	}
	c := exec.Command("go", "build", "-o", filepath.Join(dir, "faultfs"), ".")
	c.Dir = "faultfs"
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building faultfs: %w\n%s", err, out)
	}
	return filepath.Join(dir, "faultfs"), nil
})

// newDisk mounts a disk, or skips the test where that cannot be done.
func newDisk(t *testing.T, dir string) *disk {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil || os.Getuid() != 0 {
		t.Skipf("skipped for want of root and /dev/fuse: %s", t.Name())
	}
	binary, err := faultfs()
	if err != nil {
		t.Fatal(err)
	}
	d := &disk{t: t, binary: binary, folder: filepath.Join(dir, "synced"), point: filepath.Join(dir, "disk")}
	for _, folder := range []string{d.folder, d.point} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.mount()
	t.Cleanup(func() {
		d.in.Close()
		d.wait()
	})
	return d
}

func (d *disk) mount() {
	d.cmd = exec.Command(d.binary, d.folder, d.point)
	d.cmd.Stderr = os.Stderr
	var err error
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		d.t.Fatal(err)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	d.out = bufio.NewScanner(out)
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	if !d.out.Scan() {
		d.t.Fatal("faultfs does not mount")
	}
}

// tellf gives the disk a command.
func (d *disk) tellf(format string, args ...any) {
	if _, err := fmt.Fprintf(d.in, format+"\n", args...); err != nil || !d.out.Scan() {
		d.t.Fatalf("faultfs has ended: %v", err)
	}
}

// cut cuts the power: what was not synced is lost. Then the disk is mounted again.
func (d *disk) cut(seed int) {
	if _, err := fmt.Fprintf(d.in, "cut %d\n", seed); err != nil {
		d.t.Fatal(err)
	}
	d.wait()
	d.mount()
}

func (d *disk) wait() {
	late := time.AfterFunc(20*time.Second, func() { _ = d.cmd.Process.Kill() })
	defer late.Stop()
	_ = d.cmd.Wait()
}
