// Package query reads what somebody asks of the audit in plain words ("who sent what to
// Stays in May?"), and says which lines answer it.
//
// Words that filter nothing ("who", "the", "to") are passed over; what is neither such a
// word nor the name of somebody or something is told back, so that a misspelt name does not
// look like an empty answer.
package query

import (
	"slices"
	"strings"
	"time"

	"aidesk/core/audit"
)

// Query says which lines are asked for. The zero value asks for all.
type Query struct {
	Plugin  string          `json:"plugin,omitempty"`  // id
	Members []string        `json:"members,omitempty"` // ids, one of whom did it or had it done to them
	Channel string          `json:"channel,omitempty"` // id
	Kinds   [][]string      `json:"kinds,omitempty"`   // of each, one must be what the action begins with, or, behind a dot, ends with
	Actor   audit.ActorKind `json:"actor,omitempty"`
	Outcome audit.Outcome   `json:"outcome,omitempty"`
	Since   time.Time       `json:"since,omitzero"`
	Until   time.Time       `json:"until,omitzero"` // not itself
}

// Within reports whether a time is asked for.
func (q Query) Within(t time.Time) bool {
	return (q.Since.IsZero() || !t.Before(q.Since)) && (q.Until.IsZero() || t.Before(q.Until))
}

// Matches reports whether a line is asked for.
func (q Query) Matches(l audit.Line) bool {
	target := func(k audit.TargetKind, ids ...string) bool {
		return slices.ContainsFunc(l.Targets, func(t audit.Target) bool { return t.Kind == k && slices.Contains(ids, t.ID) })
	}
	switch {
	case !q.Within(l.Time),
		q.Plugin != "" && !target(audit.OfPlugin, q.Plugin),
		q.Channel != "" && l.Place.Channel != q.Channel && !target(audit.OfChannel, q.Channel),
		q.Actor != "" && l.Actor.Kind != q.Actor,
		q.Outcome != "" && l.Outcome != q.Outcome:
		return false
	case len(q.Members) > 0 && (l.Actor.Kind == audit.Operator || !slices.Contains(q.Members, l.Actor.ID)) && !target(audit.OfMember, q.Members...):
		return false
	}
	for _, kind := range q.Kinds {
		if !slices.ContainsFunc(kind, func(part string) bool {
			if strings.HasPrefix(part, ".") {
				return strings.HasSuffix(l.Action, part)
			}
			return strings.HasPrefix(l.Action, part)
		}) {
			return false
		}
	}
	return true
}

// Names knows what people, plugins and channels are called. What is asked is in small
// letters; several members may have one name.
type Names interface {
	Plugin(name string) (id string, ok bool)
	Members(name string) []string
	Channel(name string) (id string, ok bool)
}

// Unknown are words that are neither a filter nor a name.
type Unknown []string

// Error lists them.
func (u Unknown) Error() string { return "not known: " + strings.Join(u, ", ") }

// maxWords bounds how many words are read.
const maxWords = 60

// longestName is how many words a name has at most that is found.
const longestName = 5

// Parse reads a question. now is the present in the zone of whoever asks, me their id, here
// the id of the channel. The error is an Unknown.
func Parse(text string, names Names, now time.Time, me, here string) (Query, error) {
	p := parser{words: split(text), names: names, now: now, me: me, here: here}
	p.words = p.words[:min(len(p.words), maxWords)]
	for len(p.words) > 0 {
		if !p.date() && !p.name() && !p.word() {
			p.unknown = append(p.unknown, p.words[0])
			p.words = p.words[1:]
		}
	}
	if len(p.unknown) > 0 {
		return p.q, p.unknown
	}
	return p.q, nil
}

// split cuts a text into words in small letters, without the marks around them.
func split(text string) []string {
	var words []string
	for w := range strings.FieldsSeq(strings.ToLower(text)) {
		w = strings.Trim(w, ".,;:!?()\"'“”„‘’«»`<>")
		w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
		if w != "" {
			words = append(words, w)
		}
	}
	return words
}

// parser reads a question word by word.
type parser struct {
	words    []string // that are left
	names    Names
	now      time.Time
	me, here string
	q        Query
	unknown  Unknown
}

// take passes over words and says that they were read.
func (p *parser) take(n int) bool {
	p.words = p.words[n:]
	return true
}

// name reads the name of a plugin, a member or a channel, the longest first. A word that
// filters is a name only where it is marked as one ("plugin calls", "@may", "#sent").
func (p *parser) name() bool {
	for n := min(longestName, len(p.words)); n > 0; n-- {
		phrase := strings.Join(p.words[:n], " ")
		if channel, ok := strings.CutPrefix(phrase, "#"); ok && n == 1 {
			if id, ok := p.names.Channel(channel); ok {
				p.q.Channel = id
				return p.take(n)
			}
			return false
		}
		member, marked := strings.CutPrefix(phrase, "@")
		if n == 1 && !marked && isWord(phrase) {
			return false
		}
		if !marked {
			if id, ok := p.names.Plugin(phrase); ok {
				p.q.Plugin = id
				return p.take(n)
			}
		}
		if ids := p.names.Members(member); len(ids) > 0 {
			p.q.Members = append(p.q.Members, ids...)
			return p.take(n)
		}
	}
	return false
}

// word reads a word that filters, or one that does not matter.
func (p *parser) word() bool {
	w := p.words[0]
	switch w {
	case "plugin", "app", "member", "user", "channel":
		// What follows is a name, also where it is a word that filters.
		if len(p.words) > 1 && isWord(p.words[1]) {
			if w == "plugin" || w == "app" {
				if id, ok := p.names.Plugin(p.words[1]); ok {
					p.q.Plugin = id
					return p.take(2)
				}
			}
		}
		return p.take(1)
	case "me", "i", "my", "myself":
		p.q.Members = append(p.q.Members, p.me)
		return p.take(1)
	case "here":
		p.q.Channel = p.here
		return p.take(1)
	}
	if kind, ok := kinds[w]; ok {
		p.q.Kinds = append(p.q.Kinds, kind)
		return p.take(1)
	}
	if outcome, ok := outcomes[w]; ok {
		p.q.Outcome = outcome
		return p.take(1)
	}
	if actor, ok := actors[w]; ok {
		p.q.Actor = actor
		return p.take(1)
	}
	if slices.Contains(idle, w) {
		return p.take(1)
	}
	return false
}

// isWord reports whether a word is one that filters or does not matter.
func isWord(w string) bool {
	_, kind := kinds[w]
	_, outcome := outcomes[w]
	_, actor := actors[w]
	return kind || outcome || actor || slices.Contains(idle, w) || slices.Contains([]string{"plugin", "app", "member", "user", "channel", "me", "i", "my", "myself", "here"}, w)
}

// Words are the words that filter, for whoever wrote one that is not known.
func Words() []string {
	var all []string
	for w := range kinds {
		all = append(all, w)
	}
	for w := range outcomes {
		all = append(all, w)
	}
	for w := range actors {
		all = append(all, w)
	}
	slices.Sort(all)
	return all
}
