package setup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// prompter asks a person questions, one line each.
type prompter struct {
	in      *bufio.Reader
	out     io.Writer
	hidden  func() (string, error) // reads a line that is not shown; nil: there is no terminal
	restore func()                 // shows again what is typed
}

func newPrompter(in io.Reader, out io.Writer) *prompter {
	a := &prompter{in: bufio.NewReader(in), out: out, restore: func() {}}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		if state, err := term.GetState(int(file.Fd())); err == nil {
			a.restore = func() { _ = term.Restore(int(file.Fd()), state) }
		}
		a.hidden = func() (string, error) {
			line, err := term.ReadPassword(int(file.Fd()))
			fmt.Fprintln(out)
			return string(line), err
		}
	}
	return a
}

// errInputEnded is returned when the input ends before the last answer.
var errInputEnded = errors.New("the input ended before every question was answered; nothing was written")

// ask repeats a question until check accepts the answer. An empty answer means usual.
func (a *prompter) ask(question, usual string, check func(string) error) (string, error) {
	if usual != "" {
		question += " [" + usual + "]"
	}
	return a.askUntil(question, usual, check, a.line)
}

// secret is ask for an answer that is not shown while it is typed.
func (a *prompter) secret(question string, check func(string) error) (string, error) {
	read := a.line
	if a.hidden != nil {
		read = a.hidden
	}
	return a.askUntil(question, "", check, read)
}

func (a *prompter) askUntil(question, usual string, check func(string) error, read func() (string, error)) (string, error) {
	for {
		fmt.Fprintf(a.out, "%s: ", question)
		line, err := read()
		answer := strings.TrimSpace(line)
		if err != nil && answer == "" {
			fmt.Fprintln(a.out)
			if errors.Is(err, io.EOF) {
				return "", errInputEnded
			}
			return "", fmt.Errorf("reading an answer: %w", err)
		}
		if answer == "" {
			answer = usual
		}
		if err := check(answer); err != nil {
			fmt.Fprintf(a.out, "  %v.\n", err)
			continue
		}
		return answer, nil
	}
}

func (a *prompter) line() (string, error) { return a.in.ReadString('\n') }

// anyAnswer accepts every answer.
func anyAnswer(string) error { return nil }

// oneOf accepts only the given words.
func oneOf(words ...string) func(string) error {
	return func(answer string) error {
		if slices.Contains(words, answer) {
			return nil
		}
		return errors.New("want " + strings.Join(words, " or "))
	}
}
