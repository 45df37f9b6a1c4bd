package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is the program running as a process of its own, so that it can be killed.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	mu    sync.Mutex
	out   bytes.Buffer
	read  int // how much of out was waited for
	grown chan struct{}
	ended chan struct{}
}

// start runs the program in a folder.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.CommandContext(t.Context(), self, args...), grown: make(chan struct{}, 1), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.collect(out)
	return p
}

// collect reads what the program writes, until it ends.
func (p *process) collect(out io.Reader) {
	go func() {
		defer close(p.ended)
		chunk := make([]byte, 4096)
		for {
			n, err := out.Read(chunk)
			p.mu.Lock()
			p.out.Write(chunk[:n])
			p.mu.Unlock()
			select {
			case p.grown <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	p.t.Cleanup(p.kill)
}

// say types a line.
func (p *process) say(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.t.Fatalf("typing %q: %v", line, err)
	}
}

// wait reads until a text appears, and returns what was read since the last wait.
func (p *process) wait(text string) string {
	p.t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		p.mu.Lock()
		all := p.out.String()[p.read:]
		if i := strings.Index(all, text); i >= 0 {
			p.read += i + len(text)
			p.mu.Unlock()
			return all[:i+len(text)]
		}
		p.mu.Unlock()
		select {
		case <-p.grown:
		case <-p.ended:
			p.t.Fatalf("the program ended before %q came:\n%s", text, all)
		case <-timeout:
			p.t.Fatalf("%q did not come:\n%s", text, all)
		}
	}
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
	_ = p.cmd.Wait()
}

// end closes the input and waits for the end.
func (p *process) end() {
	p.t.Helper()
	if err := p.in.Close(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("the program failed: %v\n%s", err, p.out.String())
	}
}

// count says how often a text stands in a file of the folder.
func count(t *testing.T, dir, name, text string) int {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(body), text)
}
