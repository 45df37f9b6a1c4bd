package bolt

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// Keep is store.Records'.
func (db *DB) Keep(ctx context.Context, document []byte) (string, error) {
	sum := sha256.Sum256(document)
	hash := hex.EncodeToString(sum[:])
	known := false
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		known = tx.Bucket([]byte(documentBucket)).Get(sum[:]) != nil
		return nil
	})
	if err == nil && !known {
		err = db.keep(ctx, sum[:], document)
	}
	if err != nil {
		return "", fmt.Errorf("keep document %s: %w", hash, err)
	}
	return hash, nil
}

// keep compresses a document and writes it.
func (db *DB) keep(ctx context.Context, sum, document []byte) error {
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
		small, found, err = read(tx, documentBucket, sum, nil)
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
