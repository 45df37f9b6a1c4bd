package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
	"aidesk/store/bolt"
)

// keysScene is a configuration whose keys are in the file beside the store.
func keysScene(t *testing.T, fake *fakeslack.Slack) *scene {
	t.Helper()
	dir := t.TempDir()
	return &scene{t: t, dir: dir, config: served(t, dir, "socket", fake, "")}
}

// keyLines writes the file of keys.
func (s *scene) keyLines(entries ...string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "aidesk.key"), []byte(strings.Join(entries, "\n")+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// madeKey is the key in the file that the first start made.
func (s *scene) madeKey() string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "aidesk.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// keep seals values for adapters and for one workspace, in a store that nobody uses.
func (s *scene) keep(n int) string {
	s.t.Helper()
	ring, err := secret.Load(filepath.Join(s.dir, "aidesk.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	db, err := bolt.Open(filepath.Join(s.dir, "aidesk.db"), bolt.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			key := fmt.Sprint("kept/test/", i)
			text, err := ring.Seal(key, []byte("hush-kept"))
			if err == nil {
				_, err = db.Put(s.t.Context(), store.Record{Key: key, Value: []byte(text)})
			}
			if err != nil {
				s.t.Error(err)
			}
		})
	}
	wg.Wait()
	text, err := workspace.New(ring, db).Seal(s.t.Context(), "desk/slack/T1", "p", []byte("hush-workspace"))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		s.t.Fatal(err)
	}
	return text
}

// kept checks that the values open with the keys that are there.
func (s *scene) kept(n int, sealed string) {
	s.t.Helper()
	ring, err := secret.Load(filepath.Join(s.dir, "aidesk.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	db, err := bolt.Open(filepath.Join(s.dir, "aidesk.db"), bolt.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range n {
		r, err := db.Get(s.t.Context(), fmt.Sprint("kept/test/", i))
		if err != nil {
			s.t.Fatal(err)
		}
		if got, err := ring.Open(r.Key, string(r.Value)); err != nil || string(got) != "hush-kept" {
			s.t.Errorf("%s opens as %q, %v", r.Key, got, err)
		}
	}
	if got, err := workspace.New(ring, db).Open(s.t.Context(), "desk/slack/T1", "p", sealed); err != nil || string(got) != "hush-workspace" {
		s.t.Errorf("of the workspace: %q, %v", got, err)
	}
	if err := db.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// says runs a command, which must end with a code and say some words; it never shows a secret.
func (s *scene) says(code int, words string, args ...string) string {
	s.t.Helper()
	got, out := s.command(append(args, "--config", s.config)...)
	if got != code || !strings.Contains(out, words) {
		s.t.Errorf("%v: exit code %d, want %d with %q: %s", args, got, code, words, out)
	}
	if code != exitOK && strings.Count(out, "\n")-strings.Count(out, `{"time"`) != 1 {
		s.t.Errorf("%v: more than a line: %s", args, out)
	}
	if strings.Contains(out, "hush") || args[len(args)-1] != "new" && strings.Contains(out, "=") {
		s.t.Errorf("%v shows a secret: %s", args, out)
	}
	return out
}

// TestKeysUse is wrong use, and what cannot be done: each is one plain line.
func TestKeysUse(t *testing.T) {
	t.Parallel()
	s := keysScene(t, faketest.Slack(t, fakeslack.Config{App: installed(t)}))
	for _, args := range [][]string{{"keys"}, {"keys", "rotate"}, {"keys", "new"}} {
		if code, out := s.command(args...); code != exitUsage || out != "aidesk: say which configuration: --config config.yaml\n" {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
	for _, args := range [][]string{{"keys", "rot"}, {"keys", "rotate", "k1"}, {"keys", "new", "K1"}, {"keys", "new", "a.b"}} {
		if code, out := s.command(args...); code != exitUsage || strings.Count(out, "\n") != 1 {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
	s.says(exitFailure, "there is no key yet: aidesk serve makes", "keys")
	s.says(exitFailure, "there is no key yet: aidesk serve makes", "keys", "rotate")
	s.keyLines(secret.Generate("k1"), secret.Generate("other"), secret.Generate("k7"))
	s.says(exitFailure, "there is no store", "keys")
	s.says(exitFailure, "there is no store", "keys", "rotate")
	s.says(exitUsage, "there is a key k7 already", "keys", "new", "k7")
	if _, out := s.command("keys", "new", "2026"); !strings.HasPrefix(out, "2026:") {
		t.Error(out)
	}
	entry, _, _ := strings.Cut(s.says(exitOK, "k8:", "keys", "new"), "\n")
	if _, err := secret.Parse([]string{entry}); err != nil {
		t.Error(err)
	}
	s.keyLines("hush-hush")
	s.says(exitFailure, "want an id", "keys")
}

// TestKeysRotate changes the key as the documentation says, while aidesk runs: nothing is
// refused or lost, and in the end the old key is not needed.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	fake, proxy := faketest.Slack(t, fakeslack.Config{App: installed(t)}), newProxy(t)
	s := keysScene(t, fake)
	desk := serving(t, fake, proxy, s.config)
	one, two := s.madeKey(), secret.Generate("k2")
	s.says(exitOK, "There is no other. For a new one: aidesk keys new", "keys", "rotate")
	desk.terminate()
	sealed := s.keep(30)
	desk = serving(t, fake, proxy, s.config)
	s.keyLines(two, one)
	s.says(exitFailure, "start it again", "keys", "rotate")
	out := s.says(exitOK, "aidesk runs with the keys k1; the configuration now has k2, k1", "keys")
	if !strings.Contains(out, "the first: it seals what is new") {
		t.Error(out)
	}
	desk.terminate()
	desk = serving(t, fake, proxy, s.config)
	copied := filepath.Join(s.dir, "copy.db")
	s.says(exitOK, "The store is in", "backup", copied)
	s.says(exitOK, "it must stay until aidesk keys rotate", "keys")
	out = s.says(exitOK, "You can now remove the key k1 from "+filepath.Join(s.dir, "aidesk.key"), "keys", "rotate")
	if !strings.Contains(out, "Sealed anew with the key k2: 1 key of a workspace, 3") { // the adapter keeps values, too
		t.Error(out)
	}
	desk.wait(`"msg":"keys were rotated"`)
	s.says(exitOK, "it can be removed", "keys")
	s.says(exitOK, "You can now remove the key k1", "keys", "rotate")
	desk.terminate()
	s.keyLines(two)
	desk = serving(t, fake, proxy, s.config)
	s.says(exitOK, "There is no other", "keys", "rotate")
	desk.terminate()
	s.kept(30, sealed)
	// A backup from before wants the old key once more, and is then sealed anew as well.
	s.says(exitFailure, "the key k1 is missing", "restore", "--replace", copied)
	s.keyLines(two, one)
	s.says(exitOK, "Nothing in it runs again", "restore", "--replace", copied)
	s.says(exitOK, "You can now remove the key k1", "keys", "rotate")
	s.keyLines(two)
	s.kept(30, sealed)
	s.says(exitOK, "the first", "keys") // without one that runs
	s.keyLines(one)
	s.says(exitFailure, "the key k2 is missing", "serve")
	s.says(exitFailure, "the key k2 is missing", "keys", "rotate")
	s.says(exitOK, "missing: put it back behind the first", "keys")
	s.keyLines(secret.Generate("k2"))
	s.says(exitFailure, "the key k2 is not the one", "serve")
}

// TestKeysKilled kills the program while it rotates; the command, run again without it,
// comes to the end.
func TestKeysKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	const values = 3000
	fake, proxy := faketest.Slack(t, fakeslack.Config{App: installed(t)}), newProxy(t)
	s := keysScene(t, fake)
	serving(t, fake, proxy, s.config).terminate()
	one, two := s.madeKey(), secret.Generate("k2")
	sealed := s.keep(values)
	s.keyLines(two, one)
	for _, wait := range []time.Duration{10 * time.Millisecond, 60 * time.Millisecond} {
		desk := serving(t, fake, proxy, s.config)
		ended := make(chan string, 1)
		go func() {
			_, out := s.command("keys", "rotate", "--config", s.config)
			ended <- out
		}()
		select {
		case <-time.After(wait):
		case out := <-ended:
			t.Logf("it was quicker: %s", out)
			ended <- out
		}
		desk.kill()
		out := <-ended
		t.Logf("killed after %s: %s", wait, out)
		if strings.Contains(out, "hush") || strings.Count(out, "\n") > 3 {
			t.Errorf("got %s", out)
		}
		s.kept(values, sealed)
	}
	s.says(exitOK, "You can now remove the key k1", "keys", "rotate")
	s.keyLines(two)
	s.kept(values, sealed)
	serving(t, fake, proxy, s.config).terminate()
}
