package bolt

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// valueVersion is the first byte of every value.
const valueVersion = 1

// prelude is what stands before the head: version, checksum, length of the head.
const prelude = 1 + 4 + 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = errors.New("damaged")

// seal makes a value of a head, which is kept as JSON (nil: none), and a body.
func seal(head any, body []byte) ([]byte, error) {
	var text []byte
	if head != nil {
		var err error
		if text, err = json.Marshal(head); err != nil {
			return nil, fmt.Errorf("encode a value: %w", err)
		}
	}
	value := make([]byte, prelude, prelude+len(text)+len(body))
	value[0] = valueVersion
	binary.BigEndian.PutUint32(value[5:], uint32(len(text)))
	value = append(append(value, text...), body...)
	binary.BigEndian.PutUint32(value[1:], crc32.Checksum(value[5:], castagnoli))
	return value, nil
}

// open checks a value, decodes its head (nil: it has none) and returns its body, which is
// part of the value.
func open(value []byte, head any) ([]byte, error) {
	if len(value) < prelude {
		return nil, errDamaged
	}
	if value[0] != valueVersion {
		return nil, fmt.Errorf("%w: version %d of a value", errDamaged, value[0])
	}
	if binary.BigEndian.Uint32(value[1:]) != crc32.Checksum(value[5:], castagnoli) {
		return nil, fmt.Errorf("%w: wrong checksum", errDamaged)
	}
	n := uint64(binary.BigEndian.Uint32(value[5:]))
	if n > uint64(len(value)-prelude) {
		return nil, errDamaged
	}
	if head != nil {
		if err := json.Unmarshal(value[prelude:prelude+n], head); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return value[prelude+n:], nil
}

// read finds a value, checks it and decodes its head. The body is the caller's own
// and never nil when it was found.
func read(tx *bbolt.Tx, bucket string, key []byte, head any) (body []byte, found bool, err error) {
	value := tx.Bucket([]byte(bucket)).Get(key)
	if value == nil {
		return nil, false, nil
	}
	body, err = openAt(bucket, key, value, head)
	return body, err == nil, err
}

// openAt is open for a value that was found at a place, with a copy of the body.
func openAt(bucket string, key, value []byte, head any) ([]byte, error) {
	body, err := open(value, head)
	if err != nil {
		return nil, fmt.Errorf("the store's bucket %s, key %x: %w: restore it from a backup", bucket, key, err)
	}
	return append([]byte{}, body...), nil
}
