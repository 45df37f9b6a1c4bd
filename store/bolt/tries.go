package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"io/fs"
	"os"
	"slices"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// tries counts how often the work on an event, or the sending of a reply, was begun and came
// to no end, in a file beside the store that is never synced: what was written survives the
// process, and that the process does not survive an event is all that these counts have to
// find out. It also says how far counters are ahead on disk, so that a killed process uses
// up no limit. A power cut may lose all that, and losing the file does no harm: then what
// is ahead counts as used.
type tries struct {
	path  string
	boot  uint64 // of the store when the file was begun: a file from another time counts for nothing
	file  *os.File
	slots map[uint64]*trySlot // by the seq of the event, replyNumber or counterNumber
	free  []int64             // places of the file that hold nothing
	end   int64               // how many places it has
}

type trySlot struct {
	place int64
	count uint32
}

// trySize is the size of a place in the file: seq, count, checksum. The first place holds
// the boot in the place of a seq.
const trySize = 16

// encodeTry builds a place of the file.
func encodeTry(seq uint64, count uint32) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(make([]byte, 0, trySize), seq), count)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeTry reads a place of the file; false: it holds nothing, or is damaged.
func decodeTry(b []byte) (seq uint64, count uint32, ok bool) {
	seq, count = binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])
	return seq, count, count > 0 && binary.BigEndian.Uint32(b[12:]) == crc32.Checksum(b[:12], castagnoli)
}

// openTries reads the counts that the process before left behind, whose boot was the one
// before, and begins a new file with those of events that still wait.
func openTries(path string, boot uint64, waits func(seq uint64) bool) (*tries, error) {
	t := &tries{path: path, boot: boot, slots: map[uint64]*trySlot{}}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the counts of tries: %w", err)
	}
	all := slices.Collect(slices.Chunk(old[:len(old)/trySize*trySize], trySize))
	begun := encodeTry(boot, 1)
	if len(all) > 0 {
		if before, _, ok := decodeTry(all[0]); ok && before+1 == boot {
			for _, b := range all[1:] {
				if seq, count, ok := decodeTry(b); ok && waits(seq) {
					t.end++
					t.slots[seq] = &trySlot{place: t.end, count: count}
					begun = append(begun, encodeTry(seq, count)...)
				}
			}
		}
	}
	// Whole or not at all, so that a process which dies here loses no count.
	if err := os.WriteFile(path+".new", begun, 0o600); err != nil {
		return nil, fmt.Errorf("write the counts of tries: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return nil, fmt.Errorf("write the counts of tries: %w", err)
	}
	if t.file, err = os.OpenFile(path, os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("open the counts of tries: %w", err)
	}
	return t, nil
}

// loadTries reads the counts of what the process before left unfinished.
func (db *DB) loadTries(boot uint64) error {
	return db.bolt.View(func(tx *bbolt.Tx) error {
		unsent := map[uint64]bool{}
		err := tx.Bucket([]byte(outboxBucket)).ForEach(func(_, value []byte) error {
			if id, err := decodeValue(value, nil); err == nil {
				unsent[replyNumber(string(id))] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
		db.tries, err = openTries(db.path+".tries", boot, func(number uint64) bool {
			return unsent[number] || number>>62 == 2 || tx.Bucket([]byte(inboxBucket)).Get(numKey(number)) != nil
		})
		return err
	})
}

// count is how often the work on an event was begun.
func (t *tries) count(seq uint64) int {
	if s := t.slots[seq]; s != nil {
		return int(s.count)
	}
	return 0
}

// add changes the count of an event by one, up or down.
func (t *tries) add(seq uint64, by int) error {
	s := t.slots[seq]
	if s == nil {
		if by < 0 {
			return nil
		}
		s = &trySlot{}
		if n := len(t.free); n > 0 {
			s.place, t.free = t.free[n-1], t.free[:n-1]
		} else {
			t.end++
			s.place = t.end
		}
		t.slots[seq] = s
	}
	s.count += uint32(by) // one up, or one down from above zero
	if s.count == 0 {
		return t.drop(seq)
	}
	return t.write(s.place, encodeTry(seq, s.count))
}

// set sets a count.
func (t *tries) set(number uint64, count uint32) error {
	s := t.slots[number]
	if s != nil && s.count == count || s == nil && count == 0 {
		return nil
	}
	if count == 0 {
		return t.drop(number)
	}
	if s == nil {
		if err := t.add(number, 1); err != nil {
			return err
		}
		s = t.slots[number]
	}
	s.count = count
	return t.write(s.place, encodeTry(number, count))
}

// drop forgets the count of an event.
func (t *tries) drop(seq uint64) error {
	s := t.slots[seq]
	if s == nil {
		return nil
	}
	delete(t.slots, seq)
	t.free = append(t.free, s.place)
	return t.write(s.place, make([]byte, trySize))
}

func (t *tries) write(place int64, b []byte) error {
	if _, err := t.file.WriteAt(b, place*trySize); err != nil {
		return fmt.Errorf("count a try: %w", err)
	}
	return nil
}

// close ends the use of the file. One that has nothing to say is removed.
func (t *tries) close() error {
	if t == nil {
		return nil
	}
	err := t.file.Close()
	if len(t.slots) == 0 {
		err = errors.Join(err, os.Remove(t.path))
	}
	return err
}

// counterNumber stands for a counter, whose count is how far it is ahead on disk.
func counterNumber(key string) uint64 { return replyNumber(key)&^(1<<62) | 1<<63 }

// replyNumber stands for a reply where events have their seq, far above all of these.
func replyNumber(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return h.Sum64() | 3<<62
}

// Try is store.Journal's.
func (db *DB) Try(ctx context.Context, lease store.Lease, seq uint64) (int, error) {
	return db.changeTries(ctx, lease, seq, 1)
}

// Untry is store.Journal's. A store that failed takes a try back as well.
func (db *DB) Untry(ctx context.Context, lease store.Lease, seq uint64) error {
	_, err := db.changeTries(context.WithoutCancel(ctx), lease, seq, -1)
	return err
}

func (db *DB) changeTries(ctx context.Context, lease store.Lease, seq uint64, by int) (int, error) {
	if err := db.usable(ctx); err != nil && by > 0 {
		return 0, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	held := db.inbox.Held(lease, db.now())
	if by > 0 && (held == nil || !held.Has(seq)) {
		return 0, fmt.Errorf("try of %s: %w", lease.Conversation, store.ErrFenced)
	}
	if err := db.tries.add(seq, by); err != nil {
		return 0, err
	}
	return db.tries.count(seq), nil
}
