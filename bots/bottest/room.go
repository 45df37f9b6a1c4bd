package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/bots/command"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Room is a messenger in memory: one channel that several members read. It keeps
// what was posted over a restart of the desk.
type Room struct {
	clock   *Clock
	members map[string]chat.Member

	mu    sync.Mutex
	count int
	posts []chat.Reply // by platform's id, which is the index in words
	notes []string
	forms map[string]*chat.Form        // that are open, by member
	files map[string]File              // that were attached, by id
	with  map[string][]chat.Attachment // by message
	desk  chat.Handler
	ready chan struct{} // closed while the desk listens
}

// NewRoom makes a room with the members "ada", who administers it, and "ben".
func NewRoom(clock *Clock) *Room {
	return &Room{clock: clock, ready: make(chan struct{}), forms: map[string]*chat.Form{}, files: map[string]File{}, with: map[string][]chat.Attachment{}, members: map[string]chat.Member{
		"ada": {ID: "ada", Name: "Ada", Zone: "Europe/Paris", Locale: "en-GB", Admin: true},
		"ben": {ID: "ben", Name: "Ben", Locale: "en-GB"},
	}}
}

// Platform is the room as a platform: Ada asks, Ben is there too.
func (r *Room) Platform() Platform {
	return Platform{
		Open: func() chat.Adapter { return &seat{room: r} }, Place: r.place(), Member: "ada", Other: "ben",
		Say: r.say, Press: r.press, Edit: r.edit, Delete: r.remove, Attach: r.attach, Thread: r.thread, Run: r.run, Fill: r.fill,
	}
}

func (r *Room) place() chat.Place {
	return chat.Place{Platform: "room", Workspace: "W1", Channel: "C1"}
}

// event makes an event and gives it to the desk, as soon as one listens. A desk
// that could not store it is asked again, as platforms do.
func (r *Room) event(kind, member string, fill func(e *chat.Event, id string)) {
	r.mu.Lock()
	r.count++
	id := fmt.Sprintf("%d.%d", r.clock.Now().Unix(), r.count)
	r.mu.Unlock()
	e := chat.Event{ID: kind + ":" + id, Time: r.clock.Now(), Place: r.place(), Member: member}
	fill(&e, id)
	for {
		r.mu.Lock()
		desk, ready := r.desk, r.ready
		r.mu.Unlock()
		<-ready
		if desk == nil {
			continue
		}
		if desk.Receive(context.Background(), e) == nil {
			return
		}
	}
}

func (r *Room) say(member, text string) { r.thread(member, "", text) }

func (r *Room) thread(member, thread, text string) {
	if !strings.HasPrefix(text, "/") {
		r.write(member, thread, text)
		return
	}
	c, err := command.Table.Parse(text)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.notes = append(r.notes, err.Error())
		return
	}
	r.event("c", member, func(e *chat.Event, _ string) { e.Place.Thread, e.Command = thread, &c })
}

// attach says something with files.
func (r *Room) attach(member, text string, files ...File) { r.write(member, "", text, files...) }

// write writes a message with files.
func (r *Room) write(member, thread, text string, files ...File) {
	r.event("m", member, func(e *chat.Event, id string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for i, f := range files {
			a := chat.Attachment{ID: fmt.Sprintf("%s-%d", id, i), Name: f.Name, Type: f.Type, Size: int64(len(f.Content))}
			r.files[a.ID] = f
			r.with[id] = append(r.with[id], a)
		}
		e.Place.Thread, e.Message = thread, &chat.Message{ID: id, Text: text, Files: r.with[id]}
	})
}

func (r *Room) press(member string, b chat.Button) {
	if b.Form {
		r.openForm(chat.Opening{Place: r.place(), Member: member, Button: b.ID})
		return
	}
	posted := ""
	r.mu.Lock()
	for i, p := range r.posts {
		if slices.ContainsFunc(buttons(p), func(o chat.Button) bool { return o.ID == b.ID }) {
			posted = fmt.Sprintf("p%d", i)
		}
	}
	r.mu.Unlock()
	r.event("p", member, func(e *chat.Event, _ string) { e.Press = &chat.Press{Button: b.ID, Posted: posted} })
}

func (r *Room) edit(member, message, text string) {
	r.event("e", member, func(e *chat.Event, _ string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		e.Change = &chat.Change{Message: message, Text: text, Files: r.with[message]}
	})
}

func (r *Room) remove(member, message string) {
	r.event("d", member, func(e *chat.Event, _ string) { e.Change = &chat.Change{Message: message, Deleted: true} })
}

// Shown is all that stands in the room, as plain text.
func (r *Room) Shown() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var texts []string
	for _, p := range r.posts {
		texts = append(texts, Text(p))
	}
	return markdown.Visible(strings.Join(append(texts, r.notes...), "\n\n"))
}

// seat is the desk's seat in the room: the adapter.
type seat struct{ room *Room }

var (
	_ chat.Adapter    = (*seat)(nil)
	_ chat.Downloader = (*seat)(nil)
	_ chat.Finder     = (*seat)(nil)
	_ chat.Noter      = (*seat)(nil)
	_ chat.Typer      = (*seat)(nil)
)

// Platform is "room".
func (s *seat) Platform() string { return s.room.place().Platform }

// Run lets the desk listen until ctx is done.
func (s *seat) Run(ctx context.Context, h chat.Handler, _ chat.Keeper) error {
	r := s.room
	r.mu.Lock()
	r.desk = h
	close(r.ready)
	r.mu.Unlock()
	<-ctx.Done()
	r.mu.Lock()
	r.desk, r.ready = nil, make(chan struct{})
	r.mu.Unlock()
	return nil
}

// Member finds a member of the room.
func (s *seat) Member(_ context.Context, _ chat.Place, id string) (chat.Member, error) {
	m, ok := s.room.members[id]
	if !ok {
		return m, fmt.Errorf("there is no member %q", id)
	}
	return m, nil
}

// Send posts a reply, or changes what it said.
func (s *seat) Send(_ context.Context, reply chat.Reply, posted string) (string, error) {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if posted == "" {
		r.posts = append(r.posts, reply)
		return fmt.Sprintf("p%d", len(r.posts)-1), nil
	}
	var at int
	if _, err := fmt.Sscanf(posted, "p%d", &at); err != nil || at >= len(r.posts) {
		return "", chat.ErrGone
	}
	r.posts[at] = reply
	return posted, nil
}

// Find finds the post of a reply.
func (s *seat) Find(_ context.Context, reply chat.Reply, _ string, _ time.Time) (string, bool, error) {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.posts, func(p chat.Reply) bool { return p.ID == reply.ID })
	if i < 0 {
		return "", false, nil
	}
	return fmt.Sprintf("p%d", i), true, nil
}

// Download gives what was attached.
func (s *seat) Download(_ context.Context, _ chat.Place, a chat.Attachment, limit int64) ([]byte, error) {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.files[a.ID]
	switch {
	case !ok:
		return nil, chat.ErrGone
	case int64(len(f.Content)) > limit:
		return nil, chat.ErrTooLarge
	}
	return f.Content, nil
}

// Note shows a note to one member.
func (s *seat) Note(_ context.Context, _ chat.Event, text markdown.Document) error {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	s.room.notes = append(s.room.notes, text.Text())
	return nil
}

// Type shows nothing.
func (s *seat) Type(context.Context, chat.Place, chat.Progress) error { return nil }

// Contract is the room as the contract of adapters sees it.
func (r *Room) Contract(t testing.TB) adaptertest.Platform {
	p := r.Platform()
	press := func(label string) {
		r.mu.Lock()
		var found chat.Button
		for _, post := range r.posts {
			for _, b := range buttons(post) {
				if b.Label == label {
					found = b
				}
			}
		}
		r.mu.Unlock()
		if found.ID == "" {
			t.Fatalf("no button %q is shown", label)
		}
		r.press(p.Member, found)
	}
	return adaptertest.Platform{
		Open: p.Open, Place: p.Place, Member: p.Member, Shown: r.Shown,
		Say: func(text string) { r.say(p.Member, text) }, Press: press,
		Fill: func(label string, inputs []adaptertest.Filled, _ int, fault string) {
			if label != "" {
				press(label)
			}
			r.fill(p.Member, inputs, fault)
		},
	}
}
