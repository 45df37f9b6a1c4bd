package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestBackupUse is wrong use, and what cannot be done: each is one plain line, and nothing
// is made or changed.
func TestBackupUse(t *testing.T) {
	t.Parallel()
	fake := faketest.Slack(t, fakeslack.Config{App: installed(t)})
	dir := t.TempDir()
	config := served(t, dir, "socket", fake, "")
	text, file := filepath.Join(dir, "text"), filepath.Join(dir, "aidesk.db")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, dir: dir, config: config}
	fails := func(code int, words string, args ...string) {
		t.Helper()
		got, out := s.command(args...)
		if got != code || !strings.HasPrefix(out, "aidesk: ") || strings.Count(out, "\n") != 1 || !strings.Contains(out, words) {
			t.Errorf("%v: exit code %d, want %d with %q: %s", args, got, code, words, out)
		}
	}
	fails(exitUsage, "say which configuration", "backup", text)
	fails(exitUsage, "say to which file", "backup", "--config", config)
	fails(exitUsage, "unexpected argument", "backup", "--config", config, "a", "b")
	fails(exitFailure, "there is no store", "backup", "--config", config, filepath.Join(dir, "out"))
	fails(exitUsage, "say which configuration", "restore", text)
	fails(exitUsage, "say which backup", "restore", "--config", config)
	fails(exitFailure, "no such file", "restore", "--config", config, filepath.Join(dir, "missing"))
	fails(exitFailure, "not a store of aidesk", "restore", "--config", config, text)

	db, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), store.Record{Key: "key/lost", Value: []byte("check")}); err != nil {
		t.Fatal(err)
	}
	fails(exitFailure, "in use by another aidesk", "backup", "--config", config, filepath.Join(dir, "out"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	fails(exitFailure, "is there already", "backup", "--config", config, text)
	fails(exitFailure, "is there already", "backup", "--config", config, file)
	fails(exitFailure, "the folder", "backup", "--config", config, filepath.Join(dir, "none", "out"))
	out := filepath.Join(dir, "out")
	if code, text := s.command("backup", "--config", config, out); code != exitOK {
		t.Fatalf("without one that runs: %s", text)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	fails(exitFailure, "aidesk.key is missing, and the store was sealed", "restore", "--config", config, out)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was restored without its key: %v", err)
	}
	raw, err := bbolt.Open(out, 0o600, nil)
	if err == nil {
		err = errors.Join(raw.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("record")).Delete([]byte("key/lost")) }), raw.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if code, text := s.command("restore", "--config", config, out); code != exitOK || strings.Contains(text, "before-restore") {
		t.Errorf("where no store is: %d %s", code, text)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestAdminSocket: the socket is its owner's alone, one that a killed program left is
// taken over, and none is left when the program ends.
func TestAdminSocket(t *testing.T) {
	t.Parallel()
	fake, proxy := faketest.Slack(t, fakeslack.Config{App: installed(t)}), newProxy(t)
	dir := t.TempDir()
	s := &scene{t: t, dir: dir, config: served(t, dir, "socket", fake, "")}
	socket := filepath.Join(dir, "aidesk.sock")
	owned := func() {
		t.Helper()
		info, err := os.Lstat(socket)
		if err != nil || info.Mode() != fs.ModeSocket|0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
	first := serving(t, fake, proxy, s.config)
	owned()
	first.kill()
	owned() // it is still there, and nobody listens
	if code, out := s.command("backup", "--config", s.config, filepath.Join(dir, "a")); code != exitOK {
		t.Errorf("beside a socket that was left: %s", out)
	}
	second := serving(t, fake, proxy, s.config)
	owned()
	if code, out := s.command("backup", "--config", s.config, filepath.Join(dir, "b")); code != exitOK {
		t.Errorf("while it runs: %s", out)
	}
	second.wait(`"msg":"backup"`)
	second.terminate()
	if _, err := os.Lstat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestAdminSocketCut: a backup that breaks off is no backup, and one that nobody reads does
// not keep the program from ending.
func TestAdminSocketCut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.PutDocument(t.Context(), noise(8<<20)); err != nil {
		t.Fatal(err)
	}
	socket := socketFile(path)
	a, err := openAdminSocket(t.Context(), socket, db, loggerTo(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	reader, writer := io.Pipe()
	read := make(chan error, 1)
	go func() { read <- readSnapshot(t.Context(), socket, writer) }()
	if _, err := io.ReadFull(reader, make([]byte, 4096)); err != nil { // it has begun, and is read no further
		t.Fatal(err)
	}
	begun := time.Now()
	a.close()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the end took %s", took)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	err = <-read
	if err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("a cut backup: %v", err)
	}
	_ = writer.Close()
}

// noise is bytes that cannot be compressed.
func noise(n int) []byte {
	out := make([]byte, n)
	x := uint32(1)
	for i := range out {
		x = x*1664525 + 1013904223
		out[i] = byte(x >> 24)
	}
	return out
}

// TestLostStore takes the store away under the program that runs: it ends with one line,
// what it did not take in is not acknowledged, and the next start does not begin anew.
func TestLostStore(t *testing.T) {
	t.Parallel()
	for _, busy := range []bool{false, true} {
		proxy := newProxy(t)
		fake := fakeSlackIn(t, "http", proxy)
		dir := t.TempDir()
		path, file := served(t, dir, "http", fake, ""), filepath.Join(dir, "aidesk.db")
		desk := serving(t, fake, proxy, path)
		if err := os.Rename(file, file+".away"); err != nil {
			t.Fatal(err)
		}
		if busy {
			desk.ask("are you there?")
			faketest.Until(t, fake, "a refusal", func() bool {
				for _, d := range fake.Deliveries() {
					if bytes.Contains(d.Payload, []byte("are you there?")) && d.Status >= http.StatusInternalServerError {
						return true
					}
				}
				return false
			})
			if acknowledged(fake) > 0 {
				t.Error("it was acknowledged")
			}
		}
		out := desk.wait("aidesk: the store no longer works") + desk.wait("start again\n")
		<-desk.ended
		if err := desk.cmd.Wait(); err == nil || desk.cmd.ProcessState.ExitCode() != exitFailure || !strings.Contains(out, "removed or replaced while aidesk ran") {
			t.Errorf("%v: %s", err, out)
		}
		s := &scene{t: t, dir: dir, config: path}
		if code, out := s.command("serve", "--config", path); code != exitFailure || !strings.Contains(out, "aidesk: the store "+file+" is missing") || !strings.Contains(out, "restore a backup") {
			t.Errorf("%d %s", code, out)
		}
		if code, out := s.command("doctor", "--config", path); code != exitFailure || !strings.Contains(out, "✗ store: the store "+file+" is missing") {
			t.Errorf("%d %s", code, out)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it began anew: %v", err)
		}
	}
}

// TestDoctorAside: a record that was set aside is named, with what that means.
func TestDoctorAside(t *testing.T) {
	t.Parallel()
	fake := faketest.Slack(t, fakeslack.Config{App: installed(t)})
	dir := t.TempDir()
	path, file := served(t, dir, "socket", fake, ""), filepath.Join(dir, "aidesk.db")
	db, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Ingest(t.Context(), store.Event{ID: "e", Conversation: "c", Body: []byte("hello")}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, bytes.ReplaceAll(data, []byte("hello"), []byte("hellp")), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, dir: dir, config: path}
	if code, out := s.command("doctor", "--config", path); code != exitOK || !strings.Contains(out, "! a record of the store is damaged (inbox 0000000000000001, since ") || !strings.Contains(out, "its member has to ask again") {
		t.Errorf("%d %s", code, out)
	}
}
