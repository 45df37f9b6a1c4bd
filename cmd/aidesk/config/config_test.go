package config_test

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/cmd/aidesk/config"
)

var update = flag.Bool("update", false, "write what was got into the files of testdata")

// TestLoad reads one file a case. Its want is the configuration as YAML, or the
// faults, a line each; its env holds the environment.
func TestLoad(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			home, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			if err := txtar.Write(archive, "."); err != nil {
				t.Fatal(err)
			}
			got := outcome(t, environment(t))
			want := &archive.Files[len(archive.Files)-1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(filepath.Join(home, name), txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got, "hush-hush") {
				t.Error("a secret stands in a fault")
			}
		})
	}
}

// outcome loads config.yaml of the working folder.
func outcome(t *testing.T, env config.Env) string {
	t.Helper()
	c, err := config.Load("config.yaml", env, nil)
	if err != nil {
		if _, ok := errors.AsType[config.Faults](err); !ok {
			t.Errorf("the error is a %T; want Faults", err)
		}
		return err.Error() + "\n"
	}
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// environment reads the file env of the working folder, NAME=value on each line.
func environment(t *testing.T) config.Env {
	t.Helper()
	text, err := os.ReadFile("env")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[name] = value
	}
	return func(name string) (string, bool) {
		value, set := values[name]
		return value, set
	}
}

func TestLoadMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := config.Load("config.yaml", os.LookupEnv, nil)
	want := "config.yaml: no such file; copy config.example.yaml there and fill it in"
	if err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}

// TestSecret fills a key in each way and prints it in every way.
func TestSecret(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("model.key", []byte("hush-hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KEY", "hush-hush")
	for _, line := range []string{`api_key: hush-hush`, `api_key: "${KEY}"`, `api_key_file: model.key`} {
		text := "models: {main: {provider: openai-chat, model: m, base_url: 'http://localhost/v1', " + line + "}}\nbots: [{name: desk, model: main}]\n"
		c, err := config.Parse("config.yaml", []byte(text), os.LookupEnv)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		main := c.Models["main"]
		if main.APIKey.Reveal() != "hush-hush" {
			t.Errorf("%s: the key is %q", line, main.APIKey.Reveal())
		}
		var logged strings.Builder
		slog.New(slog.NewTextHandler(&logged, nil)).Info("m", "key", main.APIKey, "model", main)
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("m", "key", main.APIKey, "model", main)
		shown := logged.String() + fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, main.APIKey, main.APIKey, main.APIKey)
		if strings.Contains(shown, "hush") || strings.Contains(shown, fmt.Sprintf("%x", "hush")) {
			t.Errorf("%s: printed as %s", line, shown)
		}
	}
	if got := config.Secret("").String(); got != "" {
		t.Errorf("no secret is shown as %q", got)
	}
}

// TestLoadWarns of files that hold a secret and that others may read.
func TestLoadWarns(t *testing.T) {
	const bot = "bots: [{name: desk, model: main}]\n"
	const server = "models: {main: {provider: openai-chat, model: m, base_url: 'http://localhost/v1'"
	tests := []struct {
		name, text string
		mode       os.FileMode
		warns      bool
	}{
		{"a literal key", server + ", api_key: hush-hush}}\n" + bot, 0o644, true},
		{"readable by the group", server + ", api_key: hush-hush}}\n" + bot, 0o640, true},
		{"the owner's alone", server + ", api_key: hush-hush}}\n" + bot, 0o600, false},
		{"a key from the environment", server + ", api_key: '${KEY}'}}\n" + bot, 0o644, false},
		{"no key", server + ", api_key: ''}}\n" + bot, 0o644, false},
		{"a password in a URL", server + "}}\n" + bot + "egress: {proxy: 'http://me:hush-hush@proxy.example:80'}\n", 0o644, true},
		{"a URL without", server + "}}\n" + bot + "egress: {proxy: 'http://proxy.example:80'}\n", 0o644, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv("KEY", "hush-hush")
			if err := os.WriteFile("config.yaml", []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod("config.yaml", test.mode); err != nil {
				t.Fatal(err)
			}
			var warned []string
			_, err := config.Load("config.yaml", os.LookupEnv, func(line string) { warned = append(warned, line) })
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			if test.warns {
				want = []string{"config.yaml: holds a secret and others on this machine may read it; run chmod 600 config.yaml, or move the secret to ${NAME} or a *_file key"}
			}
			if diff := cmp.Diff(want, warned); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
