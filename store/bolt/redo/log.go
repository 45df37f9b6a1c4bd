// Package redo is a log of changes to a store that was not synced since: who replays it on
// the state that it begins with has what was acknowledged. A commit costs one sync of a file
// that never grows, where bbolt needs two of a growing one.
//
// The file has two slots of one page and then room for records, all of it written when the
// file is made. A slot holds the state (any bytes) from which records go on, and a number
// that grows; the one with the higher number counts, and the records that bear its number.
// A new state is written into the other slot, so that at all times one of them is whole. It
// must lead, by itself, to where the old one leads with its records.
package redo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"aidesk/store/bolt/disk"
)

const (
	slotSize   = 4096
	slotHead   = 20 // magic, number, length of the state, checksum
	magic      = "redo"
	recordsAt  = 2 * slotSize
	recordHead = 16 // length, checksum, number
	alignment  = 16 // of records

	// Size is the size of the file in bytes.
	Size = 256 << 10

	// MaxRecord is the size of the largest record in bytes.
	MaxRecord = Size - recordsAt - recordHead

	// maxState is the size of the largest state in bytes.
	maxState = slotSize - slotHead
)

// ErrInUse says that another process has the lock on a log.
var ErrInUse = errors.New("in use")

// ErrDamaged says that a record cannot be read behind which others were written.
var ErrDamaged = errors.New("damaged, so something that was acknowledged may be missing")

// Log is an open log. One goroutine may use it at a time.
type Log struct {
	file   *os.File
	place  disk.Place
	number uint64 // of the slot that counts
	end    int64  // where the next record goes
}

// Create makes a log at path, where there must be none, that begins with a state. It is locked
// before it has its name, so that nobody who looks for one takes the lock first.
func Create(path string, state []byte) (*Log, error) {
	l := &Log{number: 2, end: recordsAt}
	err := disk.Make(path, func(temp string) (err error) {
		all := make([]byte, Size)
		slot, err := encodeSlot(l.number, state)
		if err != nil {
			return err
		}
		copy(all, slot)
		if l.file, err = os.OpenFile(temp, os.O_RDWR|os.O_TRUNC, 0); err != nil {
			return err
		}
		if _, err := l.file.Write(all); err != nil {
			return err
		}
		return lock(l.file)
	})
	if err == nil {
		l.place, err = disk.At(path, l.file)
	}
	if err != nil {
		if l.file != nil {
			_ = l.file.Close()
		}
		return nil, fmt.Errorf("make the log %s: %w", filepath.Base(path), err)
	}
	return l, nil
}

// Open opens a log, locks it until Close, and returns what it holds: a state and the records
// that go on from it. ErrInUse where another process has the lock; fs.ErrNotExist.
func Open(path string) (l *Log, state []byte, records [][]byte, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, nil, err
	}
	l = &Log{file: file}
	if err = lock(file); err == nil {
		l.place, err = disk.At(path, file)
	}
	var all []byte
	if err == nil {
		all, err = io.ReadAll(io.LimitReader(file, Size+1))
	}
	if err == nil {
		state, records, err = l.read(all)
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, nil, fmt.Errorf("read the log %s: %w", filepath.Base(path), err)
	}
	return l, state, records, nil
}

// read reads a log's file.
func (l *Log) read(all []byte) (state []byte, records [][]byte, err error) {
	if len(all) != Size {
		return nil, nil, fmt.Errorf("%w: %d bytes in the place of %d", ErrDamaged, len(all), Size)
	}
	for i := range 2 {
		if number, s, ok := decodeSlot(all[i*slotSize : (i+1)*slotSize]); ok && number > l.number {
			l.number, state = number, s
		}
	}
	if l.number == 0 {
		return nil, nil, fmt.Errorf("%w: it says nowhere what it goes on from", ErrDamaged)
	}
	l.end = recordsAt
	for {
		record, ok := l.decodeRecord(all[l.end:])
		if !ok {
			break
		}
		records = append(records, record)
		l.end += recordSize(len(record))
	}
	for at := l.end; at < Size; at += alignment {
		if _, ok := l.decodeRecord(all[at:]); ok {
			return nil, nil, fmt.Errorf("%w: record %d cannot be read", ErrDamaged, len(records)+1)
		}
	}
	return state, records, nil
}

// Append writes a record, which is safe after Sync. False: there is no room for it, and
// nothing was written.
func (l *Log) Append(record []byte) (fits bool, err error) {
	size := recordSize(len(record))
	if l.end+size > Size {
		return false, nil
	}
	b := make([]byte, recordHead, size)
	binary.LittleEndian.PutUint32(b, uint32(len(record)))
	binary.LittleEndian.PutUint64(b[8:], l.number)
	b = append(b, record...)
	binary.LittleEndian.PutUint32(b[4:], sum(b[:4], b[8:]))
	if _, err := l.file.WriteAt(b, l.end); err != nil {
		return false, fmt.Errorf("write to the log: %w", err)
	}
	l.end += size
	return true, nil
}

// Sync brings to disk what was appended.
func (l *Log) Sync() error {
	if err := syncData(l.file); err != nil {
		return fmt.Errorf("sync the log: %w", err)
	}
	return nil
}

// Reset begins anew with a state, which is on disk before it returns.
func (l *Log) Reset(state []byte) error {
	slot, err := encodeSlot(l.number+1, state)
	if err != nil {
		return err
	}
	if _, err := l.file.WriteAt(slot, int64((l.number+1)%2)*slotSize); err != nil {
		return fmt.Errorf("write to the log: %w", err)
	}
	if err := l.Sync(); err != nil {
		return err
	}
	l.number++
	l.end = recordsAt
	return nil
}

// Check is an error if the log is no longer where it was opened.
func (l *Log) Check() error { return l.place.Check() }

// Close closes the log, which stays.
func (l *Log) Close() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}

func encodeSlot(number uint64, state []byte) ([]byte, error) {
	if len(state) > maxState {
		return nil, fmt.Errorf("a state of %d bytes does not fit into the log", len(state))
	}
	b := make([]byte, slotHead, slotSize)
	copy(b, magic)
	binary.LittleEndian.PutUint64(b[4:], number)
	binary.LittleEndian.PutUint32(b[12:], uint32(len(state)))
	b = append(b, state...)
	binary.LittleEndian.PutUint32(b[16:], sum(b[:16], b[slotHead:]))
	return b, nil
}

func decodeSlot(b []byte) (number uint64, state []byte, ok bool) {
	n := binary.LittleEndian.Uint32(b[12:])
	if string(b[:4]) != magic || n > maxState {
		return 0, nil, false
	}
	state = b[slotHead : slotHead+n]
	return binary.LittleEndian.Uint64(b[4:]), state, binary.LittleEndian.Uint32(b[16:]) == sum(b[:16], state)
}

// decodeRecord reads a record that bears the log's number.
func (l *Log) decodeRecord(b []byte) ([]byte, bool) {
	if len(b) < recordHead || binary.LittleEndian.Uint64(b[8:]) != l.number {
		return nil, false
	}
	n := binary.LittleEndian.Uint32(b)
	if n > uint32(len(b)-recordHead) {
		return nil, false
	}
	record := b[recordHead : recordHead+n]
	return record, binary.LittleEndian.Uint32(b[4:]) == sum(b[:4], b[8:recordHead], record)
}

// recordSize is how much room a record takes.
func recordSize(n int) int64 { return (int64(n) + recordHead + alignment - 1) / alignment * alignment }

// sum is a checksum over parts of the file.
func sum(parts ...[]byte) (s uint32) {
	table := crc32.MakeTable(crc32.Castagnoli)
	for _, p := range parts {
		s = crc32.Update(s, table, p)
	}
	return s
}
