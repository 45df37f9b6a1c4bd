//go:build linux

package main

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// pageSize is what a disk writes whole or not at all.
const pageSize = 4096

// disk is what all files share. Its lock guards everything.
type disk struct {
	folder string // where what is synced stands

	mu      sync.Mutex
	dice    *rand.Rand
	slow    time.Duration
	failing float64
	full    bool
	files   []*file
}

// fault says how a write ends that the disk does not take.
func (d *disk) fault() syscall.Errno {
	switch {
	case d.full:
		return syscall.ENOSPC
	case d.failing > 0 && d.dice.Float64() < d.failing:
		return syscall.EIO
	}
	return 0
}

// cut ends everything: of the pages that were not synced, a third was written already, in no
// order. Names are always on disk; their order is not what is tested here.
func (d *disk) cut(seed uint64) error {
	dice := rand.New(rand.NewPCG(seed, 2))
	for _, f := range d.files {
		for _, n := range slices.Sorted(maps.Keys(f.pages)) {
			if dice.IntN(3) > 0 {
				continue
			}
			if _, err := f.synced.WriteAt(f.pages[n], n*pageSize); err != nil {
				return err
			}
		}
	}
	os.Exit(0)
	return nil
}

// root is the folder. It has no folders in it.
type root struct {
	fs.Inode
	disk *disk
}

var (
	_ fs.NodeOnAdder  = (*root)(nil)
	_ fs.NodeCreater  = (*root)(nil)
	_ fs.NodeUnlinker = (*root)(nil)
	_ fs.NodeLinker   = (*root)(nil)
	_ fs.NodeRenamer  = (*root)(nil)
	_ fs.NodeFsyncer  = (*root)(nil)
)

// OnAdd shows what is on the disk.
func (r *root) OnAdd(ctx context.Context) {
	entries, err := os.ReadDir(r.disk.folder)
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		f, err := r.disk.open(e.Name(), 0)
		if err != nil {
			panic(err)
		}
		r.AddChild(e.Name(), r.NewPersistentInode(ctx, f, fs.StableAttr{Mode: fuse.S_IFREG}), true)
	}
}

// open opens a file of the disk.
func (d *disk) open(name string, flags int) (*file, error) {
	synced, err := os.OpenFile(filepath.Join(d.folder, name), os.O_RDWR|flags, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := synced.Stat()
	if err != nil {
		return nil, err
	}
	f := &file{disk: d, synced: synced, size: info.Size(), pages: map[int64][]byte{}}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files = append(d.files, f)
	return f, nil
}

// Create makes a file.
func (r *root) Create(ctx context.Context, name string, flags, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	f, err := r.disk.open(name, os.O_CREATE|int(flags)&(os.O_EXCL|os.O_TRUNC))
	if err != nil {
		return nil, nil, 0, fs.ToErrno(err)
	}
	child := r.NewPersistentInode(ctx, f, fs.StableAttr{Mode: fuse.S_IFREG})
	r.AddChild(name, child, true)
	f.attributes(&out.Attr)
	return child, nil, 0, 0
}

// Unlink removes a name.
func (r *root) Unlink(_ context.Context, name string) syscall.Errno {
	return fs.ToErrno(os.Remove(filepath.Join(r.disk.folder, name)))
}

// Link gives a file one more name.
func (r *root) Link(_ context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	f, ok := target.(*file)
	if !ok {
		return nil, syscall.EPERM
	}
	old, _ := target.EmbeddedInode().Parent()
	if err := os.Link(filepath.Join(r.disk.folder, old), filepath.Join(r.disk.folder, name)); err != nil {
		return nil, fs.ToErrno(err)
	}
	f.attributes(&out.Attr)
	return target.EmbeddedInode(), 0
}

// Rename gives a file another name.
func (r *root) Rename(_ context.Context, name string, _ fs.InodeEmbedder, other string, _ uint32) syscall.Errno {
	return fs.ToErrno(os.Rename(filepath.Join(r.disk.folder, name), filepath.Join(r.disk.folder, other)))
}

// Fsync has nothing to do, as names are on disk at once.
func (*root) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno { return 0 }

// file is a file: what was synced, and the pages over it that were not.
type file struct {
	fs.Inode
	disk   *disk
	synced *os.File
	size   int64
	pages  map[int64][]byte
}

var (
	_ fs.NodeOpener    = (*file)(nil)
	_ fs.NodeReader    = (*file)(nil)
	_ fs.NodeWriter    = (*file)(nil)
	_ fs.NodeFsyncer   = (*file)(nil)
	_ fs.NodeGetattrer = (*file)(nil)
	_ fs.NodeSetattrer = (*file)(nil)
)

func (f *file) attributes(out *fuse.Attr) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	out.Mode, out.Size, out.Nlink = fuse.S_IFREG|0o600, uint64(f.size), 1
}

// Open opens the file.
func (*file) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) { return nil, 0, 0 }

// Getattr says how long the file is.
func (f *file) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	f.attributes(&out.Attr)
	return 0
}

// Setattr makes the file longer or shorter.
func (f *file) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		f.disk.mu.Lock()
		if errno := f.disk.fault(); errno != 0 && int64(size) > f.size {
			f.disk.mu.Unlock()
			return errno
		}
		f.size = int64(size)
		maps.DeleteFunc(f.pages, func(n int64, _ []byte) bool { return n*pageSize >= f.size })
		f.disk.mu.Unlock()
	}
	f.attributes(&out.Attr)
	return 0
}

// page returns a page as a reader sees it.
func (f *file) page(n int64) (page []byte, err error) {
	if page = f.pages[n]; page != nil {
		return page, nil
	}
	page = make([]byte, pageSize)
	if _, err = f.synced.ReadAt(page, n*pageSize); err != nil && n*pageSize < f.size {
		err = nil // it ends within the page, or before it: the rest is zero
	}
	return page, err
}

// Read reads what was written, synced or not.
func (f *file) Read(_ context.Context, _ fs.FileHandle, into []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	into = into[:max(0, min(int64(len(into)), f.size-at))]
	for done := 0; done < len(into); {
		n := (at + int64(done)) / pageSize
		page, err := f.page(n)
		if err != nil {
			return nil, fs.ToErrno(err)
		}
		done += copy(into[done:], page[at+int64(done)-n*pageSize:])
	}
	return fuse.ReadResultData(into), 0
}

// Write keeps what is written until it is synced.
func (f *file) Write(_ context.Context, _ fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if errno := f.disk.fault(); errno != 0 {
		return 0, errno
	}
	f.size = max(f.size, at+int64(len(data)))
	for done := 0; done < len(data); {
		n := (at + int64(done)) / pageSize
		page, err := f.page(n)
		if err != nil {
			return uint32(done), fs.ToErrno(err)
		}
		f.pages[n] = page
		done += copy(page[at+int64(done)-n*pageSize:], data[done:])
	}
	return uint32(len(data)), 0
}

// Fsync brings what was written to the disk.
func (f *file) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	f.disk.mu.Lock()
	pause := time.Duration(0)
	if f.disk.slow > 0 {
		pause = time.Duration(f.disk.dice.Int64N(int64(f.disk.slow)))
	}
	f.disk.mu.Unlock()
	time.Sleep(pause)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if errno := f.disk.fault(); errno != 0 {
		return errno
	}
	for n, page := range f.pages {
		if _, err := f.synced.WriteAt(page, n*pageSize); err != nil {
			return fs.ToErrno(err)
		}
	}
	clear(f.pages)
	return fs.ToErrno(f.synced.Truncate(f.size))
}
