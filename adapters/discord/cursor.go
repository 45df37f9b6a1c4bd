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

// cursor tracks up to which message everything was handled, so that messages sent while
// the program was down can be fetched. Message ids are ordered by time across all
// channels, so one id is enough.
type cursor struct {
	mu           sync.Mutex
	newest       string            // the newest message received
	pending      map[string]int    // received and not handled yet, with how often
	saved        string            // the position in the store
	missed       []payload.Channel // channels with messages that were not received
	moreChannels chan struct{}     // receives when channels were added
	guilds       int               // how many have announced their channels
}

const (
	cursorKey         = "mark"
	saveInterval      = 5 * time.Second  // between two saves
	maxMissedAge      = 24 * time.Hour   // older messages are not answered any more
	maxPages          = 10               // of a hundred messages each, per channel
	maxMissedChannels = 1_000            // channels that are fetched
	guildsTimeout     = 3 * time.Second  // for all servers to announce their channels
	backlogTimeout    = 15 * time.Second // how long new messages wait for missed ones
)

// load reads the position that the last run saved.
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

// begin notes that a message was received and is not handled yet.
func (g *cursor) begin(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending[id]++
	if payload.Older(g.newest, id) {
		g.newest = id
	}
}

// end notes that a message was handled.
func (g *cursor) end(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pending[id]--; g.pending[id] <= 0 {
		delete(g.pending, id)
	}
}

// position returns the id up to which everything was handled; empty if none is known.
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

// saveRegularly saves the position every few seconds until ctx is done.
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

// save stores the position if it has changed.
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

// addChannels records the channels of one server. Those with messages newer than the
// position have to be fetched.
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

// takeMissed returns the channels to fetch and forgets them.
func (g *cursor) takeMissed() []payload.Channel {
	g.mu.Lock()
	defer g.mu.Unlock()
	missed := g.missed
	g.missed = nil
	return missed
}

// resetMissed forgets channels and counts from the previous session.
func (g *cursor) resetMissed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.guilds, g.missed = 0, nil
}

// guildCount returns how many servers have announced their channels.
func (g *cursor) guildCount() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.guilds
}

// fetchMissed fetches and handles the messages after from, once the servers of a new
// session have announced their channels. The cursor does not move before that is done, so
// what cannot be fetched before ctx ends is fetched after the next start.
func (d *gatewayWorker) fetchMissed(ctx context.Context, from string, servers int) {
	if from == "" {
		return
	}
	begun := from
	if limit := payload.IDAt(time.Now().Add(-maxMissedAge)); payload.Older(from, limit) {
		from = limit
	}
	d.waitForGuilds(ctx, servers)
	missed := d.adapter.cursor.takeMissed()
	directs, err := d.adapter.dmChannels.All(ctx)
	if err != nil {
		d.adapter.Logger.WarnContext(ctx, "looking for direct messages that were missed", "error", err)
	}
	for _, id := range directs[:min(len(directs), maxMissedChannels)] {
		missed = append(missed, payload.Channel{ID: id, Type: payload.ChannelDirect})
	}
	for pause := firstRetryPause; ; pause = min(2*pause, maxRetryPause) {
		if missed = d.fetchChannels(ctx, missed, from); len(missed) == 0 {
			d.adapter.cursor.end(begun)
			return
		}
		if session.Sleep(ctx, pause) != nil {
			return
		}
	}
}

// fetchChannels handles the messages of channels after a given one, and returns the channels
// that could not be read to the end.
func (d *gatewayWorker) fetchChannels(ctx context.Context, channels []payload.Channel, from string) (failed []payload.Channel) {
	for _, c := range channels {
		err := d.fetchChannel(ctx, c, from)
		if err == nil {
			continue
		}
		if ctx.Err() == nil {
			d.adapter.Logger.WarnContext(ctx, "messages may have been missed", "channel", c.ID, "error", err, "remedy", rest.Remedy(err))
		}
		if !errors.Is(err, errTooMany) {
			failed = append(failed, c)
		}
	}
	return failed
}

// waitForGuilds waits until n servers have announced their channels, a few seconds at
// most.
func (d *gatewayWorker) waitForGuilds(ctx context.Context, n int) {
	limit := time.NewTimer(guildsTimeout)
	defer limit.Stop()
	for {
		if d.adapter.cursor.guildCount() >= n {
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

// fetchChannel handles the messages of a channel after a given one.
func (d *gatewayWorker) fetchChannel(ctx context.Context, c payload.Channel, after string) error {
	for range maxPages {
		messages, err := d.adapter.messagePage(ctx, c.ID, url.Values{"after": {after}, "limit": {"100"}})
		if status := rest.StatusOf(err); status == http.StatusForbidden || status == http.StatusNotFound {
			return nil // the bot may not read it, so nothing there is for it
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
	return errTooMany
}

// errTooMany says that more messages were missed in a channel than are read.
var errTooMany = errors.New("there are too many")
