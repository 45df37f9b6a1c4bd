package policy

// Frozen is what of a plugin, or of all, administrators have stopped.
type Frozen string

// What can be frozen.
const (
	FrozenNothing Frozen = ""
	FrozenWrites  Frozen = "writes" // calls that change something
	FrozenAll     Frozen = "all"
)

// Stops says whether calls of an operation are stopped: what goes as a read stays free where
// only writes are frozen.
func (f Frozen) Stops(r OperationRule, o Operation) bool {
	way, _ := r.Way(o)
	return f == FrozenAll || f == FrozenWrites && way != ModeRead && (!o.Reads || o.Asks)
}

// The rules by which what is frozen is denied.
const (
	ruleFrozen       = "plugin-frozen"
	ruleWritesFrozen = "writes-frozen"
)

// Frozen says that administrators stopped such calls for now: what waits for a decision may
// go when they let it.
func (d Decision) Frozen() bool { return d.Rule == ruleFrozen || d.Rule == ruleWritesFrozen }
