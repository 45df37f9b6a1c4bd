package session

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"aidesk/core/chat"
)

// Delivered is what a platform has of a reply. As text it is the reply's platform id,
// which is stored: its form does not change.
type Delivered struct {
	Channel  string
	Messages []string // ids, in order
	Files    []string // digests of files that were uploaded apart
}

// String is "C123:1700000000.000100,1700000000.000200", behind it "+" and the digests
// of the files, if there are any.
func (d Delivered) String() string {
	out := d.Channel + ":" + strings.Join(d.Messages, ",")
	if len(d.Files) > 0 {
		out += "+" + strings.Join(d.Files, ",")
	}
	return out
}

// ParseDelivered reads a reply's platform id.
func ParseDelivered(s string) Delivered {
	s, files, _ := strings.Cut(s, "+")
	channel, messages, _ := strings.Cut(s, ":")
	comma := func(r rune) bool { return r == ',' }
	return Delivered{Channel: channel, Messages: strings.FieldsFunc(messages, comma), Files: strings.FieldsFunc(files, comma)}
}

// Known is the reply's platform id, or empty where nothing is there.
func (d Delivered) Known() string {
	if len(d.Messages) == 0 {
		return ""
	}
	return d.String()
}

// Join is what is there together with what was found beside it. What is new stands behind
// what was known, in the order in which it was found.
func (d Delivered) Join(found Delivered) Delivered {
	out := Delivered{Channel: cmp.Or(d.Channel, found.Channel), Messages: slices.Clone(d.Messages), Files: slices.Clone(d.Files)}
	for _, m := range found.Messages {
		if !slices.Contains(out.Messages, m) {
			out.Messages = append(out.Messages, m)
		}
	}
	for _, f := range found.Files {
		if !slices.Contains(out.Files, f) {
			out.Files = append(out.Files, f)
		}
	}
	return out
}

// SearchMargin is how far before our own time of a sending its messages are looked for
// where no message of the platform's says when it began: clocks differ, and are set.
const SearchMargin = 2 * time.Hour

const (
	// CallTimeout is the longest that one request to a platform takes.
	CallTimeout = 10 * time.Second

	// FirstWait is how long the first message of a reply waits for its turn before the
	// whole reply is put off.
	FirstWait = 2 * time.Second

	// RetryAfter is when a reply is tried again that was refused for a reason that an
	// admin can remove.
	RetryAfter = time.Minute
)

// Delivery is one reply on its way to a platform.
type Delivery struct {
	Have []string  // ids of messages that are there; they are used up one by one
	Out  Delivered // what is there now

	// Passing says that another version follows soon: this one waits for no rate limit.
	Passing bool

	// Deleted reports whether a message was deleted on purpose; nil: none was.
	Deleted func(id string) bool
}

// MaxWait returns how long to wait for a rate limit: briefly for a reply's first
// message, which can be put off as a whole, up to CallTimeout once a part is posted.
func (d *Delivery) MaxWait() time.Duration {
	if d.Passing {
		return 0
	}
	if len(d.Out.Messages) == 0 {
		return FirstWait
	}
	return CallTimeout
}

// RetryRateLimited repeats a call that the platform puts off, once a part of the reply
// is posted. limited says for how long an error puts it off.
func (d *Delivery) RetryRateLimited(ctx context.Context, limited func(error) (time.Duration, bool), call func() error) error {
	for {
		err := call()
		after, ok := limited(err)
		if !ok || after > d.MaxWait() || len(d.Out.Messages) == 0 {
			return err
		}
		if Sleep(ctx, after) != nil {
			return err
		}
	}
}

// Put updates the next message that is there. Where there is none it posts a new one;
// a message that somebody deleted, as gone says of the error, counts as none, unless that was
// asked for: then it stays deleted.
func (d *Delivery) Put(update func(id string) error, gone func(error) bool, post func() error) error {
	for len(d.Have) > 0 {
		id := d.Have[0]
		err := update(id)
		if err != nil && gone(err) && d.Deleted != nil && d.Deleted(id) {
			err = nil
		}
		if err == nil {
			d.Out.Messages = append(d.Out.Messages, id)
		} else if !gone(err) {
			return err
		}
		d.Have = d.Have[1:]
		if err == nil {
			return nil
		}
	}
	return post()
}

// RemoveRest removes the messages that are left over.
func (d *Delivery) RemoveRest(remove func(id string) error) error {
	for _, id := range d.Have {
		if err := remove(id); err != nil {
			return err
		}
	}
	d.Have = nil
	return nil
}

// Kept is what is there when a delivery ends early.
func (d *Delivery) Kept() Delivered {
	out := d.Out
	out.Messages = slices.Concat(out.Messages, d.Have)
	return out
}

// MapButtons is a reply with every button as change makes it, but for those of a Rating. The
// reply itself stays as it is.
func MapButtons(r chat.Reply, change func(chat.Button) chat.Button) chat.Reply {
	changed := func(bs []chat.Button) []chat.Button {
		bs = slices.Clone(bs)
		for i := range bs {
			bs[i] = change(bs[i])
		}
		return bs
	}
	r.Buttons, r.Cards, r.Rows = changed(r.Buttons), slices.Clone(r.Cards), slices.Clone(r.Rows)
	for i := range r.Cards {
		r.Cards[i].Buttons = changed(r.Cards[i].Buttons)
	}
	for i := range r.Rows {
		r.Rows[i].Buttons = changed(r.Rows[i].Buttons)
	}
	return r
}
