package config

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const example = "../../../config.example.yaml"

// TestExample loads the example as a person would after copying it.
func TestExample(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) (string, bool) { return "", false }
	got, err := Parse("config.yaml", text, none)
	if err != nil {
		t.Fatal(err)
	}
	// Its limits and modes are the defaults, as its first lines say.
	got.Models, got.Bots, got.Egress = nil, nil, Egress{}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Errorf("the example differs from the defaults (-want +got):\n%s", diff)
	}
}

// unset is a key that the example shows without setting it; prose has one space after its #.
var unset = regexp.MustCompile(`(?m)^( *)#((?:  +)?(?:- )?[a-z_]+:.*)$`)

// TestExampleComplete holds the keys of the code against those of the example,
// set there or not, and sees that each stands below a comment.
func TestExampleComplete(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	whole := unset.ReplaceAll(text, []byte("$1$2"))
	d := &decoder{
		file: "config.example.yaml", positions: map[string]position{},
		env: func(string) (string, bool) { return "set", true },
	}
	root := d.parseYAML(whole)
	if root == nil {
		t.Fatalf("the example with all its keys: %v", d.faults)
	}
	d.decodeInto("", root, reflect.New(reflect.TypeFor[Config]()).Elem())

	var got []string
	for key := range d.positions {
		got = append(got, general(key))
	}
	want := keysOf("", reflect.TypeFor[Config]())
	slices.Sort(want)
	slices.Sort(got)
	got = slices.DeleteFunc(slices.Compact(got), func(key string) bool { return !slices.Contains(want, key) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys of the code missing in config.example.yaml (-want +got):\n%s", diff)
	}
	for _, fault := range d.faults {
		if strings.Contains(fault.Text, "unknown key") {
			t.Errorf("in config.example.yaml alone: %v", fault)
		}
	}
	lines := strings.Split(string(text), "\n")
	for key, at := range d.positions {
		if key != "" && slices.Contains(want, general(key)) && !explained(lines, at.line-1) {
			t.Errorf("config.example.yaml:%d: %s has no comment above", at.line, key)
		}
	}
}

// general is a key's path with * for a name that the operator chooses.
func general(key string) string {
	key = regexp.MustCompile(`\[\d+\]`).ReplaceAllString(key, "[]")
	return regexp.MustCompile(`^models\.[^.]+`).ReplaceAllString(key, "models.*")
}

// keysOf lists the paths of all keys below a type.
func keysOf(path string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Map:
		return keysOf(path+".*", t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Struct {
			return nil
		}
		return keysOf(path+"[]", t.Elem())
	case reflect.Struct:
		var all []string
		for i, name := range keys(t) {
			below := strings.TrimPrefix(path+"."+name, ".")
			all = append(append(all, below), keysOf(below, t.Field(i).Type)...)
		}
		return all
	default:
		return nil
	}
}

// explained reports whether a comment stands above the line, at once or above
// other keys of the same group.
func explained(lines []string, at int) bool {
	for at--; at >= 0; at-- {
		line := strings.TrimSpace(lines[at])
		switch {
		case strings.HasPrefix(line, "# "):
			return true
		case strings.HasPrefix(line, "#"):
			continue // a key that is not set, explained together with this one
		}
		return false
	}
	return false
}
