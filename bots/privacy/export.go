package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/store"
)

// version is of the form of an export: docs/privacy.md describes it.
const version = 1

// Export writes everything that is kept of a member as one JSON object, as it is read: no
// more of it is in memory than one thing. Credentials, and what else is sealed, are not in it.
func Export(ctx context.Context, w io.Writer, m Member, now time.Time) error {
	out := &objectWriter{w: w}
	head := [][2]any{
		{"version", version},
		{"made", now.UTC()},
		{"bot", m.Bot.Name},
		{"platform", m.Place.Platform},
		{"workspace", m.Place.Workspace},
		{"member", m.ID},
	}
	out.text("{")
	for _, field := range head {
		out.value(field[0])
		out.text(": ")
		out.value(field[1])
		out.text(",\n")
	}
	out.text(`"kept": {`)
	for i, k := range Kinds() {
		if i > 0 {
			out.text(",")
		}
		out.text("\n")
		out.value(k.Name)
		out.text(": {")
		if k.Stays != "" {
			out.text(`"remains": `)
			out.value(k.Stays)
			out.text(", ")
		}
		out.text(`"items": [`)
		n := 0
		err := k.Export(ctx, m, func(item any) error {
			if n++; n > 1 {
				out.text(",")
			}
			out.text("\n")
			out.value(item)
			return out.err
		})
		if err = errors.Join(err, out.err); err != nil {
			return fmt.Errorf("exporting %s of a member: %w", k.Name, err)
		}
		out.text("]}")
	}
	out.text("}}\n")
	return out.err
}

// objectWriter writes JSON piece by piece, until the first error.
type objectWriter struct {
	w   io.Writer
	err error
}

func (o *objectWriter) text(s string) {
	if o.err == nil {
		_, o.err = io.WriteString(o.w, s)
	}
}

func (o *objectWriter) value(v any) {
	body, err := json.Marshal(v)
	if err != nil {
		o.err = errors.Join(o.err, err)
	}
	o.text(string(body))
}

// The items of an export.
type (
	keptRecord struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	}
	keptOwned struct {
		Kind         store.OwnedKind `json:"kind"`
		ID           string          `json:"id,omitempty"`
		Conversation string          `json:"conversation"`
		Time         time.Time       `json:"time,omitzero"`
		Body         json.RawMessage `json:"body"`
	}
	keptAccount struct {
		Plugin  string    `json:"plugin"`
		Label   string    `json:"label"`
		Kind    string    `json:"kind"`
		State   string    `json:"state"`
		Scopes  string    `json:"scopes,omitempty"`
		Hosts   []string  `json:"hosts"`
		Created time.Time `json:"created"`
		Used    time.Time `json:"used,omitzero"`
	}
	keptUsage struct {
		Model  string    `json:"model"`
		Time   time.Time `json:"time"`
		Turns  int       `json:"turns"`
		Input  int       `json:"input_tokens"`
		Output int       `json:"output_tokens"`
		Micros int64     `json:"micros"`
	}
	keptLine struct {
		Seq   uint64            `json:"seq"`
		Line  json.RawMessage   `json:"line"`
		Names map[string]string `json:"names,omitempty"`
	}
)

func exportOwned(ctx context.Context, m Member, add func(any) error) error {
	var fault error
	err := m.Store.Owned(ctx, m.owner(), func(o store.Owned) bool {
		body := o.Body
		if o.Kind == store.OwnedEvent {
			body = withoutSealed(body)
		}
		fault = add(keptOwned{o.Kind, o.ID, o.Conversation, o.Time, raw(body)})
		return fault == nil
	})
	return errors.Join(err, fault)
}

// withoutSealed is an event without what is sealed in it: tokens of the platform and values
// that members entrusted to aidesk.
func withoutSealed(body []byte) []byte {
	e, err := bot.ReadEvent(store.Event{Body: body})
	if err != nil || e.Chat == nil {
		return body
	}
	e.Chat.Token = ""
	if f := e.Chat.Filled; f != nil {
		for _, name := range f.Secret {
			delete(f.Values, name)
		}
	}
	if clean, err := json.Marshal(e); err == nil {
		return clean
	}
	return nil
}

func exportAccounts(ctx context.Context, m Member, add func(any) error) error {
	if m.Bot.Logins == nil {
		return nil
	}
	all, err := m.Bot.Logins.Accounts.List(ctx, m.scope())
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Owner != m.owner() {
			continue
		}
		if err := add(keptAccount{a.Plugin, a.Label, string(a.Kind), string(a.State), a.Scopes, a.Hosts, a.Created, a.Used}); err != nil {
			return err
		}
	}
	return nil
}

func exportAdministrator(ctx context.Context, m Member, add func(any) error) error {
	since, err := m.Bot.AdministratorSince(ctx, m.Store, m.Place, m.ID)
	if err != nil || since.IsZero() {
		return err
	}
	return add(map[string]time.Time{"noted": since})
}

func exportUsage(ctx context.Context, m Member, add func(any) error) error {
	var fault error
	err := m.Store.Usages(ctx, m.scope(), time.Time{}, func(u store.Usage) bool {
		if u.Member == m.owner() {
			fault = add(keptUsage{u.Model, u.Time, u.Turns, u.Input, u.Output, u.Micros})
		}
		return fault == nil
	})
	return errors.Join(err, fault)
}

func exportAudit(ctx context.Context, m Member, add func(any) error) error {
	var fault error
	err := m.Store.AuditsAfter(ctx, m.scope(), 0, func(a store.Audit) bool {
		if l, err := audit.Read(a.Body); err == nil && (a.Member == m.owner() || m.about(l)) {
			fault = add(keptLine{a.Seq, raw(a.Body), ownName(a.Names, m.owner())})
		}
		return fault == nil
	})
	return errors.Join(err, fault)
}

// ownName are of the names beside a line those that are the member's: others' are not theirs.
func ownName(names map[string]string, owner string) map[string]string {
	if names[owner] == "" {
		return nil
	}
	return map[string]string{owner: names[owner]}
}
