package turn

import (
	"sync"

	"aidesk/core/agent"
	"aidesk/store"
)

// maxRecalled is how many bytes of stored entries a recall holds decoded, twice at most.
const maxRecalled = 1 << 20

// recall holds the entries of transcripts that were decoded last, so that a conversation
// which goes on does not decode them with every turn. An entry is never changed; what was
// forgotten is not asked for again. Its zero value is empty.
type recall struct {
	mu         sync.Mutex
	young, old map[recalled]agent.Entry // the old ones are dropped next
	size       int                      // bytes of the young ones, as they are stored
}

// recalled names an entry.
type recalled struct {
	conversation string
	seq          uint64
}

// read decodes the transcript of a conversation.
func (r *recall) read(conversation string, entries []store.Entry) ([]agent.Entry, error) {
	out := make([]agent.Entry, len(entries))
	for i, e := range entries {
		key := recalled{conversation, e.Seq}
		known, ok := r.get(key, len(e.Body))
		if !ok {
			var err error
			if known, err = agent.ReadEntry(e.Body); err != nil {
				return nil, err
			}
			known.Owner = e.Member
			if e.Seq > 0 { // else the turn has just made it
				r.put(key, known, len(e.Body))
			}
		}
		out[i] = known
	}
	return out, nil
}

func (r *recall) get(key recalled, size int) (agent.Entry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.young[key]
	if !ok {
		if known, ok = r.old[key]; ok {
			r.keep(key, known, size)
		}
	}
	return known, ok
}

func (r *recall) put(key recalled, known agent.Entry, size int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(key, known, size)
}

func (r *recall) keep(key recalled, known agent.Entry, size int) {
	if r.size += size; r.young == nil || r.size > maxRecalled {
		r.old, r.young, r.size = r.young, map[recalled]agent.Entry{}, size
	}
	r.young[key] = known
}
