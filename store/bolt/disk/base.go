package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Base is a state of a bbolt file to which the file can be brought back, as long as every
// page of that state is as it was: its meta pages lead there. bbolt writes no page of a state
// that a transaction still reads.
type Base struct {
	head  baseHead
	metas [2][metaEnd]byte // the beginnings of the two meta pages
}

type baseHead struct {
	PageSize uint32
	RootSize uint32 // of the page that all others are found by, in bytes
	RootAt   uint64
	RootSum  uint32
	_        uint32
	Tx       uint64 // the transaction that wrote the state last
}

// metaEnd is where the meta ends in its page.
const metaEnd = metaAt + metaSize

// BaseSize is the size of an encoded Base in bytes.
const BaseSize = 32 + 2*metaEnd

// maxRoot bounds the page of the root, which lists some twenty buckets.
const maxRoot = 1 << 20

// BaseOf is the state that a bbolt file is in, which nobody may be writing to.
func BaseOf(f io.ReaderAt) (Base, error) {
	var b Base
	first, second, err := metasOf(f)
	if err != nil {
		return b, err
	}
	newest := first
	if second.good && (!first.good || second.number() > first.number()) {
		newest = second
	}
	b.head.PageSize, b.head.Tx = newest.pageSize, newest.number()
	b.head.RootAt = newest.root * uint64(newest.pageSize)
	var header [metaAt]byte // the header of a page ends with how many more belong to it
	if _, err := f.ReadAt(header[:], int64(b.head.RootAt)); err != nil {
		return b, fmt.Errorf("read its root: %w", err)
	}
	more := uint64(binary.NativeEndian.Uint32(header[12:]))
	if (more+1)*uint64(newest.pageSize) > maxRoot {
		return b, errors.New("its root is too large")
	}
	b.head.RootSize = uint32(more+1) * newest.pageSize
	if b.head.RootSum, err = b.rootSum(f); err != nil {
		return b, err
	}
	for i := range b.metas {
		if _, err := f.ReadAt(b.metas[i][:], int64(i)*int64(newest.pageSize)); err != nil {
			return b, fmt.Errorf("read its first pages: %w", err)
		}
	}
	return b, nil
}

// metasOf reads both meta pages, of which at least one is good.
func metasOf(f io.ReaderAt) (first, second meta, err error) {
	first = readMeta(f, 0)
	if first.good {
		return first, readMeta(f, int64(first.pageSize)), nil
	}
	for page := uint32(minPage); page <= maxPage; page <<= 1 {
		if second = readMeta(f, int64(page)); second.good && second.pageSize == page {
			return first, second, nil
		}
	}
	return first, second, ErrMeta
}

func (b Base) rootSum(f io.ReaderAt) (uint32, error) {
	root := make([]byte, b.head.RootSize)
	if _, err := f.ReadAt(root, int64(b.head.RootAt)); err != nil {
		return 0, fmt.Errorf("read its root: %w", err)
	}
	return crc32.Checksum(root, crc32.MakeTable(crc32.Castagnoli)), nil
}

// Fit says how a file stands to a Base.
type Fit int

// How a file can stand to a Base.
const (
	Fits    Fit = iota // the file can be brought back to it
	Later              // the file has gone on without what keeps the Base
	Foreign            // it is the Base of another file, or a page of it is damaged
)

// Fit says how a file stands to a Base after which commits of transactions followed. One more
// may have been under way.
func (b Base) Fit(f io.ReaderAt, commits int) Fit {
	first, second, err := metasOf(f)
	if err == nil {
		newest := max(first.goodNumber(), second.goodNumber())
		if newest > b.head.Tx+uint64(commits)+1 {
			return Later
		}
	}
	if sum, err := b.rootSum(f); err != nil || sum != b.head.RootSum {
		return Foreign
	}
	return Fits
}

// Restore brings a file that Fits back to the state. The caller syncs it.
func (b Base) Restore(f io.WriterAt) error {
	for i, m := range b.metas {
		if _, err := f.WriteAt(m[:], int64(i)*int64(b.head.PageSize)); err != nil {
			return fmt.Errorf("write its first pages: %w", err)
		}
	}
	return nil
}

// Encode is the Base in BaseSize bytes.
func (b Base) Encode() []byte {
	out := bytes.NewBuffer(make([]byte, 0, BaseSize))
	_ = binary.Write(out, binary.LittleEndian, b.head)
	_, _ = out.Write(b.metas[0][:])
	_, _ = out.Write(b.metas[1][:])
	return out.Bytes()
}

// DecodeBase reads what Encode wrote.
func DecodeBase(data []byte) (Base, error) {
	var b Base
	if len(data) != BaseSize {
		return b, errors.New("the state of the store in it cannot be read")
	}
	_, err := binary.Decode(data, binary.LittleEndian, &b.head)
	if h := b.head; err != nil || h.PageSize < minPage || h.PageSize > maxPage || h.RootSize > maxRoot || h.RootAt > 1<<50 {
		return b, errors.New("the state of the store in it cannot be read")
	}
	at := copy(b.metas[0][:], data[32:])
	copy(b.metas[1][:], data[32+at:])
	return b, nil
}
