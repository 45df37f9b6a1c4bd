package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"aidesk/core/model"
)

// maxLine is the longest line of a stream.
const maxLine = 4 << 20

// tooLarge is the error of an event that no server means.
func tooLarge() error {
	return &model.Error{Kind: model.Protocol, Message: "the server sent an event that is too large"}
}

// events rewrites a stream of server-sent events so that no library's reader
// loses one: one line of data for each event, none without a name where names are
// wanted, and no line that begins like an error, which one reader drops when
// comments came before it or when the error is null. What is not complete at the
// end of the stream is dropped.
type events struct {
	lines *bufio.Reader
	named bool
	data  []byte // lines of the event so far
	fault bool   // the event is called error
	out   []byte
	err   error
}

func newEvents(r io.Reader, named bool) *events {
	return &events{lines: bufio.NewReaderSize(r, 16<<10), named: named}
}

// Read gives the rewritten stream.
func (e *events) Read(p []byte) (int, error) {
	for len(e.out) == 0 && e.err == nil {
		e.next()
	}
	if len(e.out) == 0 {
		return 0, e.err
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// next reads one line.
func (e *events) next() {
	line, err := e.line()
	e.err = err
	if err != nil && !errors.Is(err, io.EOF) {
		return
	}
	line = bytes.TrimPrefix(bytes.TrimSpace(line), []byte("\xef\xbb\xbf"))
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case len(line) == 0:
		if err == nil && len(e.data) > 0 {
			e.emit() // not JSON, and said to be complete
		}
		e.fault = false
	case string(field) == "event":
		e.fault = string(value) == "error"
	case string(field) == "data":
		// An event may have several lines; but not every server puts an empty one
		// between two events.
		if len(e.data) > 0 {
			e.data = append(e.data, ' ')
		}
		e.data = append(e.data, value...)
		if string(e.data) == "[DONE]" || json.Valid(e.data) {
			e.emit()
		} else if len(e.data) > maxLine {
			e.err = tooLarge()
		}
	}
}

// line reads up to the end of a line.
func (e *events) line() ([]byte, error) {
	var line []byte
	for {
		part, err := e.lines.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, tooLarge()
		}
	}
}

// emit writes the event.
func (e *events) emit() {
	data := e.data
	e.data = nil
	if len(data) == 0 {
		return
	}
	var keys map[string]json.RawMessage
	if e.fault && json.Unmarshal(data, &keys) == nil && keys["error"] == nil {
		data = append(append([]byte(`{"error":`), data...), '}')
	}
	e.out = rewrite(e.out, data, e.named)
}

// rewrite writes one event. All have the same name: what an event is stands in it.
func rewrite(out, data []byte, named bool) []byte {
	done := string(data) == "[DONE]"
	if named && done {
		return out // the reader by names knows no such event
	}
	if named {
		out = append(out, "event: message\n"...)
	}
	out = append(out, "data: "...)
	if data[0] == '{' {
		out = append(out, "{ "...)
		data = data[1:]
	}
	out = append(append(out, data...), '\n')
	if named {
		out = append(out, '\n')
	}
	return out
}

// singleEvent gives a JSON document as a stream of one event.
type singleEvent struct {
	from  io.Reader
	named bool
	out   *bytes.Reader
}

func newSingleEvent(r io.Reader, named bool) *singleEvent { return &singleEvent{from: r, named: named} }

// Read reads the whole document first.
func (w *singleEvent) Read(p []byte) (int, error) {
	if w.out == nil {
		raw, err := io.ReadAll(w.from)
		if err != nil {
			return 0, err
		}
		var line bytes.Buffer
		if json.Compact(&line, raw) != nil || line.Len() == 0 {
			return 0, &model.Error{Kind: model.Protocol, Message: "the server answered with something that is not JSON, but said so"}
		}
		w.out = bytes.NewReader(rewrite(rewrite(nil, line.Bytes(), w.named), []byte("[DONE]"), w.named))
	}
	return w.out.Read(p)
}
