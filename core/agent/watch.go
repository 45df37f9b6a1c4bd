package agent

import (
	"strings"
	"sync"
	"time"

	"aidesk/core/markdown"
	"aidesk/core/model"
)

// showPace is how often what is written is shown at most: each time all of it is parsed.
const showPace = 200 * time.Millisecond

// maxShown bounds what is shown before the whole is there, in bytes.
const maxShown = 12 << 10

// phase says that the answer is being written, once it is.
func (r *run) phase(e model.Event) {
	if e.Text != "" && !r.writing && r.Progress != nil {
		r.writing = true
		r.Progress(textWriting)
	}
}

// watch returns what shows the text of one request to the model while it is written. Nothing
// is shown to a channel once something of the member's own was seen.
func (r *run) watch() func(model.Event) {
	if r.Show == nil || r.private && !r.Place.Direct {
		return r.phase
	}
	var text strings.Builder
	var last time.Time
	shown, allow := 0, sync.OnceValue(r.allow) // most answers are whole before any of them is shown
	return func(e model.Event) {
		r.phase(e)
		if e.Again {
			text.Reset()
			shown = 0
		}
		text.WriteString(e.Text)
		now := r.Now()
		if e.Text == "" || now.Sub(last) < showPace || text.Len() > maxShown {
			return
		}
		settled := markdown.Settled(text.String())
		if len(settled) <= shown {
			return
		}
		last, shown = now, len(settled)
		if doc := markdown.Parse(settled, allow()); !doc.Empty() {
			r.Show(doc)
		}
	}
}
