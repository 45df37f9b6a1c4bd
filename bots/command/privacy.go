package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// Where an administrator switches the reading of threads.
const (
	whereChannel   = "channel"
	whereWorkspace = "workspace"
)

// Whether a member's messages are read in threads where others ask.
const (
	messagesIn  = "in"
	messagesOut = "out"
)

// memberPrivacy says what is read and kept of a member, and notes whether their messages
// are to be left out where others ask.
func memberPrivacy(ctx context.Context, x *bot.Exchange, messages string) error {
	key := privacy.LeftOutKey(x.Owner())
	out, record, err := readSwitch(ctx, x.Store, key, false)
	if err != nil {
		return err
	}
	var c store.Commit
	if want := messages == messagesOut; messages != "" && want != out {
		out, c.Puts = want, []store.Record{switched(record, want)}
	}
	reads := textReadsYours
	if out {
		reads = textLeavesOut
	}
	r := x.NewReply(markdown.New(
		markdown.Paragraph(markdown.Text(privacyLine(x))),
		markdown.Paragraph(markdown.Text(textReadsAbove+" "+reads)),
		markdown.Paragraph(markdown.Text(retentionLine(x.Keep))),
	))
	r.Private = true
	if r.Rows, err = consentRows(ctx, x, &c); err != nil {
		return err
	}
	return x.Reply(c, r)
}

// adminThreads lets what was said in threads be read, or not: in this channel, unless the
// whole workspace is meant.
func adminThreads(ctx context.Context, x *bot.Exchange, on bool, where string) error {
	place, lines := x.Event.Place, map[bool]string{true: textThreadsOn, false: textThreadsOff}
	key := threadsKey(x.Bot, place)
	if where == whereWorkspace || place.Direct {
		key, lines = allThreadsKey(x.Bot, place), map[bool]string{true: textThreadsOnAll, false: textThreadsOffAll}
	}
	_, record, err := readSwitch(ctx, x.Store, key, true)
	if err != nil {
		return err
	}
	audits := x.Audit(map[bool]string{true: "threads.on", false: "threads.off"}[on], audit.Target{Kind: audit.OfRecord, ID: key})
	return x.ReplyPrivately(store.Commit{Puts: []store.Record{switched(record, on)}, Audits: audits}, bot.Paragraph(lines[on]))
}

// ReadsThreads reports whether what was said in threads is read in the channel of the
// event: as an administrator chose for it, else for the workspace, else yes.
func ReadsThreads(ctx context.Context, x *bot.Exchange) (bool, error) {
	all, _, err := readSwitch(ctx, x.Store, allThreadsKey(x.Bot, x.Event.Place), true)
	if err != nil {
		return false, err
	}
	on, _, err := readSwitch(ctx, x.Store, threadsKey(x.Bot, x.Event.Place), all)
	return on, err
}

// LeavesOut reports whether a member wants their messages left out of what is read where
// others ask.
func LeavesOut(ctx context.Context, x *bot.Exchange, member string) (bool, error) {
	out, _, err := readSwitch(ctx, x.Store, privacy.LeftOutKey(x.Bot.Owner(x.Event.Place, member)), false)
	return out, err
}

// The keys of records: what an administrator chose for all threads of a workspace and for
// those of a channel.
func allThreadsKey(b *bot.Bot, p chat.Place) string { return "threads/" + b.Scope(p) }

func threadsKey(b *bot.Bot, p chat.Place) string {
	return allThreadsKey(b, p) + "/" + chat.Key(p.Channel)
}

// readSwitch reads a record that holds true or false.
func readSwitch(ctx context.Context, s store.Store, key string, otherwise bool) (bool, store.Record, error) {
	record, err := s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return otherwise, store.Record{Key: key}, nil
	}
	if err != nil {
		return otherwise, record, fmt.Errorf("reading a switch: %w", err)
	}
	return string(record.Value) == "true", record, nil
}

// switched is a record that holds another value.
func switched(r store.Record, on bool) store.Record {
	r.Value = []byte(strconv.FormatBool(on))
	return r
}

// retentionLine says how long is kept what is not kept as long as conversations, and what is
// not kept at all.
func retentionLine(k bot.Retention) string {
	lines := []string{textFilesNotKept, textDeletedGoes}
	for _, one := range []struct {
		text string
		life time.Duration
	}{
		{textKeepTraces, cmp.Or(k.Traces, k.Conversations)},
		{textKeepFeedback, cmp.Or(k.Feedback, k.Conversations)},
		{textKeepAccounts, k.Accounts},
		{textKeepAudit, k.Audit},
	} {
		if days := int(one.life / bot.Day); days > 0 {
			lines = append(lines, fmt.Sprintf(one.text, days))
		}
	}
	return strings.Join(lines, " ")
}
