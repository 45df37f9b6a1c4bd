package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/audit/query"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// mostAsked is how many members and channels the platform is asked about for one answer.
const mostAsked = 100

// auditNames knows what everybody and everything in an audit is called: by the platform's
// word now, by what stood beside the line, or not any more.
type auditNames struct {
	ctx     context.Context //nolint:containedctx // of one answer; query.Names has no room for one
	x       *bot.Exchange
	zone    *time.Location
	plugins map[string]string // names by id
	ids     map[string]string // ids of plugins by each of their names, in small letters
	stored  map[string]string // names of members by id, as lines say
	now     map[string]string // and as the platform says; empty: it knows nobody
	rooms   map[string]string // names of channels by id
	seen    []string          // ids of members in the audit, once it was read for them
	err     error             // why something could not be read
}

func newAuditNames(ctx context.Context, x *bot.Exchange, zone *time.Location) (*auditNames, error) {
	n := &auditNames{
		ctx: ctx, x: x, zone: zone, plugins: map[string]string{}, ids: map[string]string{},
		stored: map[string]string{}, now: map[string]string{}, rooms: map[string]string{},
	}
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		n.plugins[p.ID] = p.Human()
		for _, name := range []string{p.Name, p.Human(), p.ID} {
			n.ids[strings.ToLower(name)] = p.ID
		}
	}
	return n, nil
}

// Plugin is query.Names'. One that was removed goes by its id, which is an address.
func (n *auditNames) Plugin(name string) (id string, ok bool) {
	if id, ok = n.ids[name]; ok {
		return id, true
	}
	return name, strings.ContainsAny(name, ".:") && strings.ContainsFunc(name, unicode.IsLetter)
}

// Members is query.Names'. Somebody is found by the whole name, by its first word, and by
// the id that a mention stands for.
func (n *auditNames) Members(name string) []string {
	n.readMembers()
	var ids []string
	for _, id := range n.seen {
		for _, known := range []string{n.stored[id], n.now[id], id} {
			first, _, _ := strings.Cut(known, " ")
			if known != "" && (strings.EqualFold(known, name) || strings.EqualFold(first, name)) {
				ids = append(ids, id)
				break
			}
		}
	}
	return ids
}

// readMembers reads who is in the audit, once, and asks the platform about those whose name
// does not stand there.
func (n *auditNames) readMembers() {
	if n.seen != nil || n.err != nil {
		return
	}
	seen := map[string]bool{n.x.Event.Member: true}
	read := 0
	scope := n.x.Bot.Scope(n.x.Event.Place)
	n.err = n.x.Store.Audits(n.ctx, scope, func(a store.Audit) bool {
		for owner, name := range a.Names {
			if id, err := url.PathUnescape(strings.TrimPrefix(owner, scope+"/")); err == nil {
				seen[id] = true
				n.stored[id] = cmp.Or(n.stored[id], name) // the newest line comes first
			}
		}
		if id, err := url.PathUnescape(strings.TrimPrefix(a.Member, scope+"/")); err == nil && id != "" {
			seen[id] = true
		}
		read++
		return read < mostRead
	})
	n.seen = slices.Sorted(maps.Keys(seen))
	for _, id := range n.seen {
		if n.stored[id] == "" {
			n.ask(id)
		}
	}
}

// ask asks the platform what a member is called now.
func (n *auditNames) ask(id string) string {
	if name, asked := n.now[id]; asked || len(n.now) >= mostAsked {
		return name
	}
	m, err := n.x.Adapter.Member(context.WithoutCancel(n.ctx), n.x.Event.Place, id)
	switch {
	case errors.Is(err, chat.ErrNoMember):
		n.now[id] = ""
	case err == nil:
		n.now[id] = markdown.Line(m.Name, 60)
	}
	return n.now[id]
}

// remember takes the names that stand beside a line.
func (n *auditNames) remember(l audit.Stored) {
	for id, name := range l.Names {
		n.stored[id] = cmp.Or(n.stored[id], name)
	}
}

// Channel is query.Names'. A channel is found by its name where the platform tells it, and
// by the id that a mention stands for.
func (n *auditNames) Channel(name string) (id string, ok bool) {
	var ids []string
	read := 0
	err := n.x.Store.Audits(n.ctx, n.x.Bot.Scope(n.x.Event.Place), func(a store.Audit) bool {
		if l, err := audit.ReadStored(a); err == nil && l.Place.Channel != "" && !slices.Contains(ids, l.Place.Channel) {
			ids = append(ids, l.Place.Channel)
		}
		read++
		return read < mostRead && len(ids) < mostAsked
	})
	if err != nil {
		n.err = err
		return "", false
	}
	if here := n.x.Event.Place.Channel; !slices.Contains(ids, here) {
		ids = append(ids, here)
	}
	n.askChannels(n.ctx, ids)
	for _, id := range ids {
		if strings.EqualFold(id, name) || strings.EqualFold(n.rooms[id], name) {
			return id, true
		}
	}
	return "", false
}

// channels asks what the channels of some lines are called.
func (n *auditNames) channels(ctx context.Context, lines []audit.Stored) {
	var ids []string
	for _, l := range lines {
		if id := l.Place.Channel; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	n.askChannels(ctx, ids)
}

func (n *auditNames) askChannels(ctx context.Context, ids []string) {
	namer, ok := n.x.Adapter.(chat.Namer)
	if !ok {
		return
	}
	var marks []string
	for _, id := range ids {
		marks = append(marks, "#"+id)
	}
	for mark, name := range namer.Names(ctx, n.x.Event.Place, marks) {
		n.rooms[strings.TrimPrefix(mark, "#")] = markdown.Line(strings.TrimPrefix(name, "#"), 60)
	}
}

// unknown says which word is not known, and what may have been meant.
func (n *auditNames) unknown(words query.Unknown) string {
	line := fmt.Sprintf(textAuditUnknown, markdown.Line(markdown.Visible(strings.Join(words, " ")), 50))
	known := slices.Collect(maps.Values(n.plugins))
	n.readMembers()
	for _, id := range n.seen {
		if name := cmp.Or(n.now[id], n.stored[id]); name != "" {
			known = append(known, name)
		}
	}
	known = slices.Concat(slices.Sorted(slices.Values(known)), query.Words())
	var near []string
	for _, word := range words[:min(len(words), nearAudit)] {
		near = append(near, chat.Nearest(word, known, 1)...)
	}
	line += fmt.Sprintf(textAuditNear, strings.Join(near, ", "))
	return line + fmt.Sprintf(textAuditHow, "sent, approved, refused, failed, changed, logins, grants, schedules, exports")
}
