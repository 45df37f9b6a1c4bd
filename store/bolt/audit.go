package bolt

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/chain"
)

// Sign is store.Journal's.
func (db *DB) Sign(s store.Signer) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.signer = s
}

// lineKey returns the key of an audit line.
func lineKey(scope string, seq uint64) []byte { return append(scopeKey(scope), numKey(seq)...) }

// AppendAudits is store.Journal's.
func (db *DB) AppendAudits(ctx context.Context, lines ...store.Audit) error {
	err := validateCommit(store.Commit{Audits: lines})
	if err == nil {
		err = db.write(ctx, func(b *batch) error { return db.appendAudits(b, lines) })
	}
	if err != nil {
		return fmt.Errorf("write to the audit: %w", err)
	}
	return nil
}

// appendAudits numbers and links lines, and appends them to the audits of their scopes.
func (db *DB) appendAudits(b *batch, lines []store.Audit) error {
	touched := map[string]storedHead{}
	for _, a := range lines {
		head, ok := touched[a.Scope]
		if !ok {
			var err error
			if head, err = db.headOf(b.Tx, a.Scope); err != nil {
				return err
			}
		}
		a.Seq, a.Key = head.Seq+1, db.signingKey()
		a.Time = fromMicros(toMicros(a.Time))
		link, err := chain.Line(db.signer, head.Link, a)
		if err != nil {
			return err
		}
		k := storedLine{Time: toMicros(a.Time), Member: a.Member, Names: a.Names, Key: a.Key, Link: link}
		if err := b.put(lineBucket, lineKey(a.Scope, a.Seq), k, a.Body); err != nil {
			return err
		}
		head.Seq, head.Link = a.Seq, link
		touched[a.Scope] = head
	}
	for scope, head := range touched {
		if err := db.putHead(b, scope, head); err != nil {
			return err
		}
	}
	return nil
}

// signingKey is the id of the key with which new lines are linked.
func (db *DB) signingKey() string {
	if db.signer == nil {
		return ""
	}
	return db.signer.First()
}

// headOf returns where the audit of a scope begins and ends. A head that is damaged, or
// missing though there are lines, is made anew from them, and says so.
func (db *DB) headOf(tx *bbolt.Tx, scope string) (storedHead, error) {
	if head, ok := db.heads[scope]; ok {
		return head, nil
	}
	var head storedHead
	_, found, bad := readValue(tx, chainBucket, []byte(scope), &head)
	if found && bad == nil {
		return head, nil
	}
	head = storedHead{}
	err := forEachPrefix(tx, lineBucket, scopeKey(scope), func(key, value []byte) error {
		a := decodeLine(scope, key, value)
		if head.Seq == 0 {
			head.After = a.Seq - 1
		}
		head.Seq, head.Link, head.Mended = a.Seq, a.Link, a.Seq
		return nil
	})
	if err == nil && (bad != nil || head.Seq > 0) {
		db.logger.Error("where an audit ends was lost, and is made anew from its lines; aidesk audit verify will say so", "scope", scope, "newest", head.Seq, "error", bad)
	}
	return head, err
}

// putHead seals and writes where the audit of a scope begins and ends.
func (db *DB) putHead(b *batch, scope string, head storedHead) error {
	head.Key = db.signingKey()
	var err error
	if head.Seal, err = chain.Head(db.signer, head.head(scope)); err != nil {
		return err
	}
	db.heads[scope] = head
	return b.put(chainBucket, []byte(scope), head, nil)
}

// Audits is store.Journal's.
func (db *DB) Audits(ctx context.Context, scope string, fn func(store.Audit) bool) error {
	return db.scanAudits(ctx, scope, 0, true, fn)
}

// AuditsAfter is store.Journal's.
func (db *DB) AuditsAfter(ctx context.Context, scope string, seq uint64, fn func(store.Audit) bool) error {
	return db.scanAudits(ctx, scope, seq, false, fn)
}

// scanAudits calls fn with the lines of a scope behind a number, in either direction.
func (db *DB) scanAudits(ctx context.Context, scope string, after uint64, backwards bool, fn func(store.Audit) bool) error {
	from := append(lineKey(scope, after), 0)
	err := db.scanPages(ctx, lineBucket, from, prefixEnd(scopeKey(scope)), backwards, func(key, value []byte) (bool, error) {
		return fn(decodeLine(scope, key, value)), nil
	})
	if err != nil {
		return fmt.Errorf("audit of %s: %w", scope, err)
	}
	return nil
}

// decodeLine returns the line of a value. One that is damaged has its place still.
func decodeLine(scope string, key, value []byte) store.Audit {
	var k storedLine
	body, err := decodeValue(value, &k)
	if err != nil {
		return store.Audit{Scope: scope, Seq: keyNum(key), Damaged: true}
	}
	return k.audit(scope, keyNum(key), body)
}

// AuditHeads is store.Journal's. One that is damaged has no seal, which Verify finds.
func (db *DB) AuditHeads(ctx context.Context) ([]store.AuditHead, error) {
	var heads []store.AuditHead
	err := db.scanPages(ctx, chainBucket, nil, nil, false, func(key, value []byte) (bool, error) {
		var k storedHead
		if _, err := decodeValue(value, &k); err != nil {
			k = storedHead{}
		}
		heads = append(heads, k.head(string(key)))
		return true, nil
	})
	if err != nil {
		return nil, fmt.Errorf("heads of audits: %w", err)
	}
	return heads, nil
}

// forgetNames takes the name of a member out of audit lines.
func (db *DB) forgetNames(ctx context.Context, member string) error {
	var found [][]byte
	flush := func() error {
		keys := found
		found = nil
		if len(keys) == 0 {
			return nil
		}
		return db.write(ctx, func(b *batch) error { return b.forgetNames(member, keys) })
	}
	err := db.scanPages(ctx, lineBucket, nil, nil, false, func(key, value []byte) (bool, error) {
		var k storedLine
		if _, bad := decodeValue(value, &k); bad != nil || k.Names[member] == "" {
			return true, nil //nolint:nilerr // a damaged line is shown where it is read
		}
		if found = append(found, key); len(found) < maxDeleted {
			return true, nil
		}
		return true, flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// forgetNames takes the name of a member out of lines that are still there.
func (b *batch) forgetNames(member string, keys [][]byte) error {
	for _, key := range keys {
		var k storedLine
		body, found, err := readValue(b.Tx, lineBucket, key, &k)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		delete(k.Names, member)
		if err := b.put(lineBucket, key, k, body); err != nil {
			return err
		}
	}
	return nil
}

// purgeAudits deletes of each scope, in which nothing is held, the oldest lines up to the first
// that is not old. It returns how many those were.
func (db *DB) purgeAudits(ctx context.Context, old store.Old) (int, error) {
	heads, err := db.AuditHeads(ctx)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, h := range heads {
		if old.Held != nil && old.Held(h.Scope, "") {
			continue
		}
		for {
			n := 0
			err := db.write(ctx, func(b *batch) (err error) { n, err = db.purgeLines(b, h.Scope, old.Audit.UnixMicro()); return err })
			if err != nil {
				return count, err
			}
			if count += n; n == 0 {
				break
			}
		}
	}
	return count, nil
}

// purgeLines deletes up to maxPurged of the oldest lines of a scope, and notes from where the
// others go on. Damaged lines go with the one behind them.
func (db *DB) purgeLines(b *batch, scope string, before int64) (int, error) {
	prefix := scopeKey(scope)
	var keys [][]byte
	var last storedLine
	old := 0 // how many of the keys go
	cursor := b.Bucket([]byte(lineBucket)).Cursor()
	for key, value := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(keys) < maxPurged; key, value = cursor.Next() {
		var k storedLine
		_, bad := decodeValue(value, &k)
		if bad == nil && k.Time >= before {
			break
		}
		keys = append(keys, bytes.Clone(key))
		if bad == nil {
			last, old = k, len(keys)
		}
	}
	if old == 0 {
		return 0, nil
	}
	for _, key := range keys[:old] {
		if err := b.delete(lineBucket, key); err != nil {
			return 0, err
		}
	}
	head, err := db.headOf(b.Tx, scope)
	if err != nil {
		return 0, err
	}
	head.After, head.AfterLink = keyNum(keys[old-1]), last.Link
	return old, db.putHead(b, scope, head)
}
