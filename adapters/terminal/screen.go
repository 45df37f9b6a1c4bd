package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"aidesk/core/markdown"
)

// screen writes to the terminal: what it is given appears in one piece, and the
// prompt, where there is one, stands below it.
type screen struct {
	out   io.Writer
	live  bool // a person looks at it: prompt and status
	color bool

	mu     sync.Mutex
	prompt string // empty: nothing is asked
	status string
	drawn  bool // the last line is the prompt
}

// erase goes back to the start of the line and empties it.
const erase = "\r\x1b[K"

// show writes a text and a blank line below it.
func (s *screen) show(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(text + "\n\n")
}

// echo writes the lines that came from a pipe as if they had been typed. On a
// terminal they already stand there.
func (s *screen) echo(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live {
		return nil
	}
	return s.write("> " + strings.ReplaceAll(plain(text, 0).text, "\n", "\n> ") + "\n")
}

// ask makes sure that the prompt stands below everything.
func (s *screen) ask(prompt string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.live || s.drawn && s.prompt == prompt {
		return nil
	}
	s.prompt = prompt
	return s.write("")
}

// entered says that the member has ended a line: the prompt is used up.
func (s *screen) entered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = false
}

// say shows in a few words before the prompt what the desk is doing; an empty
// text ends it.
func (s *screen) say(status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.live || s.status == status {
		return nil
	}
	s.status = status
	return s.write("")
}

// leave ends the last line, so that a shell's prompt finds an empty one.
func (s *screen) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	drawn := s.drawn
	s.prompt, s.status, s.drawn = "", "", false
	if drawn {
		_ = s.write("\n") // nobody is left to be told
	}
}

// write puts text in the place of the prompt, and the prompt below, in one burst.
func (s *screen) write(text string) error {
	if s.drawn {
		text = erase + text
	}
	if s.prompt != "" {
		if s.status != "" {
			text += dress(s.status, dim, s.color) + " "
		}
		text += dress(s.prompt, bold, s.color)
	}
	s.drawn = s.prompt != ""
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}

// statusLimit keeps the status and the prompt on one line.
const statusLimit = 40

// short is a status as it is shown.
func short(status string) string { return markdown.Line(status, statusLimit) }
