package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"aidesk/store"
)

// exportedHead and exportedTail are what stands before and behind the fields of a Line in an
// export, which are there byte for byte as they are signed.
type exportedHead struct {
	Scope string `json:"scope"`
	Seq   uint64 `json:"n"`
}

type exportedTail struct {
	Key     string            `json:"key,omitempty"` // with which it is signed
	Link    string            `json:"link"`          // hexadecimal
	Names   map[string]string `json:"names,omitempty"`
	Damaged bool              `json:"damaged,omitempty"`
}

// Exported says which lines of a scope were exported.
type Exported struct {
	Scope       string
	First, Last uint64 // zero: none
	Lines       int
}

// Export writes the lines of a scope behind a number, the oldest first, as JSON Lines. The
// keys of an object always come in the same order.
func Export(ctx context.Context, j store.Journal, scope string, after uint64, w io.Writer) (Exported, error) {
	done := Exported{Scope: scope}
	out := bufio.NewWriterSize(w, 1<<16)
	var failed error
	err := j.AuditsAfter(ctx, scope, after, func(a store.Audit) bool {
		var text []byte
		if text, failed = exportLine(a); failed == nil {
			_, failed = out.Write(append(text, '\n'))
		}
		if failed != nil {
			return false
		}
		if done.Lines++; done.First == 0 {
			done.First = a.Seq
		}
		done.Last = a.Seq
		return true
	})
	if err == nil {
		err = failed
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return done, fmt.Errorf("exporting the audit of %s: %w", scope, err)
	}
	return done, nil
}

// exportLine writes one line as an object. A body that has a version is what stands in an
// export, and is not read: there are many.
func exportLine(a store.Audit) ([]byte, error) {
	head, err := json.Marshal(exportedHead{a.Scope, a.Seq})
	if err != nil {
		return nil, err
	}
	tail := exportedTail{Key: a.Key, Link: hex.EncodeToString(a.Link), Names: namesOf(a), Damaged: a.Damaged}
	body := a.Body
	if !a.Damaged && !bytes.HasPrefix(body, []byte(versioned)) {
		l, err := ReadStored(a)
		tail.Damaged, body = err != nil, l.Encode()
	}
	if tail.Damaged {
		body = nil
	}
	end, err := json.Marshal(tail)
	if err != nil {
		return nil, err
	}
	// The three objects become one.
	text := slices.Concat(head[:len(head)-1], []byte{','})
	if len(body) > 2 {
		text = append(append(text, body[1:len(body)-1]...), ',')
	}
	return append(text, end[1:]...), nil
}

// exportedLine is what is read of a line of an export.
type exportedLine struct {
	exportedHead
	exportedTail
}

// maxExported bounds a line of an export that is read, in bytes.
const maxExported = 1 << 20

// ReadExport calls fn with scope, number and link of each line of an export.
func ReadExport(r io.Reader, fn func(scope string, seq uint64, link []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), maxExported)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var l exportedLine
		err := json.Unmarshal(lines.Bytes(), &l)
		link, bad := hex.DecodeString(l.Link)
		if err != nil || bad != nil || l.Scope == "" || l.Seq == 0 {
			return fmt.Errorf("line %d is none that aidesk audit export wrote", n)
		}
		if err := fn(l.Scope, l.Seq, link); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

// Ends are the numbers and links of the newest lines of an export, by scope.
func Ends(r io.Reader) (map[string]End, error) {
	ends := map[string]End{}
	err := ReadExport(r, func(scope string, seq uint64, link []byte) error {
		if seq > ends[scope].Seq {
			ends[scope] = End{seq, link}
		}
		return nil
	})
	return ends, err
}

// End is a line of an audit by its number and what it is linked with.
type End struct {
	Seq  uint64 `json:"n"`
	Link []byte `json:"link"`
}

// Scopes are the scopes of some ends, in their order.
func Scopes(ends map[string]End) []string { return slices.Sorted(maps.Keys(ends)) }
