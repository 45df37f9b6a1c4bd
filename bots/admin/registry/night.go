package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

const (
	unreadNights = 3              // after so many in a row administrators are told of a source that cannot be read
	noticeEvery  = 7 * bot.Day    // what waits for an administrator is told once more
	noticeRows   = 10             // plugins in one notice
	noticeSlack  = 12 * time.Hour // nights are not a week apart to the minute
)

// nights is what is kept of the nightly looks at the sources of plugins, for a workspace and for
// the configuration.
type nights struct {
	Unread map[string]unread `json:"unread,omitempty"` // by plugin's id
	Told   map[string]told   `json:"told,omitempty"`   // by plugin's id
}

// unread is a source that could not be read.
type unread struct {
	Nights int    `json:"nights"` // in a row
	Why    string `json:"why"`
}

// told is what administrators were told of a plugin last.
type told struct {
	What string    `json:"what"`
	At   time.Time `json:"at"`
}

func nightsKey(b *bot.Bot, place chat.Place) string { return "nights/" + b.Scope(place) }

func readNights(ctx context.Context, x *bot.Exchange, place chat.Place) (n nights, r store.Record, err error) {
	r, err = x.Store.Get(ctx, nightsKey(x.Bot, place))
	if errors.Is(err, store.ErrNotFound) {
		return n, store.Record{Key: nightsKey(x.Bot, place)}, nil
	}
	if err == nil {
		err = json.Unmarshal(r.Value, &n)
	}
	if err != nil {
		err = fmt.Errorf("reading what the last nights brought: %w", err)
	}
	return n, r, err
}

// Night reads the sources of the workspace's plugins anew, or those of the configuration's, has
// what changed wait, and tells administrators what waits for them.
func Night(ctx context.Context, x *bot.Exchange) error {
	place := x.Event.Place
	if _, err := x.Store.Ingest(ctx, x.Bot.Nights(place, x.Now())...); err != nil { // first, so that whatever happens there is a next one
		return fmt.Errorf("arranging the next night: %w", err)
	}
	configured := place.Workspace == ""
	all, err := x.Bot.Plugins.List(ctx, place)
	if err != nil {
		return err
	}
	read := slices.DeleteFunc(slices.Clone(all), func(p *plugin.Plugin) bool { return p.Locked != configured })
	n, record, err := readNights(ctx, x, place)
	if err != nil {
		return err
	}
	var c store.Commit
	for _, g := range x.Bot.Plugins.ReadAgain(ctx, read) {
		now := renew(ctx, x, &c, g)
		n.note(ctx, x, g)
		if at := slices.IndexFunc(all, func(p *plugin.Plugin) bool { return p.ID == g.Plugin.ID }); now != nil {
			all[at] = now
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !configured {
		if err := n.tell(ctx, x, &c, all); err != nil {
			return err
		}
	}
	if record.Value, err = json.Marshal(n); err != nil {
		return fmt.Errorf("keeping what the night brought: %w", err)
	}
	c.Puts = append(c.Puts, record)
	return x.Commit(c)
}

// renew adds to c what a reading changes, and returns the plugin as it is then registered; nil
// where nothing changes. A fault is logged, and the other plugins go on.
func renew(ctx context.Context, x *bot.Exchange, c *store.Commit, g plugin.Reading) *plugin.Plugin {
	if g.Err != nil {
		return nil
	}
	n, err := x.Bot.Plugins.Renew(ctx, x.Event.Place, g, x.Now())
	switch {
	case errors.Is(err, store.ErrNotFound): // it was removed or registered anew meanwhile
		return nil
	case err != nil:
		x.Logger.ErrorContext(ctx, "a plugin cannot be compared with its source", "plugin", g.Plugin.ID, "error", err)
		return nil
	case !n.Changed:
		return nil
	}
	c.Puts = append(c.Puts, n.Record)
	line := audit.Line{Action: "plugin.changed", Targets: []audit.Target{bot.AuditPlugin(n.Plugin)}}
	if n.Back {
		line.Action = "plugin.unchanged"
	}
	if x.Event.Member == "" {
		line.Actor = audit.Actor{Kind: audit.System}
	}
	c.Audits = append(c.Audits, x.AuditLine(line))
	lookAtGrants(ctx, x, c, n.Plugin)
	return n.Plugin
}

// lookAtGrants adds to c that what members allowed beforehand of a plugin is looked at. Where
// that fails it is within the hour.
func lookAtGrants(ctx context.Context, x *bot.Exchange, c *store.Commit, p *plugin.Plugin) {
	if x.Event.Place.Workspace == "" {
		return // each workspace has its own
	}
	if err := grants.LookAt(ctx, x, c, p.ID); err != nil {
		x.Logger.WarnContext(ctx, "grants cannot be looked at", "plugin", p.ID, "error", err)
	}
}

// note counts the nights in which a source could not be read.
func (n *nights) note(ctx context.Context, x *bot.Exchange, g plugin.Reading) {
	if g.Err == nil {
		delete(n.Unread, g.Plugin.ID)
		return
	}
	x.Logger.WarnContext(ctx, "the source of a plugin cannot be read", "plugin", g.Plugin.ID, "error", g.Err)
	if n.Unread == nil {
		n.Unread = map[string]unread{}
	}
	n.Unread[g.Plugin.ID] = unread{n.Unread[g.Plugin.ID].Nights + 1, bot.Sentence(g.Err)}
}

// tell adds to c one message to the administrators about all that waits for them and that they
// were not told of in the last week.
func (n *nights) tell(ctx context.Context, x *bot.Exchange, c *store.Commit, all []*plugin.Plugin) error {
	everywhere, _, err := readNights(ctx, x, chat.Place{})
	if err != nil {
		return err
	}
	var news []*plugin.Plugin
	before := n.Told
	n.Told = map[string]told{}
	for _, p := range all {
		what := ""
		if p.Waiting != nil {
			what = p.Waiting.Meaning
		} else if n.unread(everywhere, p).Nights >= unreadNights {
			what = "unread"
		}
		if what == "" {
			continue
		}
		n.Told[p.ID] = before[p.ID]
		if last := before[p.ID]; last.What != what || x.Now().Sub(last.At) > noticeEvery-noticeSlack {
			n.Told[p.ID] = told{what, x.Now().UTC()}
			news = append(news, p)
		}
	}
	if len(news) == 0 {
		return nil
	}
	rows := make([]markdown.Document, min(len(news), noticeRows))
	for i := range rows {
		if rows[i], err = n.row(ctx, x, news[i], everywhere); err != nil {
			return err
		}
	}
	text := markdown.New(markdown.Heading(3, markdown.Text(textNotice)))
	if more := len(news) - len(rows); more > 0 {
		text.Blocks = append(text.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textNoticeMore, more))))
	}
	key := chat.Key("night", x.Bot.Scope(x.Event.Place), x.Now().UTC().Format(time.DateOnly))
	return x.Notify(ctx, c, key, text, func(c *store.Commit, r *chat.Reply) {
		for i, row := range rows {
			r.Rows = append(r.Rows, chat.Row{Text: row})
			if news[i].Waiting != nil {
				r.Rows[i].Buttons = []chat.Button{reviewButton(x, c, news[i], r.To)}
			}
		}
	})
}

// unread is how often the source of a plugin could not be read.
func (n *nights) unread(everywhere nights, p *plugin.Plugin) unread {
	if p.Locked {
		return everywhere.Unread[p.ID]
	}
	return n.Unread[p.ID]
}

// row is what a notice says of a plugin.
func (n *nights) row(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, everywhere nights) (markdown.Document, error) {
	if p.Waiting == nil {
		u := n.unread(everywhere, p)
		return bot.Paragraph(fmt.Sprintf(textNoticeUnread, p.Human(), u.Nights, u.Why)), nil
	}
	_, d, err := x.Bot.Plugins.Review(ctx, p)
	if err != nil {
		return markdown.Document{}, err
	}
	line := textNoticeChanged
	if d.Operations() > 0 {
		line = textNoticeHeld
	}
	return bot.Paragraph(fmt.Sprintf(line, p.Human(), Summary(d))), nil
}
