package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// startTTY runs the demo at a terminal of its own, and returns the end of it at which a
// person sits, and its state before.
func startTTY(t *testing.T, env string, args ...string) (p *process, person *os.File, before *term.State) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	person, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no terminal can be opened here: %v", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before = stateOf(t, person)
	p = &process{t: t, cmd: exec.CommandContext(t.Context(), self, append([]string{"demo"}, args...)...), in: person, grown: make(chan struct{}, 1), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "TERM=xterm", env)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = tty, tty, tty
	err = p.cmd.Start()
	_ = tty.Close() // the program has it
	if err != nil {
		t.Fatal(err)
	}
	p.collect(person)
	return p, person, before
}

func stateOf(t *testing.T, f *os.File) *term.State {
	t.Helper()
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// press types keys.
func (p *process) press(keys string) {
	p.t.Helper()
	if _, err := p.in.Write([]byte(keys)); err != nil {
		p.t.Fatalf("typing %q: %v", keys, err)
	}
}

// coloured is what turns colours and styles on or off.
var coloured = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestTTY edits, completes, brings back and stops at a real terminal, which is afterwards
// as it was before.
func TestTTY(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 10)
	gone := make(chan struct{})
	model := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-gone:
		}
	}))
	defer model.Close()
	defer close(gone)
	for env, color := range map[string]bool{"NO_COLOR=": true, "NO_COLOR=1": false} {
		p, person, before := startTTY(t, env, "--data", t.TempDir(), "--model-url", model.URL, "--model", "m")
		p.wait("ends it.")
		p.press("/plu\t\t")
		p.wait("plugins-admin  ") // both begin so
		p.press(" inf\tto\t\r")
		p.wait("/plugins info todo ")
		p.wait("What it can do")
		p.press("\x1b[A")
		p.wait("/plugins info todo")

		p.press("\x15slow quesion?\x1b[D\x1b[D\x1b[D\x1b[Dt\r")
		<-asked
		p.press("\x03")
		p.wait("Stopped.")
		p.press("half\x03\x03")
		select {
		case <-p.ended:
		case <-time.After(20 * time.Second):
			t.Fatalf("Ctrl-C twice does not end it:\n%s", p.out.String())
		}
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("it ends with %v", err)
		}
		if after := stateOf(t, person); !reflect.DeepEqual(before, after) {
			t.Errorf("it leaves the terminal as %+v, and it was %+v", after, before)
		}
		if found := coloured.MatchString(p.out.String()); found != color {
			t.Errorf("%s: colours %t:\n%q", env, found, p.out.String())
		}
	}
}
