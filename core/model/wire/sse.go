package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"aidesk/core/model"
)

// maxLine bounds a line of a stream, and an event.
const maxLine = 4 << 20

// Done is the data of the event with which OpenAI's streams end.
const Done = "[DONE]"

// NotPart is the error for an event that is no part of an answer.
func NotPart() error {
	return &model.Error{Kind: model.Protocol, Message: "the server sent an event that is no part of an answer"}
}

// errTooLarge is the error for an event that is larger than any server means it to be.
func errTooLarge() error {
	return &model.Error{Kind: model.Protocol, Message: "the server sent an event that is too large"}
}

// Stream reads the events of one answer.
type Stream struct {
	io.Closer

	response *http.Response
	next     func() ([]byte, error)
}

// Next returns the data of the next event, which is JSON or Done. It returns io.EOF at
// the end of the stream, whether or not the answer was complete.
func (s *Stream) Next() ([]byte, error) { return s.next() }

// eventReader reads server-sent events. An event may have several lines of data, and it
// ends as soon as these are JSON, because not every server sends the empty line that
// should end it. An event that the end of the stream cuts off is dropped.
type eventReader struct {
	lines   *bufio.Reader
	data    []byte // of the current event, so far
	isError bool   // the current event is called "error"
	err     error  // the end of the stream
}

func newEventReader(r io.Reader) *eventReader {
	return &eventReader{lines: bufio.NewReaderSize(r, 16<<10)}
}

// next returns the data of the next event.
func (e *eventReader) next() ([]byte, error) {
	for e.err == nil {
		line, err := e.line()
		if e.err = err; err != nil && !errors.Is(err, io.EOF) {
			break
		}
		line = bytes.TrimPrefix(bytes.TrimSpace(line), []byte("\xef\xbb\xbf"))
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case len(line) == 0:
			e.isError = false
			if err == nil && len(e.data) > 0 {
				e.data = nil
				return nil, NotPart() // complete, and still not JSON
			}
		case string(field) == "event":
			e.isError = string(value) == "error"
		case string(field) == "data":
			if len(e.data) > 0 {
				e.data = append(e.data, ' ')
			}
			e.data = append(e.data, value...)
			if string(e.data) == Done || json.Valid(e.data) {
				return e.take()
			}
			if len(e.data) > maxLine {
				return nil, errTooLarge()
			}
		}
	}
	return nil, e.err
}

// line reads up to the end of a line.
func (e *eventReader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := e.lines.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, errTooLarge()
		}
	}
}

// take returns the current event's data. What an event called "error" says gets the key
// that other servers' errors have.
func (e *eventReader) take() ([]byte, error) {
	data := e.data
	e.data = nil
	var keys map[string]json.RawMessage
	if e.isError && json.Unmarshal(data, &keys) == nil && keys["error"] == nil {
		return json.Marshal(map[string]json.RawMessage{"error": data})
	}
	return data, nil
}

// document reads an answer that is one JSON document: a stream of one event.
type document struct {
	from io.Reader
	read bool
}

// next returns the document, and io.EOF after that.
func (d *document) next() ([]byte, error) {
	if d.read {
		return nil, io.EOF
	}
	d.read = true
	raw, err := io.ReadAll(d.from)
	if err != nil {
		return nil, err
	}
	if !json.Valid(raw) {
		return nil, &model.Error{Kind: model.Protocol, Message: "the server answered with something that is not JSON, but said so"}
	}
	return raw, nil
}

// envelope holds an event on its way through a library that reads lines itself. Without
// it the library would take some events for the beginning of an error and drop them.
type envelope struct {
	Event json.RawMessage `json:"event"`
}

// Unwrap returns the event that the library read from a line of Exchange.Do's response.
func Unwrap(line []byte) ([]byte, error) {
	var e envelope
	if err := json.Unmarshal(line, &e); err != nil {
		return nil, NotPart()
	}
	return e.Event, nil
}

// lineReader gives the events of a Stream as lines of data, each in an envelope.
type lineReader struct {
	stream *Stream
	out    bytes.Buffer
	err    error
}

// Read reads from the lines.
func (l *lineReader) Read(p []byte) (int, error) {
	for l.out.Len() == 0 && l.err == nil {
		l.fill()
	}
	if l.out.Len() == 0 {
		return 0, l.err
	}
	return l.out.Read(p)
}

// fill writes the line of the next event.
func (l *lineReader) fill() {
	event, err := l.stream.Next()
	if l.err = err; err != nil {
		return
	}
	l.out.WriteString("data: ")
	if string(event) == Done {
		l.out.WriteString(Done + "\n")
		return
	}
	lines := json.NewEncoder(&l.out)
	lines.SetEscapeHTML(false)
	l.err = lines.Encode(envelope{event}) // ends the line
}

// Close closes the stream.
func (l *lineReader) Close() error { return l.stream.Close() }
