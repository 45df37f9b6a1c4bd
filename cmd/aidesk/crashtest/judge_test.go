//go:build unix

package crashtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

var keys = regexp.MustCompile(`q\d{5}`)

// verdict is what a round came to: what happened, and what must not. Fields of the second
// kind are counted by questions.
type verdict struct {
	kills, terms, freezes, faults, cuts, points, starts int
	asked, answered, parts, pressed, posts              int
	unknown, inFlight, gaveUp                           int

	lost       int // acknowledged or asked, and never answered, nor fully
	answered2  int // answered by two replies
	posted2    int // a message of the answer stands twice
	disorder   int // answered after a later question, or its parts are not in order
	misplaced  int // answered in another conversation
	mislabeled int // a reply's messages do not carry the numbers 0, 1, 2, …
	sent2      int // posted twice at the plugin
	stuck      int // "Working on it…" for ever, a press that was taken and changed nothing, an event or reply left in the store
	unbegun    int // closed with an apology before it was worked twice
	refused    int // answered with a fault of the model's or a platform's
	damaged    int // faults that bbolt finds in the store
	tooUnknown int // calls of unknown outcome beyond those in flight at an end

	notes []string
}

func (v *verdict) add(o *verdict) {
	from := o.counts()
	for i, to := range v.counts() {
		*to.n += *from[i].n
	}
	v.notes = append(v.notes, o.notes...)
}

type count struct {
	name string
	n    *int
	bad  bool
}

// counts are all figures with their names, in the order of the summary.
func (v *verdict) counts() []count {
	return []count{
		{"kills", &v.kills, false},
		{"stops", &v.terms, false},
		{"freezes", &v.freezes, false},
		{"disk faults", &v.faults, false},
		{"power cuts", &v.cuts, false},
		{"fail-points", &v.points, false},
		{"starts", &v.starts, false},
		{"questions", &v.asked, false},
		{"answered", &v.answered, false},
		{"messages", &v.parts, false},
		{"presses", &v.pressed, false},
		{"posts", &v.posts, false},
		{"in flight", &v.inFlight, false},
		{"unknown", &v.unknown, false},
		{"gave up", &v.gaveUp, false},
		{"lost", &v.lost, true},
		{"answered twice", &v.answered2, true},
		{"posted twice", &v.posted2, true},
		{"out of order", &v.disorder, true},
		{"misplaced", &v.misplaced, true},
		{"mislabeled", &v.mislabeled, true},
		{"sent twice", &v.sent2, true},
		{"stuck", &v.stuck, true},
		{"closed unbegun", &v.unbegun, true},
		{"refused", &v.refused, true},
		{"damaged", &v.damaged, true},
		{"unknown beyond bound", &v.tooUnknown, true},
	}
}

// String is one line with all figures.
func (v *verdict) String() string {
	var out []string
	for _, c := range v.counts() {
		out = append(out, fmt.Sprintf("%d %s", *c.n, c.name))
	}
	return strings.Join(out, ", ")
}

// violations are the figures that should be 0 and are not; nil: there are none.
func (v *verdict) violations() []string {
	var out []string
	for _, c := range v.counts() {
		if c.bad && *c.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", *c.n, c.name))
		}
	}
	return out
}

// notef keeps an example of a violation.
func (v *verdict) notef(what, format string, args ...any) {
	same := 0
	for _, n := range v.notes {
		if strings.HasPrefix(n, what+": ") {
			same++
		}
	}
	if same < 4 {
		v.notes = append(v.notes, what+": "+fmt.Sprintf(format, args...))
	}
}

// Texts of the program that tell how something ended.
const (
	textGaveUp  = "I had to give up"
	textWorking = "Working on it"
	textUnknown = "It is not known whether this happened"
)

// tokens are the words by which the answer to a question is known, each of which must stand
// once.
func (q *asking) tokens() []string {
	switch q.kind {
	case kindCard:
		return []string{cardAnswer(q.key)}
	case kindLong, kindLongest:
		var out []string
		for n := range pieces(q.kind) {
			out = append(out, piece(q.key, n))
		}
		return out
	default:
		return []string{shortAnswer(q.key)}
	}
}

// found is where a token stands: in which message, and how far in the conversation.
type found struct {
	message *shown
	at      int
}

// judge compares what is shown with what was asked. It may be called at any time: only what
// was not answered yet is no violation before the end.
func (g *crowd) judge() *verdict {
	v := &verdict{}
	all := g.seen()
	inOrder(all)
	where := map[string][]found{}
	word := regexp.MustCompile(`(?:Answer|Prepared|Finished) q\d{5}\.|Piece q\d{5}-\d\d\.`)
	offset := 0
	for i := range all {
		m := &all[i]
		for _, span := range word.FindAllStringIndex(m.text, -1) {
			token := m.text[span[0]:span[1]]
			where[token] = append(where[token], found{m, offset + span[0]})
		}
		offset += len(m.text)
		if m.approve != "" {
			for _, key := range keys.FindAllString(m.text, 1) {
				where[waiting(key)] = []found{{m, offset}}
			}
		}
		if strings.Contains(m.text, textUnknown) {
			v.unknown++
		}
		if strings.Contains(m.text, textWorking) {
			v.stuck++
			v.notef("stuck", "%q in %s", clip(m.text), m.place)
		}
	}
	v.parts = len(all)
	g.judgeLabels(v, all)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.talks {
		g.judgeTalk(v, c, where, all)
	}
	return v
}

// judgeTalk judges the questions of a conversation.
func (g *crowd) judgeTalk(v *verdict, c *talk, where map[string][]found, all []shown) {
	last := -1
	var open []*asking
	for _, q := range c.questions {
		v.asked++
		if at, ok := g.judgeAnswer(v, q, where); ok {
			v.answered++
			if at < last {
				v.disorder++
				v.notef("out of order", "%s in %s", q.key, c.place())
			}
			last = max(last, at)
		} else {
			open = append(open, q)
		}
		g.judgePress(v, q, where)
	}
	apologies, others := 0, 0
	for _, m := range all {
		switch {
		case m.place != c.place() || keys.MatchString(m.text):
		case strings.Contains(m.text, textGaveUp):
			apologies++
		case strings.TrimSpace(m.text) != "Noted." && len(open) > 0:
			others++
			v.notef("said", "in %s: %q", c.place(), clip(m.text))
		}
	}
	slices.SortFunc(open, func(a, b *asking) int { return g.w.model.times(a.key) - g.w.model.times(b.key) })
	for i, q := range open {
		switch times := g.w.model.times(q.key); {
		case i < apologies && times < 2: // a kill may have fallen between the count and the model
			v.unbegun++
			v.notef("closed unbegun", "%s in %s, put to the model %d times", q.key, c.place(), times)
		case i < apologies:
			v.gaveUp++
		case others > 0: // one message may refuse several questions that were worked together
			v.refused++
		default:
			v.lost++
			v.notef("lost", "%s (%s, message %s) in %s, put to the model %d times", q.key, q.kind, q.id, c.place(), times)
		}
	}
}

// judgeAnswer judges one answer, and says where it begins.
func (g *crowd) judgeAnswer(v *verdict, q *asking, where map[string][]found) (at int, ok bool) {
	ok = true
	at, before := -1, -1
	twice, same, disordered, misplaced := false, false, false, false
	for _, token := range q.tokens() {
		stands := where[token]
		if len(stands) == 0 {
			ok = false
			continue
		}
		for _, f := range stands {
			if at < 0 {
				at = f.at
			}
			misplaced = misplaced || f.message.place != q.talk.place()
		}
		if len(stands) > 1 {
			twice = true
			same = same || stands[0].message.reply == stands[1].message.reply || strings.HasPrefix(q.talk.channel, "8") || pieces(q.kind) > 0
			v.notef("twice", "%s in %s, messages %s (%s/%d) and %s (%s/%d)", token, stands[0].message.place, stands[0].message.id, stands[0].message.reply, stands[0].message.part,
				stands[1].message.id, stands[1].message.reply, stands[1].message.part)
		}
		if stands[0].at < before {
			disordered = true
		}
		before = stands[0].at
	}
	switch {
	case twice && same:
		v.posted2++
	case twice:
		v.answered2++
	case disordered:
		v.disorder++
		v.notef("out of order", "the parts of %s", q.key)
	}
	if misplaced {
		v.misplaced++
		v.notef("misplaced", "%s, asked in %s", q.key, q.talk.place())
	}
	return at, ok
}

// judgePress judges what came of the card of a question.
func (g *crowd) judgePress(v *verdict, q *asking, where map[string][]found) {
	sent := g.w.plugin.sent(q.key)
	v.posts += sent
	if sent > 1 {
		v.sent2++
		v.notef("sent twice", "%s, %d times", q.key, sent)
	}
	if ends := where[cardEnd(q.key)]; len(ends) > 1 {
		v.posted2++
		v.notef("twice", "the end of %s", q.key)
	}
	if !q.took.Load() {
		return
	}
	v.pressed++
	if where[waiting(q.key)] != nil {
		v.stuck++
		v.notef("stuck", "the press on %s was taken, and its card still asks", q.key)
	}
}

// waiting is the word for a card that can be approved.
func waiting(key string) string { return "Approve " + key }

// judgeLabels judges the numbers that Slack's messages carry: without a gap, in order.
func (g *crowd) judgeLabels(v *verdict, all []shown) {
	next := map[string]int{}
	for _, m := range all {
		if m.reply == "" || !strings.HasPrefix(m.channel, "C") && !strings.HasPrefix(m.channel, "D") {
			continue
		}
		if m.part > next[m.reply] { // less: it stands twice, which is counted elsewhere
			v.mislabeled++
			v.notef("mislabeled", "message %s of reply %s is part %d, want %d", m.id, m.reply, m.part, next[m.reply])
		}
		next[m.reply] = max(next[m.reply], m.part+1)
	}
}

func clip(text string) string { return fmt.Sprintf("%.160s", strings.ReplaceAll(text, "\n", " ")) }

// judgeStore judges the file of a program that has ended, and says what is unfinished in it.
func (w *world) judgeStore(v *verdict) (open int) {
	db, err := bbolt.Open(w.store, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		v.damaged++
		v.notef("damaged", "%v", err)
		return 0
	}
	defer db.Close()
	_ = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			v.damaged++
			v.notef("damaged", "%v", err)
		}
		open = tx.Bucket([]byte("inbox")).Stats().KeyN + tx.Bucket([]byte("outbox")).Stats().KeyN
		return nil
	})
	return open
}

// dump writes what is shown at the platforms beside the log.
func (w *world) dump() {
	all := append((&slackMembers{w: w}).shown(), (&discordMembers{w: w}).shown()...)
	inOrder(all)
	var out strings.Builder
	for _, m := range all {
		fmt.Fprintf(&out, "== %s %s, reply %s, part %d\n%s\n\n", m.place, m.id, m.reply, m.part, m.text)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "shown"), []byte(out.String()), 0o600); err != nil {
		w.t.Error(err)
	}
}
