// Package inbox takes in what happens at a platform: an event becomes durable in the
// conversation where it is worked, once however often it is delivered, and what is
// entrusted to aidesk is sealed before it is stored.
package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/bots/privacy"
	"aidesk/bots/schedule"
	"aidesk/core/chat"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/failpoint"
)

// Handler is what one adapter of one bot reports to. It implements chat.Handler and
// chat.Keeper.
type Handler struct {
	Store   store.Store
	Secrets *secret.Ring
	Bot     *bot.Bot
	Adapter chat.Adapter
	Observe bot.Observer

	Stored      func()                             // an event is stored: it may be worked
	Interrupted func(conversation string)          // an interrupting one is
	Repeated    func(a chat.Adapter, event string) // an event came that was stored before
}

// Receive writes an event to the Journal, in the conversation where it is worked.
func (h *Handler) Receive(ctx context.Context, e chat.Event) error {
	begun := time.Now()
	defer func() { h.Observe.Report(bot.Acknowledged, "", time.Since(begun).Seconds()) }()
	if e.Change != nil && e.Change.Aside { // there is nothing to work, and most of these were never kept
		return privacy.Retract(ctx, h.Store, h.Bot.Source(e.Place, e.Change.Message))
	}
	if e.Change != nil && e.Change.First != nil && e.Time.Sub(e.Change.First.Time) < newsOfEdit {
		isNew, err := h.store(ctx, *e.Change.First, "")
		if err != nil {
			return err
		}
		if isNew {
			_, err = h.store(ctx, e, bot.KindSeen)
			return err
		}
	}
	isNew, err := h.store(ctx, e, "")
	if err == nil && !isNew {
		h.Repeated(h.Adapter, e.ID)
	}
	return err
}

// newsOfEdit is how old a message may be that an edit addresses to aidesk. The Journal
// forgets after eight days which messages came.
const newsOfEdit = 24 * time.Hour

// store writes an event to the Journal, under a kind of its own where one is given, and
// reports whether it had not come before.
func (h *Handler) store(ctx context.Context, e chat.Event, kind string) (isNew bool, err error) {
	stored, err := h.route(ctx, e)
	if err != nil {
		return false, err
	}
	if kind != "" {
		stored.Kind, stored.Interrupt = kind, false
	}
	failpoint.Hit(failpoint.Received)
	got, err := h.Store.Ingest(ctx, stored)
	if err != nil {
		return false, fmt.Errorf("storing the event: %w", err)
	}
	failpoint.Hit(failpoint.Stored)
	if got[0].Duplicate {
		return false, nil
	}
	if stored.Interrupt {
		h.Interrupted(stored.Conversation)
	}
	h.Stored()
	return true, nil
}

// route makes the record of an event: in which conversation it is worked, and whether it
// interrupts the turn that runs there.
func (h *Handler) route(ctx context.Context, e chat.Event) (store.Event, error) {
	here := h.Bot.Conversation(e.Place)
	apart := h.Bot.OwnConversation(e.Place, e.ID)
	s := store.Event{
		ID:     chat.Key(h.Bot.Name, e.Place.Platform, e.Place.Workspace, e.ID),
		Member: h.Bot.Owner(e.Place, e.Member), Time: e.Time, Conversation: here,
	}
	if e.Message != nil && e.Message.About == "" && (e.Message.Text != "" || len(e.Message.Files) == 0) {
		if c, ok := command.Table.Mentioned(e.Message.Text, command.Aidesk); ok {
			e.Command, e.Message = &c, nil
		}
	}
	switch {
	case e.Message != nil:
		s.Kind = bot.KindMessage
	case e.Change != nil:
		s.Kind, s.Interrupt = bot.KindChange, true
	case e.Command != nil && e.Command.Name == command.Aidesk && e.Command.Verb == "ask":
		s.Kind = bot.KindMessage
		e.Message, e.Command = &chat.Message{Text: e.Command.Options["question"], Names: e.Command.Names, From: e.Command.From}, nil
	case e.Command != nil && e.Command.Name == command.Aidesk && e.Command.Verb == "stop":
		s.Kind, s.Interrupt = bot.KindStop, true
	case e.Command != nil && e.Command.Name == command.Aidesk && e.Command.Verb == "why":
		s.Kind = bot.KindCommand // it reads the transcript of this place
	case e.Command != nil && e.Command.Name == command.Aidesk && strings.HasPrefix(e.Command.Verb, "schedule"):
		s.Kind, s.Conversation = bot.KindCommand, schedule.Conversation(h.Bot, e.Place, e.Member)
	case e.Command != nil:
		s.Kind, s.Conversation = bot.KindCommand, apart
	case e.Press != nil:
		s.Kind = bot.KindPress
		p, b, err := bot.ReadButton(ctx, h.Store, e.Press.Button)
		switch {
		case errors.Is(err, store.ErrNotFound):
			s.Conversation = apart
		case err != nil:
			return s, err
		default:
			s.Conversation, s.Interrupt = b.Conversation, p.Do == bot.DoCancel
			if p.Do == bot.DoForget { // it outlives what it deletes
				s.Member = ""
			}
		}
	case e.Filled != nil:
		s.Kind = bot.KindForm
		if _, b, err := bot.ReadButton(ctx, h.Store, e.Filled.Form); err == nil {
			s.Conversation = b.Conversation
		} else if !errors.Is(err, store.ErrNotFound) {
			return s, err
		}
	default:
		s.Kind, s.Conversation = bot.KindVisit, apart
	}
	e, err := sealEvent(h.Secrets, s.ID, e)
	if err != nil {
		return s, err
	}
	if s.Body, err = json.Marshal(bot.Event{Chat: &e}); err != nil {
		return s, fmt.Errorf("storing the event: %w", err)
	}
	return s, nil
}

// Suggest completes the names of plugins and operations.
func (h *Handler) Suggest(ctx context.Context, q chat.Query) ([]chat.Suggestion, error) {
	return command.Suggest(ctx, h.Bot, q)
}

// Form gives the form that a press or a command opens.
func (h *Handler) Form(ctx context.Context, o chat.Opening) (chat.Form, error) {
	return command.OpenForm(ctx, h.Store, h.Bot, o)
}

// Check judges a filled-in form.
func (h *Handler) Check(ctx context.Context, e chat.Event) ([]chat.Fault, error) {
	return command.CheckForm(ctx, h.Store, h.Bot, e)
}

// keptRecord is the prefix of the records of what adapters keep.
const keptRecord = "kept/"

// maxKeeping bounds how often a value is written again that changes meanwhile.
const maxKeeping = 10

// Keep stores a value for the adapter, sealed.
func (h *Handler) Keep(ctx context.Context, name string, value []byte) error {
	key := h.recordKey(name)
	err := store.ErrConflict
	for n := 0; n < maxKeeping && errors.Is(err, store.ErrConflict); n++ { // Rotate may have sealed it anew
		err = h.keep(ctx, key, value)
	}
	if err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	return nil
}

func (h *Handler) keep(ctx context.Context, key string, value []byte) error {
	old, err := h.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	sealed, err := h.Secrets.Seal(key, value)
	if err != nil {
		return err
	}
	_, err = h.Store.Put(ctx, store.Record{Key: key, Version: old.Version, Value: []byte(sealed)})
	return err
}

// Kept returns a value that the adapter stored, or nil.
func (h *Handler) Kept(ctx context.Context, name string) ([]byte, error) {
	r, err := h.Store.Get(ctx, h.recordKey(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was kept as %s: %w", name, err)
	}
	value, err := h.Secrets.Open(r.Key, string(r.Value))
	if err != nil {
		return nil, fmt.Errorf("opening what was kept as %s: %w", name, err)
	}
	return value, nil
}

func (h *Handler) recordKey(name string) string {
	return keptRecord + chat.Key(h.Bot.Name, h.Adapter.Platform(), name)
}
