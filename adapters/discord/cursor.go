package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// cursor knows up to which message everything has been dealt with, so that what came while
// nobody listened can be fetched. Ids of messages tell their time, in all channels.
type cursor struct {
	mu           sync.Mutex
	newest       string            // the last that was heard of
	pending      map[string]int    // heard of, and not yet dealt with
	saved        string            // the mark as it was kept
	missed       []payload.Channel // with messages that may not have been heard
	moreChannels chan struct{}     // there are more of missed
	guilds       int               // whose channels have been looked through
}

const (
	cursorKey         = "mark"
	saveInterval      = 5 * time.Second // how often the mark is kept
	maxMissedAge      = 24 * time.Hour  // what is older is not answered any more
	maxPages          = 10              // of a channel, of a hundred messages
	maxMissedChannels = 1_000           // in which is looked
	guildsTimeout     = 3 * time.Second // for all servers to tell of their channels
	backlogTimeout    = 15 * time.Second
)

// load reads the mark of the last run.
func (g *cursor) load(ctx context.Context, k chat.Keeper) error {
	mark, err := k.Kept(ctx, cursorKey)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.newest, g.saved, g.pending, g.missed = string(mark), string(mark), map[string]int{}, nil
	g.moreChannels = make(chan struct{}, 1)
	return nil
}

// begin notes that a message was heard of and is being dealt with.
func (g *cursor) begin(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending[id]++
	if payload.Older(g.newest, id) {
		g.newest = id
	}
}

// end notes that a message was dealt with.
func (g *cursor) end(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pending[id]--; g.pending[id] <= 0 {
		delete(g.pending, id)
	}
}

// position is the last message up to which everything was dealt with; empty: not known.
func (g *cursor) position() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	mark := g.newest
	for id := range g.pending {
		if n, err := strconv.ParseUint(id, 10, 64); err == nil && !payload.Older(mark, id) {
			mark = strconv.FormatUint(n-1, 10)
		}
	}
	return mark
}

// saveRegularly keeps the mark now and then.
func (g *cursor) saveRegularly(ctx context.Context, k chat.Keeper, l *slog.Logger) {
	ticker := time.NewTicker(saveInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			g.save(ctx, k, l)
		}
	}
}

// save keeps the mark if it has changed.
func (g *cursor) save(ctx context.Context, k chat.Keeper, l *slog.Logger) {
	mark := g.position()
	g.mu.Lock()
	same := mark == g.saved
	g.mu.Unlock()
	if same {
		return
	}
	if err := k.Keep(ctx, cursorKey, []byte(mark)); err != nil {
		l.WarnContext(ctx, "remembering up to where was read", "error", err)
		return
	}
	g.mu.Lock()
	g.saved = mark
	g.mu.Unlock()
}

// addChannels notes the channels of a server, those with messages behind the mark as missed.
func (g *cursor) addChannels(channels []payload.Channel) {
	mark := g.position()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.guilds++
	for _, c := range channels {
		if c.Last == "" {
			continue
		}
		if mark != "" && payload.Older(mark, c.Last) && len(g.missed) < maxMissedChannels {
			g.missed = append(g.missed, c)
		}
		if mark == "" && payload.Older(g.newest, c.Last) { // the first run: nothing was missed
			g.newest = c.Last
		}
	}
	select {
	case g.moreChannels <- struct{}{}:
	default:
	}
}

// takeMissed takes what was missed so far, and how many servers have told of theirs.
func (g *cursor) takeMissed() ([]payload.Channel, int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	missed := g.missed
	g.missed = nil
	return missed, g.guilds
}

// resetMissed begins a new count of servers.
func (g *cursor) resetMissed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.guilds, g.missed = 0, nil
}

// fetchMissed fetches what came before a new session began. The mark waits for it.
func (d *gatewayWorker) fetchMissed(ctx context.Context, from string, servers int) {
	if from == "" {
		return
	}
	defer d.adapter.cursor.end(from)
	if limit := payload.IDAt(time.Now().Add(-maxMissedAge)); payload.Older(from, limit) {
		from = limit
	}
	d.waitForGuilds(ctx, servers)
	missed, _ := d.adapter.cursor.takeMissed()
	directs, err := d.adapter.dmChannels.All(ctx)
	if err != nil {
		d.adapter.Logger.WarnContext(ctx, "looking for direct messages that were missed", "error", err)
	}
	for _, id := range directs[:min(len(directs), maxMissedChannels)] {
		missed = append(missed, payload.Channel{ID: id, Type: payload.ChannelDirect})
	}
	for _, c := range missed {
		if err := d.fetchChannel(ctx, c, from); err != nil && ctx.Err() == nil {
			d.adapter.Logger.WarnContext(ctx, "messages may have been missed", "channel", c.ID, "error", err, "remedy", rest.Remedy(err))
		}
	}
}

// waitForGuilds waits until so many have told of their channels.
func (d *gatewayWorker) waitForGuilds(ctx context.Context, n int) {
	limit := time.NewTimer(guildsTimeout)
	defer limit.Stop()
	for {
		d.adapter.cursor.mu.Lock()
		have := d.adapter.cursor.guilds
		d.adapter.cursor.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-d.adapter.cursor.moreChannels:
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// fetchChannel works the messages of a channel after one of them.
func (d *gatewayWorker) fetchChannel(ctx context.Context, c payload.Channel, after string) error {
	for range maxPages {
		messages, err := d.adapter.messagePage(ctx, c.ID, url.Values{"after": {after}, "limit": {"100"}})
		if status := rest.StatusOf(err); status == http.StatusForbidden || status == http.StatusNotFound {
			return nil // what cannot be read was not for us
		}
		if err != nil {
			return err
		}
		for _, m := range messages {
			m.Guild, m.ChannelType = c.Guild, &c.Type
			after = m.ID
			if !d.self.concerns(ctx, d.adapter, m) {
				continue
			}
			if err := d.deliverOnce(ctx, kindMessage, m); err != nil && !errors.Is(err, session.ErrCrashed) {
				return err
			}
		}
		if len(messages) < 100 {
			return nil
		}
	}
	return errors.New("there are too many")
}
