// Package restore says what becomes of the calls that were open in a backup when it is the
// store again: none of them runs, and who presses is told why.
package restore

import (
	"encoding/json"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/audit"
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
	case confirm.Waiting, confirm.Halfway:
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
	record := audit.Line{
		Time: now, Action: "call." + string(a.State), Actor: audit.Actor{Kind: audit.System}, Outcome: audit.Unknown, Reason: "restored",
		Targets: []audit.Target{{Kind: audit.OfPlugin, ID: a.Call.Plugin, Version: a.Call.Version}, {Kind: audit.OfOperation, ID: a.Call.Operation}, {Kind: audit.OfMember, ID: a.Member}},
		Place:   audit.Place{Platform: a.Place.Platform, Workspace: a.Place.Workspace, Channel: a.Place.Channel, Thread: a.Place.Thread},
		Call:    a.ID, Digest: a.Call.Digest,
	}
	c.Audits = []store.Audit{{Scope: store.Scope(a.Conversation), Time: now, Body: record.Encode()}}
	return c, nil
}
