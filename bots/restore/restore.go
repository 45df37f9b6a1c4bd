// Package restore says what becomes of the calls that were open in a backup when it is the
// store again: none of them runs, and who presses is told why.
package restore

import (
	"encoding/json"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
)

// Close returns the commit that ends an Action of a backup which is restored now. One that
// was approved becomes unknown, since it may have been sent. So may one that waited have
// been, after the backup: it does not expire, which would say that nothing was sent, but is
// replaced by nothing. For the model both are unknown. No card is shown anew: what stands
// at the platform is newer than what the backup knows.
func Close(stored store.Action, now time.Time) (store.Commit, error) {
	var c store.Commit
	a, err := confirm.Read(stored)
	if err != nil {
		return c, err
	}
	states, line := []confirm.State{confirm.Unknown}, textSent
	switch a.State {
	case confirm.Waiting:
		states, line = []confirm.State{confirm.Replaced}, textVoid
	case confirm.Approved:
		states = []confirm.State{confirm.Executing, confirm.Unknown}
	default: // confirm.Executing: the others are final
	}
	for _, state := range states {
		var t store.Transition
		if a, t, err = a.To(state, confirm.Outcome{Line: fmt.Sprintf(line, markdown.Line(a.Call.Human, 50))}); err != nil {
			return c, err
		}
		c.Actions = append(c.Actions, t)
	}
	told := a
	told.State = confirm.Unknown
	body, err := json.Marshal(bot.Entry{Entry: agent.OutcomeEntry(told)})
	if err != nil {
		return c, fmt.Errorf("storing the transcript: %w", err)
	}
	c.Entries = []store.Entry{{Member: a.Owner, Body: body}}
	audit, err := json.Marshal(map[string]string{
		"what": string(a.State), "member": a.Member, "plugin": a.Call.Plugin, "operation": a.Call.Operation,
		"action": a.ID, "digest": a.Call.Digest, "why": "restored",
	})
	if err != nil {
		return c, fmt.Errorf("storing the audit: %w", err)
	}
	c.Audits = []store.Audit{{Scope: store.Scope(a.Conversation), Time: now, Body: audit}}
	return c, nil
}
