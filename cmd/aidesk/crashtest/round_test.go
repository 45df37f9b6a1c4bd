//go:build unix

package crashtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/store/failpoint"
)

// round is a world in which the program is ended again and again.
type round struct {
	name  string
	ends  int           // how often
	how   []manner      // at random
	ahead time.Duration // the platforms' clock
	steps bool          // our clock is set an hour forward or back while the program runs
	rates rates         // what else goes wrong

	every []failpoint.Point     // die at each of these points, three times; instead of ends
	blind bool                  // the app may not read channels at Slack
	disk  bool                  // the store is on a disk that can fail
	cards float64               // share of the questions that end in a card; 0: 0.3
	until func(v *verdict) bool // a mutant: this catches it
}

// manner is how the program is ended.
type manner int

const (
	killed manner = iota
	terminated
	frozen   // for a while, then killed
	left     // alone for seconds, then killed
	powerCut // with all that was not synced
	diskFull
	diskErrors
	diskSlow
)

// busy lets two rounds kill at once. What follows, they mostly wait.
var busy = make(chan struct{}, 2)

// settled is how long it takes until a request that the program lost sight of is done, and
// a bit more.
const settled = 40 * time.Second

// kindness: every third life lasts until what was open at its beginning is answered, for a
// second at most. Who is killed at work three times in a row is taken for the killer.
const (
	kindness = 3
	kindTime = time.Second
)

// noise is what goes wrong in most rounds beside the ends.
var noise = rates{lost: 0.01, unheard: 0.01, refused: 0.02, limited: 0.01, hung: 0.003}

// play plays a round.
func (r *round) play(w *world) *verdict {
	busy <- struct{}{}
	free := sync.OnceFunc(func() { <-busy })
	defer free()
	w.clock.ahead.Store(int64(r.ahead))
	w.setClock()
	w.warmUp()
	g := newCrowd(w, true, cmp.Or(r.cards, usualCards))
	defer g.end()
	sum := &verdict{}
	w.faulty.Store(true)
	g.asks.Store(true)
	if r.every != nil {
		r.dieAtEach(w, g, sum)
	}
	for i := range r.ends {
		if r.until != nil && i%10 == 9 && r.until(g.judge()) {
			break
		}
		kind := i%kindness == kindness-1
		if kind || w.dice.share() < 0.3 {
			w.rest(settled)
		}
		r.live(w, g, r.how[i%len(r.how)], kind, sum)
		sum.inFlight += g.inFlight()
	}
	g.asks.Store(false)
	w.faulty.Store(false)
	w.step(0)
	w.rest(settled)
	free()
	v := r.drain(w, g)
	sum.starts = w.starts
	if bound := sum.inFlight + w.plugin.unheard(); v.unknown > bound {
		v.tooUnknown = v.unknown - bound
	}
	v.add(sum)
	return v
}

// allAsked says whether something was asked in every conversation.
func (g *crowd) allAsked() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !slices.ContainsFunc(g.talks, func(c *talk) bool { return len(c.questions) == 0 })
}

// warmUp lets the program run once and end well. At Discord it then knows from where on to
// look for what it missed, and in which direct messages: Discord lists none, and before the
// first end there is nothing to miss.
func (w *world) warmUp() {
	p := w.start("")
	if !p.works() {
		w.t.Fatalf("the program does not start: %s", w.logFile())
	}
	for _, direct := range []bool{false, true} { // a member is known by a server first
		g := newCrowd(w, direct, usualCards)
		g.asks.Store(true)
		began := time.Now()
		for w.pass(400 * time.Millisecond); !g.allAsked() && time.Since(began) < time.Minute; w.pass(20 * time.Millisecond) {
		}
		g.asks.Store(false)
		began = time.Now()
		for v := g.judge(); v.answered < v.asked; v = g.judge() {
			if w.pass(20 * time.Millisecond); time.Since(began) > time.Minute {
				w.t.Fatalf("without a fault: %s: %s\n%s", v, w.logFile(), strings.Join(v.notes, "\n"))
			}
		}
		g.end()
	}
	p.terminate()
}

// live lets the program live for a while. A kind life lasts until the open questions are
// answered.
func (r *round) live(w *world, g *crowd, how manner, kind bool, sum *verdict) {
	if how >= diskFull {
		defer w.disk.tellf("heal")
		sum.faults++
		if w.dice.share() < 0.2 {
			w.breakDisk(how)
		}
	}
	p := w.start("")
	if (kind || w.dice.share() < 0.85) && !p.listens() { // else it dies while it starts, perhaps
		return
	}
	if kind {
		g.waitForAnswers(kindTime)
	}
	if r.steps {
		time.AfterFunc(w.dice.between(0, 200*time.Millisecond), func() { w.step(w.dice.between(-time.Hour, time.Hour)) })
	}
	if how == left {
		w.pass(w.dice.between(4*time.Second, 7*time.Second))
	}
	if how == frozen {
		w.pass(w.dice.between(20*time.Millisecond, 200*time.Millisecond))
		p.freeze(w.dice.between(100*time.Millisecond, 4*time.Second))
		sum.freezes++
	}
	w.pass(w.dice.between(20*time.Millisecond, 400*time.Millisecond))
	switch how {
	case terminated:
		p.terminate()
		sum.terms++
		return
	case powerCut:
		p.kill()
		w.disk.cut(int(w.dice.between(0, 1_000_000)))
		sum.cuts++
		return
	case diskFull, diskErrors, diskSlow:
		w.breakDisk(how)
		select {
		case <-p.ended: // of itself
		case <-time.After(w.dice.between(500*time.Millisecond, 2500*time.Millisecond)):
		}
	}
	p.kill()
	sum.kills++
}

// breakDisk lets the disk fail until it is healed.
func (w *world) breakDisk(how manner) {
	switch how {
	case diskFull:
		w.disk.tellf("full")
	case diskErrors:
		w.disk.tellf("fail %.3f", w.dice.share()/5)
	default:
		w.disk.tellf("slow %s", w.dice.between(0, time.Second))
	}
}

// dieAtEach lets the program kill itself at each point, at the first, second and third hit.
func (r *round) dieAtEach(w *world, g *crowd, sum *verdict) {
	for _, point := range r.every {
		for n := 1; n <= 3; n++ {
			if !r.dieAt(w, fmt.Sprintf("%s:%d", point, n), g, sum) {
				w.t.Errorf("the program does not come to %s %d times; open are %s", point, n, g.open())
			}
		}
	}
}

// dieAt lets the program kill itself at a point. One that does not come there, for nothing
// more can be asked while replies of unknown fate wait, is killed and may try again.
func (r *round) dieAt(w *world, point string, g *crowd, sum *verdict) bool {
	for range 5 {
		p := w.start(point)
		died := false
		select {
		case <-p.ended:
			died = true
			sum.points++
		case <-time.After(8 * time.Second):
			p.kill()
			sum.kills++
		}
		sum.inFlight += g.inFlight()
		w.rest(settled)
		r.live(w, g, killed, true, sum)
		if died {
			return true
		}
	}
	return false
}

// drain lets the program work off what is left, without faults.
func (r *round) drain(w *world, g *crowd) *verdict {
	var v *verdict
	deadline := time.Now().Add(90 * time.Second)
	for {
		p := w.start("")
		if !p.works() {
			v = g.judge()
			v.damaged++
			v.notef("damaged", "the program does not start any more")
			return v
		}
		for began := time.Now(); time.Since(began) < 12*time.Second; {
			w.pass(250 * time.Millisecond)
			if v = g.judge(); r.until != nil && r.until(v) {
				p.kill()
				return v
			}
			if v.answered == v.asked && v.stuck == 0 && w.wire.again() == 0 && time.Since(began) > 2*time.Second {
				break
			}
		}
		p.terminate()
		heard := w.wire.again() == 0
		v = g.judge()
		open := w.judgeStore(v)
		if heard && open == 0 || time.Now().After(deadline) {
			v.stuck += open
			if open > 0 {
				v.notef("stuck", "%d events and replies are left in the store", open)
			}
			return v
		}
		w.rest(6 * time.Minute) // longer than any retry waits
	}
}
