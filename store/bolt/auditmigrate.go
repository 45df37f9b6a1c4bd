package bolt

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/chain"
)

// oldAuditBucket is where audit lines were up to layout 3, by scope, time and a number.
const oldAuditBucket = "audit"

// linkAudits numbers the audit lines of each scope in the order of their times and links
// them, without a key: what is written behind them vouches for them. A damaged one is set
// aside.
func linkAudits(tx *bbolt.Tx) error {
	for _, name := range []string{lineBucket, chainBucket} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	b := &batch{Tx: tx}
	heads := map[string]storedHead{}
	err := tx.Bucket([]byte(oldAuditBucket)).ForEach(func(key, value []byte) error {
		b.changes = b.changes[:0] // there is no log yet that they are for
		scope, at, ok := splitOldKey(key)
		body, err := decodeValue(value, nil)
		if err != nil || !ok {
			n, err := b.nextNumber(asideBucket)
			if err != nil {
				return err
			}
			return b.put(asideBucket, numKey(n), storedAside{oldAuditBucket, key, at, errDamaged.Error()}, value)
		}
		head := heads[scope]
		a := store.Audit{Scope: scope, Time: fromMicros(at), Body: body, Seq: head.Seq + 1}
		if a.Link, err = chain.Line(nil, head.Link, a); err != nil {
			return err
		}
		head.Seq, head.Link = a.Seq, a.Link
		heads[scope] = head
		return b.put(lineBucket, lineKey(scope, a.Seq), storedLine{Time: at, Link: a.Link}, body)
	})
	if err != nil {
		return err
	}
	for _, scope := range slices.Sorted(maps.Keys(heads)) {
		head := heads[scope]
		if head.Seal, err = chain.Head(nil, head.head(scope)); err != nil {
			return err
		}
		if err := b.put(chainBucket, []byte(scope), head, nil); err != nil {
			return err
		}
	}
	return tx.DeleteBucket([]byte(oldAuditBucket))
}

// splitOldKey reads the key of an audit line of layout 3.
func splitOldKey(key []byte) (scope string, at int64, ok bool) {
	if len(key) < 2 {
		return "", 0, false
	}
	n := int(binary.BigEndian.Uint16(key))
	if len(key) != 2+n+16 {
		return "", 0, false
	}
	return string(key[2 : 2+n]), keyTime(bytes.Clone(key[2+n:])), true
}
