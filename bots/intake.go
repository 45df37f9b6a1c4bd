package bots

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// event is what the Journal keeps of an event: a messenger's, or a timer of ours.
type event struct {
	Chat   *chat.Event `json:"chat,omitempty"`
	Expire string      `json:"expire,omitempty"` // an Action whose time is over
	Near   string      `json:"near,omitempty"`   // the counter of a day that is nearly full
}

// The kinds of event, for the log and the worker.
const (
	kindMessage = "message"
	kindChange  = "change"
	kindCommand = "command"
	kindStop    = "stop"
	kindPress   = "press"
	kindForm    = "form"
	kindVisit   = "visit"
	kindExpire  = "expire"
	kindNear    = "near"
)

// door is the desk as one adapter of one bot sees it.
type door struct {
	desk    *Desk
	bot     *Bot
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
	d.desk.observe(Acknowledged, "", time.Since(begun).Seconds())
	if got[0].Duplicate {
		d.desk.settles.at(d.adapter, e.ID)
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
	apart := d.bot.apart(e.Place, e.ID)
	s := store.Event{
		ID:     chat.Key(d.bot.Name, e.Place.Platform, e.Place.Workspace, e.ID),
		Member: d.bot.owner(e.Place, e.Member), Time: e.Time, Conversation: here,
	}
	if e.Message != nil && e.Message.About == "" {
		if c, ok := Commands.Mentioned(e.Message.Text, ownCommand); ok {
			e.Command, e.Message = &c, nil
		}
	}
	switch {
	case e.Message != nil:
		s.Kind = kindMessage
	case e.Change != nil:
		s.Kind, s.Interrupt = kindChange, true
	case e.Command != nil && e.Command.Name == ownCommand && e.Command.Verb == "ask":
		s.Kind = kindMessage
		e.Message, e.Command = &chat.Message{Text: e.Command.Options["question"], From: e.Command.From}, nil
	case e.Command != nil && e.Command.Name == ownCommand && e.Command.Verb == "stop":
		s.Kind, s.Interrupt = kindStop, true
	case e.Command != nil && e.Command.Name == ownCommand && e.Command.Verb == "why":
		s.Kind = kindCommand // it reads the transcript of this place
	case e.Command != nil:
		s.Kind, s.Conversation = kindCommand, apart
	case e.Press != nil:
		s.Kind = kindPress
		p, b, err := d.desk.purpose(ctx, e.Press.Button)
		switch {
		case errors.Is(err, store.ErrNotFound):
			s.Conversation = apart
		case err != nil:
			return s, err
		default:
			s.Conversation, s.Interrupt = b.Conversation, p.Do == doCancel
			if p.Do == doForget { // it outlives what it deletes
				s.Member = ""
			}
		}
	case e.Filled != nil:
		s.Kind = kindForm
		if _, b, err := d.desk.purpose(ctx, e.Filled.Form); err == nil {
			s.Conversation = b.Conversation
		} else if !errors.Is(err, store.ErrNotFound) {
			return s, err
		}
	default:
		s.Kind, s.Conversation = kindVisit, apart
	}
	e, err := d.desk.sealed(s.ID, e)
	if err != nil {
		return s, err
	}
	if s.Body, err = json.Marshal(event{Chat: &e}); err != nil {
		return s, fmt.Errorf("storing the event: %w", err)
	}
	return s, nil
}

// Suggest completes the names of plugins and operations.
func (d *door) Suggest(ctx context.Context, q chat.Query) ([]chat.Suggestion, error) {
	switch q.Option {
	case optionPlugin:
		return d.bot.suggest(ctx, q)
	case optionOperation:
		return d.bot.suggestOperation(ctx, q)
	}
	return nil, nil
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
