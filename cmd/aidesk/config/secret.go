package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// Secret is a string that shows itself as *** wherever it is printed, logged or
// encoded.
type Secret string

const hidden = "***"

// Reveal is the secret itself, for the one place that sends it.
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

// secret fills a secret from the file that its _file key names.
func (d *decoder) secret(key string, target, file reflect.Value) {
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
		d.faultf(key+"_file", "%s", unread(err))
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

// unread says of a failed read what and why, without the name of the system call.
func unread(err error) string {
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("cannot read %s: %v", wrong.Path, wrong.Err)
	}
	return err.Error()
}

// holdsSecret reports whether a value would do harm in others' hands.
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
