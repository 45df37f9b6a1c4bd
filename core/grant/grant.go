// Package grant holds the standing approvals that members give beforehand: a Grant lets
// calls of one operation go without a card, within bounds.
//
// A Grant binds the member who made it, in one place (or for one of their schedules), for one
// operation as it was then, with one account, for some days and so many calls. What a call may
// say is bounded by Conditions on its built arguments: coerced, with what the document fixes,
// as they will be sent. They are closed: every value of a call needs a condition, and every
// condition its value. So a value more, a value less, a list with one entry more or an object
// where a list was are all asked about.
//
// The functions here are pure. They are asked when a model wishes a call, and once more in the
// commit that makes it executing, which counts the use.
package grant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aidesk/core/chat"
)

// Bounds of a Grant. More is refused, never cut to fit.
const (
	LongestLife   = 30 * day
	DefaultLife   = 7 * day
	MostPerMember = 50
	MostUses      = 1000 // in all
	MostPerDay    = 100

	day           = 24 * time.Hour
	version       = 1
	maxBytes      = 32 << 10
	maxConditions = 15
	maxName       = 1000 // bytes of an id or name
)

// Grant is a standing approval. Its JSON is what is kept.
type Grant struct {
	V         int        `json:"v"`
	ID        string     `json:"id"`
	Owner     string     `json:"owner"`  // the member as the store knows them
	Member    string     `json:"member"` // platform's id
	Plugin    string     `json:"plugin"` // id
	Human     string     `json:"human"`  // the plugin's name for people
	Operation string     `json:"operation"`
	Deed      string     `json:"deed"`              // what a call does, as "place an order with Shop"
	Hash      string     `json:"hash"`              // of the operation: it holds for no other
	Account   string     `json:"account,omitempty"` // key of the account that calls must go with; empty: with none
	Login     string     `json:"login,omitempty"`   // id of the login by which it was connected last
	Label     string     `json:"label,omitempty"`   // of that account, for people
	Place     chat.Place `json:"place"`
	Schedule  string     `json:"schedule,omitempty"` // id of the schedule for whose turns alone it is; empty: for none

	Conditions []Condition `json:"conditions,omitempty"`
	Count      int         `json:"count"`   // calls in all
	PerDay     int         `json:"per_day"` // calls in a day of UTC
	Made       time.Time   `json:"made"`
	Until      time.Time   `json:"until"`
	Press      string      `json:"press"` // the event that made it

	Used  Used      `json:"used,omitzero"`
	Ended time.Time `json:"ended,omitzero"` // it holds no more since
	Why   Reason    `json:"why,omitempty"`  // it ended
}

// Used is what was used of a Grant. A call of which nobody knows whether it arrived counts.
type Used struct {
	Count int               `json:"count"`
	Day   string            `json:"day"`            // of UTC, that the rest is of
	Today int               `json:"today"`          // calls
	Sums  map[string]string `json:"sums,omitempty"` // by path, of the values that have a sum
}

// Reason is why a Grant ended before its time.
type Reason string

// The reasons.
const (
	Revoked   Reason = "revoked"  // by its member
	Changed   Reason = "changed"  // the operation is another one, or gone
	Closed    Reason = "closed"   // an administrator lets nobody allow it beforehand any more
	OffAgain  Reason = "disabled" // the plugin is not enabled for the member in the place
	NoAccount Reason = "account"  // the account is no longer connected, or is another one
	NoRight   Reason = "right"    // the member may not use aidesk there any more
	Restored  Reason = "restored" // the store is a backup, which does not know what was used since
)

// Read decodes a Grant that is kept. Whatever is in it that this program would not have
// written makes it void: a rule that is not understood must not be passed over.
func Read(body []byte) (Grant, error) {
	var g Grant
	if len(body) > maxBytes {
		return g, fmt.Errorf("reading a grant: more than %d KiB", maxBytes>>10)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&g); err != nil {
		return Grant{}, fmt.Errorf("reading a grant: %w", err)
	}
	again, err := g.Encode()
	if err != nil {
		return Grant{}, err
	}
	// Names in other letters, a name given twice, text behind it: encoding/json passes over
	// all of these.
	if !bytes.Equal(again, bytes.TrimSpace(body)) {
		return Grant{}, errors.New("reading a grant: it is not written as grants are")
	}
	return g, nil
}

// Encode is the Grant as it is kept. The error says what of it is not within the bounds.
func (g Grant) Encode() ([]byte, error) {
	g.V, g.Made, g.Until = version, g.Made.UTC(), g.Until.UTC()
	if err := g.Check(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("storing a grant: %w", err)
	}
	if len(body) > maxBytes {
		return nil, errors.New("these values are too long to be allowed beforehand")
	}
	return body, nil
}

// Check says what of a Grant is not within the bounds, in a member's words where a member can
// have caused it.
func (g Grant) Check() error {
	for _, name := range []string{g.ID, g.Owner, g.Member, g.Plugin, g.Operation, g.Hash, g.Press, g.Place.Platform, g.Place.Workspace} {
		if name == "" || len(name) > maxName {
			return errors.New("a grant must say whose it is and what it is for")
		}
	}
	if g.Place.Channel == "" && g.Schedule == "" {
		return errors.New("a grant must say where it holds")
	}
	if err := CheckBounds(g.Count, g.PerDay, g.Until.Sub(g.Made)); err != nil {
		return err
	}
	if len(g.Conditions) > maxConditions {
		return fmt.Errorf("a call with more than %d values cannot be allowed beforehand", maxConditions)
	}
	known := map[string]bool{}
	for _, c := range g.Conditions {
		if known[c.Path] {
			return fmt.Errorf("%s is bounded twice", c.Label)
		}
		known[c.Path] = true
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

// CheckBounds says which of the numbers of a Grant is not within its bounds.
func CheckBounds(count, perDay int, life time.Duration) error {
	switch {
	case perDay < 1 || perDay > MostPerDay:
		return fmt.Errorf("how often a day must be from 1 to %d", MostPerDay)
	case count < 1 || count > MostUses:
		return fmt.Errorf("how often in all must be from 1 to %d", MostUses)
	case life <= 0:
		return errors.New("it must hold for at least a day")
	case life > LongestLife:
		return fmt.Errorf("it may hold for at most %d days", LongestLife/day)
	}
	return nil
}

// Live says that a Grant holds at a time.
func (g Grant) Live(now time.Time) bool {
	return g.Ended.IsZero() && now.Before(g.Until) && !now.Before(g.Made.Add(-clockSlack)) && g.Used.Count < g.Count
}

// clockSlack is by how much the clocks of two processes may differ.
const clockSlack = 5 * time.Minute
