package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store/bolt"
)

// What is sealed for a workspace opens for no other, and no more once it is forgotten.
func ExampleKeys() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := bolt.Open(filepath.Join(dir, "desk.db"), bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		fmt.Println(err)
		return
	}
	keys := workspace.New(ring, db)
	sealed, err := keys.Seal(ctx, "desk/slack/T1", "account/trello/ann/1/access", []byte("token"))
	if err != nil {
		fmt.Println(err)
		return
	}
	value, err := keys.Open(ctx, "desk/slack/T1", "account/trello/ann/1/access", sealed)
	fmt.Println(string(value), err)
	_, err = keys.Open(ctx, "desk/slack/T2", "account/trello/ann/1/access", sealed)
	fmt.Println("for another workspace:", err != nil)
	if err := keys.Forget(ctx, "desk/slack/T1"); err != nil {
		fmt.Println(err)
		return
	}
	_, err = keys.Open(ctx, "desk/slack/T1", "account/trello/ann/1/access", sealed)
	fmt.Println("once it is forgotten:", errors.Is(err, workspace.ErrForgotten))
	// Output:
	// token <nil>
	// for another workspace: true
	// once it is forgotten: true
}
