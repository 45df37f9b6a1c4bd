package render

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Render returns the messages of a reply, in the order in which they are sent; none if
// the reply shows nothing. The text comes first, then rows, small print, buttons,
// previews and files. Each card is a message of its own, so that its buttons can belong
// to nothing else and no text of others stands beside it.
//
// The error names a button that Discord would refuse.
func Render(r chat.Reply) ([]Message, error) {
	var s messageWriter
	contents, file := splitText(r.Text)
	for _, c := range contents {
		s.add(Message{Content: c})
	}
	if file != nil {
		s.last().attach(*file)
	}
	if err := s.writeRows(r.Rows); err != nil {
		return nil, err
	}
	notes := r.Notes
	if r.Working {
		notes = append(slices.Clone(notes), textWorking)
	}
	for _, n := range notes {
		for _, c := range smallPrint(n) {
			s.append(c, "\n")
		}
	}
	if err := s.writeButtons(r.Buttons); err != nil {
		return nil, err
	}
	if r.Rating != nil {
		if err := s.writeRating(*r.Rating); err != nil {
			return nil, err
		}
	}
	s.writePreviews(r.Previews)
	for _, f := range r.Files {
		s.attach(chat.File{Name: safeFilename(f.Name), Text: markdown.Visible(f.Text)})
	}
	for _, c := range r.Cards {
		m, err := card(c, mentionedMember(r))
		if err != nil {
			return nil, err
		}
		s.add(m)
	}
	s = slices.DeleteFunc(s, Message.empty)
	for i := range s {
		s[i].finish(r, i)
	}
	return s, nil
}

// messageWriter collects the messages of a reply.
type messageWriter []Message

func (s *messageWriter) add(m Message) { *s = append(*s, m) }

// last returns the message that is being written.
func (s *messageWriter) last() *Message {
	if len(*s) == 0 {
		s.add(Message{})
	}
	return &(*s)[len(*s)-1]
}

// append adds content to the last message, or starts a new one if there is no room.
func (s *messageWriter) append(content, with string) {
	m := s.last()
	if m.Content == "" {
		m.Content = content
		return
	}
	if utf16Len(m.Content)+utf16Len(with)+utf16Len(content) > MaxContent {
		s.add(Message{Content: content})
		return
	}
	m.Content += with + content
}

func (s *messageWriter) attach(f chat.File) {
	if len(s.last().Files) == maxFiles {
		s.add(Message{})
	}
	s.last().attach(f)
}

// mentionedMember returns the member whom a reply may mention, or "". In a direct
// message nobody has to be.
func mentionedMember(r chat.Reply) string {
	if r.Place.Direct || !IsID(r.To) {
		return ""
	}
	return r.To
}

// safeFilename returns a name that no system takes for a path.
func safeFilename(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, markdown.Line(name, 100))
	if strings.Trim(name, ".") == "" {
		return "file.txt"
	}
	return name
}

// buttonError is the error of a button that Discord would refuse.
func buttonError(b chat.Button, why string) error {
	return fmt.Errorf("the button %q cannot be sent to Discord: %s", markdown.Line(b.Label, maxLabel), why)
}
