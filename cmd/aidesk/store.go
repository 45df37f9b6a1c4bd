package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"aidesk/bots/inbox"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// openStore opens the store that a URL names.
func openStore(url string, opt bolt.Options) (*bolt.DB, error) {
	path, err := storePath(url)
	if err != nil {
		return nil, err
	}
	return bolt.Open(path, opt)
}

// checkLost returns an error if there is no store where there was one, as the key beside
// it tells: one that begins anew would answer again what was answered.
func checkLost(path string) error {
	_, err := os.Stat(path)
	_, errKey := os.Stat(keyFile(path))
	if errors.Is(err, fs.ErrNotExist) && errKey == nil {
		return fmt.Errorf("the store %s is missing, though its key %s is there: put it back, restore a backup, or move the key away to begin anew", path, keyFile(path))
	}
	return nil
}

// storePath returns the file of the store that a URL names.
func storePath(url string) (string, error) {
	path, ok := strings.CutPrefix(url, "bolt:")
	if !ok {
		return "", fmt.Errorf("store.url %q: only bolt:PATH is built in", url)
	}
	return path, nil
}

// keyRing is the key ring and whether it is new.
type keyRing struct {
	*secret.Ring
	made bool // in a new file, of which the operator must be told
}

// openKeys returns the keys of a configuration, or else those of the file. A missing file
// is created if nothing in the store was sealed with an older key. Keys that do not fit
// the store are an error.
func openKeys(ctx context.Context, entries []config.Secret, file string, records store.Records) (k keyRing, err error) {
	k.Ring, err = configuredKeys(entries, file)
	if errors.Is(err, fs.ErrNotExist) {
		if err := checkUnsealed(ctx, file, records); err != nil {
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

// configuredKeys returns the keys of a configuration, or else those of the file;
// fs.ErrNotExist.
func configuredKeys(entries []config.Secret, file string) (*secret.Ring, error) {
	if len(entries) > 0 {
		return parseKeys(entries)
	}
	return secret.Load(file)
}

// checkUnsealed returns an error if the store has sealed values, whose missing key file
// must not be replaced by a new one.
func checkUnsealed(ctx context.Context, file string, records store.Records) error {
	err := inbox.Unlock(ctx, records, nil)
	if errors.Is(err, secret.ErrLocked) {
		return fmt.Errorf("%s is missing, and the store was sealed with what it held: restore it from its copy, or write its key under keys", file)
	}
	return err
}

// parseKeys reads the keys of a configuration.
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

// keyFile returns the key file that belongs to a store.
func keyFile(store string) string { return strings.TrimSuffix(store, filepath.Ext(store)) + ".key" }
