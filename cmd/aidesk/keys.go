package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"aidesk/bots/inbox"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/secret"
	"aidesk/store"
)

// keyRing is what seals, and where it came from.
type keyRing struct {
	*secret.Ring
	made bool // a new file; its owner should hear of it
}

// keysOf gives the keys of a configuration: its own, or else those of a file, which is
// made where there is none and the store holds nothing that an older key sealed. Keys
// that do not fit the store are an error.
func keysOf(ctx context.Context, entries []config.Secret, file string, records store.Records) (k keyRing, err error) {
	if len(entries) > 0 {
		k.Ring, err = parseKeys(entries)
	} else if k.Ring, err = secret.Load(file); errors.Is(err, fs.ErrNotExist) {
		if err := unsealed(ctx, file, records); err != nil {
			return k, err
		}
		k.Ring, err = secret.Create(file)
		k.made = true
	}
	if err != nil {
		return k, err
	}
	return k, inbox.Unlock(ctx, records, k.Ring)
}

// unsealed sees that nothing in a store needs the file of keys that is not there.
func unsealed(ctx context.Context, file string, records store.Records) error {
	err := inbox.Unlock(ctx, records, nil)
	if errors.Is(err, secret.ErrLocked) {
		return fmt.Errorf("%s is missing, and the store was sealed with what it held: restore it from its copy, or write its key under keys", file)
	}
	return err
}

// parseKeys reads the keys that stand in a configuration.
func parseKeys(entries []config.Secret) (*secret.Ring, error) {
	revealed := make([]string, len(entries))
	for i, e := range entries {
		revealed[i] = e.Reveal()
	}
	ring, err := secret.Parse(revealed)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return ring, nil
}

// keyFile is the file of keys beside a store.
func keyFile(store string) string { return strings.TrimSuffix(store, filepath.Ext(store)) + ".key" }
