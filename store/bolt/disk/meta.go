package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// ErrCut says that a file is shorter than what it holds.
var ErrCut = errors.New("cut")

// ErrMeta says that one of bbolt's two meta pages does not hold what bbolt writes there.
var ErrMeta = errors.New("one of its two first pages is damaged, so what was written last may be missing")

// What bbolt writes into every meta page of every file: page header, then magic, version,
// page size, flags, root, free list, high-water mark, transaction, and a checksum of these.
const (
	metaAt      = 16 // where the meta begins in its page
	metaRoot    = 16 // where the number of the root page is in it
	metaPages   = 40 // where the number of pages is in it
	metaTx      = 48 // where the transaction's number is in it
	metaSummed  = 56 // bytes over which its checksum goes
	metaSize    = metaSummed + 8
	metaMagic   = 0xED0CDAED
	metaVersion = 2

	minPage, maxPage = 1 << 10, 16 << 20
)

// Check reads the two meta pages of a bbolt file of so many bytes, before bbolt does. bbolt
// maps a file that is cut and touches what is not there, which may end the process. And it
// opens a file with one good meta page, silently: the other may have held the newest commit,
// which was acknowledged, and to forget it may mean to send a request twice. ErrCut, ErrMeta.
//
// Commits write the two in turn, so one holds the newest and the other the one before.
// Killed in the middle of such a write, the program or the machine leaves a page of which
// each byte is the old one or the new one. Then magic, version, page size and flags, which
// never change, are right, the transaction's number is made of bytes of the one before the
// good page's and of the one after it, and only the checksum is wrong. That commit was not
// acknowledged: falling back is right. A page that is something else, zeros for instance,
// was left by no write of bbolt's, and nobody can tell whether it was the newest: ErrMeta.
// So is a file in which neither is good refused, by bbolt.
func Check(f io.ReaderAt, size int64) error {
	first := readMeta(f, 0)
	if first.good {
		return first.check(readMeta(f, int64(first.pageSize)), size)
	}
	for page := uint32(minPage); page <= maxPage; page <<= 1 {
		if second := readMeta(f, int64(page)); second.good && second.pageSize == page {
			return second.check(first, size)
		}
	}
	return nil
}

// meta is what is checked of a meta page.
type meta struct {
	fixed
	root  uint64 // the page by which all others are found
	pages uint64 // of the file that are used or were
	tx    [8]byte
	good  bool // its checksum is right
}

// number is that of the transaction which wrote the page.
func (m meta) number() uint64 { return binary.NativeEndian.Uint64(m.tx[:]) }

// goodNumber is the number of a good page, and 0 of any other.
func (m meta) goodNumber() uint64 {
	if !m.good {
		return 0
	}
	return m.number()
}

// fixed is what is the same in every meta page of a file.
type fixed struct{ magic, version, pageSize, flags uint32 }

// check checks the other meta page of a good one, and the size of their file.
func (m meta) check(o meta, size int64) error {
	pages := m.pages
	if o.good && o.number() > m.number() {
		pages = o.pages
	}
	if needs := int64(pages) * int64(m.pageSize); size < needs {
		return fmt.Errorf("%w: %d bytes of at least %d", ErrCut, size, needs)
	}
	if o.fixed != m.fixed {
		return ErrMeta
	}
	n := m.number()
	var before, after [8]byte
	binary.NativeEndian.PutUint64(before[:], n-1)
	binary.NativeEndian.PutUint64(after[:], n+1)
	for i, b := range o.tx {
		if !o.good && b != before[i] && b != after[i] {
			return ErrMeta
		}
	}
	return nil
}

// readMeta reads the meta of the page at an offset.
func readMeta(f io.ReaderAt, page int64) (m meta) {
	var b [metaSize]byte
	if _, err := f.ReadAt(b[:], page+metaAt); err != nil {
		return m
	}
	word := func(at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }
	m.fixed = fixed{word(0), word(4), word(8), word(12)}
	m.root, m.pages, m.tx = binary.NativeEndian.Uint64(b[metaRoot:]), binary.NativeEndian.Uint64(b[metaPages:]), [8]byte(b[metaTx:])
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSummed])
	m.good = m.magic == metaMagic && m.version == metaVersion && sum.Sum64() == binary.NativeEndian.Uint64(b[metaSummed:])
	return m
}
