//go:build unix

package crashtest

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"aidesk/store/failpoint"
)

// root is the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// build makes the program, with the sources of overlay (a file for go build, or nothing).
func build(t *testing.T, to, overlay string) string {
	t.Helper()
	args := []string{"build", "-tags", "crash", "-o", to}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	c := exec.CommandContext(t.Context(), "go", append(args, "./cmd/aidesk")...)
	c.Dir = root(t)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return to
}

// program is the program as a process.
type program struct {
	w     *world
	cmd   *exec.Cmd
	ready chan struct{} // closed when it listens
	ended chan struct{}
	url   string // where it listens
}

var listening = regexp.MustCompile(`"msg":"running".*"address":"([^"]+)"`)

// start starts the program. at is where it shall kill itself; empty: nowhere.
func (w *world) start(at string) *program {
	w.t.Helper()
	w.starts++
	w.step(0) // the clock is set while the program runs
	p := &program{w: w, ready: make(chan struct{}), ended: make(chan struct{})}
	p.cmd = exec.Command(w.binary, "serve", "--config", filepath.Join(w.dir, "config.yaml"))
	p.cmd.Env = append(os.Environ(), "AIDESK_CLOCK="+filepath.Join(w.dir, "clock"), failpoint.Variable+"="+at, "GOMAXPROCS=2")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := p.cmd.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	log, err := os.OpenFile(filepath.Join(w.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprintf(log, "-- start %d %s\n", w.starts, at)
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			_, _ = log.Write(append(lines.Bytes(), '\n'))
			if found := listening.FindStringSubmatch(lines.Text()); found != nil && p.url == "" {
				p.url = "http://" + found[1]
				w.wire.to.Store(&p.url)
				close(p.ready)
			}
		}
		_ = p.cmd.Wait()
		fmt.Fprintf(log, "-- ended: %v\n", p.cmd.ProcessState)
		log.Close()
	}()
	return p
}

// listens waits until the program listens. It reports false if it ended before that; one that
// takes a minute is ended.
func (p *program) listens() bool {
	select {
	case <-p.ready:
		return true
	case <-p.ended:
		return false
	case <-time.After(time.Minute):
		p.kill()
		return false
	}
}

// works is listens for the moment when the program says that it is ready.
func (p *program) works() bool {
	if !p.listens() {
		return false
	}
	for range 3000 {
		response, err := http.Get(p.url + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-p.ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	p.kill()
	return false
}

func (w *world) logFile() string { return filepath.Join(w.dir, "log") }

// signal sends a signal to the program and whatever it started.
func (p *program) signal(s syscall.Signal) {
	if err := syscall.Kill(-p.cmd.Process.Pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		p.w.t.Error(err)
	}
}

// kill is kill -9.
func (p *program) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// terminate asks the program to end.
func (p *program) terminate() {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(40 * time.Second):
		p.w.t.Errorf("the program goes on 40 s after SIGTERM: %s", p.w.logFile())
		p.kill()
	}
}

// freeze stops the program for a while, as a machine does that is short of something.
func (p *program) freeze(d time.Duration) {
	p.signal(syscall.SIGSTOP)
	p.w.pass(d)
	p.signal(syscall.SIGCONT)
}
