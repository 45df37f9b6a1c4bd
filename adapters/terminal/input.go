package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// longestLine is how many bytes a line may have. No question needs more.
const longestLine = 1 << 20

// typed is a line as it came.
type typed struct {
	text string
	at   time.Time // when it came
	long bool      // it was longer than longestLine; text is empty
}

// read hands on the lines of in until it ends. It cannot be interrupted within a
// read: a reader that never ends holds this goroutine until the process ends.
func read(ctx context.Context, in io.Reader, now func() time.Time, lines chan<- typed) error {
	r := bufio.NewReader(in)
	for {
		l, err := readLine(r)
		l.at = now()
		if err == nil || l.text != "" || l.long {
			select {
			case lines <- l:
			case <-ctx.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read what is typed: %w", err)
		}
	}
}

// readLine reads one line, without its end; the last one may have none.
func readLine(r *bufio.Reader) (typed, error) {
	var text []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(text)+len(part) > longestLine; long {
			text = nil
		} else {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
		return typed{text: strings.ToValidUTF8(line, "\uFFFD"), long: long}, err
	}
}
