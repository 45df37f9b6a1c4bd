package store

import "time"

// Audit is one line of who decided or did what. Never content or secrets. The lines of a
// scope are numbered without gaps and linked: see package chain. Nothing is ever changed
// in one, but that Forget takes names out.
type Audit struct {
	Scope  string // bot/platform/workspace
	Time   time.Time
	Member string // whose act it is; empty: nobody's
	Body   []byte

	// Names are what people are called whom the line is about, by the member as Forget
	// knows them. They are not part of what is linked.
	Names map[string]string

	Seq     uint64 // set by the store: its number in the scope, from 1
	Key     string // set by the store: the key with which it is linked; empty: with none
	Link    []byte // set by the store: what links it to the line before
	Damaged bool   // it cannot be read: nothing but Scope and Seq is set
}

// AuditHead says where the lines of a scope begin and end.
type AuditHead struct {
	Scope string
	Seq   uint64 // of the newest line
	Link  []byte // of the newest line

	After     uint64 // the newest line that Purge deleted; 0: none
	AfterLink []byte // its link, from which the first line that is left goes on

	Mended uint64 // the newest line when all this was found lost, and made anew from the lines; 0: it never was

	Key  string // with which the rest is sealed; empty: with none
	Seal []byte
}

// Signer signs what links the lines of audits, with keys that the store does not hold.
type Signer interface {
	// First is the id of the key that signs what is new.
	First() string
	// Sum signs with a key; ErrNotFound: there is none of this id.
	Sum(key string, data []byte) ([]byte, error)
}
