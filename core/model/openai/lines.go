package openai

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

// events rewrites a stream of server-sent events so that the library's reader
// loses none: one line for each event, nothing but data, and no line that begins
// like an error, which that reader drops when comments came before it or when
// the error is null. What is not complete at the end of the stream is dropped.
type events struct {
	lines *bufio.Reader
	data  []byte // lines of the event so far
	fault bool   // the event is called error
	out   []byte
	err   error
}

func newEvents(r io.Reader) *events {
	return &events{lines: bufio.NewReaderSize(r, 16<<10)}
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
	e.out = append(e.out, "data: "...)
	if data[0] == '{' {
		e.out = append(e.out, "{ "...)
		data = data[1:]
	}
	e.out = append(append(e.out, data...), '\n')
}

// whole gives a JSON document as a stream of one event.
type whole struct {
	from io.Reader
	out  *bytes.Reader
}

func newWhole(r io.Reader) *whole { return &whole{from: r} }

// Read reads the whole document first.
func (w *whole) Read(p []byte) (int, error) {
	if w.out == nil {
		raw, err := io.ReadAll(w.from)
		if err != nil {
			return 0, err
		}
		var line bytes.Buffer
		if json.Compact(&line, raw) != nil {
			return 0, &model.Error{Kind: model.Protocol, Message: "the server answered with something that is not JSON, but said so"}
		}
		w.out = bytes.NewReader([]byte("data: { " + string(bytes.TrimPrefix(line.Bytes(), []byte("{"))) + "\ndata: [DONE]\n"))
	}
	return w.out.Read(p)
}
