package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/store"
)

// ButtonAction is what a button stands for, kept under its id.
type ButtonAction struct {
	Do     string `json:"do"`
	Member string `json:"member"` // who may press it; empty: everyone
	Action string `json:"action,omitempty"`
	Say    string `json:"say,omitempty"`
	Plugin string `json:"plugin,omitempty"` // id
	On     bool   `json:"on,omitempty"`
	List   string `json:"list,omitempty"` // the Reply with the list that the button stands in

	Operation string               `json:"operation,omitempty"`
	Args      json.RawMessage      `json:"args,omitempty"`
	Plan      *plugin.Registration `json:"plan,omitempty"`   // a plugin that was read and is not yet registered
	Answer    string               `json:"answer,omitempty"` // the Reply to be shared
	Place     *chat.Place          `json:"place,omitempty"`  // and where
}

// What a button can do.
const (
	DoApprove = "approve"
	DoAllow   = "allow" // approve, and let more such reads go in this conversation
	DoCancel  = "cancel"
	DoAgain   = "again"
	DoSay     = "say"
	DoSwitch  = "switch"
	DoEdit    = "edit"     // opens the form of an Action's values
	DoRun     = "run"      // opens the form of an operation
	DoAdd     = "register" // opens the form of a plugin that was read
	DoForget  = "forget"
	DoShare   = "share" // publishes an answer where it was asked for
)

// ReadButton reads what a button stands for. store.ErrNotFound.
func ReadButton(ctx context.Context, s store.Store, id string) (ButtonAction, store.Button, error) {
	var a ButtonAction
	b, err := s.Button(ctx, id)
	if err != nil {
		return a, b, err
	}
	if err := json.Unmarshal(b.Body, &a); err != nil {
		return a, b, fmt.Errorf("reading a button: %w", err)
	}
	return a, b, nil
}
