//go:build linux

// Command faultfs is a folder on a disk that fails: it loses what was not synced when the power is
// cut, refuses writes, runs full and is slow, as it is told on standard input:
//
//	slow 50ms    a sync takes up to so long
//	fail 0.1     as many of the writes and syncs end in an I/O error
//	full         there is no room for writes
//	heal         nothing fails any more
//	cut 7        the power is cut; 7 seeds the dice that say which unsynced pages were written nevertheless
//
// Each command is answered by a line. It is a module of its own, so that the library for
// FUSE is no part of aidesk's. It mounts as root, where there is /dev/fuse.
package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: faultfs DISK MOUNTPOINT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "faultfs:", err)
		os.Exit(1)
	}
}

// run mounts the folder at a point, and takes commands until standard input ends.
func run(folder, point string) error {
	_ = syscall.Unmount(point, syscall.MNT_DETACH) // left behind by a power cut
	d := &disk{folder: folder, dice: rand.New(rand.NewPCG(1, 1))}
	second := time.Second
	server, err := fs.Mount(point, &root{disk: d}, &fs.Options{
		MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "faultfs", Name: "faultfs"},
		EntryTimeout: &second, AttrTimeout: &second,
	})
	if err != nil {
		return fmt.Errorf("mount %s: %w", point, err)
	}
	fmt.Println("mounted")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := d.command(strings.Fields(lines.Text())); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		fmt.Println("done")
	}
	_ = syscall.Unmount(point, syscall.MNT_DETACH)
	server.Wait()
	return nil
}

// command does what a line asks for.
func (d *disk) command(words []string) (err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case len(words) == 2 && words[0] == "slow":
		d.slow, err = time.ParseDuration(words[1])
	case len(words) == 2 && words[0] == "fail":
		d.failing, err = strconv.ParseFloat(words[1], 64)
	case len(words) == 1 && words[0] == "full":
		d.full = true
	case len(words) == 1 && words[0] == "heal":
		d.slow, d.failing, d.full = 0, 0, false
	case len(words) == 2 && words[0] == "cut":
		var seed uint64
		if seed, err = strconv.ParseUint(words[1], 10, 64); err == nil {
			err = d.cut(seed)
		}
	default:
		err = fmt.Errorf("there is no such command")
	}
	return err
}
