//go:build unix

package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"aidesk/store"
	"aidesk/store/bolt"
)

// childVar makes the test binary play a part in a process of its own.
const childVar = "AIDESK_BOLT_CHILD"

func TestMain(m *testing.M) {
	part, path, _ := strings.Cut(os.Getenv(childVar), " ")
	switch part {
	case "":
		goleak.VerifyTestMain(m)
	case "open":
		_, err := bolt.Open(path, bolt.Options{})
		fmt.Println(err)
	case "crash":
		playCrash(path)
	case "full":
		playFull(path)
	}
}

// child prepares the test binary to play a part with the store at path.
func child(t *testing.T, part, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVar+"="+part+" "+path)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestSecondProcess(t *testing.T) {
	path := filled(t)
	db := open(t, path)
	defer func() { _ = db.Close() }()
	out, err := child(t, "open", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimSuffix(string(out), "\n")
	if strings.Contains(line, "\n") || !strings.Contains(line, path+": in use by another aidesk") {
		t.Fatalf("the second process says %q", line)
	}
}

// TestFull: an error of the disk ends everything, for it is not known what was written.
func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	out, err := child(t, "full", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	fault, ok := strings.CutPrefix(lines[0], "ingest: ")
	if !ok || len(lines) != 6 || !strings.HasPrefix(fault, "the store "+path+" failed: ") {
		t.Fatalf("the child says:\n%s", out)
	}
	for _, line := range lines {
		if !strings.HasSuffix(line, fault) {
			t.Errorf("later: %q, at first: %q", line, fault)
		}
	}
	open(t, path).Close()
}

// playFull fills a store until its file may not grow, and says what calls return from then on.
func playFull(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		fmt.Println(err)
		return
	}
	limit := old
	limit.Cur = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for i := 0; err == nil; i++ {
		_, err = db.Ingest(ctx, store.Event{ID: fmt.Sprint("e", i), Conversation: "c", Body: make([]byte, 1<<18)})
	}
	fmt.Println(err)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		fmt.Println(err)
	}
	_, err = db.Ingest(ctx, store.Event{ID: "small", Conversation: "c"})
	fmt.Println(err)
	_, err = db.Claim(ctx, "tester", 1, 0, time.Minute)
	fmt.Println(err)
	_, err = db.Get(ctx, "k")
	fmt.Println(err)
	_, err = db.Backlog(ctx)
	fmt.Println(err)
	_, err = db.Outbox(ctx, "tester", nil, 1)
	fmt.Println(err)
	_ = db.Close()
}

// playCrash ingests and works events until it is killed, and says which it has been promised.
func playCrash(path string) {
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	var mu sync.Mutex
	for s := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("e/%d/%d/%d", os.Getpid(), s, i)
				if _, err := db.Ingest(ctx, store.Event{ID: id, Conversation: fmt.Sprint("c", i%5), Time: time.Now(), Body: make([]byte, 300)}); err != nil {
					fmt.Println(err)
				}
				mu.Lock()
				fmt.Println(id)
				mu.Unlock()
			}
		}()
	}
	for {
		leases, err := db.Claim(ctx, "worker", 1, 0, time.Minute)
		for _, l := range leases {
			w, _ := db.Work(ctx, l)
			var c store.Commit
			for _, e := range w.Events {
				c.Done = append(c.Done, e.Seq)
				c.Entries = append(c.Entries, store.Entry{Body: []byte(e.ID)})
			}
			err = db.Commit(ctx, l, c)
			_ = db.Release(ctx, l, 0)
		}
		if err != nil {
			fmt.Println(err)
		}
	}
}

// TestKill kills a busy process again and again: what it had acknowledged is there, once.
func TestKill(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	path := filepath.Join(t.TempDir(), "desk.db")
	promised := map[string]bool{}
	for round := range rounds {
		cmd := child(t, "crash", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == round*7 { // earlier or later in a batch
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.HasPrefix(lines.Text(), "e/") {
				t.Fatalf("the child says %q", lines.Text())
			}
			promised[lines.Text()] = true
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child was not killed")
		}
	}
	found := map[string]int{}
	db := open(t, path)
	for i := range 5 { // so that each conversation is claimed
		if _, err := db.Ingest(t.Context(), store.Event{ID: fmt.Sprint("last", i), Conversation: fmt.Sprint("c", i)}); err != nil {
			t.Fatal(err)
		}
	}
	for {
		leases, err := db.Claim(t.Context(), "tester", 10, 0, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if len(leases) == 0 {
			break
		}
		for _, l := range leases {
			for more := true; more; {
				w, err := db.Work(t.Context(), l)
				if err != nil {
					t.Fatal(err)
				}
				var c store.Commit
				for _, e := range w.Events {
					c.Done = append(c.Done, e.Seq)
					c.Entries = append(c.Entries, store.Entry{Body: []byte(e.ID)})
				}
				if err := db.Commit(t.Context(), l, c); err != nil {
					t.Fatal(err)
				}
				if more = len(w.Events) > 0; !more {
					for _, e := range w.Entries {
						found[string(e.Body)]++
					}
				}
			}
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	lost, twice := 0, 0
	for id := range promised {
		if found[id] == 0 {
			lost++
		}
	}
	for _, n := range found {
		if n > 1 {
			twice++
		}
	}
	if lost > 0 || twice > 0 || len(promised) < rounds {
		t.Fatalf("of %d events %d are lost, %d were worked twice", len(promised), lost, twice)
	}
	t.Logf("%d events promised, %d found", len(promised), len(found))
	raw(t, path, func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return nil
	})
}
