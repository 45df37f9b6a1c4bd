package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Env looks up an environment variable, as os.LookupEnv does.
type Env func(name string) (value string, set bool)

// Load reads and checks the file at path. The error is a Faults when the file was
// read but is wrong. A file that holds a secret and that others than its owner may
// read is said to warn, in one line; a nil warn drops it.
func Load(path string, env Env, warn func(line string)) (Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, fmt.Errorf("%s: no such file; copy config.example.yaml there and fill it in", path)
	}
	if err != nil {
		return Config{}, fmt.Errorf("reading the configuration: %w", err)
	}
	c, literal, err := parse(path, text, env)
	if err != nil {
		return Config{}, err
	}
	if literal && warn != nil && runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			warn(fmt.Sprintf("%s: holds a secret and others on this machine may read it; run chmod 600 %s, or move the secret to ${NAME} or a *_file key", path, path))
		}
	}
	return c, nil
}

// Parse checks a configuration that was already read. The name stands in faults,
// and its folder is the one that relative paths in the text are joined to. The
// error, if any, is a Faults.
func Parse(name string, text []byte, env Env) (Config, error) {
	c, _, err := parse(name, text, env)
	return c, err
}

// parse also reports whether a secret stands in the text itself.
func parse(name string, text []byte, env Env) (c Config, literal bool, err error) {
	d := &decoder{file: name, dir: filepath.Dir(name), env: env, at: map[string]place{}}
	c = Default()
	if root := d.tree(text); root != nil {
		d.value("", root, &c)
	}
	d.check(&c)
	if err := d.faults.sorted(); err != nil {
		return Config{}, false, err
	}
	return c, d.literal, nil
}

// tree parses the text into its one document, nil when it is empty or no YAML.
func (d *decoder) tree(text []byte) ast.Node {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		// The error's own text quotes the lines around it, secrets and all.
		if wrong, ok := errors.AsType[yaml.Error](err); ok && wrong.GetToken() != nil {
			d.faultAtf(placeAt(wrong.GetToken()), "", "not YAML: %s", wrong.GetMessage())
		} else {
			d.faultf("", "not YAML")
		}
		return nil
	}
	var root ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case root != nil:
			d.faultAtf(placeOf(doc.Body), "", "a second document begins here; keep one")
		default:
			root = doc.Body
		}
	}
	return root
}
