package recordtest_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.etcd.io/bbolt"
)

// prelude is what stands before the JSON head of a value: version, checksum, and the
// length of the head.
const prelude = 9

// dump is everything in a store's file as text: a line for each key, with what does not
// change from run to run of its value.
func dump(t *testing.T, path string) string {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	must(t, err)
	defer db.Close()
	var out strings.Builder
	must(t, db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			fmt.Fprintf(&out, "== %s\n", name)
			lines := dumpBucket(string(name), b)
			slices.Sort(lines)
			out.WriteString(strings.Join(lines, ""))
			return nil
		})
	}))
	return out.String()
}

func dumpBucket(name string, b *bbolt.Bucket) []string {
	var lines []string
	_ = b.ForEach(func(key, value []byte) error {
		if value == nil {
			lines = append(lines, dumpBucket(name, b.Bucket(key))...)
			return nil
		}
		lines = append(lines, nameless(readable(key)+valueText(name, value)))
		return nil
	})
	return lines
}

// valueText is the head and the body of a value.
func valueText(bucket string, value []byte) string {
	if len(value) < prelude {
		return fmt.Sprintf(" %d bytes\n", len(value))
	}
	n := min(int(binary.BigEndian.Uint32(value[5:])), len(value)-prelude)
	head, body := value[prelude:prelude+n], value[prelude+n:]
	var out strings.Builder
	if bucket == "meta" || len(head) == 0 {
		out.WriteString(" no head")
	} else {
		out.WriteString(" " + compact(decoded(head)))
	}
	switch {
	case len(body) == 0:
	case json.Valid(body):
		out.WriteString("\n" + pretty(decoded(body)))
		return out.String()
	case strings.HasPrefix(string(body), "v1."), printable(body):
		out.WriteString(" " + string(body))
	default:
		out.WriteString(" a body")
	}
	return out.String() + "\n"
}

// readable is a key as text: a name that stands behind its length, or the text at the
// end; what is neither is a time or a number.
func readable(key []byte) string {
	if printable(key) {
		return string(key)
	}
	if len(key) > 2 {
		if n := int(binary.BigEndian.Uint16(key)); n > 3 && 2+n <= len(key) && printable(key[2:2+n]) {
			return fmt.Sprintf("[%s] and %d bytes", key[2:2+n], len(key)-2-n)
		}
	}
	at := len(key)
	for at > 0 && printable(key[at-1:at]) {
		at--
	}
	if len(key)-at < 4 || at < 8 { // what looks like text belongs to the number
		at = min(8, len(key))
	}
	return fmt.Sprintf("%d bytes and %s", at, strings.Map(func(r rune) rune {
		if r < ' ' {
			return '·'
		}
		return r
	}, string(key[at:])))
}

func printable(text []byte) bool {
	return !slices.ContainsFunc([]rune(string(text)), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) })
}

var (
	numbered = regexp.MustCompile(`<([A-Z]+)-\d+>`)
	linked   = regexp.MustCompile(`("(?:link|seal)":\s?)"[A-Za-z0-9+/=]+"`)
	signed   = regexp.MustCompile(`("key":\s?"|audit-key/)a[a-z0-9]{9}\b`)
	measured = regexp.MustCompile(`("(?:took|ms|nanos)":\s?)\d+`)
)

// nameless is a text in which what changes has the name of its kind: records stand in the
// order of keys that do.
func nameless(text string) string {
	text = signed.ReplaceAllString(linked.ReplaceAllString(text, `${1}"<LINK>"`), "${1}<KEY>")
	return measured.ReplaceAllString(numbered.ReplaceAllString(names{}.plain(text), "<$1>"), "${1}0")
}
