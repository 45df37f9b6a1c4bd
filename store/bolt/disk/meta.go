package disk

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
)

// ErrMeta says that one of bbolt's two meta pages does not hold what bbolt writes there.
var ErrMeta = errors.New("one of its two first pages is damaged, so what was written last may be missing")

// What bbolt writes into every meta page of every file: page header, then magic, version,
// page size, flags, root, free list, high-water mark, transaction, and a checksum of these.
const (
	metaAt      = 16 // where the meta begins in its page
	metaTx      = 48 // where the transaction's number is in it
	metaSummed  = 56 // bytes over which its checksum goes
	metaSize    = metaSummed + 8
	metaMagic   = 0xED0CDAED
	metaVersion = 2

	minPage, maxPage = 1 << 10, 16 << 20
)

// CheckMeta reads the two meta pages of a bbolt file that nobody writes to. bbolt opens a
// file with one good meta page, silently: the other may have held the newest commit, which
// was acknowledged, and to forget it may mean to send a request twice.
//
// Commits write the two in turn, so one holds the newest and the other the one before.
// Killed in the middle of such a write, the program or the machine leaves a page of which
// each byte is the old one or the new one. Then magic, version, page size and flags, which
// never change, are right, the transaction's number is made of bytes of the one before the
// good page's and of the one after it, and only the checksum is wrong. That commit was not
// acknowledged: falling back is right. A page that is something else, zeros for instance,
// was left by no write of bbolt's, and nobody can tell whether it was the newest: ErrMeta.
// So is a file in which neither is good refused, by bbolt.
func CheckMeta(f io.ReaderAt) error {
	first := readMeta(f, 0)
	if first.good {
		return first.checkOther(readMeta(f, int64(first.pageSize)))
	}
	for size := uint32(minPage); size <= maxPage; size <<= 1 {
		if second := readMeta(f, int64(size)); second.good && second.pageSize == size {
			return second.checkOther(first)
		}
	}
	return nil
}

// meta is what is checked of a meta page.
type meta struct {
	fixed
	tx   [8]byte
	good bool // its checksum is right
}

// fixed is what is the same in every meta page of a file.
type fixed struct{ magic, version, pageSize, flags uint32 }

// checkOther checks the other meta page of a good one.
func (m meta) checkOther(o meta) error {
	if o.fixed != m.fixed {
		return ErrMeta
	}
	n := binary.NativeEndian.Uint64(m.tx[:])
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
	m.fixed, m.tx = fixed{word(0), word(4), word(8), word(12)}, [8]byte(b[metaTx:])
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSummed])
	m.good = m.magic == metaMagic && m.version == metaVersion && sum.Sum64() == binary.NativeEndian.Uint64(b[metaSummed:])
	return m
}
