package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Log writes one line of JSON per request. It may be shared by several sites.
// Its keys: time, plugin, method, path, query, status, request_body,
// response_body; fault, when the server failed. Bodies stand in full up to
// [MaxBody] bytes; of a longer one stands the beginning, and request_cut or
// response_cut is true. Of a picture only type and size stand.
type Log struct {
	mu sync.Mutex
	w  io.Writer
}

// NewLog makes a log that writes to w, or nowhere when w is nil. A w that is a
// *Log is returned itself, so that sites that share it take turns.
func NewLog(w io.Writer) *Log {
	if log, ok := w.(*Log); ok {
		return log
	}
	return &Log{w: w}
}

// Write writes p as it is, while no other line is being written.
func (l *Log) Write(p []byte) (int, error) {
	if l.w == nil {
		return len(p), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.w.Write(p)
	if err != nil {
		return n, fmt.Errorf("write the log: %w", err)
	}
	return n, nil
}

type line struct {
	Time         time.Time `json:"time"`
	Plugin       string    `json:"plugin"`
	Method       string    `json:"method"`
	Path         string    `json:"path"`
	Query        string    `json:"query"`
	Status       int       `json:"status"`
	RequestBody  string    `json:"request_body"`
	RequestCut   bool      `json:"request_cut,omitempty"`
	ResponseBody string    `json:"response_body"`
	ResponseCut  bool      `json:"response_cut,omitempty"`
	Fault        string    `json:"fault,omitempty"`
}

func (l *Log) write(plugin string, at time.Time, r *http.Request, body []byte, rec *recorder) {
	if l.w == nil {
		return
	}
	v := line{
		Time: at.UTC(), Plugin: plugin, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		Status: rec.status, RequestBody: string(body), Fault: rec.fault,
		RequestCut:  rec.status == http.StatusRequestEntityTooLarge,
		ResponseCut: rec.body.Len() > MaxBody,
	}
	answer := rec.body.Bytes()
	if kind := rec.header.Get("Content-Type"); strings.HasPrefix(kind, "image/") {
		v.ResponseBody, v.ResponseCut = fmt.Sprintf("(%s, %d bytes)", kind, len(answer)), false
	} else {
		v.ResponseBody = string(answer[:min(len(answer), MaxBody)])
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) == nil {
		_, _ = l.Write(b.Bytes()) // a full disk under the log is no reason to refuse an answer
	}
}

// recorder is an [http.ResponseWriter] that holds an answer until it has been logged.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
	fault  string
}

func newRecorder() *recorder { return &recorder{header: http.Header{}, status: http.StatusOK} }

// Header is the header of the answer.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader sets the status.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write adds to the body.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func (r *recorder) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes()) // the caller may be gone; the log has it
}
