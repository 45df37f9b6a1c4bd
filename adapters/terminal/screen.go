package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"aidesk/core/markdown"
)

// screen writes to the terminal. Each text appears in one piece, and the prompt, if there
// is one, stays below.
type screen struct {
	out         io.Writer
	interactive bool // show prompt and status
	color       bool

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
	if s.interactive {
		return nil
	}
	return s.write("> " + strings.ReplaceAll(plain(text, 0).text, "\n", "\n> ") + "\n")
}

// setPrompt shows a prompt below everything.
func (s *screen) setPrompt(prompt string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.interactive || s.drawn && s.prompt == prompt {
		return nil
	}
	s.prompt = prompt
	return s.write("")
}

// lineEnded notes that the member ended a line, so that the prompt has to be written again.
func (s *screen) lineEnded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = false
}

// setStatus shows before the prompt what a turn is doing; an empty text ends that.
func (s *screen) setStatus(status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.interactive || s.status == status {
		return nil
	}
	s.status = status
	return s.write("")
}

// close ends the last line, so that a shell's prompt comes on a line of its own.
func (s *screen) close() {
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
			text += styled(s.status, dim, s.color) + " "
		}
		text += styled(s.prompt, bold, s.color)
	}
	s.drawn = s.prompt != ""
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}

// statusLimit keeps the status and the prompt on one line.
const statusLimit = 40

// shortStatus is a status as it is shown.
func shortStatus(status string) string { return markdown.Line(status, statusLimit) }
