package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrongUse(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"serve"}, `unexpected argument "serve"`},
		{[]string{"--port", "1"}, "flag provided but not defined: -port"},
		{[]string{"--seed", "-1"}, `invalid value "-1" for flag -seed`},
		{[]string{"--listen", "localhost"}, `--listen "localhost" is not host:port`},
		{[]string{"--listen", "localhost:http"}, "no usable port"},
		{[]string{"--listen", "localhost:65533"}, "no usable port"},
		{[]string{"--listen"}, "flag needs an argument"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), c.args, &out, &errs)
		if code != 2 || out.Len() > 0 || strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%v: exit %d, %s%s", c.args, code, out.String(), errs.String())
		}
	}
}

func TestHelp(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"--help"}, &out, &errs); code != 0 || out.String() != usage || errs.Len() > 0 {
		t.Errorf("exit %d, %s%s", code, out.String(), errs.String())
	}
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "todo.json")
	if err := os.WriteFile(file, []byte("["), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--dir", dir}, "todo.json is broken"},
		{[]string{"--dir", file}, "todo.json"},
		{[]string{"--log", filepath.Join(dir, "none", "log")}, "open the log"},
		{[]string{"--listen", "256.0.0.1:0"}, "choose another port"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), c.args, &out, &errs); code != 1 || !strings.Contains(errs.String(), c.says) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%v: exit %d, %s", c.args, code, errs.String())
		}
	}
}

func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log := filepath.Join(t.TempDir(), "log")
	out, w := io.Pipe()
	var errs bytes.Buffer
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, []string{"--seed", "4", "--log", log}, w, &errs)
		_ = w.Close()
	}()
	address := regexp.MustCompile(`^(\w+) +(http://127\.0\.0\.1:\d+)$`)
	var names []string
	lines := bufio.NewScanner(out)
	for len(names) < 4 && lines.Scan() {
		m := address.FindStringSubmatch(lines.Text())
		if m == nil {
			t.Fatalf("printed %q", lines.Text())
		}
		names = append(names, m[1])
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, m[2]+"/.well-known/ai-plugin.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || !strings.Contains(string(text), `"name_for_model":"`+m[1]+`"`) {
			t.Errorf("%s serves %s, %v", m[2], text, err)
		}
	}
	if diff := cmp.Diff([]string{"stays", "todo", "handbook", "scores"}, names); diff != "" {
		t.Error(diff)
	}
	stop()
	if code := <-exit; code != 0 || errs.Len() > 0 {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	text, err := os.ReadFile(log)
	if err != nil || strings.Count(string(text), "\n") != 4 {
		t.Errorf("the log holds %s, %v", text, err)
	}
}

func TestAddresses(t *testing.T) {
	for first, want := range map[string][]string{
		"127.0.0.1:0": {"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"},
		"[::1]:4000":  {"[::1]:4000", "[::1]:4001", "[::1]:4002"},
		":65533":      {":65533", ":65534", ":65535"},
	} {
		got, err := addresses(first, 3)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", first, err, diff)
		}
	}
}
