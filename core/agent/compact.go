package agent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/model"
	"aidesk/core/model/search"
)

// How much of a transcript a model sees. A request and its answer share the window;
// what is not transcript has its place first.
const (
	anyWindow  = 32_000 // tokens, of a model that does not say
	windowPart = 0.6    // of the window is used
	longest    = 16_000 // tokens of transcript, however large the window: every request pays for them
	asideRoom  = toolRoom + briefRoom + 1000
	minResult  = 200 // bytes: a result that is shorter is not worth leaving out
)

// room is how many tokens of transcript a request may have. It depends on the model
// alone, so that from turn to turn the same is left out.
func (r *run) room() int {
	if r.narrow > 0 {
		return r.narrow
	}
	window := r.window()
	return min(max(int(windowPart*float64(window))-asideRoom, window/4), longest)
}

func (r *run) window() int { return cmp.Or(r.Model.Info().Window, anyWindow) }

// share is what a room becomes in a smaller window than usual.
func (r *run) share(room int) int { return min(room, room*r.window()/anyWindow) }

// compact is the part of a transcript that a model sees within a room of tokens.
// Where it grows beyond that, the results of old turns go first, then the oldest
// turns, until a third of the room is free: what is left stays the same for the next
// turns, and with it the beginning that a provider caches. A call and its result
// are never parted. The last turn always comes; of its results all but the newest go
// where even it is too long.
func (r *run) compact(room int) []model.Message {
	turns, sizes := r.turns()
	w := window{turns: turns, sizes: sizes}
	for i := range turns {
		w.sum += w.sizes[i]
		if w.sum <= room {
			continue
		}
		for ; w.bared < i && w.sum > room*2/3; w.bared++ {
			w.bare(w.bared)
		}
		for ; w.from < i && w.sum > room*2/3; w.from++ {
			w.sum -= w.sizes[w.from]
		}
	}
	if last := len(turns) - 1; last >= 0 && w.sum > room {
		w.bare(last)
	}
	return slices.Concat(w.turns[w.from:]...)
}

// window is what is left of the turns so far.
type window struct {
	turns [][]model.Message
	sizes []int
	sum   int
	bared int // the first turn that has its results
	from  int // the first turn that is sent
}

// bare takes the results out of a turn, but for those of the last step of the last
// turn.
func (w *window) bare(i int) {
	turn := slices.Clone(w.turns[i])
	newest := len(turn)
	if i == len(w.turns)-1 {
		newest = lastResult(turn)
	}
	for j, m := range turn[:newest] {
		turn[j] = withoutResults(m)
	}
	w.turns[i] = turn
	w.sum -= w.sizes[i]
	w.sizes[i] = sizeOf(turn)
	w.sum += w.sizes[i]
}

// lastResult is where the newest results of a turn stand.
func lastResult(turn []model.Message) int {
	for i, m := range slices.Backward(turn) {
		if m.Role == model.ToolRole || m.Role == model.Outcome {
			return i
		}
	}
	return 0
}

// withoutResults is a message with a word in the place of each long result.
func withoutResults(m model.Message) model.Message {
	m.Parts = slices.Clone(m.Parts)
	for i, p := range m.Parts {
		if p.Result == nil || len(p.Result.Content) < minResult {
			continue
		}
		short := *p.Result
		short.Content = fmt.Sprintf("[result of %s left out, %.1f kB]", strings.Replace(short.Operation, "__", ".", 1), float64(len(short.Content))/1000)
		short.LeftOut = ""
		m.Parts[i].Result = &short
	}
	return m
}

// turns cuts the transcript before each message of a member, and counts the tokens of
// each turn. A message is counted once in a run.
func (r *run) turns() (turns [][]model.Message, sizes []int) {
	for i, e := range r.transcript() {
		if i == len(r.sizes) {
			r.sizes = append(r.sizes, search.Size(e.Message))
		}
		if i == 0 || e.Message.Role == model.User {
			turns, sizes = append(turns, nil), append(sizes, 0)
		}
		last := len(turns) - 1
		turns[last] = append(turns[last], e.Message)
		sizes[last] += r.sizes[i]
	}
	return turns, sizes
}

// sizeOf is what messages are in a request, in tokens.
func sizeOf(messages []model.Message) int {
	n := 0
	for _, m := range messages {
		n += search.Size(m)
	}
	return n
}
