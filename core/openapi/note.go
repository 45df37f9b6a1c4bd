package openapi

import (
	"fmt"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// Levels of a Note.
const (
	levelInfo  = "info"
	levelWarn  = "warn"
	levelError = "error"
)

// notes collects findings, each place and code once, up to a limit.
type notes struct {
	all   []Note
	seen  map[Note]bool
	limit int
}

func (n *notes) addf(level, code, at, format string, args ...any) {
	note := Note{Level: level, Code: code, Message: plaintext.OneLine(fmt.Sprintf(format, args...)), Where: where(at)}
	if n.seen[note] {
		return
	}
	if n.seen == nil {
		n.seen = map[Note]bool{}
	}
	if len(n.all) >= n.limit {
		if len(n.all) == n.limit {
			n.all = append(n.all, Note{Level: levelWarn, Code: "more-notes", Message: "there are more notes than are shown"})
		}
		return
	}
	n.seen[note] = true
	n.all = append(n.all, note)
}

// lossy reports whether something was lost: whether a note is above "info".
func (n *notes) lossy() bool {
	for _, note := range n.all {
		if note.Level != levelInfo {
			return true
		}
	}
	return false
}

func where(at string) string {
	if at == "" {
		return ""
	}
	return "#" + plaintext.Clip(at, 300)
}

// Infof notes a repair that loses nothing, Warnf one that loses a part. What
// stands in a path goes to the operation that is being read, everything else,
// which several operations may share, to the document.
func (r *reader) Infof(code, at, format string, args ...any) {
	r.notef(levelInfo, code, at, format, args...)
}

func (r *reader) Warnf(code, at, format string, args ...any) {
	r.notef(levelWarn, code, at, format, args...)
}

func (r *reader) notef(level, code, at, format string, args ...any) {
	to := r.notes
	if at != "" && !strings.HasPrefix(at, "/paths/") {
		to = &r.general
	}
	to.addf(level, code, at, format, args...)
}
