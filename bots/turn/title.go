package turn

import (
	"context"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// titleTime is how long naming a thread may take: the next event of the conversation waits.
const titleTime = 2 * time.Second

// title names a thread of a direct message, where threads have names, after the first
// question in it.
func (t *Turn) title(ctx context.Context, question string) {
	titler, ok := t.Adapter.(chat.Titler)
	if !ok || !t.Event.Place.Direct || t.Event.Place.Thread == "" || len(t.work.Entries) > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, titleTime)
	defer cancel()
	if err := titler.Title(ctx, t.Event.Place, markdown.Line(question, maxTitle)); err != nil {
		t.Logger.DebugContext(ctx, "naming a thread", "error", err)
	}
}

// maxTitle is how many characters of a question name a thread.
const maxTitle = 80
