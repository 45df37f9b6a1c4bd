package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"

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

// Read decodes another file of YAML into target, a pointer to what Config could be made of or
// hold; any value of YAML fits a field of type any, as JSON has it, numbers as json.Number.
// Nothing is filled in from the environment. Check is called after it and adds faults at
// keys, such as [2].want. The error, if any, is a Faults.
func Read(name string, text []byte, target any, check func(faultf func(key, format string, args ...any))) error {
	d := &decoder{file: name, dir: filepath.Dir(name), positions: map[string]position{}}
	if root := d.parseYAML(text); root != nil {
		d.decode("", root, target)
	}
	check(d.faultf)
	return d.faults.sorted()
}

// parse also reports whether the text itself contains a secret.
func parse(name string, text []byte, env Env) (c Config, literal bool, err error) {
	d := &decoder{file: name, dir: filepath.Dir(name), env: env, positions: map[string]position{}}
	c = Default()
	if root := d.parseYAML(text); root != nil {
		d.decode("", root, &c)
	}
	d.check(&c)
	if err := d.faults.sorted(); err != nil {
		return Config{}, false, err
	}
	return c, d.holdsSecret, nil
}

// parseYAML parses the text into its one document, nil when it is empty or no YAML.
func (d *decoder) parseYAML(text []byte) ast.Node {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		// The error's own text quotes the lines around it, secrets and all.
		if wrong, ok := errors.AsType[yaml.Error](err); ok && wrong.GetToken() != nil {
			d.faultAtf(tokenPosition(wrong.GetToken()), "", "not YAML: %s", wrong.GetMessage())
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
			d.faultAtf(positionOf(doc.Body), "", "a second document begins here; keep one")
		default:
			root = doc.Body
		}
	}
	return root
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces each ${NAME} of a value by the environment's, once: what it
// brings in is not expanded again. It reports false after a fault.
func (d *decoder) expand(key, text string) (string, bool) {
	if d.env == nil {
		return text, true
	}
	var out strings.Builder
	var unset []string
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			out.WriteString(text)
			break
		}
		if plain, escaped := strings.CutSuffix(before, "$"); escaped {
			out.WriteString(plain + "${")
			text = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !variable.MatchString(name) {
			d.faultf(key, "want ${NAME}, a name of letters, digits and underscores; a plain ${ is written $${")
			return "", false
		}
		value, set := d.env(name)
		if !set {
			unset = append(unset, name)
		}
		out.WriteString(before + value)
		text = after
	}
	if unset != nil {
		d.faultf(key, "not set in the environment: %s", strings.Join(unset, ", "))
		return "", false
	}
	return out.String(), true
}

// Secret is a string that shows itself as *** wherever it is printed, logged or
// encoded.
type Secret string

const hidden = "***"

// Reveal returns the secret itself, for the place that sends it.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret; an empty one shows as empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from JSON, YAML and log/slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// readSecretFile fills a secret from the file that its _file key names.
func (d *decoder) readSecretFile(key string, target, file reflect.Value) {
	name := file.String()
	if name == "" {
		return
	}
	if target.String() != "" {
		d.faultf(key+"_file", "%s is set too; keep one of them", key)
		return
	}
	path := d.path(name)
	text, err := os.ReadFile(path)
	if err != nil {
		d.faultf(key+"_file", "%s", readError(err))
		return
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		d.faultf(key+"_file", "%s is empty; it should hold the secret and nothing else", path)
		return
	}
	file.SetString(path)
	target.SetString(secret)
}

// readError returns what could not be read and why, without the name of the system call.
func readError(err error) string {
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("cannot read %s: %v", wrong.Path, wrong.Err)
	}
	return err.Error()
}

// holdsSecret reports whether a value is a secret: a Secret, or a URL with a password.
func holdsSecret(t reflect.Type, text string) bool {
	if t == reflect.TypeFor[Secret]() {
		return text != ""
	}
	address, err := url.Parse(text)
	if err != nil {
		return false
	}
	_, secret := address.User.Password()
	return secret
}

// path joins a path of the configuration to its folder.
func (d *decoder) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.dir, name)
}
