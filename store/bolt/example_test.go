package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"aidesk/store"
	"aidesk/store/bolt"
)

// openInFolder opens a store in a new folder; end closes and removes it.
func openInFolder() (db *bolt.DB, end func(), err error) {
	folder, err := os.MkdirTemp("", "store")
	if err != nil {
		return nil, nil, err
	}
	db, err = bolt.Open(filepath.Join(folder, "desk.db"), bolt.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	return db, func() { _ = errors.Join(db.Close(), os.RemoveAll(folder)) }, nil
}

// Records are versioned values: who puts one names the version that it replaces.
func ExampleDB_Put() {
	db, end, err := openInFolder()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer end()
	ctx := context.Background()

	version, err := db.Put(ctx, store.Record{Key: "enable/todo", Value: []byte("on")})
	fmt.Println("first:", err)
	_, err = db.Put(ctx, store.Record{Key: "enable/todo", Value: []byte("off")}) // as if there were none
	fmt.Println("conflict:", errors.Is(err, store.ErrConflict))
	_, err = db.Put(ctx, store.Record{Key: "enable/todo", Version: version, Value: []byte("off")})
	fmt.Println("replaced:", err)
	// Output:
	// first: <nil>
	// conflict: true
	// replaced: <nil>
}

// The Journal keeps events in the order of their conversation. Who works one holds a
// lease on it, and commits what came of it together with what is done.
func ExampleDB_Ingest() {
	db, end, err := openInFolder()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer end()
	ctx := context.Background()

	event := store.Event{ID: "message-1", Conversation: "desk/slack/T1/C1", Kind: "message", Body: []byte("hello")}
	for range 2 { // delivered twice, stored once
		ingested, err := db.Ingest(ctx, event)
		fmt.Println("duplicate:", ingested[0].Duplicate, err)
	}
	leases, err := db.Claim(ctx, "worker", 1, 0, time.Minute)
	fmt.Println("claimed:", leases[0].Conversation, err)
	work, err := db.Work(ctx, leases[0])
	fmt.Printf("work: %s %v\n", work.Events[0].Body, err)
	fmt.Println("committed:", db.Commit(ctx, leases[0], store.Commit{Done: []uint64{work.Events[0].Seq}}))
	// Output:
	// duplicate: false <nil>
	// duplicate: true <nil>
	// claimed: desk/slack/T1/C1 <nil>
	// work: hello <nil>
	// committed: <nil>
}
