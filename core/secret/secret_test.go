package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// entry is a key of one byte, 32 times.
func entry(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func ring(t testing.TB, entries ...string) *Ring {
	t.Helper()
	r, err := Parse(entries)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealOpen(t *testing.T) {
	r := ring(t, Generate("k1"))
	rapid.Check(t, func(t *rapid.T) {
		path, value := rapid.String().Draw(t, "path"), rapid.SliceOf(rapid.Byte()).Draw(t, "value")
		sealed, err := r.Seal(path, value)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(sealed, "v1.k1.") || len(value) > 3 && strings.Contains(sealed, string(value)) {
			t.Fatalf("sealed as %q", sealed)
		}
		got, err := r.Open(path, sealed)
		if err != nil || !bytes.Equal(got, value) {
			t.Fatalf("opened as %q, %v", got, err)
		}
		if _, err := r.Open(path+"x", sealed); !errors.Is(err, ErrForged) {
			t.Fatalf("under another path: %v", err)
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		with := rapid.SampledFrom([]string{"", "A", "B", "-", "=", "\n", ".", "1"}).Draw(t, "with")
		if forged := sealed[:at] + with + sealed[at+1:]; forged != sealed {
			if _, err := r.Open(path, forged); err == nil {
				t.Fatalf("%q opens too", forged)
			}
		}
	})
}

// TestNonce: the same value is never sealed to the same text.
func TestNonce(t *testing.T) {
	r := ring(t, Generate("k1"))
	seen := map[string]bool{}
	for range 1000 {
		sealed, err := r.Seal("p", []byte("same"))
		if err != nil || seen[sealed] {
			t.Fatalf("%q again, %v", sealed, err)
		}
		seen[sealed] = true
	}
}

func TestRotation(t *testing.T) {
	old, next := Generate("k1"), Generate("k2")
	first, both, later := ring(t, old), ring(t, next, old), ring(t, next)
	sealed, err := first.Seal("p", []byte("hush"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := both.Open("p", sealed); err != nil || string(got) != "hush" {
		t.Errorf("with both keys: %q, %v", got, err)
	}
	if _, err := later.Open("p", sealed); !errors.Is(err, ErrLocked) {
		t.Errorf("without the old key: %v", err)
	}
	anew, err := both.Seal("p", []byte("hush"))
	if err != nil || !strings.HasPrefix(anew, "v1.k2.") {
		t.Errorf("sealed with %q, %v; want the first key", anew, err)
	}
	if _, err := first.Open("p", anew); !errors.Is(err, ErrLocked) {
		t.Errorf("without the new key: %v", err)
	}
	// Another key under the same id is noticed, and so is the id of another key.
	if _, err := ring(t, Generate("k1")).Open("p", sealed); !errors.Is(err, ErrForged) {
		t.Errorf("with another key of the same id: %v", err)
	}
	same := strings.TrimPrefix(old, "k1:")
	if _, err := ring(t, "k9:"+same).Open("p", strings.Replace(sealed, ".k1.", ".k9.", 1)); !errors.Is(err, ErrForged) {
		t.Errorf("under another id: %v", err)
	}
}

func TestNoKeys(t *testing.T) {
	var none *Ring
	if _, err := none.Seal("p", nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("Seal: %v", err)
	}
	if _, err := none.Open("p", "v1.k1.AAAA"); !errors.Is(err, ErrNoKey) {
		t.Errorf("Open: %v", err)
	}
	if _, err := Parse(nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("Parse: %v", err)
	}
	if got := none.Checks(); len(got) != 0 {
		t.Errorf("Checks: %v", got)
	}
}

func TestOpenForged(t *testing.T) {
	r := ring(t, entry("k1", 1))
	for _, sealed := range []string{
		"", "hush", "v1", "v1.", "v1.k1", "v1.k1.", "v1.k1.AAAA", "v1.K1.AAAA", "v2.k1.AAAA", "v1..AAAA",
		"v1.k1.!", "v1.k1." + strings.Repeat("A", 100), "v1.k1.a.b", "\x00", "v1.k1.AAAA\n",
	} {
		if got, err := r.Open("p", sealed); !errors.Is(err, ErrForged) {
			t.Errorf("%q: %q, %v", sealed, got, err)
		}
	}
}

func TestParse(t *testing.T) {
	good := strings.TrimPrefix(entry("", 0xff), ":")
	tests := []struct {
		name    string
		entries []string
		fault   string // in the error; empty: it is good
	}{
		{"one", []string{"k1:" + good}, ""},
		{"blanks around", []string{" k1:" + good + "\n"}, ""},
		{"without padding", []string{"k1:" + strings.TrimRight(good, "=")}, ""},
		{"the URL alphabet", []string{"k1:" + strings.ReplaceAll(good, "/", "_")}, ""},
		{"two", []string{"k2:" + good, entry("k-1_a", 1)}, ""},
		{"no id", []string{good}, "key 1: want an id"},
		{"an empty id", []string{":" + good}, "key 1: want an id"},
		{"a wrong id", []string{"K1:" + good}, "key 1: want an id"},
		{"a dot", []string{"k.1:" + good}, "key 1: want an id"},
		{"a long id", []string{strings.Repeat("k", 33) + ":" + good}, "key 1: want an id"},
		{"a passphrase", []string{entry("k1", 1), "k2:correct horse battery staple"}, "key 2: want an id"},
		{"31 bytes", []string{"k1:" + base64.StdEncoding.EncodeToString(make([]byte, 31))}, "key 1: want an id"},
		{"33 bytes", []string{"k1:" + base64.StdEncoding.EncodeToString(make([]byte, 33))}, "key 1: want an id"},
		{"empty", []string{""}, "key 1: want an id"},
		{"one id twice", []string{"k1:" + good, entry("k1", 1)}, "key 2: another key before it has this id"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.entries)
			if test.fault == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if fault, ok := errors.AsType[*Fault](err); !ok || !strings.HasPrefix(err.Error(), test.fault) {
				t.Fatalf("got %v (%v); want %s", err, fault, test.fault)
			}
			for _, e := range test.entries {
				if _, text, _ := strings.Cut(e, ":"); text != "" && strings.Contains(err.Error(), text) {
					t.Errorf("the error quotes an entry: %v", err)
				}
			}
		})
	}
}

func TestChecks(t *testing.T) {
	a, b := ring(t, entry("k1", 1), entry("k2", 2)), ring(t, entry("k1", 1), entry("k2", 3))
	one, other := a.Checks(), b.Checks()
	if len(one) != 2 || len(one["k1"]) != 32 || one["k1"] != other["k1"] || one["k2"] == other["k2"] {
		t.Errorf("%v and %v", one, other)
	}
}

// TestShown prints a ring in every way.
func TestShown(t *testing.T) {
	r := ring(t, entry("k1", 'x'), entry("k2", 'y'))
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "ring", r)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "ring", r)
	shown := log.String() + fmt.Sprintf("%v %+v %#v %s", r, r, r, r)
	for _, part := range []string{"xxx", "eHh4", "787878", "120 120"} {
		if strings.Contains(shown, part) {
			t.Errorf("a key is shown: %s", shown)
		}
	}
	if r.String() != "keys k1, k2" || (*Ring)(nil).String() != "no keys" {
		t.Errorf("shown as %q and %q", r, (*Ring)(nil))
	}
}

// TestForm pins the form of what is sealed: what stands in stores must open for ever.
func TestForm(t *testing.T) {
	const sealed = "v1.k1.QStrKgCTgnr7ggz_V83nEM7DFaRHRZi6IoN6vGu29PhipEFmOw"
	got, err := ring(t, entry("k1", 7)).Open("kept/desk/slack/watermark", sealed)
	if err != nil || string(got) != "hush-hush" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	r := ring(t, entry("k-1_a", 1))
	empty, err := r.Seal("p", nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		empty: "k-1_a", "": "", "v1": "", "v1.k1.": "", "v1.k1.AAAA": "", "hush": "",
		"w1" + empty[2:]: "", empty + "=": "", empty + "\n": "", " " + empty: "", `"` + empty + `"`: "",
		"v1.K1." + strings.Repeat("A", 40): "", "v1.k1." + strings.Repeat("A", 40): "k1", "v1.k1." + strings.Repeat("A", 36): "",
	} {
		if got, ok := KeyOf(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, ok, want)
		}
	}
	if got := r.First(); got != "k-1_a" {
		t.Errorf("the first is %q", got)
	}
	if got := (*Ring)(nil).First(); got != "" {
		t.Errorf("the first of none is %q", got)
	}
}

// FuzzOpen opens anything without a panic, and nothing that was not sealed.
func FuzzOpen(f *testing.F) {
	r := ring(f, entry("k1", 1))
	sealed, err := r.Seal("p", []byte("hush"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("p", "v1.k1.AAAA")
	f.Add("", "v1.k2.")
	f.Add("p", sealed)
	f.Fuzz(func(t *testing.T, path, text string) {
		got, err := r.Open(path, text)
		if err == nil && (path != "p" || string(got) != "hush") {
			t.Errorf("%q opens under %q as %q", text, path, got)
		}
		if id, ok := KeyOf(text); ok && !strings.HasPrefix(text, "v1."+id+".") || err == nil && !ok {
			t.Errorf("%q is said to be sealed with %q, %v", text, id, ok)
		}
	})
}

// FuzzParse takes any entries without a panic and never quotes one.
func FuzzParse(f *testing.F) {
	f.Add(entry("k1", 1), "k2:x")
	f.Add(":", "")
	f.Fuzz(func(t *testing.T, a, b string) {
		r, err := Parse([]string{a, b})
		if err != nil {
			if len(a) > 40 && strings.Contains(err.Error(), a) {
				t.Errorf("quoted: %v", err)
			}
			return
		}
		sealed, err := r.Seal("p", []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Open("p", sealed); err != nil || string(got) != "x" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	r, value := ring(b, Generate("k1")), make([]byte, 200)
	for b.Loop() {
		if _, err := r.Seal("event/desk/slack/T1/e1/token", value); err != nil {
			b.Fatal(err)
		}
	}
}
