package bolt

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// Get is store.Records'.
func (db *DB) Get(ctx context.Context, key string) (store.Record, error) {
	var k storedRecord
	value, err := db.readOne(ctx, recordBucket, key, &k)
	if err != nil {
		return store.Record{}, err
	}
	return store.Record{Key: key, Version: k.Version, Value: value}, nil
}

// Put is store.Records'.
func (db *DB) Put(ctx context.Context, r store.Record) (uint64, error) {
	err := checkKeys("record", r.Key)
	var version uint64
	if err == nil {
		err = db.write(ctx, func(b *batch) error {
			if err := b.checkVersions([]store.Record{r}); err != nil {
				return err
			}
			version, err = db.putRecord(b, r)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("put %s: %w", r.Key, err)
	}
	return version, nil
}

// Delete is store.Records'.
func (db *DB) Delete(ctx context.Context, key string, version uint64) error {
	err := db.write(ctx, func(b *batch) error {
		var k storedRecord
		_, found, err := readValue(b.Tx, recordBucket, []byte(key), &k)
		switch {
		case err != nil:
			return err
		case !found:
			return store.ErrNotFound
		case k.Version != version:
			return fmt.Errorf("version %d, not %d: %w", k.Version, version, store.ErrConflict)
		}
		n, err := b.nextNumber(recordBucket)
		if err != nil {
			return err
		}
		b.onCommit = append(b.onCommit, func() { db.watchers.notify(store.Record{Key: key, Version: n}) })
		return b.delete(recordBucket, []byte(key))
	})
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// Scan is store.Records'.
func (db *DB) Scan(ctx context.Context, prefix string, fn func(store.Record) bool) error {
	err := db.scanPages(ctx, recordBucket, []byte(prefix), prefixEnd([]byte(prefix)), false, func(key, value []byte) (bool, error) {
		var k storedRecord
		body, err := decodeValueAt(recordBucket, key, value, &k)
		if err != nil {
			return false, err
		}
		return fn(store.Record{Key: string(key), Version: k.Version, Value: body}), nil
	})
	if err != nil {
		return fmt.Errorf("scan %s: %w", prefix, err)
	}
	return nil
}

// checkVersions returns ErrConflict when a stored version is not the one that a record names.
func (b *batch) checkVersions(records []store.Record) error {
	seen := map[string]bool{}
	for _, r := range records {
		var k storedRecord
		if _, _, err := readValue(b.Tx, recordBucket, []byte(r.Key), &k); err != nil {
			return err
		}
		if k.Version != r.Version || seen[r.Key] {
			return fmt.Errorf("record %s: version %d, not %d: %w", r.Key, k.Version, r.Version, store.ErrConflict)
		}
		seen[r.Key] = true
	}
	return nil
}

// putRecord writes a record and returns its version, a number that no record had before.
func (db *DB) putRecord(b *batch, r store.Record) (uint64, error) {
	n, err := b.nextNumber(recordBucket)
	if err != nil {
		return 0, err
	}
	changed := store.Record{Key: r.Key, Version: n, Value: append([]byte{}, r.Value...)}
	b.onCommit = append(b.onCommit, func() { db.watchers.notify(changed) })
	return n, b.put(recordBucket, []byte(r.Key), storedRecord{n}, r.Value)
}

// PutDocument is store.Records'.
func (db *DB) PutDocument(ctx context.Context, document []byte) (string, error) {
	sum := sha256.Sum256(document)
	hash := hex.EncodeToString(sum[:])
	known := false
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		known = tx.Bucket([]byte(documentBucket)).Get(sum[:]) != nil
		return nil
	})
	if err == nil && !known {
		err = db.writeDocument(ctx, sum[:], document)
	}
	if err != nil {
		return "", fmt.Errorf("keep document %s: %w", hash, err)
	}
	return hash, nil
}

// writeDocument compresses a document and writes it.
func (db *DB) writeDocument(ctx context.Context, sum, document []byte) error {
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.DefaultCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(document); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return db.write(ctx, func(b *batch) error { return b.put(documentBucket, sum, nil, small.Bytes()) })
}

// Document is store.Records'.
func (db *DB) Document(ctx context.Context, hash string) ([]byte, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != sha256.Size {
		return nil, fmt.Errorf("document %q: %w", hash, store.ErrNotFound)
	}
	var small []byte
	found := false
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		small, found, err = readValue(tx, documentBucket, sum, nil)
		return err
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", hash, err)
	}
	document, err := io.ReadAll(flate.NewReader(bytes.NewReader(small)))
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", hash, err)
	}
	if got := sha256.Sum256(document); !bytes.Equal(got[:], sum) {
		return nil, fmt.Errorf("document %s: %w: restore the store from a backup", hash, errDamaged)
	}
	return document, nil
}

// watchers are the running calls of Watch. The zero value is ready.
type watchers struct {
	mu      sync.Mutex
	all     map[*watcher]bool
	done    sync.WaitGroup
	changes map[string]*atomic.Uint64 // by prefix
}

// Changes is store.Records'.
func (db *DB) Changes(prefix string) func() uint64 {
	ws := &db.watchers
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.changes == nil {
		ws.changes = map[string]*atomic.Uint64{}
	}
	if ws.changes[prefix] == nil {
		ws.changes[prefix] = &atomic.Uint64{}
	}
	return ws.changes[prefix].Load
}

// watcher holds the changes that one call of Watch has not delivered yet.
type watcher struct {
	prefix string
	mu     sync.Mutex
	order  []string
	latest map[string]store.Record // by key, for the keys in order
	wake   chan struct{}
}

// Watch is store.Records'.
func (db *DB) Watch(ctx context.Context, prefix string) <-chan store.Record {
	w := &watcher{prefix: prefix, latest: map[string]store.Record{}, wake: make(chan struct{}, 1)}
	out := make(chan store.Record)
	db.watchers.mu.Lock()
	if db.watchers.all == nil {
		db.watchers.all = map[*watcher]bool{}
	}
	db.watchers.all[w] = true
	db.watchers.mu.Unlock()
	db.watchers.done.Go(func() {
		defer close(out)
		defer func() {
			db.watchers.mu.Lock()
			delete(db.watchers.all, w)
			db.watchers.mu.Unlock()
		}()
		w.deliver(ctx, db.quit, out)
	})
	return out
}

// notify gives a change to every watcher of its key. It never waits for a reader.
func (ws *watchers) notify(r store.Record) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for prefix, n := range ws.changes {
		if strings.HasPrefix(r.Key, prefix) {
			n.Add(1)
		}
	}
	for w := range ws.all {
		if strings.HasPrefix(r.Key, w.prefix) {
			w.add(r)
		}
	}
}

// wait returns when all watchers have ended.
func (ws *watchers) wait() { ws.done.Wait() }

// add queues a change; it replaces an older one of the same key.
func (w *watcher) add(r store.Record) {
	w.mu.Lock()
	if _, ok := w.latest[r.Key]; !ok {
		w.order = append(w.order, r.Key)
	}
	w.latest[r.Key] = r
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest queued change.
func (w *watcher) next() (store.Record, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.order) == 0 {
		return store.Record{}, false
	}
	r := w.latest[w.order[0]]
	delete(w.latest, w.order[0])
	w.order = w.order[1:]
	return r, true
}

// deliver sends changes to out until ctx is done or the store is closed.
func (w *watcher) deliver(ctx context.Context, quit <-chan struct{}, out chan<- store.Record) {
	for {
		r, ok := w.next()
		if !ok {
			select {
			case <-w.wake:
				continue
			case <-ctx.Done():
				return
			case <-quit:
				return
			}
		}
		select {
		case out <- r:
		case <-ctx.Done():
			return
		case <-quit:
			return
		}
	}
}
