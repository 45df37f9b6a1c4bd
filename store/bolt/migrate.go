package bolt

import (
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"aidesk/store/bolt/disk"
)

// migrations bring a file from layout 1, which is the first, to the newest: the one at
// index i from i+1 to i+2, in one transaction. They stay for ever, as they are.
var migrations = []func(tx *bbolt.Tx) error{
	// Damaged records are set aside. From then on a file may also say that it was restored,
	// which a program that knows layout 1 alone would not heed.
	func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(asideBucket))
		return err
	},
	// Nothing moves. A program that knows layout 2 alone would not replay the log that may be
	// beside the file, and would go on with calls whose account it does not know of.
	func(*bbolt.Tx) error { return nil },
	// The lines of audits are numbered and linked.
	linkAudits,
	// It is noted of which messages entries and buttons came.
	func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(sourceBucket))
		return err
	},
}

// schema is the number of the layout that doc.go describes, which migrations lead to.
const schema = 5

// newBuckets are the buckets that the first layout did not have, with the one that began them.
var newBuckets = map[string]uint64{asideBucket: 2, lineBucket: 4, chainBucket: 4, sourceBucket: 5}

// migrate brings a file of an older layout to the newest. With keep, a copy of what it was
// is left beside it before anything is changed.
func (db *DB) migrate(from uint64, keep bool) error {
	if from >= schema {
		return nil
	}
	kept := fmt.Sprintf("%s.v%d.bak", db.path, from)
	if keep {
		if err := disk.Replace(kept, "", db.copyTo); err != nil {
			return fmt.Errorf("keep a copy of it before its layout is changed: %w", err)
		}
	}
	for number := from; number < schema; number++ {
		err := db.catchPanics(func() error {
			return db.bolt.Update(func(tx *bbolt.Tx) error {
				if err := migrations[number-1](tx); err != nil {
					return err
				}
				return putMeta(tx, "schema", metaValue{Number: number + 1})
			})
		})
		if err != nil {
			return fmt.Errorf("change its layout from %d to %d: %w", number, number+1, err)
		}
	}
	if keep {
		db.logger.Warn("the store's layout was changed; an older aidesk needs the copy of what it was", "from", from, "to", schema, "copy", kept)
	}
	return nil
}

// copyTo writes what the file holds into another.
func (f *file) copyTo(path string) error {
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = f.catchPanics(func() error {
		return f.bolt.View(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(to)
			return err
		})
	})
	if closeErr := to.Close(); err == nil {
		err = closeErr
	}
	return disk.Remedied(err)
}
