package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// screen writes to the terminal. Each text appears in one piece, and the prompt, if there
// is one, stays below.
type screen struct {
	out         io.Writer
	editor      *editor // draws the line that is being typed; nil: the TTY does, or there is none
	interactive bool    // show prompt and status
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
	end := "\n"
	if s.editor != nil {
		end = "\r\n" // the TTY is raw still
	}
	if s.drawn {
		_, _ = io.WriteString(s.out, end) // nobody is left to be told that it failed
	}
	s.prompt, s.status, s.drawn, s.editor = "", "", false, nil
}

// write puts text in the place of the prompt, and the prompt below, in one burst.
func (s *screen) write(text string) error {
	if s.editor != nil {
		return s.writeAbove(text)
	}
	if s.drawn {
		text = erase + text
	}
	text += s.fullPrompt()
	s.drawn = s.prompt != ""
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}

// writeAbove puts text above the line that is being edited. The editor takes its line away
// first, but counts each character as one column: erase removes what it leaves of wide ones.
func (s *screen) writeAbove(text string) error {
	s.editor.fit()
	s.editor.SetPrompt(s.fullPrompt())
	s.drawn = s.prompt != ""
	if text != "" {
		text = erase + text
	}
	if _, err := io.WriteString(s.editor, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}

// fullPrompt is the prompt behind what a turn is doing. Where they would not fit into a
// line with their colours, which the editor takes for text, they have none.
func (s *screen) fullPrompt() string {
	if s.prompt == "" {
		return ""
	}
	paint := func(color bool) string {
		text := styled(s.prompt, bold, color)
		if s.status != "" {
			text = styled(s.status, dim, color) + " " + text
		}
		return text
	}
	if text := paint(s.color); s.editor == nil || utf8.RuneCountInString(text) < s.editor.columns() {
		return text
	}
	return paint(false)
}

// currentPrompt is the prompt as it is shown now.
func (s *screen) currentPrompt() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fullPrompt()
}

// edit lets lines be edited with the keys of a TTY in raw mode.
func (s *screen) edit(k *keys, columns func() int) *editor {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.editor = newEditor(k, s.out, columns)
	return s.editor
}

// statusLimit keeps the status and the prompt on one line.
const statusLimit = 40

// shortStatus is a status as it is shown.
func shortStatus(status string) string { return markdown.Line(status, statusLimit) }
