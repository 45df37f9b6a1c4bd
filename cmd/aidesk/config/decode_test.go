package config

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		good bool
	}{
		{"30d", 30 * day, true},
		{"12h", 12 * time.Hour, true},
		{"1d12h30m", 36*time.Hour + 30*time.Minute, true},
		{"0d", 0, true},
		{"90s", 90 * time.Second, true},
		{"36500d", 36_500 * day, true},
		{"36501d", 0, false},
		{"876001h", 0, false},
		{"30", 0, false},
		{"", 0, false},
		{"d", 0, false},
		{"-1d", 0, false},
		{"-5h", 0, false},
		{"1d-5h", 0, false},
		{"1.5d", 0, false},
		{"30 d", 0, false},
		{"1h1d", 0, false},
	}
	for _, test := range tests {
		// Through the decoder, for this is how a key of this type is read.
		var got struct {
			Keep time.Duration `yaml:"keep"`
		}
		d := &decoder{file: "f", positions: map[string]position{}}
		d.decode("", d.parseYAML([]byte(`keep: "`+test.text+`"`)), &got)
		if good := len(d.faults) == 0; good != test.good || got.Keep != test.want {
			t.Errorf("%q: got %v, faults %v; want %v", test.text, got.Keep, d.faults, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"model", "name", "base_url", "turns_at_once"}
	tests := []struct{ word, want string }{
		{"modl", "model"},
		{"mode", "model"},
		{"models", "model"},
		{"emna", ""},
		{"nam", "name"},
		{"base-url", "base_url"},
		{"baseurl", "base_url"},
		{"turn_at_onse", "turns_at_once"},
		{"persona", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got, _ := Closest(test.word, words); got != test.want {
			t.Errorf("nearest(%q) = %q; want %q", test.word, got, test.want)
		}
	}
}

// FuzzParse sees that any text is a configuration or Faults of one line each.
func FuzzParse(f *testing.F) {
	f.Add("models: {main: {provider: planner}}\nbots: [{name: desk, model: main}]\n")
	f.Add("bots:\n- name: &a desk\n  model: *a\n  <<: {}\n---\n? x\n: |\n  ${A}\n")
	f.Add("\"a\\nb\": {}\negress: {proxy: '${', allow_hosts: [!!str 1, ]}\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse("f.yaml", []byte(text), func(name string) (string, bool) { return name, name == "A" })
		if err == nil {
			return
		}
		faults, ok := errors.AsType[Faults](err)
		if !ok || len(faults) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		for _, fault := range faults {
			if fault.Line < 1 || fault.Column < 1 || fault.Text == "" || strings.ContainsAny(fault.Error(), "\n\r") {
				t.Errorf("%#v", fault)
			}
		}
	})
}
