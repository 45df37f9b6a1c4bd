package bots

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/chat"
	"aidesk/store"
)

// door is the desk as one adapter of one bot sees it.
type door struct {
	desk    *Desk
	bot     *bot.Bot
	adapter chat.Adapter
}

// Receive writes an event to the Journal, in the conversation where it is worked.
func (d *door) Receive(ctx context.Context, e chat.Event) error {
	begun := time.Now()
	stored, err := d.place(ctx, e)
	if err != nil {
		return err
	}
	got, err := d.desk.Store.Ingest(ctx, stored)
	if err != nil {
		return fmt.Errorf("storing the event: %w", err)
	}
	d.desk.Observe.Note(bot.Acknowledged, "", time.Since(begun).Seconds())
	if got[0].Duplicate {
		d.desk.outbox.SettleNow(d.adapter, e.ID)
		return nil
	}
	if stored.Interrupt {
		d.desk.interrupt(stored.Conversation)
	}
	poke(d.desk.work)
	return nil
}

// place says in which conversation an event is worked and whether it interrupts.
func (d *door) place(ctx context.Context, e chat.Event) (store.Event, error) {
	here := chat.Key(d.bot.Name) + "/" + e.Place.Conversation()
	apart := d.bot.Apart(e.Place, e.ID)
	s := store.Event{
		ID:     chat.Key(d.bot.Name, e.Place.Platform, e.Place.Workspace, e.ID),
		Member: d.bot.Owner(e.Place, e.Member), Time: e.Time, Conversation: here,
	}
	if e.Message != nil && e.Message.About == "" {
		if c, ok := command.Table.Mentioned(e.Message.Text, command.Own); ok {
			e.Command, e.Message = &c, nil
		}
	}
	switch {
	case e.Message != nil:
		s.Kind = bot.KindMessage
	case e.Change != nil:
		s.Kind, s.Interrupt = bot.KindChange, true
	case e.Command != nil && e.Command.Name == command.Own && e.Command.Verb == "ask":
		s.Kind = bot.KindMessage
		e.Message, e.Command = &chat.Message{Text: e.Command.Options["question"], From: e.Command.From}, nil
	case e.Command != nil && e.Command.Name == command.Own && e.Command.Verb == "stop":
		s.Kind, s.Interrupt = bot.KindStop, true
	case e.Command != nil && e.Command.Name == command.Own && e.Command.Verb == "why":
		s.Kind = bot.KindCommand // it reads the transcript of this place
	case e.Command != nil:
		s.Kind, s.Conversation = bot.KindCommand, apart
	case e.Press != nil:
		s.Kind = bot.KindPress
		p, b, err := bot.ReadButton(ctx, d.desk.Store, e.Press.Button)
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
		if _, b, err := bot.ReadButton(ctx, d.desk.Store, e.Filled.Form); err == nil {
			s.Conversation = b.Conversation
		} else if !errors.Is(err, store.ErrNotFound) {
			return s, err
		}
	default:
		s.Kind, s.Conversation = bot.KindVisit, apart
	}
	e, err := d.desk.sealed(s.ID, e)
	if err != nil {
		return s, err
	}
	if s.Body, err = json.Marshal(bot.Event{Chat: &e}); err != nil {
		return s, fmt.Errorf("storing the event: %w", err)
	}
	return s, nil
}

// Suggest completes the names of plugins and operations.
func (d *door) Suggest(ctx context.Context, q chat.Query) ([]chat.Suggestion, error) {
	return command.Suggest(ctx, d.bot, q)
}

// Form gives the form that a press or a command opens.
func (d *door) Form(ctx context.Context, o chat.Opening) (chat.Form, error) {
	return command.OpenForm(ctx, d.desk.Store, d.bot, o)
}

// Check judges a filled-in form.
func (d *door) Check(ctx context.Context, e chat.Event) ([]chat.Fault, error) {
	return command.CheckForm(ctx, d.desk.Store, d.bot, e)
}

// Keep remembers a value for the adapter.
func (d *door) Keep(ctx context.Context, name string, value []byte) error {
	key := d.kept(name)
	old, err := d.desk.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	sealed, err := d.desk.Secrets.Seal(key, value)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	if _, err = d.desk.Store.Put(ctx, store.Record{Key: key, Version: old.Version, Value: []byte(sealed)}); err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	return nil
}

// Kept returns what the adapter kept, or nil.
func (d *door) Kept(ctx context.Context, name string) ([]byte, error) {
	r, err := d.desk.Store.Get(ctx, d.kept(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was kept as %s: %w", name, err)
	}
	value, err := d.desk.Secrets.Open(r.Key, string(r.Value))
	if err != nil {
		return nil, fmt.Errorf("opening what was kept as %s: %w", name, err)
	}
	return value, nil
}

func (d *door) kept(name string) string {
	return "kept/" + chat.Key(d.bot.Name, d.adapter.Platform(), name)
}
