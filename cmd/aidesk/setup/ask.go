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

// asker puts questions to a person, one a line.
type asker struct {
	in      *bufio.Reader
	out     io.Writer
	hidden  func() (string, error) // reads a line that is not shown; nil: there is no terminal
	restore func()                 // shows again what is typed
}

func newAsker(in io.Reader, out io.Writer) *asker {
	a := &asker{in: bufio.NewReader(in), out: out, restore: func() {}}
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

// errCutOff ends the asking when the input does.
var errCutOff = errors.New("the input ended before every question was answered; nothing was written")

// ask puts a question until its answer is good. An empty answer is the usual one.
func (a *asker) ask(question, usual string, check func(string) error) (string, error) {
	if usual != "" {
		question += " [" + usual + "]"
	}
	return a.until(question, usual, check, a.line)
}

// secret asks for what is not shown while it is typed.
func (a *asker) secret(question string, check func(string) error) (string, error) {
	read := a.line
	if a.hidden != nil {
		read = a.hidden
	}
	return a.until(question, "", check, read)
}

func (a *asker) until(question, usual string, check func(string) error, read func() (string, error)) (string, error) {
	for {
		fmt.Fprintf(a.out, "%s: ", question)
		line, err := read()
		answer := strings.TrimSpace(line)
		if err != nil && answer == "" {
			fmt.Fprintln(a.out)
			if errors.Is(err, io.EOF) {
				return "", errCutOff
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

func (a *asker) line() (string, error) { return a.in.ReadString('\n') }

// anything is good.
func anything(string) error { return nil }

// oneOf wants one of some words.
func oneOf(words ...string) func(string) error {
	return func(answer string) error {
		if slices.Contains(words, answer) {
			return nil
		}
		return errors.New("want " + strings.Join(words, " or "))
	}
}
